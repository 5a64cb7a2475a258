"""How far the calls for each open alert have come. Everything here runs within the caller's transaction."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.escalation import Escalation

_read = msgspec.json.Decoder(Escalation).decode


def get(connection: sqlite3.Connection, alert: int) -> Escalation | None:
    row = connection.execute("SELECT state FROM alert_escalation WHERE alert = ?", (alert,)).fetchone()
    return None if row is None else _read(row[0])


def put(connection: sqlite3.Connection, alert: int, escalation: Escalation) -> None:
    due = None if escalation.due is None else to_us(escalation.due)
    connection.execute(
        "INSERT INTO alert_escalation (alert, state, due) VALUES (?, ?, ?)"
        " ON CONFLICT (alert) DO UPDATE SET state = excluded.state, due = excluded.due",
        (alert, msgspec.json.encode(escalation), due),
    )


def delete(connection: sqlite3.Connection, alert: int) -> None:
    connection.execute("DELETE FROM alert_escalation WHERE alert = ?", (alert,))


def due(connection: sqlite3.Connection, site: str, now: datetime) -> list[tuple[int, Escalation]]:
    """The alerts for which somebody is to be called by now, the longest wait first."""
    rows = connection.execute(
        "SELECT alert, e.state FROM alert_escalation AS e JOIN alert ON alert.id = e.alert"
        " WHERE e.due <= ? AND site = ? ORDER BY e.due, alert",
        (to_us(now), site),
    )
    return [(row[0], _read(row[1])) for row in rows]


def of_open(connection: sqlite3.Connection, site: str) -> dict[int, Escalation]:
    """By alert, of all that are not closed."""
    rows = connection.execute(
        "SELECT alert, e.state FROM alert_escalation AS e JOIN alert ON alert.id = e.alert WHERE site = ?",
        (site,),
    )
    return {row[0]: _read(row[1]) for row in rows}


def next_due(connection: sqlite3.Connection, site: str) -> datetime | None:
    """When the next call of this site is to be made: another's hub may be down, and its calls long due."""
    row = connection.execute(
        "SELECT min(e.due) FROM alert_escalation AS e JOIN alert ON alert.id = e.alert"
        " WHERE e.due IS NOT NULL AND site = ?",
        (site,),
    ).fetchone()
    return None if row[0] is None else from_us(row[0])
