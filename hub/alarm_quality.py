"""Alerts read as the figures of alarm quality want them (rules/alarm_quality.py), and who was on duty
meanwhile.

Here: which alerts are looked at: those that came to care staff. What waits for a technician, what stayed a
pre-warning, and what was closed as a test does not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta

from hub.store import alerts, shifts, sites
from rules.alarm_quality import Carers, Happened, Quality, quality, trend
from rules.alert import Alert
from rules.building import Site
from rules.duty import LONGEST, Function, on_duty
from rules.health.telling import waits_for_a_technician
from rules.week import midnight, monday_of

_CAME = frozenset({"raised", "raised_again", "raised_anew", "confirmed"})
_CARRY: frozenset[Function] = frozenset({"carer", "night_patrol"})
_TOOK = frozenset({"accept", "set_out", "arrive"})


def quality_of(
    connection: sqlite3.Connection,
    site: Site,
    units: Collection[str] | None,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Quality:
    """Of the alerts of these units (None: the whole house, with what concerns several units). The trend is of
    the weeks, each whole, that the time touches.
    """
    weeks = _weeks(site, since, until)
    first, last = weeks[0][0], weeks[-1][1]
    found = [a for a in alerts.standing(connection, site.site, first, last) if counts(a)]
    trails = alerts.trails(connection, site.site, first, last)
    happened = {
        alert: _happened(alert, trails.get(alert.id, []))
        for alert in found
        if units is None or alert.unit in units
    }
    inside = [
        one
        for alert, one in happened.items()
        if alert.found_at < until and (alert.closed_at or since) >= since
    ]
    carers = carers_of(connection, site, units, first, last)
    by_week = trend(happened.values(), carers, weeks, now)
    return quality(inside, carers, since, until, by_week)


def _weeks(site: Site, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """From Monday to Monday in the house's time zone."""
    monday, found = monday_of(since.astimezone(site.zone).date()), list[tuple[datetime, datetime]]()
    while not found or found[-1][1] < until:
        after = monday + timedelta(days=7)
        found.append((midnight(monday, site), midnight(after, site)))
        monday = after
    return found


def there_since(connection: sqlite3.Connection, site: str, now: datetime) -> datetime:
    """When the hub came to the house, as far back as anything tells."""
    told = (sites.first_imported(connection, site), alerts.first_found(connection, site))
    return min((at for at in told if at is not None), default=now)


def counts(alert: Alert) -> bool:
    return not (alert.prewarning or alert.outcome == "test" or waits_for_a_technician(alert))


def carers_of(
    connection: sqlite3.Connection,
    site: Site,
    units: Collection[str] | None,
    since: datetime,
    until: datetime,
) -> Carers:
    """By the one rule of who counts as on duty: whoever an alert of these units may come to, at night the
    patrol too. A leader is called last, where nobody else answers.
    """
    planned = shifts.between(connection, site.site, since - LONGEST, until)
    absences = shifts.absences(connection, site.site, since - LONGEST, until)
    known: dict[datetime, int] = {}

    def carers(at: datetime) -> int:
        hour = at.replace(minute=0, second=0, microsecond=0)
        if hour not in known:
            near = [s for s in planned if s.starts_at <= at and s.ends_at > at - LONGEST]
            there = [s for s in on_duty(site, near, absences, at) if s.function in _CARRY]
            inside = {s.person for s in there if units is None or not s.units or set(units) & set(s.units)}
            known[hour] = len(inside)
        return known[hour]

    return carers


def _happened(alert: Alert, trail: list[alerts.AlertEvent]) -> Happened:
    came = tuple(step.at for step in trail if step.event in _CAME)
    took = [step.at for step in trail if step.event in _TOOK]
    there = alerts.first_there(trail)
    return Happened(
        rule=alert.rule,
        room=alert.room,
        unit=alert.unit,
        device=alert.device,
        severity=alert.severity,
        times=(alert.found_at, *[at for at in came[1:] if at >= alert.found_at]),
        accepted_at=min(took, default=None),
        arrived_at=there.at if there is not None else None,
        closed_at=alert.closed_at if alert.outcome != "passed" else None,
        outcome=alert.outcome,
    )
