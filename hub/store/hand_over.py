"""What one shift tells the next: notes about a unit or a resident, and who has read the hand-over."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

import msgspec

from hub.store.instants import from_us, to_us


class Note(msgspec.Struct, frozen=True):
    """`unit`: '' is the whole house. `words` may say anything of a resident: they never leave the house."""

    id: int
    unit: str
    resident: str | None
    words: str
    written_by: str
    written_at: datetime
    ends_at: datetime


class Receipt(NamedTuple):
    person: str
    read_at: datetime


def add_note(connection: sqlite3.Connection, site: str, note: Note) -> Note:
    """Store it; returns it with its id."""
    cursor = connection.execute(
        "INSERT INTO hand_over_note (site, unit, resident, words, written_by, written_at, ends_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            site,
            note.unit,
            note.resident,
            note.words,
            note.written_by,
            to_us(note.written_at),
            to_us(note.ends_at),
        ),
    )
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(note, id=cursor.lastrowid)


def end_note(connection: sqlite3.Connection, site: str, id: int, at: datetime, by: str) -> None:
    connection.execute(
        "UPDATE hand_over_note SET ends_at = ?, ended_by = ? WHERE site = ? AND id = ? AND ends_at > ?",
        (to_us(at), by, site, id, to_us(at)),
    )


def notes(connection: sqlite3.Connection, site: str, at: datetime) -> list[Note]:
    """Those that stand, the newest first."""
    rows = connection.execute(
        "SELECT id, unit, resident, words, written_by, written_at, ends_at FROM hand_over_note"
        " WHERE site = ? AND ends_at > ? ORDER BY written_at DESC, id DESC",
        (site, to_us(at)),
    )
    return [Note(r[0], r[1], r[2], r[3], r[4], from_us(r[5]), from_us(r[6])) for r in rows]


def add_receipt(connection: sqlite3.Connection, site: str, person: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO hand_over_receipt (site, person, read_at) VALUES (?, ?, ?)", (site, person, to_us(at))
    )


def receipts(connection: sqlite3.Connection, site: str, since: datetime) -> list[Receipt]:
    """Who has read it since then, the first first; of each the last time."""
    rows = connection.execute(
        "SELECT person, max(read_at) FROM hand_over_receipt WHERE site = ? AND read_at >= ?"
        " GROUP BY person ORDER BY max(read_at)",
        (site, to_us(since)),
    )
    return [Receipt(row[0], from_us(row[1])) for row in rows]
