"""`vaka hub`: listen to the sensors, judge, raise alerts, until told to stop."""

from __future__ import annotations

import argparse
import fcntl
import logging
import sys
from pathlib import Path

from hub.run import Hub
from hub.settings import read_settings
from hub.site.installed import installed_site
from hub.stop_signals import on_stop_signals
from hub.threads import ThreadDied


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: stopped as it was told to; 1: it could not begin, or one of its threads ended, and why was said."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%Y-%m-%d %H:%M:%S"
    )
    settings = read_settings().with_data(arguments.data)
    site = installed_site(settings)
    with (settings.data / "hub.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"vaka hub: another hub is at work in {settings.data}; expected none", file=sys.stderr)
            return 1
        hub = Hub(settings, site.site)
        on_stop_signals(hub.stop)
        logging.info("The hub of %s (%s) begins", site.name, site.site)
        try:
            hub.run()
        except ThreadDied as error:
            logging.critical("%s: the hub stops, so that it is started anew", error)
            return 1
        logging.info("The hub of %s has stopped", site.site)
    return 0
