"""Writing a backup: copy, encrypt, read back what was written, and only then count it as one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pyrage.x25519 import Identity

from hub import seal
from hub.backup import archive, snapshot
from hub.backup.archive import BackupError, Manifest
from hub.disk_room import expect_room, size_of
from hub.history.segments import beside
from hub.settings import Settings
from hub.store import backups
from hub.store.backups import Backup
from hub.store.db import connect, transaction
from hub.timetable import alone

ENDING = ".vaka.age"
PART = ".part"
"""Ends the name of what is not written to its end, or not read back yet."""
LOCK = "backup-at-work"
LEAST_KEPT = 3
"""[default] So many of the newest are never deleted, however old: the night's backup may have failed for a
month.
"""


def back_up(settings: Settings, at: datetime) -> Backup:
    """Write one, verified, and delete those that are too old. Raises BackupError, OSError, sqlite3.Error."""
    if settings.backup_recipient is None:
        raise BackupError("no key is set: VAKA_BACKUP_RECIPIENT; `vaka backup --new-key FILE` makes a pair")
    recipient, ours = archive.recipient_of(settings.backup_recipient), Identity.generate()
    folder = settings.backups
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings.database, LOCK) as we_are:
        if not we_are:
            raise BackupError("another backup is being written; expected it to end first")
        for left in folder.glob(f"vaka-*{PART}"):  # of who was killed
            left.unlink()
        expect_room(_needed(settings))
        target = folder / f"vaka-{at:%Y%m%dT%H%M%SZ}{ENDING}"
        part = target.with_suffix(PART)
        seal.ready(settings.data)  # by it a backup that is put back knows who was erased since
        with scratch(settings.data) as copy:
            names = snapshot.take(settings.database, folder, copy)
            manifest = snapshot.describe(copy, names, at)
            archive.write(part, copy, names, manifest, (recipient, ours.to_public()))
        try:
            verify(part, ours, settings.data)
            kept_until = at + timedelta(days=settings.backups_kept)
            made = Backup(target.name, at, part.stat().st_size, kept_until, at)
            with closing(connect(settings.database)) as connection, transaction(connection):
                backups.add(connection, made)  # before its name: none stays that nobody knows to delete
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        delete_old(settings, at)
    return made


def _needed(settings: Settings) -> list[tuple[Path, int]]:
    """The copy, or what is read back; and the file, which is no larger, and known from the last one."""
    copied = size_of(settings.database, beside(settings.database))
    with closing(connect(settings.database)) as connection:
        known = backups.everything(connection)
    written = min(copied, 2 * known[0].bytes) if known else copied
    return [(settings.data, copied), (settings.backups, written)]


def verify(file: Path, identity: Identity, near: Path) -> Manifest:
    """Decrypt it beside `near`, and look through both databases. Raises BackupError, OSError."""
    with scratch(near) as folder:
        manifest = archive.read(file, identity, folder)
        found = snapshot.describe(folder, list(manifest.files), manifest.made_at)
        if found != manifest:
            raise BackupError(f"{file} is damaged: its databases do not hold what the manifest says")
        return manifest


def delete_old(settings: Settings, at: datetime) -> list[str]:
    """Delete the files whose time is up, and forget those that somebody took away."""
    gone = []
    with closing(connect(settings.database)) as connection:
        for number, backup in enumerate(backups.everything(connection)):
            file = settings.backups / backup.file
            if file.exists() and (number < LEAST_KEPT or backup.kept_until > at):
                continue
            file.unlink(missing_ok=True)
            with transaction(connection):
                backups.delete(connection, backup.file)
            gone.append(backup.file)
    return gone


def new_key(file: Path) -> str:
    """Write a secret key that nobody else may read; returns the public one. Raises FileExistsError."""
    identity = Identity.generate()
    public = str(identity.to_public())
    with file.open("x") as out:
        file.chmod(0o600)
        out.write(f"# public key: {public}\n{identity}\n")
    return public


@contextmanager
def scratch(near: Path) -> Iterator[Path]:
    """A folder for nobody else's eyes on the same disk, gone afterwards; so are those of who was killed."""
    for left in near.glob(".backup-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=near) as folder:
        yield Path(folder)
