"""Putting a backup back onto an empty machine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pyrage.x25519 import Identity

from hub.backup import archive, snapshot
from hub.backup.archive import BackupError, Manifest
from hub.backup.make import scratch
from hub.clock import now
from hub.erasing import ledger
from hub.history.segments import FILE as HISTORY
from hub.history.segments import connect_history
from hub.settings import DATABASE
from hub.store import numbers
from hub.store.db import NewerDatabaseError, connect, transaction


def restore(file: Path, identity: Identity, data: Path) -> Manifest:
    """Put all of it into a folder without a database; the database comes last, so that one that was killed is
    simply begun again. Raises BackupError, OSError.
    """
    if (data / DATABASE).exists():
        raise BackupError(f"there is a database in {data} already; expected an empty folder (--data)")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with scratch(data) as folder:
        manifest = archive.read(file, identity, folder)
        try:
            same = snapshot.describe(folder, list(manifest.files), manifest.made_at) == manifest
        except sqlite3.Error as error:
            raise BackupError(f"{file} is no backup of Vaka: its databases can't be read ({error})") from None
        if not same:
            raise BackupError(f"{file} is damaged: its databases do not hold what the manifest says")
        try:
            with closing(connect(folder / DATABASE)) as connection, transaction(connection):
                ledger.erase_again(connection, folder, file.parent, now())
                numbers.go_beyond(connection, now())
            connect_history(folder / HISTORY).close()
        except NewerDatabaseError:
            raise BackupError(
                f"{file} was written by a newer Vaka (its schema is {manifest.schema}); run that one"
            ) from None
        for name in sorted(manifest.files, key=lambda name: name == DATABASE):
            target = data / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).replace(target)
    return manifest
