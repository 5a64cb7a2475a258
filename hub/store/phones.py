"""Phones and browsers that are called by Web Push. One whose contact goes (hub/store/contacts.py) is lost: a
trigger of the database marks it, until its person has seen that.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.store.instants import from_us, to_us

WAY = "webpush"
"""The way of the contacts whose address is a phone's id."""


class Phone(NamedTuple):
    """`public_key` (65 bytes) and `auth` (16 bytes): what a message for it is encrypted with. `delivered_at`:
    when it last said that one had arrived. `lost`: it is called no more, and nobody wished so.
    """

    id: str
    person: str
    endpoint: str
    public_key: bytes
    auth: bytes
    device: str
    added_at: datetime
    tested_at: datetime | None = None
    delivered_at: datetime | None = None
    lost: bool = False


_COLUMNS = ", ".join(Phone._fields)


def put(connection: sqlite3.Connection, site: str, phone: Phone) -> None:
    """Anew, also where it is known: it may have been another person's."""
    connection.execute(
        f"INSERT OR REPLACE INTO phone (site, {_COLUMNS}) VALUES (?{', ?' * len(Phone._fields)})",
        (site, *(to_us(value) if isinstance(value, datetime) else value for value in phone)),
    )


def get(connection: sqlite3.Connection, site: str, id: str) -> Phone | None:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM phone WHERE site = ? AND id = ?", (site, id))
    return next((_phone(row) for row in rows), None)


def of(connection: sqlite3.Connection, site: str, person: str) -> list[Phone]:
    """The first that was switched on first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM phone WHERE site = ? AND person = ? ORDER BY added_at, id", (site, person)
    )
    return [_phone(row) for row in rows]


def delete(connection: sqlite3.Connection, site: str, id: str) -> None:
    connection.execute("DELETE FROM phone WHERE site = ? AND id = ?", (site, id))


def note_tested(connection: sqlite3.Connection, site: str, id: str, at: datetime) -> None:
    connection.execute("UPDATE phone SET tested_at = ? WHERE site = ? AND id = ?", (to_us(at), site, id))


def note_delivered(connection: sqlite3.Connection, site: str, id: str, at: datetime) -> None:
    connection.execute("UPDATE phone SET delivered_at = ? WHERE site = ? AND id = ?", (to_us(at), site, id))


def _phone(row: sqlite3.Row) -> Phone:
    fields = dict(zip(Phone._fields, row, strict=True))
    for name in ("added_at", "tested_at", "delivered_at"):
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return Phone(**{**fields, "lost": bool(fields["lost"])})
