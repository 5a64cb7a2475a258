"""The transactional outbox: what is to be sent is committed with its cause, and marked after it was sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us


class Notification(msgspec.Struct, frozen=True):
    """One message to one address on one channel. On 'mqtt' the address is the topic. `alert`: None for a
    reminder of a goal.
    """

    id: int
    alert: int | None
    channel: str
    address: str
    payload: str


def add(
    connection: sqlite3.Connection,
    site: str,
    alert: int | None,
    channel: str,
    address: str,
    payload: str,
    at: datetime,
) -> None:
    connection.execute(
        "INSERT INTO notification (site, alert, channel, address, payload, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (site, alert, channel, address, payload, to_us(at)),
    )


def waiting(connection: sqlite3.Connection, site: str, limit: int, after: int = 0) -> list[Notification]:
    """What has not been sent, oldest first, from the first with a larger id than `after`."""
    rows = connection.execute(
        "SELECT id, alert, channel, address, payload FROM notification"
        " WHERE sent_at IS NULL AND site = ? AND id > ? ORDER BY id LIMIT ?",
        (site, after, limit),
    )
    return [Notification(*row) for row in rows]


def backlog(connection: sqlite3.Connection, site: str) -> tuple[int, datetime | None]:
    """How many have not been sent, and since when the oldest of them waits."""
    count, oldest = connection.execute(
        "SELECT count(*), min(created_at) FROM notification WHERE sent_at IS NULL AND site = ?", (site,)
    ).fetchone()
    return count, None if oldest is None else from_us(oldest)


def first_sent(connection: sqlite3.Connection, alert: int) -> datetime | None:
    """When the first message about an alert had gone out."""
    row = connection.execute("SELECT min(sent_at) FROM notification WHERE alert = ?", (alert,)).fetchone()
    return None if row[0] is None else from_us(row[0])


def mark_sent(connection: sqlite3.Connection, ids: Iterable[int], at: datetime) -> None:
    connection.executemany(
        "UPDATE notification SET sent_at = ? WHERE id = ?", [(to_us(at), id) for id in ids]
    )
