"""What could not be understood: once per topic and reason, with how often and the newest example."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us

EXAMPLE_KEPT = 4096
TOPICS_KEPT = 10_000
"""A publisher gone wild must not fill the disk: beyond this many rows only known ones are counted on."""
REASONS_KEPT = 20
"""Of one topic: a sensor whose values are wrong in ever new ways must not crowd out the others."""
LONGEST = 256
"""Characters of a topic and of a reason, the sign … included."""


class Quarantined(msgspec.Struct, frozen=True):
    topic: str
    reason: str
    payload: bytes
    payload_size: int
    count: int
    first_received_at: datetime
    last_received_at: datetime


def add(
    connection: sqlite3.Connection, site: str, topic: str, reason: str, payload: bytes, at: datetime
) -> None:
    """Within the caller's transaction."""
    topic, reason = _short(topic), _short(reason)
    example, size, us = payload[:EXAMPLE_KEPT], len(payload), to_us(at)
    known = connection.execute(
        "UPDATE quarantine SET count = count + 1, payload = ?, payload_size = ?, last_received_at = ?"
        " WHERE site = ? AND topic = ? AND reason = ?",
        (example, size, us, site, topic, reason),
    )
    if known.rowcount:
        return
    if _reasons(connection, site, topic) >= REASONS_KEPT:
        reason = "many different faults"
    elif _rows(connection) >= TOPICS_KEPT:
        topic, reason = "(many topics)", "too many different messages could not be understood"
    connection.execute(
        "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET count = count + 1,"
        " payload = excluded.payload, payload_size = excluded.payload_size,"
        " last_received_at = excluded.last_received_at",
        (site, topic, reason, example, size, us, us),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _reasons(connection: sqlite3.Connection, site: str, topic: str) -> int:
    query = "SELECT count(*) FROM quarantine WHERE site = ? AND topic = ?"
    return int(connection.execute(query, (site, topic)).fetchone()[0])


def _rows(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT rows FROM quarantine_size").fetchone()[0])


def delete(connection: sqlite3.Connection, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` rows of which nothing came since `before`; returns how many."""
    return connection.execute(
        "DELETE FROM quarantine WHERE (site, topic, reason) IN"
        " (SELECT site, topic, reason FROM quarantine WHERE last_received_at < ? LIMIT ?)",
        (to_us(before), limit),
    ).rowcount


def rows(connection: sqlite3.Connection, site: str, limit: int) -> list[Quarantined]:
    """The newest first, without what was sent: `payload` is empty."""
    found = connection.execute(
        "SELECT topic, reason, x'', payload_size, count, first_received_at, last_received_at"
        " FROM quarantine WHERE site = ? ORDER BY last_received_at DESC LIMIT ?",
        (site, limit),
    )
    return [_quarantined(row) for row in found]


def size(connection: sqlite3.Connection, site: str) -> int:
    """How many rows there are."""
    query = "SELECT count(*) FROM quarantine WHERE site = ?"
    return int(connection.execute(query, (site,)).fetchone()[0])


def one(connection: sqlite3.Connection, site: str, topic: str, reason: str) -> Quarantined | None:
    row = connection.execute(
        "SELECT topic, reason, payload, payload_size, count, first_received_at, last_received_at"
        " FROM quarantine WHERE site = ? AND topic = ? AND reason = ?",
        (site, topic, reason),
    ).fetchone()
    return _quarantined(row) if row is not None else None


def clear(connection: sqlite3.Connection, site: str, topic: str | None, reason: str | None) -> int:
    """Forget one row, all of a topic, or all of the site; returns how many. In the caller's transaction."""
    return connection.execute(
        "DELETE FROM quarantine WHERE site = ? AND (? IS NULL OR topic = ?) AND (? IS NULL OR reason = ?)",
        (site, topic, topic, reason, reason),
    ).rowcount


def everything(connection: sqlite3.Connection, site: str) -> list[Quarantined]:
    """Newest first."""
    rows = connection.execute(
        "SELECT topic, reason, payload, payload_size, count, first_received_at, last_received_at"
        " FROM quarantine WHERE site = ? ORDER BY last_received_at DESC",
        (site,),
    )
    return [_quarantined(row) for row in rows]


def _quarantined(row: Any) -> Quarantined:
    return Quarantined(row[0], row[1], row[2], row[3], row[4], from_us(row[5]), from_us(row[6]))
