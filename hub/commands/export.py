"""`vaka export`: the site file in force, byte for byte as it was imported."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.settings import read_settings
from hub.store import sites
from hub.store.db import connect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: printed; 1: there is none."""
    settings = read_settings().with_data(arguments.data)
    connection = connect(settings.database)
    try:
        version = sites.in_force(connection, arguments.site or settings.site)
    finally:
        connection.close()
    sys.stdout.flush()
    sys.stdout.buffer.write(version.document.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0
