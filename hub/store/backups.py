"""Which backups were written, until their files are deleted."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.store.instants import from_us, to_us


class Backup(NamedTuple):
    """`kept_until`: then its file is deleted. `verified_at`: read back, decrypted and looked through."""

    file: str
    made_at: datetime
    bytes: int
    kept_until: datetime
    verified_at: datetime


def add(connection: sqlite3.Connection, backup: Backup) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO backup (file, made_at, bytes, kept_until, verified_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            backup.file,
            to_us(backup.made_at),
            backup.bytes,
            to_us(backup.kept_until),
            to_us(backup.verified_at),
        ),
    )


def everything(connection: sqlite3.Connection) -> list[Backup]:
    """The newest first."""
    rows = connection.execute(
        "SELECT file, made_at, bytes, kept_until, verified_at FROM backup ORDER BY made_at DESC, file"
    )
    return [Backup(r[0], from_us(r[1]), r[2], from_us(r[3]), from_us(r[4])) for r in rows]


def delete(connection: sqlite3.Connection, file: str) -> None:
    connection.execute("DELETE FROM backup WHERE file = ?", (file,))
