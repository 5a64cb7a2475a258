"""`vaka web`: the pages. They are a room of their own: this process becomes `python -m dashboards`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hub.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """This process becomes the pages' one; it does not come back."""
    read_settings()
    if arguments.data is not None:
        os.environ["VAKA_DATA"] = str(arguments.data)
    os.execv(sys.executable, [sys.executable, "-m", "dashboards"])
