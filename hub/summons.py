"""From calls to messages: follows the alerts' trail from a stored place and puts a message to each person who
is called into the outbox, once.

Its place and the messages are one transaction: killed anywhere, each call becomes its messages exactly once.
"""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple, cast

import msgspec

from hub.escalation import CALLED, CALLED_IN_VAIN
from hub.store import alerts, contacts, shifts, summonses
from hub.store.alerts import AlertEvent
from hub.store.db import transaction
from hub.store.phones import WAY
from hub.store.summonses import Summons
from rules.alert import Alert
from rules.building import Site
from rules.duty import called
from rules.escalation import Group
from rules.proof import is_proof, proof_site
from rules.summons import FLOOD_WITHIN, Decision, History, decide
from rules.wording.summons import body, body_of_proof, subject, subject_of_proof

log = logging.getLogger(__name__)

REACHED_NOBODY = "reached_nobody"
"""The step of a trail that says that nobody of a group that was called has a way by which they are reached.
"""
_TAKEN = frozenset({"accept", "set_out", "arrive", "close"})
_AT_ONCE = 500


class Answerable(NamedTuple):
    """Whom a call goes to, by what."""

    person: str
    way: str
    address: str


def begin(connection: sqlite3.Connection, site: str) -> None:
    """At the very first start: what was called before there were messages is not sent now."""
    with transaction(connection):
        if summonses.cursor(connection, site) is None:
            summonses.put_cursor(connection, site, alerts.newest_event(connection))


def follow(connection: sqlite3.Connection, site: Site, web_address: str | None, now: datetime) -> int:
    """Turn what came since into messages; returns how many steps were looked at."""
    since = summonses.cursor(connection, site.site) or 0
    if alerts.newest_event(connection) == since:
        return 0
    with transaction(connection):
        steps = alerts.events_since(connection, since, _AT_ONCE)
        for step in steps:
            _follow(connection, site, step, web_address, now)
        if steps:
            summonses.put_cursor(connection, site.site, steps[-1].seq)
    return len(steps)


def _follow(
    connection: sqlite3.Connection, site: Site, step: AlertEvent, web_address: str | None, now: datetime
) -> None:
    if step.event in _TAKEN:
        summonses.drop_waiting(connection, step.alert)
        return
    alert = alerts.get(connection, site.site, step.alert) or alerts.get(
        connection, proof_site(site.site), step.alert
    )
    if step.event == "cleared" and alert is not None and alert.state == "closed":
        summonses.drop_waiting(connection, step.alert)  # low, and passed by itself
    if step.event not in (CALLED, CALLED_IN_VAIN):
        return
    if alert is None or alert.state == "closed" or (alert.state != "open" and alert.assistance_at is None):
        return  # another site's; or taken before anybody could be told
    people = contacts.everything(connection, site.site)
    found = answerable(connection, site, alert, step)
    decisions = {
        person: _when(connection, site, alert, person, now)
        for person in dict.fromkeys(one.person for one in found)
    }
    for one in found:
        message = _message(site, alert, step, web_address, one, now)
        at, held = decisions[one.person].at, decisions[one.person].held
        summonses.add(connection, msgspec.structs.replace(message, next_at=at, held=held))
    if people and not found:
        alerts.add_event(connection, alert.id, now, REACHED_NOBODY, None, step.reason)


def _when(connection: sqlite3.Connection, site: Site, alert: Alert, person: str, now: datetime) -> Decision:
    """When this call goes out to this person: what they were called for already, and what they want,
    count.
    """
    wanted = contacts.preferences(connection, site.site, person)
    calls = summonses.calls_since(connection, site.site, person, now - FLOOD_WITHIN)
    longest = max(wanted.gathered_for, timedelta(days=1))  # nothing is held for longer than quiet hours last
    groups = summonses.groups(connection, site.site, person, now - longest)
    return decide(now, alert.severity, History(calls, groups), wanted, site.zone)


def answerable(
    connection: sqlite3.Connection, site: Site, alert: Alert, step: AlertEvent
) -> list[Answerable]:
    """Whom a call reaches: what is high by all their ways at once, the rest by the first."""
    on_duty = shifts.on_duty(connection, site, step.at)
    known = contacts.everything(connection, site.site)
    found = []
    for group in step.reason.split(", "):
        if is_proof(alert.site):
            people = first_in_line(connection, site, alert.unit, step.at)
        else:
            people = called(cast(Group, group), alert.unit, alert.residents, site, on_duty, step.at).people
        for person in people:
            ways = [Answerable(*contact) for contact in known if contact.person == person]
            phones = [one for one in ways if one.way == WAY]  # all of them are one way
            found += ways if alert.severity == "high" else phones or ways[:1]
    return list(dict.fromkeys(found))


def first_in_line(connection: sqlite3.Connection, site: Site, unit: str, at: datetime) -> tuple[str, ...]:
    """Who gets the message of a proof: whom the site names for that, else who would be called first."""
    on_duty = shifts.on_duty(connection, site, at)
    return site.proof.to or called("unit", unit, (), site, on_duty, at).people


def _message(
    site: Site, alert: Alert, step: AlertEvent, web_address: str | None, to: Answerable, now: datetime
) -> Summons:
    person = next(p for p in site.people if p.id == to.person)
    language = person.language or site.language
    room = next((r for r in site.rooms if r.id == alert.room), None)
    place = (room.name or room.id) if room is not None else site.name
    if proof := is_proof(alert.site):
        place = next((unit.name for unit in site.units if unit.id == alert.unit), site.name)
    return Summons(
        id=0,
        site=site.site,
        alert=alert.id,
        event=step.seq,
        person=to.person,
        way=to.way,
        address=to.address,
        urgent=alert.severity == "high" and not proof,  # a real one never stands behind a test
        subject=subject_of_proof(place, language)
        if proof
        else subject(alert, place, step.event == CALLED_IN_VAIN, language),
        body=body_of_proof(language) if proof else body(web_address, alert.id, language),
        created_at=now,
        next_at=now,
    )
