"""From calls to messages: follows the alerts' trail from a stored place and puts a message to each person who
is called into the outbox, once. Who is on duty is asked when the message is made: after an outage that are
those who are there now, and not those who were when the call was due.

Its place and the messages are one transaction: killed anywhere, each call becomes its messages exactly once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from hub.announcement import announce
from hub.answerable import (
    Answerable,
    answerable,
    asking,
    groups_of,
    groups_of_nobody,
    hearing,
    instead_of,
    others_besides,
    working_ways,
)
from hub.calls import OPEN_AGAIN, TAKEN, TURNS
from hub.escalation import (
    CALLED,
    CALLED_IN_VAIN,
    CALLED_INSTEAD,
    NOBODY_IN,
    NOT_NEEDED,
    REACHED_NOBODY,
    goes_on_for_help,
    reached_nobody,
    tells_of,
)
from hub.store import alerts, contacts, escalations, summonses
from hub.store.alerts import AlertEvent
from hub.store.db import transaction
from hub.store.summonses import CALLED_ANEW, IN_STEAD, Summons
from rules.alert import Alert
from rules.building import Site
from rules.proof import is_proof, proof_site
from rules.severity import SEVERITIES
from rules.summons import FLOOD_WITHIN, Decision, History, decide
from rules.wording.summons import body, body_of_proof, subject, subject_of_proof

log = logging.getLogger(__name__)

_AT_ONCE = 500


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
            reached_nobody(connection, step, now)
    connection.execute("RELEASE step")


def _follow(
    connection: sqlite3.Connection, site: Site, step: AlertEvent, web_address: str | None, now: datetime
) -> None:
    alert = alerts.get(connection, site.site, step.alert) or alerts.get(
        connection, proof_site(site.site), step.alert
    )
    if alert is None:
        return  # another site's
    asks = asking(alert) is not None
    if step.event in TAKEN:
        asked = _help_asked_for(alerts.events(connection, step.alert), step)
        summonses.drop_waiting(connection, step.alert, before=asked, who=step.by)
        return
    if step.event in OPEN_AGAIN:  # what waits says that somebody has it: the call that follows is to all
        summonses.drop_waiting(connection, step.alert, CALLED_ANEW)
        return
    if step.event == "cleared" and alert.state == "closed":
        summonses.drop_waiting(connection, step.alert)  # low, and passed by itself
    if step.event == REACHED_NOBODY and (alert.state == "open" or asks):
        _call_in_stead(connection, site, alert, step, web_address, now)
        return
    if step.event not in (CALLED, CALLED_IN_VAIN):
        return
    if alert.state != "open" and not asks:
        tells_of(connection, step, NOT_NEEDED, step.reason, now)
        return
    gave_back = _handed_back_by(alerts.events(connection, alert.id), step) if alert.state == "open" else None
    aside = gave_back or asking(alert)
    summonses.drop_milder(connection, alert.id, _milder_calls(connection, alert))
    hears = hearing(connection, site, alert, step)
    meant = answerable(connection, site, alert, step, hears, now, aside)
    works = working_ways(connection, site)
    only_the_board = asks and not contacts.everything(connection, site.site)
    alone = asks and not any(map(hears, meant)) and not only_the_board
    works_for_some = any(one in works for one in meant)
    if alone and goes_on_for_help(connection, alert, step, now, under_way=works_for_some):
        _put_in(connection, site, alert, step, meant, (), web_address, now)  # it may get through all the same
        announce(connection, alert, now)
        return  # the next stage is a step of its own
    others = others_besides(connection, site, alert, step, meant, hears, now, aside)
    if gave_back is not None and not any(map(hears, (*meant, *others))):  # there is nobody else
        meant = answerable(connection, site, alert, step, hears, now)
        others = others_besides(connection, site, alert, step, meant, hears, now)
    _put_in(connection, site, alert, step, meant, others, web_address, now)
    put_aside = aside if others or meant else None
    empty = groups_of_nobody(connection, site, alert, step, now, put_aside)
    all_put_aside = not alone and not meant and len(empty) == len(step.reason.split(", "))
    if alone or not (only_the_board or all_put_aside or any(one in works for one in meant)):
        reached_nobody(connection, step, now, in_stead=bool(others))
    if empty:
        tells_of(connection, step, NOBODY_IN, ", ".join(empty), now)
    _name_in_stead(connection, step, filter(hears, others), now)


def _put_in(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    call: AlertEvent,
    meant: Iterable[Answerable],
    others: Iterable[Answerable],
    web_address: str | None,
    now: datetime,
) -> None:
    """A message for each, at the time that this call has for its person. `others`: in stead of `meant`."""
    found = {**dict.fromkeys(others, True), **dict.fromkeys(meant, False)}
    people = dict.fromkeys(one.person for one in found)
    decisions = {person: _when(connection, site, alert, person, now) for person in people}
    groups = groups_of(connection, site, alert, call, now)
    for one, in_stead in found.items():
        named = [group for group, of_group in groups.items() if one.person in of_group]
        theirs = IN_STEAD if in_stead else ", ".join(named)
        message = _message(site, alert, call, web_address, one, now)
        at, held = decisions[one.person].at, decisions[one.person].held
        summonses.add(connection, msgspec.structs.replace(message, next_at=at, held=held, groups=theirs))


def _call_in_stead(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    web_address: str | None,
    now: datetime,
) -> None:
    """All that a call was sent to was refused, and no next stage comes at once: others are called, and who
    handed it back where there is nobody else; but not who asks for more hands, and waits for no second try.
    """
    trail = alerts.events(connection, alert.id)
    call = next((one for one in trail if one.seq == step.of_call), None)
    escalation = escalations.get(connection, alert.id)
    asks = asking(alert)
    if call is None or escalation is None or _others_called_since(trail, call):
        return
    if asks is None and (escalation.due is None or escalation.due <= now):
        return
    of_call = [one for one in summonses.of_alert(connection, alert.id) if one.event == call.seq]
    if any(one.sent_at is not None or _may_arrive(one, asks is not None) for one in of_call):
        return
    hears = hearing(connection, site, alert, call)
    gave_back = _handed_back_by(trail, call) if asks is None else None
    others = instead_of(connection, site, alert, call, hears, now, asks or gave_back)
    if not any(map(hears, others)) and gave_back is not None:  # there is nobody else
        others = instead_of(connection, site, alert, call, hears, now)
    _put_in(connection, site, alert, call, (), others, web_address, now)
    _name_in_stead(connection, call, filter(hears, others), now)


def _others_called_since(trail: Iterable[AlertEvent], call: AlertEvent) -> bool:
    return any(one.seq > call.seq and one.event in (CALLED, CALLED_IN_VAIN) for one in trail)


def _may_arrive(message: Summons, asks: bool) -> bool:
    """What failed once is waited for, unless somebody `asks` for more hands."""
    return message.next_at is not None and not (asks and message.attempts)


def _name_in_stead(
    connection: sqlite3.Connection, call: AlertEvent, others: Iterable[Answerable], now: datetime
) -> None:
    if names := ", ".join(dict.fromkeys(one.person for one in others)):
        tells_of(connection, call, CALLED_INSTEAD, names, now)


def _milder_calls(connection: sqlite3.Connection, alert: Alert) -> list[int]:
    """The calls that were made while the alert was milder than it is now."""
    milder, found = False, []
    for one in alerts.events(connection, alert.id):
        if one.severity is not None:
            milder = SEVERITIES.index(one.severity) < SEVERITIES.index(alert.severity)
        elif milder and one.event in (CALLED, CALLED_IN_VAIN):
            found.append(one.seq)
    return found


def _help_asked_for(trail: Sequence[AlertEvent], step: AlertEvent) -> int | None:
    """The step by which somebody asked for more hands, whoever goes on with it now: what was called since
    goes out all the same, until it is closed or nobody has it any more; but to whoever came themselves.
    """
    if step.event == "close":
        return None
    before = [one for one in trail if one.seq < step.seq]
    opened = max((one.seq for one in before if one.event in OPEN_AGAIN), default=0)
    return next((one.seq for one in before if one.event == "assist" and one.seq > opened), None)


def _handed_back_by(trail: Sequence[AlertEvent], step: AlertEvent) -> str | None:
    """Who has just handed the alert back, and it is that which this call is made for."""
    before = [one for one in trail if one.seq < step.seq and one.event in TURNS]
    return before[-1].by if before and before[-1].event == "hand_back" else None


def did_not_go_out(connection: sqlite3.Connection, message: Summons, now: datetime) -> None:
    """A message failed. Where none of its call has arrived or may yet, nobody was reached. Whoever asks for
    more hands waits for no second try: no time passes by which the next stage would come.
    """
    alert = alerts.get(connection, message.site, message.alert)
    asks = alert is not None and asking(alert) is not None
    if _may_arrive(message, asks):
        return
    of_call = [m for m in summonses.of_alert(connection, message.alert) if m.event == message.event]
    if any(m.sent_at is not None or m.spared or _may_arrive(m, asks) for m in of_call):
        return
    trail = alerts.events(connection, message.alert)
    step = next(e for e in trail if e.seq == message.event)
    told = [e.event for e in trail if e.of_call == step.seq]
    if REACHED_NOBODY in told and told[-1] != CALLED_INSTEAD:
        return  # known: nobody else was called since
    if asks and alert is not None and goes_on_for_help(connection, alert, step, now):
        announce(connection, alert, now)
    elif all(m.next_at is None for m in of_call) or (asks and not _others_called_since(trail, step)):
        reached_nobody(connection, step, now)


def _when(connection: sqlite3.Connection, site: Site, alert: Alert, person: str, now: datetime) -> Decision:
    """When this call goes out to this person: what they were called for already, and what they want,
    count. Somebody who stands there and asks for more hands waits for nothing of that.
    """
    if asking(alert) is not None:
        return Decision(now, "at_once")
    wanted = contacts.preferences(connection, site.site, person)
    calls = summonses.calls_since(connection, site.site, person, now - FLOOD_WITHIN)
    longest = max(wanted.gathered_for, timedelta(days=1))  # nothing is held for longer than quiet hours last
    groups = summonses.groups(connection, site.site, person, now - longest)
    return decide(now, alert.severity, History(calls, groups), wanted, site.zone)


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
        urgent=alert.severity == "high" or asking(alert) is not None,  # a test as what it tries
        proof=proof,
        subject=subject_of_proof(place, language)
        if proof
        else subject(
            alert,
            place,
            language,
            nobody_answered=step.event == CALLED_IN_VAIN,
            asked=asking(alert) is not None,
        ),
        body=body_of_proof(language) if proof else body(web_address, alert.id, language),
        created_at=now,
        next_at=now,
    )


def _place(site: Site, alert: Alert) -> str:
    """The room; of what is about a whole unit (a proof, a phone that does not answer) the unit, else the
    house.
    """
    unit = next((one.name for one in site.units if one.id == alert.unit), site.name)
    if is_proof(alert.site):
        return unit
    return next((room.name or room.id for room in site.rooms if room.id == alert.room), unit)
