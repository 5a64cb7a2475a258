"""Test messages to contacts: what was asked for, and what came of it."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us


class Trial(msgspec.Struct, frozen=True):
    """`begun_at`: the hub took it up. `ended_at` without `failure`: the other side took it. `for_good`: it
    will not take another either.
    """

    id: int
    site: str
    person: str
    way: str
    address: str
    subject: str
    body: str
    asked_by: str
    asked_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    for_good: bool = False


_FIELDS = tuple(name for name in Trial.__struct_fields__ if name != "id")
_COLUMNS = ", ".join(_FIELDS)


def add(connection: sqlite3.Connection, trial: Trial) -> int:
    """Its number."""
    values = [to_us(v) if isinstance(v := getattr(trial, name), datetime) else v for name in _FIELDS]
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO contact_trial ({_COLUMNS}) VALUES ({marks})", values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get(connection: sqlite3.Connection, id: int) -> Trial | None:
    return next(iter(_many(connection, "id = ?", (id,))), None)


def waiting(connection: sqlite3.Connection, site: str) -> list[Trial]:
    """Those that nobody has taken up, the longest asked for first."""
    return _many(connection, "site = ? AND ended_at IS NULL AND begun_at IS NULL ORDER BY id", (site,))


def under_way_for(connection: sqlite3.Connection, site: str, person: str) -> Trial | None:
    found = _many(connection, "site = ? AND ended_at IS NULL AND person = ? LIMIT 1", (site, person))
    return next(iter(found), None)


def note_begun(connection: sqlite3.Connection, id: int, at: datetime) -> bool:
    """Whether it was there to be taken up: whoever asked may have given up meanwhile."""
    changed = connection.execute(
        "UPDATE contact_trial SET begun_at = ? WHERE id = ? AND begun_at IS NULL AND ended_at IS NULL",
        (to_us(at), id),
    )
    return changed.rowcount > 0


def note_ended(
    connection: sqlite3.Connection, id: int, failure: str | None, for_good: bool, at: datetime
) -> None:
    """Its address is not kept."""
    connection.execute(
        "UPDATE contact_trial SET ended_at = ?, failure = ?, for_good = ?, address = ''"
        " WHERE id = ? AND ended_at IS NULL",
        (to_us(at), failure, for_good, id),
    )


def end_what_was_left(connection: sqlite3.Connection, site: str, at: datetime) -> None:
    """What the hub was about when it stopped: nobody knows what came of it."""
    connection.execute(
        "UPDATE contact_trial SET ended_at = ?, failure = 'the hub stopped meanwhile', address = ''"
        " WHERE site = ? AND ended_at IS NULL AND begun_at IS NOT NULL",
        (to_us(at), site),
    )


def _many(connection: sqlite3.Connection, condition: str, values: tuple[object, ...]) -> list[Trial]:
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM contact_trial WHERE {condition}", values)
    return [_trial(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _trial(fields: dict[str, object]) -> Trial:
    for name in ("asked_at", "begun_at", "ended_at"):
        us = fields[name]
        fields[name] = from_us(us) if isinstance(us, int) else None
    return msgspec.convert({**fields, "for_good": bool(fields["for_good"])}, Trial)
