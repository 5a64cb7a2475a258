"""What stands in the database right now that a board shows, read at one go; and a fingerprint that tells
cheaply whether any of it has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from dashboards.house import House
from hub.calls import LEAVES_WITHIN
from hub.calls import of_open as calls_of_open
from hub.emergency import SHOWN_FOR
from hub.more_hands import MoreHands, asked_before, called_to
from hub.off import Off, all_off
from hub.quality_reports import NEWS
from hub.reach import routing
from hub.relatives import reviews
from hub.relatives.reviews import Task
from hub.roster_import import to_see_to
from hub.store import (
    absences,
    alerts,
    emergencies,
    erasures,
    escalations,
    health,
    pauses,
    protection,
    quality_reports,
    shifts,
    summonses,
    walk_tests,
)
from hub.store.alerts import AlertEvent
from hub.store.emergencies import Emergency
from hub.store.erasures import Erasure
from hub.store.gaps import GapTask
from hub.store.health import Health
from hub.store.held_rosters import HeldRoster
from hub.store.instants import from_us
from hub.store.protection import Standing
from hub.store.quality_reports import Report
from rules.absence import Absence, away_now
from rules.alert import Alert
from rules.called import Calls
from rules.duty import Shift, StoodInFor
from rules.escalation import Escalation
from rules.wording import OPEN_AGAIN

RECENT = timedelta(hours=12)
HUB_SILENT_AFTER = timedelta(seconds=4)
"""The hub says each second that it lives; a board must say within 5 s that it does not."""


_CONSENTS = """SELECT
  (SELECT count(*) FROM relative_consent WHERE site = :site),
  (SELECT count(withdrawn_at) FROM relative_consent WHERE site = :site),
  (SELECT count(*) FROM relative_bond WHERE site = :site AND ended_at IS NULL),
  (SELECT count(left_at) FROM relative WHERE site = :site),
  (SELECT max(assigned_at) FROM relative_review WHERE site = :site)"""
"""What decides who has to be asked anew, cheaply."""


class Unheard(NamedTuple):
    """`part`: broker, gateway:<id>, device:<id>."""

    part: str
    since: datetime


class Snapshot(NamedTuple):
    now: datetime
    house: House
    open: list[Alert]
    reopened: dict[int, AlertEvent]
    """By alert: what put it back to open after somebody had taken it."""
    called: dict[int, Escalation]
    """By alert: how far the calls for it have come."""
    calls: dict[int, Calls]
    """By alert that nobody has: what became of them."""
    more_hands: dict[int, MoreHands]
    """By alert: who asked for more hands, and who was called."""
    wanted: dict[int, AlertEvent]
    """By alert: who asked for them and has it no more."""
    recent: list[Alert]
    protection: dict[str, Standing]
    unheard: list[Unheard]
    health: dict[str, Health]
    away: dict[str, Absence]
    """By resident: who is not at home now."""
    off: list[Off]
    gaps: list[GapTask]
    """Of the week to come: hours in which somebody would not be told."""
    ending: list[Task]
    """Residents to be asked anew before a yes to a relative ends."""
    reports: list[Report]
    """Monthly reports that are new."""
    held: list[HeldRoster]
    """Rosters from files that were held back, or left shifts of whoever is away by them."""
    unseen: list[Emergency]
    """Emergency access that nobody who answers for it has looked at."""
    unconfirmed: list[Erasure]
    """Erasures that wait for a second person's yes."""
    on_duty: tuple[Shift, ...]
    stood_in_for: tuple[StoodInFor, ...]


