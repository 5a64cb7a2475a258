"""`vaka backup`: write one now, list them, verify one, or make the pair of keys they are encrypted with."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

from hub.backup import archive
from hub.backup.archive import BackupError
from hub.backup.make import back_up, new_key, verify
from hub.clock import now
from hub.settings import Settings, read_settings
from hub.site.installed import installed_database
from hub.store import backups
from hub.store.backups import Backup


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="which backups there are")
    what.add_argument("--verify", type=Path, metavar="FILE", help="decrypt one and look through it")
    what.add_argument(
        "--new-key", type=Path, metavar="FILE", help="write a secret key there, and print the public one"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="--verify: the secret key")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")
    parser.add_argument("--quietly", action="store_true", help="at the lowest priority, as the hub does it")


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: it could not be, and why was said."""
    try:
        if arguments.new_key is not None:
            return _new_key(arguments.new_key)
        settings = read_settings().with_data(arguments.data)
        if arguments.verify is not None:
            return _verify(arguments.verify, arguments.key, settings)
        if arguments.list:
            return _list(settings)
        if arguments.quietly:
            os.nice(19)
        installed_database(settings).close()  # one of an older version is its own program's to copy
        print(f"written and verified: {_line(back_up(settings, now()), settings)}")
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _new_key(file: Path) -> int:
    public = new_key(file)
    print(f"VAKA_BACKUP_RECIPIENT={public}")
    print(
        f"{file} is the secret key: whoever has it reads every backup, and without it none can be read.\n"
        "Keep it in two places, neither of them this machine.",
        file=sys.stderr,
    )
    return 0


def _verify(file: Path, key: Path | None, settings: Settings) -> int:
    if key is None:
        raise BackupError("the secret key is missing; expected --key FILE")
    settings.data.mkdir(parents=True, exist_ok=True)
    manifest = verify(file, archive.identity_of(key), settings.data)
    rows = sum(manifest.counts.values())
    print(f"{file} is whole: {', '.join(manifest.sites)}, made {manifest.made_at:%Y-%m-%d %H:%M} UTC,")
    print(f"schema {manifest.schema}, {len(manifest.files)} files, {rows} rows")
    return 0


def _list(settings: Settings) -> int:
    with closing(installed_database(settings)) as connection:
        found = backups.everything(connection)
    for backup in found:
        missing = "" if (settings.backups / backup.file).exists() else "  MISSING"
        print(f"{_line(backup, settings)}{missing}")
    if not found:
        print("there is no backup; vaka backup writes one")
    return 0


def _line(backup: Backup, settings: Settings) -> str:
    size = f"{backup.bytes / 1024**2:.1f} MiB"
    until = f"kept until {backup.kept_until:%Y-%m-%d}"
    return f"{settings.backups / backup.file}  {backup.made_at:%Y-%m-%d %H:%M} UTC  {size}  {until}"
