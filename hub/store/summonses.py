"""Messages to people: one to one person by one way, put in with the call that caused it, marked after it was
sent.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us
from rules.receipts import Ladder

SPARED = "somebody has it"
"""The `failure` of a message that was not sent any more, since it was not needed."""


class Summons(msgspec.Struct, frozen=True):
    """`event`: the step of the alert's trail that caused it. `next_at` None: nothing more is tried. `urgent`:
    high. Without `sent_at` `failure` says why it did not arrive. `delivered_at`, `seen_at`, `accepted_at`:
    how far it came (hub/store/receipts.py). `held`: why it did not go out at once. `bundle`: the one under
    whose id it goes out together with others.
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
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    accepted_at: datetime | None = None
    held: str | None = None
    bundle: int | None = None

    @property
    def ladder(self) -> Ladder:
        return Ladder(self.sent_at, self.delivered_at, self.seen_at, self.accepted_at)


_FIELDS = tuple(name for name in Summons.__struct_fields__ if name != "id")
_INSTANTS = ("created_at", "next_at", "sent_at", "delivered_at", "seen_at", "accepted_at")


def add(connection: sqlite3.Connection, summons: Summons) -> None:
    """Nothing where this person was called by this way for this step already."""
    marks = ", ".join("?" for _ in _FIELDS)
    connection.execute(
        f"INSERT INTO summons ({', '.join(_FIELDS)}) VALUES ({marks}) ON CONFLICT DO NOTHING", _row(summons)
    )


def put_failure(connection: sqlite3.Connection, summons: Summons) -> bool:
    """After an attempt that failed. False, and nothing is changed, where it no longer waits: a receipt came
    meanwhile, or somebody took the alert.
    """
    return (
        connection.execute(
            "UPDATE summons SET attempts = ?, next_at = ?, failure = ? WHERE id = ? AND next_at IS NOT NULL",
            (summons.attempts, _us(summons.next_at), summons.failure, summons.id),
        ).rowcount
        > 0
    )


def count_attempt(connection: sqlite3.Connection, id: int) -> None:
    connection.execute("UPDATE summons SET attempts = attempts + 1 WHERE id = ?", (id,))


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


def drop_waiting(connection: sqlite3.Connection, alert: int) -> None:
    """Somebody has the alert, or it passed by itself: what was not sent yet is sent no more."""
    connection.execute(
        "UPDATE summons SET next_at = NULL, failure = ? WHERE alert = ? AND next_at IS NOT NULL",
        (SPARED, alert),
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
