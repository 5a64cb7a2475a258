"""`vaka export`: the site's document in force, character for character, or its devices as a list."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.settings import read_settings
from hub.site.device_list import write_devices
from hub.site.file import SiteFile, read_held
from hub.store import sites
from hub.store.db import connect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--devices", choices=("csv", "yaml"), help="only the devices, as a list to edit and import again"
    )
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: printed; 1: there is none, or it no longer holds."""
    settings = read_settings().with_data(arguments.data)
    connection = connect(settings.database)
    try:
        version = sites.in_force(connection, arguments.site or settings.site)
    finally:
        connection.close()
    text = version.document
    if arguments.devices is not None:
        found = read_held(version.document)
        if not isinstance(found, SiteFile):
            print(*found, sep="\n", file=sys.stderr)
            return 1
        text = write_devices(found, arguments.devices)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0
