"""Phones and browsers that are called by Web Push. One whose contact goes (hub/store/contacts.py) is lost: a
trigger of the database marks it, until its person has seen that.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal, NamedTuple

from hub.store.instants import from_us, to_us

State = Literal["ok", "silent", "refused", "lost"]
WAY = "webpush"
"""The way of the contacts whose address is a phone's id."""


class Phone(NamedTuple):
    """`public_key` (65 bytes) and `auth` (16 bytes): what a message for it is encrypted with. `delivered_at`:
    when it last said that one had arrived. `lost`: it is called no more, and nobody wished so. `made_with`:
    the key of ours that it was switched on with; '' where that is not known. `refused_at`: since when its
    push service takes nothing from us. `silent_at`: when it last did not answer a proof, unless it has since.
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
    made_with: str = ""
    refused_at: datetime | None = None
    silent_at: datetime | None = None

    @property
    def state(self) -> State:
        if self.lost:
            return "lost"
        if self.refused_at is not None:
            return "refused"
        return "silent" if self.silent_at is not None else "ok"


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
    """It answers: whatever was wrong with it is over."""
    connection.execute(
        "UPDATE phone SET delivered_at = ?, silent_at = NULL, refused_at = NULL WHERE site = ? AND id = ?",
        (to_us(at), site, id),
    )


def note_answer(connection: sqlite3.Connection, site: str, id: str, refused_at: datetime | None) -> None:
    """Its push service took a message, or refuses us: since when the first of these refusals was."""
    connection.execute(
        "UPDATE phone SET refused_at = iif(?1 IS NULL, NULL, coalesce(refused_at, ?1))"
        " WHERE site = ?2 AND id = ?3 AND (refused_at IS NULL) = (?1 IS NOT NULL)",
        (None if refused_at is None else to_us(refused_at), site, id),
    )


def note_silent(connection: sqlite3.Connection, site: str, id: str, at: datetime) -> None:
    """It did not answer a proof of then."""
    connection.execute("UPDATE phone SET silent_at = ? WHERE site = ? AND id = ?", (to_us(at), site, id))


def in_trouble(connection: sqlite3.Connection, site: str) -> list[Phone]:
    """Those that are lost, refused or silent."""
    condition = "site = ? AND (lost OR refused_at IS NOT NULL OR silent_at IS NOT NULL)"
    rows = connection.execute(f"SELECT {_COLUMNS} FROM phone WHERE {condition} ORDER BY person, id", (site,))
    return [_phone(row) for row in rows]


def refused(connection: sqlite3.Connection, site: str) -> list[Phone]:
    """Those of whom the push service takes nothing from us."""
    return [one for one in in_trouble(connection, site) if one.state == "refused"]


def of_another_key(connection: sqlite3.Connection, site: str, key: str) -> list[Phone]:
    """Those that were switched on with another key of ours and are not lost yet: nothing reaches them."""
    condition = "site = ? AND NOT lost AND made_with NOT IN ('', ?)"
    return [
        _phone(row)
        for row in connection.execute(f"SELECT {_COLUMNS} FROM phone WHERE {condition}", (site, key))
    ]


def _phone(row: sqlite3.Row) -> Phone:
    fields = dict(zip(Phone._fields, row, strict=True))
    for name in ("added_at", "tested_at", "delivered_at", "refused_at", "silent_at"):
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return Phone(**{**fields, "lost": bool(fields["lost"])})
