"""`vaka watch`: the watchman, as a process of its own. It sees when hub, broker, disk or pages stop, and
tells the night patrol by ways of its own.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from hub.clock import now
from hub.settings import read_settings
from hub.site.installed import installed_site
from hub.stop_signals import on_stop_signals
from hub.watch.run import Watchman
from hub.watch.state import read
from hub.watched import watch_is_gone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")
    parser.add_argument(
        "--alive", action="store_true", help="only whether a watchman is at work, for a health check"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: stopped as it was told to, or alive; 1: it could not begin, and why was said, or nobody watches."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apprise").setLevel(logging.ERROR)
    settings = read_settings().with_data(arguments.data)
    if arguments.alive:
        return 1 if watch_is_gone(read(settings.data), now()) else 0
    watchman = Watchman(settings, installed_site(settings))
    on_stop_signals(watchman.stop)
    watchman.run()
    return 0
