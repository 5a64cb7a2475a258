"""`vaka export`: the site's document in force, character for character, its devices as a list, or all that is
held on a resident.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hub.clock import now
from hub.commands.pause import opened_site
from hub.resident_export import export
from hub.settings import read_settings
from hub.site.device_list import write_devices
from hub.site.file import SiteFile, read_held
from hub.site.installed import installed_database
from hub.store import audit, sites
from rules.language import LANGUAGES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--devices", choices=("csv", "yaml"), help="only the devices, as a list to edit and import again"
    )
    parser.add_argument(
        "--resident", metavar="PSEUDONYM", help="all that is held on a resident, as a ZIP file"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="--resident: the file that is written")
    parser.add_argument("--language", choices=LANGUAGES, help="--resident: of the words in it")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: printed; 1: there is none, or it no longer holds."""
    if arguments.resident is not None:
        return _resident(arguments)
    settings = read_settings().with_data(arguments.data)
    connection = installed_database(settings)
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


def _resident(arguments: argparse.Namespace) -> int:
    with opened_site(arguments.data, arguments.site) as (connection, site):
        found = next((one for one in site.residents if one.id == arguments.resident), None)
        if found is None or arguments.to is None:
            why = (
                f"{site.site} has no resident {arguments.resident!r}"
                if found is None
                else "expected --to FILE"
            )
            print(why, file=sys.stderr)
            return 1
        database = read_settings().with_data(arguments.data).database
        descriptor = os.open(arguments.to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            export(connection, database, site, found, arguments.language or site.language, now(), out)
        audit.add(connection, site.site, now(), None, "resident exported", {"residents": [found.id]})
    print(f"{arguments.to} holds all that is known of {found.id}: hand it over safely, and delete it")
    return 0
