"""From findings to alerts: opened, found again, cleared; each change with its trail and its announcement, in
one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

import msgspec

from hub.announcement import announce
from hub.store import alerts
from hub.store.db import transaction
from rules.alert import Alert, Concern, Decision, found, opened, time_is_up
from rules.building import Site
from rules.finding import Finding


def take(
    connection: sqlite3.Connection, site: str, finding: Finding, concern: Concern, found_at: datetime
) -> Alert | None:
    """What a finding does to the alerts. Within a transaction. None: it clears what nobody waits for any
    more.
    """
    alerts.add_finding(connection, site, finding)
    alert = alerts.open_alert(connection, site, finding.rule, finding.room)
    if alert is not None:
        decision = found(alert, finding, concern)
        return change(connection, alert, decision.event or finding.kind, decision, found_at)
    if finding.kind == "cleared":
        return None
    alert = alerts.add(connection, opened(finding, site, concern, found_at))
    alerts.add_event(connection, alert.id, found_at, finding.kind, None, finding.reason)
    announce(connection, alert, found_at)
    return alert


def change(
    connection: sqlite3.Connection,
    before: Alert,
    event: str,
    decision: Decision,
    at: datetime,
    by: str | None = None,
) -> Alert:
    """Put a decision on a stored alert into force. Within a transaction."""
    if decision.changed and decision.alert != before:
        alerts.put(connection, decision.alert)
        announce(connection, decision.alert, at)
    alerts.add_event(connection, before.id, at, event, by, decision.reason)
    return decision.alert


def let_time_pass(connection: sqlite3.Connection, site: str, now: datetime) -> int:
    """Alerts that time itself changes: taken by somebody, and nothing came of it. Returns how many."""
    waiting = alerts.overdue(connection, site, now)
    for alert in waiting:
        decision = time_is_up(alert)
        change(connection, alert, decision.event, decision, now)
    return len(waiting)


def clock_jumped(connection: sqlite3.Connection, site: str, moved: Callable[[datetime], datetime]) -> None:
    """What waits for its time waits as long as it would have. Within a transaction."""
    for alert in alerts.open_alerts(connection, site):
        if alert.due is not None:
            alerts.put(connection, msgspec.structs.replace(alert, due=moved(alert.due)))


def follow_units(connection: sqlite3.Connection, site: Site, at: datetime) -> None:
    """Open alerts go with their room to its unit: those who look after it now must see them."""
    units = {room.id: room.unit for room in site.rooms}
    with transaction(connection):
        for alert in alerts.open_alerts(connection, site.site):
            unit = units.get(alert.room, alert.unit)
            if unit != alert.unit:
                moved = msgspec.structs.replace(alert, unit=unit)
                decision = Decision(moved, True, f"the room belongs to {unit} now")
                change(connection, alert, "moved", decision, at)