def fingerprint(connection: sqlite3.Connection, house: House, now: datetime) -> tuple[object, ...]:
    """Changes with all that a board shows, the date included; not with the hub's every sign of life."""
    site = house.site.site
    return (
        house.version,
        now.astimezone(house.site.zone).strftime("%Y-%m-%d %H"),
        alerts.newest_event(connection),
        tuple(called_to(connection, site, now).items()),
        summonses.unsettled(connection, site, now - LEAVES_WITHIN),
        _is_late(summonses.oldest_untold(connection, site)[1], now),
        connection.execute("SELECT max(seq) FROM protection WHERE site = ?", (site,)).fetchone()[0],
        tuple(unheard(connection, site)),
        tuple((h.part, h.state) for h in health.everything(connection, site)),
        tuple((p.id, p.ends_at, p.confirmed_by) for p in pauses.active(connection, site)),
        tuple((a.id, a.back_by) for a in away_now(absences.active(connection, site), now).values()),
        tuple(test.id for test in walk_tests.running(connection, site)),
        tuple((task.id, task.next_at, task.owner, task.due) for task in routing(connection, site)),
        tuple(connection.execute(_CONSENTS, {"site": site}).fetchone()),
        tuple(one.id for one in quality_reports.made_since(connection, site, now - NEWS)),
        tuple((one.id, one.still) for one in to_see_to(connection, site, now)),
        tuple(one.id for one in emergencies.unseen(connection, site, now - SHOWN_FOR)),
        tuple(one.number for one in erasures.unconfirmed(connection, site)),
        shifts.on_duty(connection, house.site, now),
        shifts.stood_in_for(connection, house.site, now),
    )


def _is_late(call: datetime | None, now: datetime) -> bool:
    return call is not None and now - call > LEAVES_WITHIN


def read_snapshot(connection: sqlite3.Connection, house: House, now: datetime) -> Snapshot:
    site = house.site.site
    still_open = alerts.open_alerts(connection, site)
    trails = {alert.id: alerts.events(connection, alert.id) for alert in still_open}
    wanted = {a.id: step for a in still_open if (step := asked_before(a, trails[a.id])) is not None}
    return Snapshot(
        now,
        house,
        still_open,
        {a.id: event for a in still_open if (event := _reopened(a, trails[a.id])) is not None},
        escalations.of_open(connection, site),
        calls_of_open(connection, site, now),
        called_to(connection, site, now),
        wanted,
        alerts.recent(connection, site, now - RECENT),
        protection.now(connection, site),
        unheard(connection, site),
        {h.part: h for h in health.everything(connection, site)},
        away_now(absences.active(connection, site), now),
        all_off(connection, house.rules, now),
        routing(connection, site),
        reviews.standing(connection, house.site, now),
        quality_reports.made_since(connection, site, now - NEWS),
        to_see_to(connection, site, now),
        emergencies.unseen(connection, site, now - SHOWN_FOR),
        erasures.unconfirmed(connection, site),
        shifts.on_duty(connection, house.site, now),
        shifts.stood_in_for(connection, house.site, now),
    )


def _reopened(alert: Alert, trail: Sequence[AlertEvent]) -> AlertEvent | None:
    if alert.state != "open":
        return None
    return next((event for event in reversed(trail) if event.event in OPEN_AGAIN), None)


def unheard(connection: sqlite3.Connection, site: str) -> list[Unheard]:
    rows = connection.execute("SELECT part, since FROM unheard WHERE site = ? ORDER BY part", (site,))
    return [Unheard(row[0], from_us(row[1])) for row in rows]


class Pulse(NamedTuple):
    """Whether the board may be believed. `why`: ok, hub (it is silent) or broker (the sensors cannot be
    heard).
    """

    why: Literal["ok", "hub", "broker"]
    since: datetime | None
    hub_seen: datetime | None


def pulse(connection: sqlite3.Connection, site: str, now: datetime) -> Pulse:
    parts = {h.part: h for h in health.everything(connection, site)}
    hub, broker = parts.get("hub"), parts.get("broker")
    if hub is None:
        return Pulse("hub", None, None)
    # A sign of life from the future was said by a clock that has since been set back: it says nothing of now.
    if abs(now - hub.seen) > HUB_SILENT_AFTER or hub.state == "down":
        return Pulse("hub", hub.seen, hub.seen)
    if broker is not None and broker.state == "down":
        return Pulse("broker", broker.since, hub.seen)
    return Pulse("ok", None, hub.seen)
