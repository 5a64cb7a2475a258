"""What came of alerts that are deleted: counts by unit, rule and month, which are about nobody."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hub.store.instants import from_us


class AlertMonth(NamedTuple):
    """`month`: local, 2026-11. `alerts`: how many."""

    unit: str
    rule: str
    severity: str
    month: str
    outcome: str
    alerts: int


def count(connection: sqlite3.Connection, alerts: Sequence[int], zone: ZoneInfo) -> None:
    """Count closed alerts of one site, right before they are deleted in the same transaction."""
    marks = ", ".join("?" * len(alerts))
    rows = connection.execute(
        "SELECT site, unit, rule, severity, raised_at, outcome FROM alert"
        f" WHERE id IN ({marks}) AND outcome IS NOT NULL AND outcome <> 'test'",
        tuple(alerts),
    )
    counts = Counter(
        (row[0], row[1], row[2], row[3], f"{from_us(row[4]).astimezone(zone):%Y-%m}", row[5]) for row in rows
    )
    connection.executemany(
        "INSERT INTO alert_month (site, unit, rule, severity, month, outcome, alerts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET alerts = alerts + excluded.alerts",
        [(*key, number) for key, number in counts.items()],
    )


def months(connection: sqlite3.Connection, site: str) -> list[AlertMonth]:
    """All that is known of alerts that are gone, by month."""
    rows = connection.execute(
        "SELECT unit, rule, severity, month, outcome, alerts FROM alert_month WHERE site = ?"
        " ORDER BY month, unit, rule, severity, outcome",
        (site,),
    )
    return [AlertMonth(*row) for row in rows]
