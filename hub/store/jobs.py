"""What is done by the clock: when each job is due, and how its last run went. A run is claimed by a lock of
the operating system (hub/timetable.py), never by a row: who is killed holds nothing.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.store.instants import from_us, to_us


class JobRow(NamedTuple):
    """`failed_at`: of the last run, None where it succeeded. `said`: what it did, or why it failed."""

    name: str
    due: datetime
    started_at: datetime | None
    done_at: datetime | None
    failed_at: datetime | None
    said: str


def get(connection: sqlite3.Connection, name: str) -> JobRow | None:
    return next((row for row in everything(connection) if row.name == name), None)


def everything(connection: sqlite3.Connection) -> list[JobRow]:
    rows = connection.execute("SELECT name, due, started_at, done_at, failed_at, said FROM job ORDER BY name")
    return [
        JobRow(row[0], from_us(row[1]), _instant(row[2]), _instant(row[3]), _instant(row[4]), row[5])
        for row in rows
    ]


def due(connection: sqlite3.Connection, name: str, at: datetime) -> None:
    """Have it done from then on, also where it was to be done later."""
    connection.execute(
        "INSERT INTO job (name, due, said) VALUES (?, ?, '')"
        " ON CONFLICT (name) DO UPDATE SET due = min(due, excluded.due)",
        (name, to_us(at)),
    )


def started(connection: sqlite3.Connection, name: str, at: datetime) -> None:
    connection.execute("UPDATE job SET started_at = ? WHERE name = ?", (to_us(at), name))


def done(connection: sqlite3.Connection, name: str, at: datetime, next_due: datetime, said: str) -> None:
    connection.execute(
        "UPDATE job SET done_at = ?, due = ?, failed_at = NULL, said = ? WHERE name = ?",
        (to_us(at), to_us(next_due), said, name),
    )


def failed(connection: sqlite3.Connection, name: str, at: datetime, next_due: datetime, why: str) -> None:
    connection.execute(
        "UPDATE job SET failed_at = ?, due = ?, said = ? WHERE name = ?",
        (to_us(at), to_us(next_due), why, name),
    )


def _instant(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
