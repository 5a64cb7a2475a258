"""Which programs are told of what happens, where each source was read up to, and the messages to them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us
from hub.store.structs import add, many, put
from rules.event import Subscription

_MESSAGE = "event_message"
_FIELDS = Subscription.__struct_fields__
_INSTANTS = ("created_at", "failing_since", "stopped_at")


class EventMessage(msgspec.Struct, frozen=True):
    """One message. `next_at` None: nothing more is tried. Without `sent_at` `failure` says why."""

    id: int
    site: str
    integration: str
    type: str
    body: str
    created_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    failure: str | None = None


def subscribe(connection: sqlite3.Connection, one: Subscription) -> None:
    """In place of the one before. Within a transaction."""
    marks = ", ".join("?" for _ in _FIELDS)
    connection.execute(
        f"INSERT OR REPLACE INTO event_subscription ({', '.join(_FIELDS)}) VALUES ({marks})",
        [_column(getattr(one, name)) for name in _FIELDS],
    )


def unsubscribe(connection: sqlite3.Connection, site: str, integration: str) -> None:
    """What waits for it is not sent any more. Within a transaction."""
    connection.execute(
        "DELETE FROM event_subscription WHERE site = ? AND integration = ?", (site, integration)
    )
    drop_waiting(connection, site, integration, "it is not subscribed any more")


def drop_waiting(connection: sqlite3.Connection, site: str, integration: str, why: str) -> None:
    connection.execute(
        "UPDATE event_message SET next_at = NULL, failure = ?"
        " WHERE site = ? AND integration = ? AND next_at IS NOT NULL",
        (why, site, integration),
    )


def subscriptions(connection: sqlite3.Connection, site: str) -> list[Subscription]:
    rows = connection.execute(f"SELECT {', '.join(_FIELDS)} FROM event_subscription WHERE site = ?", (site,))
    return [_subscription(dict(zip(_FIELDS, row, strict=True))) for row in rows]


def subscription(connection: sqlite3.Connection, site: str, integration: str) -> Subscription | None:
    return next((one for one in subscriptions(connection, site) if one.integration == integration), None)


def put_in(connection: sqlite3.Connection, message: EventMessage) -> EventMessage:
    return add(connection, _MESSAGE, message)


def keep(connection: sqlite3.Connection, message: EventMessage) -> None:
    put(connection, _MESSAGE, message)


def get(connection: sqlite3.Connection, id: int) -> EventMessage | None:
    return next(iter(many(connection, _MESSAGE, EventMessage, "id = ?", id)), None)


def due(connection: sqlite3.Connection, site: str, integration: str, now: datetime) -> EventMessage | None:
    """The next to this program: what was never tried before what failed already."""
    condition = "site = ? AND integration = ? AND next_at <= ? ORDER BY attempts, next_at, id LIMIT 1"
    return next(
        iter(many(connection, _MESSAGE, EventMessage, condition, site, integration, to_us(now))), None
    )


def programs_due(connection: sqlite3.Connection, site: str, now: datetime) -> list[str]:
    query = "SELECT DISTINCT integration FROM event_message WHERE site = ? AND next_at <= ?"
    return [row[0] for row in connection.execute(query, (site, to_us(now)))]


def newest(connection: sqlite3.Connection, site: str, integration: str, limit: int) -> list[EventMessage]:
    """The newest first."""
    condition = "site = ? AND integration = ? ORDER BY id DESC LIMIT ?"
    return many(connection, _MESSAGE, EventMessage, condition, site, integration, limit)


def cursor(connection: sqlite3.Connection, site: str, source: str) -> int | None:
    row = connection.execute(
        "SELECT seq FROM event_cursor WHERE site = ? AND source = ?", (site, source)
    ).fetchone()
    return None if row is None else int(row[0])


def put_cursor(connection: sqlite3.Connection, site: str, source: str, seq: int) -> None:
    connection.execute(
        "INSERT INTO event_cursor (site, source, seq) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET seq = excluded.seq",
        (site, source, seq),
    )


def _subscription(fields: dict[str, Any]) -> Subscription:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    fields["events"] = tuple(msgspec.json.decode(fields["events"]))
    return Subscription(**{**fields, "residents": bool(fields["residents"])})


def _column(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_us(value)
    return msgspec.json.encode(value).decode() if isinstance(value, tuple) else value
