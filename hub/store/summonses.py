"""Messages to people: one to one person by one way, put in with the call that caused it, marked after it was
sent.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us


class Summons(msgspec.Struct, frozen=True):
    """`event`: the step of the alert's trail that caused it. `next_at` None: nothing more is tried. `urgent`:
    high. Without `sent_at` `failure` says why it did not arrive.
    """

    id: int
    site: str
    alert: int
    event: int
    person: str
    way: str
    address: str
    urgent: bool
    subject: str
    body: str
    created_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    failure: str | None = None


_FIELDS = tuple(name for name in Summons.__struct_fields__ if name != "id")
_INSTANTS = ("created_at", "next_at", "sent_at")


def add(connection: sqlite3.Connection, summons: Summons) -> None:
    """Nothing where this person was called by this way for this step already."""
    marks = ", ".join("?" for _ in _FIELDS)
    connection.execute(
        f"INSERT INTO summons ({', '.join(_FIELDS)}) VALUES ({marks}) ON CONFLICT DO NOTHING", _row(summons)
    )


def put(connection: sqlite3.Connection, summons: Summons) -> None:
    connection.execute(
        "UPDATE summons SET attempts = ?, next_at = ?, sent_at = ?, failure = ? WHERE id = ?",
        (summons.attempts, _us(summons.next_at), _us(summons.sent_at), summons.failure, summons.id),
    )


def due(
    connection: sqlite3.Connection, site: str, way: str, urgent: bool, now: datetime, limit: int
) -> list[Summons]:
    """What is to be sent by now on this way, the longest wait first."""
    condition = "way = ? AND urgent = ? AND next_at <= ? AND site = ? ORDER BY next_at, id LIMIT ?"
    return _many(connection, condition, (way, urgent, to_us(now), site, limit))


def next_due(connection: sqlite3.Connection, site: str, way: str, urgent: bool) -> datetime | None:
    row = connection.execute(
        "SELECT min(next_at) FROM summons WHERE way = ? AND urgent = ? AND site = ? AND next_at IS NOT NULL",
        (way, urgent, site),
    ).fetchone()
    return None if row[0] is None else from_us(row[0])


def of_alert(connection: sqlite3.Connection, alert: int) -> list[Summons]:
    """Who was called for it, by which way, and whether it arrived."""
    return _many(connection, "alert = ? ORDER BY id", (alert,))


def drop_waiting(connection: sqlite3.Connection, alert: int, why: str) -> None:
    """Somebody has the alert: what was not sent yet is sent no more."""
    connection.execute(
        "UPDATE summons SET next_at = NULL, failure = ? WHERE alert = ? AND next_at IS NOT NULL", (why, alert)
    )


def cursor(connection: sqlite3.Connection, site: str) -> int:
    """The last step of the alerts' trail that was turned into messages."""
    row = connection.execute("SELECT seq FROM summons_cursor WHERE site = ?", (site,)).fetchone()
    return 0 if row is None else int(row[0])


def put_cursor(connection: sqlite3.Connection, site: str, seq: int) -> None:
    connection.execute(
        "INSERT INTO summons_cursor (site, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
        (site, seq),
    )


def _many(connection: sqlite3.Connection, condition: str, values: tuple[Any, ...]) -> list[Summons]:
    rows = connection.execute(f"SELECT id, {', '.join(_FIELDS)} FROM summons WHERE {condition}", values)
    return [_summons(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _summons(fields: dict[str, Any]) -> Summons:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return Summons(**{**fields, "urgent": bool(fields["urgent"])})


def _row(summons: Summons) -> list[Any]:
    return [_us(v) if isinstance(v := getattr(summons, name), datetime) else v for name in _FIELDS]


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)
