"""Vendors' LoRaWAN codecs as they were uploaded: every version is kept, the newest of a name is in force."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us


class CodecVersion(msgspec.Struct, frozen=True):
    """One upload. An empty `source` takes the codec of that name back."""

    id: int
    name: str
    source: str
    uploaded_by: str
    uploaded_at: datetime


def add(
    connection: sqlite3.Connection, site: str, name: str, source: str, by: str, at: datetime
) -> CodecVersion:
    """Within the caller's transaction."""
    cursor = connection.execute(
        "INSERT INTO codec (site, name, source, uploaded_by, uploaded_at) VALUES (?, ?, ?, ?, ?)",
        (site, name, source, by, to_us(at)),
    )
    assert cursor.lastrowid is not None
    return CodecVersion(cursor.lastrowid, name, source, by, at)


def versions(connection: sqlite3.Connection, site: str, name: str | None = None) -> list[CodecVersion]:
    """All there were, of one name or of every, the newest first."""
    rows = connection.execute(
        "SELECT id, name, source, uploaded_by, uploaded_at FROM codec"
        " WHERE site = ? AND (? IS NULL OR name = ?) ORDER BY id DESC",
        (site, name, name),
    )
    return [CodecVersion(row[0], row[1], row[2], row[3], from_us(row[4])) for row in rows]


def in_force(connection: sqlite3.Connection, site: str) -> list[CodecVersion]:
    """The newest of each name, without those that were taken back; by name."""
    newest: dict[str, CodecVersion] = {}
    for version in versions(connection, site):
        newest.setdefault(version.name, version)
    return sorted((v for v in newest.values() if v.source), key=lambda v: v.name)


def newest_id(connection: sqlite3.Connection, site: str) -> int:
    """Another number means that another codec may be in force. 0: there never was one."""
    row = connection.execute("SELECT max(id) FROM codec WHERE site = ?", (site,)).fetchone()
    return int(row[0] or 0)
