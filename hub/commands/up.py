"""`vaka up`: the hub, the pages and the watchman as three processes, all kept running."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from threading import Event

from hub.children import Children
from hub.settings import read_settings
from hub.site.installed import installed_site
from hub.stop_signals import on_stop_signals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: stopped as it was told to; 1: it could not begin, and why was said."""
    settings = read_settings().with_data(arguments.data)
    site = installed_site(settings)
    children = Children({**os.environ, "VAKA_DATA": str(settings.data)}, _say)
    children.add("the hub", "hub", "hub")
    children.add("the web", "dashboards")
    children.add("the watchman", "hub", "watch")
    stopping = Event()
    on_stop_signals(stopping.set)
    _say(f"{site.name}: http://{settings.web_host}:{settings.web_port}")
    children.keep_running(stopping)
    return 0


def _say(sentence: str) -> None:
    print(f"vaka up: {sentence}", file=sys.stderr, flush=True)
