"""`vaka restore`: put a backup back onto an empty machine."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from hub.backup.archive import BackupError, identity_of
from hub.backup.restore import restore
from hub.settings import read_settings
from hub.store import erasures
from hub.store.db import connect_as_it_is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="the secret key")
    parser.add_argument("--data", type=Path, help="the folder it goes to (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: it is in place; 1: nothing was changed, and why was said."""
    settings = read_settings().with_data(arguments.data)
    try:
        manifest = restore(arguments.file, identity_of(arguments.key), settings.data)
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    print(f"{', '.join(manifest.sites)} as of {made} is in {settings.data}")
    with closing(connect_as_it_is(settings.database)) as connection:
        again = len(erasures.to_be_done(connection))
    if again:
        print(f"{again} of those in it were erased since, and are erased again when the hub starts")
    print("start it with vaka up; vaka doctor says what else this machine needs (docs/backup.md)")
    return 0
