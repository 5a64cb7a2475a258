"""The auditor: looks from outside the main loop for what is overdue, mends it by the ordinary path where
there is one, and says so in an alert.

The watchdog asks `overdue` too, in a process of its own that only reads.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import get_args

from hub import alerting, escalation, pauses, summons
from hub.store import alerts, escalations, health, outbox, summonses
from hub.store import pauses as store_of_pauses
from hub.store.db import transaction
from hub.threads import PART as THREADS
from rules.building import Site
from rules.catalogue import catalogue
from rules.overdue import (
    AFTER,
    OVERDUE,
    Late,
    Reason,
    failing_threads,
    late_alerts,
    late_messages,
    late_pauses,
    late_telling,
    mended,
    told,
)
from rules.rulebook import rulebook


def overdue(connection: sqlite3.Connection, site: Site, now: datetime) -> list[Late]:
    """All that should have happened by now. Only reads."""
    standing = [alert for alert in alerts.open_alerts(connection, site.site) if alert.rule != OVERDUE]
    found = late_alerts(standing, escalations.of_open(connection, site.site), now)
    found += late_telling(*summonses.oldest_untold(connection, site.site), now)
    found += late_messages(summonses.oldest_due(connection, site.site), now)
    units = {room.id: room.unit for room in site.rooms}
    found += late_pauses(store_of_pauses.active(connection, site.site), units, now)
    _, waiting = outbox.backlog(connection, site.site)
    parts = {h.part: h for h in health.everything(connection, site.site)}
    threads = parts.get(THREADS)
    failing = threads is not None and threads.state != "ok"
    found += failing_threads(
        threads.detail if failing and threads else "", threads.since if failing and threads else None, now
    )
    broker = parts.get("broker")
    heard = broker is not None and broker.state == "ok" and now - broker.since > AFTER
    if waiting is not None and heard and now - waiting > AFTER:
        found.append(Late("announcement", "", "", waiting))
    return found


def go(
    connection: sqlite3.Connection, site: Site, now: datetime, web_address: str | None = None
) -> list[Late]:
    """One round: what is overdue is told, and mended where that is possible. Returns what was found.
    `web_address`: where the pages are, for messages to people.
    """
    if not overdue(connection, site, now):
        _clear(connection, site, set(), now)
        return []
    with transaction(connection):  # looked at again where nobody else can write beside
        found = overdue(connection, site, now)
        by_reason: dict[Reason, list[Late]] = {}
        for late in found:
            by_reason.setdefault(late.reason, []).append(late)
        for reason, late_ones in by_reason.items():
            finding, concern = told(reason, late_ones, now)
            known = alerts.open_alert(connection, site.site, OVERDUE, reason)
            if known is None or known.cleared_at is not None:
                alerting.take(connection, site.site, finding, concern, now)
        _mend(connection, site, found, now)
    if "untold" in by_reason:
        summons.follow(connection, site, web_address, now)
    if "pause" in by_reason:
        book = rulebook(site, catalogue(), now.astimezone(site.zone).date())
        pauses.let_time_pass(connection, book, now)
    _clear(connection, site, set(by_reason), now)
    return found


def _mend(connection: sqlite3.Connection, site: Site, found: list[Late], now: datetime) -> None:
    """By the path that should have done it. Within a transaction."""
    for late in found:
        alert = (
            alerts.get(connection, site.site, int(late.subject)) if late.reason == "no_next_step" else None
        )
        if alert is not None:
            escalations.delete(connection, alert.id)
            escalation.begin(connection, alert, site.escalation_of(alert.unit), now)
    if any(late.reason in ("call", "owner") for late in found):
        alerting.let_time_pass(connection, site.site, now)


def _clear(connection: sqlite3.Connection, site: Site, standing: set[Reason], now: datetime) -> None:
    told_of = {alert.room: alert for alert in alerts.open_of_rule(connection, site.site, OVERDUE)}
    reasons: tuple[Reason, ...] = get_args(Reason)
    for reason in reasons:
        alert = told_of.get(reason)
        if alert is not None and alert.cleared_at is None and reason not in standing:
            with transaction(connection):
                alerting.take(connection, site.site, *mended(reason, now), now)
