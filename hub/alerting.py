"""From findings to alerts: opened, found again, cleared; each change with its trail and its announcement, in
one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec

from hub import escalation
from hub.announcement import announce
from hub.calls import MOVED
from hub.site.file import SiteFile, read_held
from hub.store import alerts, emergencies, escalations, shifts, sites, summonses
from hub.store.db import transaction
from hub.store.emergencies import Emergency
from hub.store.summonses import CALLED_ANEW
from rules.alert import (
    Alert,
    Concern,
    Decision,
    found,
    left_to_who_took_it,
    opened,
    owner_lost,
    time_is_up,
)
from rules.building import Person, Site
from rules.duty import LONGEST, is_shut_out, looks_after
from rules.escalation import EscalationPlan
from rules.finding import Finding
from rules.week import absences_left


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
        event = decision.event or finding.kind
        return change(connection, alert, event, decision, found_at, plan=concern.escalation)
    if finding.kind == "cleared":
        return None
    alert = alerts.add(connection, opened(finding, site, concern, found_at))
    alerts.add_event(connection, alert.id, found_at, finding.kind, None, finding.reason, alert.severity)
    escalation.begin(connection, alert, concern.escalation, found_at)
    announce(connection, alert, found_at)
    return alert


def change(
    connection: sqlite3.Connection,
    before: Alert,
    event: str,
    decision: Decision,
    at: datetime,
    by: str | None = None,
    plan: EscalationPlan | None = None,
) -> Alert:
    """Put a decision on a stored alert into force. Within a transaction. `plan`: who is called where nobody
    was until now, as for a pre-warning.
    """
    alerts.add_event(connection, before.id, at, event, by, decision.reason, decision.alert.severity)
    if decision.changed and decision.alert != before:
        alerts.put(connection, decision.alert)
        escalation.follow(connection, decision.alert, before.severity, plan, at)
        if event == "assist":
            escalation.widen(connection, decision.alert, at, plan)
        announce(connection, decision.alert, at)
    return decision.alert


def let_time_pass(connection: sqlite3.Connection, site: str, now: datetime) -> int:
    """What time itself changes: alerts that somebody took and nothing came of, and calls that are due.
    Returns how many alerts it was.
    """
    waiting = alerts.overdue(connection, site, now)
    for alert in waiting:
        decision = time_is_up(alert)
        change(connection, alert, decision.event, decision, now)
    called = escalation.let_time_pass(connection, site, now)
    for alert in called:
        announce(connection, alert, now)
    return len(waiting) + len(called)


def clock_jumped(connection: sqlite3.Connection, site: str, moved: Callable[[datetime], datetime]) -> None:
    """What waits for its time waits as long as it would have. Within a transaction."""
    for alert in alerts.open_alerts(connection, site):
        escalation.clock_jumped(connection, alert.id, moved)
        if alert.due is not None:
            alerts.put(connection, msgspec.structs.replace(alert, due=moved(alert.due)))


def follow_site(connection: sqlite3.Connection, site: Site, at: datetime) -> None:
    """Open alerts go along with a site that has changed, also while the hub was down: with their room to its
    unit; and those whose owner works here no more, or as something else, are open at once: nobody else comes
    to what somebody has. Of who looks after other units now: `let_strangers_go`.
    """
    units = {room.id: room.unit for room in site.rooms}
    with transaction(connection):
        for alert in alerts.open_alerts(connection, site.site):
            unit = units.get(alert.room, alert.unit)
            closed_to_owner = alert.state != "open" and _is_closed_to_owner(connection, site, alert)
            here = alert if unit == alert.unit else _moved(connection, site, alert, unit, at)
            if closed_to_owner:
                _open_again(connection, here, "owner_shut_out", at)


def _moved(connection: sqlite3.Connection, site: Site, alert: Alert, unit: str, at: datetime) -> Alert:
    """Those who look after it now are called from the first stage of their plan on; what waits for those who
    did is not sent any more.
    """
    if alert.state == "open":
        summonses.drop_waiting(connection, alert.id, CALLED_ANEW)
    escalations.delete(connection, alert.id)
    moved = msgspec.structs.replace(alert, unit=unit)
    decision = Decision(moved, True, f"the room belongs to {unit} now")
    return change(connection, alert, MOVED, decision, at, plan=site.escalation_of(unit))


def _is_closed_to_owner(connection: sqlite3.Connection, site: Site, alert: Alert) -> bool:
    """Who could open it as what they were when they took it, and cannot any more."""
    since = alert.arrived_at or alert.accepted_at or alert.found_at
    then = read_held(sites.in_force_at(connection, site.site, since))
    people = then.site.people if isinstance(then, SiteFile) else ()
    owner = next((person for person in people if person.id == alert.owner), None)
    now = next((person for person in site.people if person.id == alert.owner), None)
    return owner is not None and is_shut_out(owner, now)


def let_absent_go(connection: sqlite3.Connection, site: Site, at: datetime) -> None:
    """Those of whoever took them before an absence of theirs began, or went on since they have left the shift
    that they signed in to all the same. Within a transaction.
    """
    taken = alerts.taken(connection, site.site)
    if not taken:
        return
    there = shifts.between(connection, site.site, at - LONGEST, at)
    away = absences_left(shifts.absences(connection, site.site, at, at), there)
    for alert in taken:
        since = alert.arrived_at or alert.accepted_at
        if since and any(a.covers(alert.owner or "", at) and since <= a.starts_at for a in away):
            _open_again(connection, alert, "owner_absent", at)


def let_strangers_go(connection: sqlite3.Connection, site: Site, at: datetime) -> None:
    """Those of another unit than their owner's, since the room or the owner went there or an emergency access
    has ended: they could neither hand them back nor close them. A colleague's who had taken them before they
    came, and may open them, they are from then on. Within a transaction.
    """
    taken = alerts.taken(connection, site.site)
    if not taken:
        return
    opened = emergencies.active(connection, site.site, at)
    people = {person.id: person for person in site.people}
    for alert in taken:
        owner, colleague = people.get(alert.owner or ""), people.get(alert.accepted_by or "")
        if owner is None or _may_open(owner, alert, opened):
            continue
        if colleague is not None and _may_open(colleague, alert, opened):
            decision = left_to_who_took_it(alert, at)
            change(connection, alert, decision.event, decision, at)
        else:
            _open_again(connection, alert, "owner_shut_out", at)


def _may_open(person: Person, alert: Alert, emergency: Iterable[Emergency]) -> bool:
    """In their own right, or in an emergency that goes on."""
    return looks_after(person, alert.unit) or any(
        one.person == person.id and one.opens(alert.room, alert.unit) for one in emergency
    )


def let_go_of(connection: sqlite3.Connection, site: str, person: str, at: datetime) -> None:
    """Those of somebody who is said to be absent now, whenever that began. Within a transaction."""
    for alert in alerts.taken(connection, site):
        if alert.owner == person:
            _open_again(connection, alert, "owner_absent", at)


def _open_again(
    connection: sqlite3.Connection,
    alert: Alert,
    event: Literal["owner_absent", "owner_shut_out"],
    at: datetime,
) -> None:
    change(connection, alert, event, owner_lost(alert, event), at)
