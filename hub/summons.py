"""From calls to messages: follows the alerts' trail from a stored place and puts a message to each person who
is called into the outbox, once. Who is on duty is asked when the message is made: after an outage that are
those who are there now, and not those who were when the call was due.

Its place and the messages are one transaction: killed anywhere, each call becomes its messages exactly once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

import msgspec

from hub.announcement import announce
from hub.calls import OPEN_AGAIN, TAKEN
from hub.escalation import (
    CALLED,
    CALLED_IN_VAIN,
    CALLED_INSTEAD,
    NOBODY_IN,
    REACHED_NOBODY,
    calls_at_once,
    goes_on_for_help,
    reached_nobody,
)
from hub.reach import usable_ways, working
from hub.store import alerts, contacts, escalations, proofs, shifts, summonses
from hub.store.alerts import AlertEvent
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import WAY
from hub.store.summonses import CALLED_ANEW, Summons
from rules.alert import Alert
from rules.building import Site
from rules.duty import called, instead, nobody_in
from rules.escalation import Group
from rules.in_stead import InVain, called_in_stead
from rules.proof import is_proof, later_stages, proof_site
from rules.summons import FLOOD_WITHIN, Decision, History, decide
from rules.wording.summons import body, body_of_proof, subject, subject_of_proof

log = logging.getLogger(__name__)

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
    if alerts.newest_event(connection) <= since:
        return 0
    with transaction(connection):
        since = summonses.cursor(connection, site.site) or 0  # the auditor may have been quicker
        steps = alerts.events_since(connection, since, _AT_ONCE)
        for step in steps:
            _follow_alone(connection, site, step, web_address, now)
        if steps:
            summonses.put_cursor(connection, site.site, steps[-1].seq)
    return len(steps)


def _follow_alone(
    connection: sqlite3.Connection, site: Site, step: AlertEvent, web_address: str | None, now: datetime
) -> None:
    """A step that breaks us costs no other its messages: it is left, and stands in the trail."""
    connection.execute("SAVEPOINT step")
    try:
        _follow(connection, site, step, web_address, now)
    except sqlite3.OperationalError:
        raise  # the disk: all of it again, later
    except Exception:
        log.exception("the step %s of alert %s could not be turned into messages", step.seq, step.alert)
        connection.execute("ROLLBACK TO step")
        if step.event in (CALLED, CALLED_IN_VAIN):
            reached_nobody(connection, step.alert, step.reason, now)
    connection.execute("RELEASE step")


def _follow(
    connection: sqlite3.Connection, site: Site, step: AlertEvent, web_address: str | None, now: datetime
) -> None:
    if step.event in TAKEN:
        called_for = _asked_by(alerts.events(connection, step.alert), step)
        summonses.drop_waiting(connection, step.alert, before=called_for)
        return
    if step.event in OPEN_AGAIN:  # what waits says that somebody has it: the call that follows is to all
        summonses.drop_waiting(connection, step.alert, CALLED_ANEW)
        return
    alert = alerts.get(connection, site.site, step.alert) or alerts.get(
        connection, proof_site(site.site), step.alert
    )
    if step.event == "cleared" and alert is not None and alert.state == "closed":
        summonses.drop_waiting(connection, step.alert)  # low, and passed by itself
    if step.event not in (CALLED, CALLED_IN_VAIN):
        return
    if alert is None or alert.state == "closed" or (alert.state != "open" and _asking(alert) is None):
        return  # another site's; or taken before anybody could be told
    gave_back = _handed_back_by(alerts.events(connection, alert.id), step) if alert.state == "open" else None
    aside = gave_back or _asking(alert)
    meant = answerable(connection, site, alert, step, now, aside)
    hears = _hearing(connection, site, alert)
    nobody_hears = not any(map(hears, meant))
    only_the_board = _asking(alert) is not None and not contacts.everything(connection, site.site)
    alone = _asking(alert) is not None and nobody_hears and not only_the_board
    if alone and goes_on_for_help(connection, alert, step.reason, now):
        announce(connection, alert, now)
        return  # the next stage is a step of its own
    others = _instead(connection, site, alert, step, hears, now, aside) if nobody_hears else []
    if gave_back is not None and not any(map(hears, (*meant, *others))):  # there is nobody else
        meant = answerable(connection, site, alert, step, now)
        nobody_hears = not any(map(hears, meant))
        others = _instead(connection, site, alert, step, hears, now) if nobody_hears else []
    found = [*meant, *others]
    decisions = {
        person: _when(connection, site, alert, person, now)
        for person in dict.fromkeys(one.person for one in found)
    }
    for one in dict.fromkeys(found):
        message = _message(site, alert, step, web_address, one, now)
        at, held = decisions[one.person].at, decisions[one.person].held
        summonses.add(connection, msgspec.structs.replace(message, next_at=at, held=held))
    works = _works(connection, site)
    if alone or not (only_the_board or any(one in works for one in meant)):
        reached_nobody(connection, alert.id, step.reason, now, in_stead=bool(others))
    if empty := _nobody_in(connection, site, alert, step, now):
        alerts.add_event(connection, alert.id, now, NOBODY_IN, None, ", ".join(empty))
    if others:
        names = ", ".join(dict.fromkeys(one.person for one in others if hears(one)))
        alerts.add_event(connection, alert.id, now, CALLED_INSTEAD, None, names)


def _asked_by(trail: Sequence[AlertEvent], step: AlertEvent) -> int | None:
    """The step by which the very person who goes on with it asked for more hands: what was called since goes
    out all the same.
    """
    if step.event == "close":
        return None
    for earlier in reversed([one for one in trail if one.seq < step.seq]):
        if earlier.event in OPEN_AGAIN:
            return None
        if earlier.event == "assist":
            return earlier.seq if earlier.by == step.by else None
    return None


def _handed_back_by(trail: Sequence[AlertEvent], step: AlertEvent) -> str | None:
    """Who has just handed the alert back, and it is that which this call is made for."""
    led_to_it = TAKEN | OPEN_AGAIN | {CALLED, CALLED_IN_VAIN}
    before = [one for one in trail if one.seq < step.seq and one.event in led_to_it]
    return before[-1].by if before and before[-1].event == "hand_back" else None


def did_not_go_out(connection: sqlite3.Connection, message: Summons, now: datetime) -> None:
    """A message failed. Where none of its call has arrived or may yet, nobody was reached. Whoever asks for
    more hands waits for no second try: no time passes by which the next stage would come.
    """
    alert = alerts.get(connection, message.site, message.alert)
    asks = alert is not None and _asking(alert) is not None
    if message.next_at is not None and not asks:
        return
    of_call = [m for m in summonses.of_alert(connection, message.alert) if m.event == message.event]
    if any(m.sent_at is not None or m.spared for m in of_call):
        return
    if any(m.next_at is not None and not (asks and m.attempts) for m in of_call):
        return
    trail = alerts.events(connection, message.alert)
    step, *later = (e for e in trail if e.seq >= message.event)
    if any(e.event == REACHED_NOBODY and e.reason == step.reason for e in later):
        return
    if asks and alert is not None and goes_on_for_help(connection, alert, step.reason, now):
        announce(connection, alert, now)
    elif all(m.next_at is None for m in of_call):
        reached_nobody(connection, message.alert, step.reason, now)
        if message.urgent and _handed_back_by(trail, step) is not None:
            calls_at_once(connection, message.alert, now)  # who handed it back, too


def _when(connection: sqlite3.Connection, site: Site, alert: Alert, person: str, now: datetime) -> Decision:
    """When this call goes out to this person: what they were called for already, and what they want,
    count. Somebody who stands there and asks for more hands waits for nothing of that.
    """
    if _asking(alert) is not None:
        return Decision(now, "at_once")
    wanted = contacts.preferences(connection, site.site, person)
    calls = summonses.calls_since(connection, site.site, person, now - FLOOD_WITHIN)
    longest = max(wanted.gathered_for, timedelta(days=1))  # nothing is held for longer than quiet hours last
    groups = summonses.groups(connection, site.site, person, now - longest)
    return decide(now, alert.severity, History(calls, groups), wanted, site.zone)


def answerable(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    now: datetime,
    aside: str | None = None,
) -> list[Answerable]:
    """Whom a call reaches: what is high by all their ways at once, the rest by the first. `aside`: who asks
    for more hands, or hands it back, and is not called for that.
    """
    known = contacts.everything(connection, site.site)
    works = _works(connection, site)
    if is_proof(alert.site):
        meant = whom_to_prove(connection, site, alert.unit, now)
    else:
        groups = _people(connection, site, alert, step, now)
        meant = tuple(person for people in groups.values() for person in people)
    found = [way for person in meant if person != aside for way in _ways(known, person, alert, works)]
    return list(dict.fromkeys(found))


def _people(
    connection: sqlite3.Connection, site: Site, alert: Alert, step: AlertEvent, now: datetime
) -> dict[str, tuple[str, ...]]:
    """Who is in each group of a call."""
    on_duty = shifts.on_duty(connection, site, now)
    return {
        group: called(cast(Group, group), alert.unit, alert.residents, site, on_duty, now).people
        for group in step.reason.split(", ")
    }


def _nobody_in(
    connection: sqlite3.Connection, site: Site, alert: Alert, step: AlertEvent, now: datetime
) -> tuple[str, ...]:
    """The groups of a call in which there is nobody, where there is somebody in another."""
    if is_proof(alert.site):
        return ()
    return nobody_in(_people(connection, site, alert, step, now))


def _works(connection: sqlite3.Connection, site: Site) -> frozenset[Answerable]:
    """What people are reached by."""
    known = working(connection, site.site, usable_ways(connection, site.site))
    return frozenset(Answerable(*one) for one in known)


def _ways(
    known: Iterable[Contact], person: str, alert: Alert, works: Collection[Answerable]
) -> list[Answerable]:
    """What is high: all, also what was refused, which may work again. The rest: the first that works, where
    any of theirs does.
    """
    ways = [Answerable(*contact) for contact in known if contact.person == person]
    if alert.severity == "high":
        return ways
    ways = [one for one in ways if one in works] or ways
    phones = [one for one in ways if one.way == WAY]  # all of them are one way
    return phones or ways[:1]


def _hearing(connection: sqlite3.Connection, site: Site, alert: Alert) -> Callable[[Answerable], bool]:
    """Who is reached: by what works, and has not failed for this alert yet."""
    told = summonses.of_alert(connection, alert.id)
    deaf = {Answerable(m.person, m.way, m.address) for m in told if m.failure and not m.spared}
    works = _works(connection, site)
    return lambda one: one in works and one not in deaf


def _instead(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    hears: Callable[[Answerable], bool],
    now: datetime,
    aside: str | None = None,
) -> list[Answerable]:
    """Who is called besides where none of those meant is reached."""
    if is_proof(alert.site):
        return []
    told = summonses.of_alert(connection, alert.id)
    underway = any(m.sent_at is not None or (m.next_at is not None and not m.attempts) for m in told)
    course = escalations.get(connection, alert.id)
    call = InVain(
        alert.severity,
        frozenset(m.person for m in told) if underway else frozenset(),
        again=step.event == CALLED_IN_VAIN,
        last=course is None or set(course.stages[-1].to) <= set(step.reason.split(", ")),
        aside=aside,
    )
    known, works = contacts.everything(connection, site.site), _works(connection, site)
    if alert.severity != "high":  # one way each: the first by which they hear of it
        known = [one for one in known if hears(Answerable(*one))]
    circles = instead(alert.unit, site, shifts.on_duty(connection, site, now), now)

    def ways(person: str) -> list[Answerable]:
        return _ways(known, person, alert, works)

    people = called_in_stead(call, circles, lambda person: any(map(hears, ways(person))))
    return list(dict.fromkeys(way for person in people for way in ways(person)))


def whom_to_prove(connection: sqlite3.Connection, site: Site, unit: str, at: datetime) -> tuple[str, ...]:
    """Who gets the message of a proof: whom the site names for that, else who would be called first; and
    those who are called later, where it is one for everybody.
    """
    on_duty = shifts.on_duty(connection, site, at)
    first = site.proof.to or called("unit", unit, (), site, on_duty, at).people
    proof = proofs.under_way_of(connection, site.site, unit)
    if proof is None or not proof.everybody:
        return first
    later = later_stages(site, unit, on_duty, (), at)
    return tuple(dict.fromkeys((*first, *(person for stage in later for person in stage.people))))


def _message(
    site: Site, alert: Alert, step: AlertEvent, web_address: str | None, to: Answerable, now: datetime
) -> Summons:
    person = next(p for p in site.people if p.id == to.person)
    language = person.language or site.language
    proof, place = is_proof(alert.site), _place(site, alert)
    return Summons(
        id=0,
        site=site.site,
        alert=alert.id,
        event=step.seq,
        person=to.person,
        way=to.way,
        address=to.address,
        urgent=alert.severity == "high",  # a test too: it has to go as what it tries does
        proof=proof,
        subject=subject_of_proof(place, language)
        if proof
        else subject(
            alert,
            place,
            language,
            nobody_answered=step.event == CALLED_IN_VAIN,
            asked=_asking(alert) is not None,
        ),
        body=body_of_proof(language) if proof else body(web_address, alert.id, language),
        created_at=now,
        next_at=now,
    )


def _asking(alert: Alert) -> str | None:
    """Who has it and asks for more hands."""
    if alert.state == "open" or alert.assistance_at is None:
        return None
    return alert.arrived_by or alert.accepted_by


def _place(site: Site, alert: Alert) -> str:
    """The room; of what is about a whole unit (a proof, a phone that does not answer) the unit, else the
    house.
    """
    unit = next((one.name for one in site.units if one.id == alert.unit), site.name)
    if is_proof(alert.site):
        return unit
    return next((room.name or room.id for room in site.rooms if room.id == alert.room), unit)
