"""Whom a call goes to, and by what: those whom its stages name, whoever was called in stead before, and
others where none of all these hears of it. Who is on duty is asked when the message is made.

Here: people and their addresses. Not here: when a message goes out, and what it says (hub/summons.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from hub.calls import ANEW, LEAVES_WITHIN, OPEN_AGAIN, TURNS
from hub.escalation import CALLED_IN_VAIN, CALLED_INSTEAD
from hub.reach import usable_ways, working
from hub.store import alerts, contacts, escalations, proofs, shifts, summonses
from hub.store.alerts import AlertEvent
from hub.store.contacts import Contact
from hub.store.phones import WAY
from hub.store.summonses import Summons
from rules.alert import Alert
from rules.building import Site
from rules.duty import called, nobody_in
from rules.escalation import Group
from rules.in_stead import InVain, called_in_stead
from rules.proof import is_proof, later_stages


class Answerable(NamedTuple):
    """Whom a call goes to, by what."""

    person: str
    way: str
    address: str


Hears = Callable[[Answerable], bool]
"""Whether a call by this way is heard, as far as is known."""


def answerable(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    hears: Hears,
    now: datetime,
    aside: str | None = None,
) -> list[Answerable]:
    """Whom a call reaches: what is high by all their ways at once, the rest by the first by which they hear
    of it. `aside`: who asks for more hands, or hands it back, and is not called for that.
    """
    known = contacts.everything(connection, site.site)
    works = working_ways(connection, site)
    if is_proof(alert.site):
        meant = whom_to_prove(connection, site, alert.unit, now)
    else:
        groups = groups_of(connection, site, alert, step, now)
        meant = tuple(person for people in groups.values() for person in people)
    found = [way for person in meant if person != aside for way in _ways(known, person, alert, works, hears)]
    return list(dict.fromkeys(found))


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


def groups_of(
    connection: sqlite3.Connection, site: Site, alert: Alert, step: AlertEvent, now: datetime
) -> dict[str, tuple[str, ...]]:
    """Who is in each group of a call; of a proof, none."""
    if is_proof(alert.site):
        return {}
    on_duty = shifts.on_duty(connection, site, now)
    return {
        group: called(cast(Group, group), alert.unit, alert.residents, site, on_duty, now).people
        for group in step.reason.split(", ")
    }


def groups_of_nobody(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    now: datetime,
    aside: str | None = None,
) -> tuple[str, ...]:
    """The groups of a call in which there is nobody, where there is somebody in another; and those in which
    there is only who was put aside.
    """
    people = groups_of(connection, site, alert, step, now)
    only_aside = {group for group, of_group in people.items() if set(of_group) == {aside}}
    return tuple(group for group in people if group in {*nobody_in(people), *only_aside})


def working_ways(connection: sqlite3.Connection, site: Site) -> frozenset[Answerable]:
    """What people are reached by."""
    known = working(connection, site.site, usable_ways(connection, site.site))
    return frozenset(Answerable(*one) for one in known)


def _ways(
    known: Iterable[Contact], person: str, alert: Alert, works: Collection[Answerable], hears: Hears
) -> list[Answerable]:
    """What is high, or help that is asked for: all, also what was refused and may work again. The rest: the
    first by which they hear of it, else the first that works, where any of theirs does.
    """
    ways = [Answerable(*contact) for contact in known if contact.person == person]
    if alert.severity == "high" or asking(alert) is not None:
        return ways
    ways = [one for one in ways if hears(one)] or [one for one in ways if one in works] or ways
    phones = [one for one in ways if one.way == WAY]  # all of them are one way
    return phones or ways[:1]


def hearing(connection: sqlite3.Connection, site: Site, alert: Alert, call: AlertEvent) -> Hears:
    """Who is reached: by what works, has not refused this very call, and got through when it was tried last.
    What refused an earlier call and was mended since hears again.
    """
    told = summonses.of_alert(connection, alert.id)
    deaf = {_to(m) for m in told if m.event == call.seq and m.given_up}
    deaf |= {Answerable(*one) for one in summonses.not_getting_through(connection, site.site, alert.id)}
    works = working_ways(connection, site)
    return lambda one: one in works and one not in deaf


def others_besides(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    meant: Sequence[Answerable],
    hears: Hears,
    now: datetime,
    aside: str | None = None,
) -> list[Answerable]:
    """Who is called besides those meant: whoever was called in stead before nobody had it any more, and
    where none of all these hears of it, others in their stead.
    """
    found = _called_before(connection, site, alert, step, hears)
    found = [one for one in found if one not in meant and one.person != aside]
    if any(map(hears, (*meant, *found))):
        return found
    return [*found, *instead_of(connection, site, alert, step, hears, now, aside)]


def _called_before(
    connection: sqlite3.Connection, site: Site, alert: Alert, step: AlertEvent, hears: Hears
) -> list[Answerable]:
    """Of the first call after nobody had it any more: who was called in stead until then."""
    if is_proof(alert.site):
        return []
    trail = [one for one in alerts.events(connection, alert.id) if one.seq < step.seq]
    last = next((one for one in reversed(trail) if one.event in TURNS), None)
    if last is None or last.event not in OPEN_AGAIN:
        return []
    known, works = contacts.everything(connection, site.site), working_ways(connection, site)
    there = {person.id for person in site.people}
    named = (one.reason.split(", ") for one in trail if one.event == CALLED_INSTEAD)
    people = dict.fromkeys(person for names in named for person in names if person in there)
    return [way for person in people for way in _ways(known, person, alert, works, hears)]


def _to(message: Summons) -> Answerable:
    return Answerable(message.person, message.way, message.address)


def instead_of(
    connection: sqlite3.Connection,
    site: Site,
    alert: Alert,
    step: AlertEvent,
    hears: Hears,
    now: datetime,
    aside: str | None = None,
) -> list[Answerable]:
    """Who is called besides where none of those meant is reached."""
    if is_proof(alert.site):
        return []
    trail = [one for one in alerts.events(connection, alert.id) if one.seq < step.seq]
    opened = max((one.seq for one in trail if one.event in ANEW), default=0)
    told = [m for m in summonses.of_alert(connection, alert.id) if m.event > opened]
    course = escalations.get(connection, alert.id)
    coming = {m.person for m in told if m.next_at is not None and hears(_to(m))}
    call = InVain(
        alert.severity,
        frozenset(coming | {m.person for m in told if m.sent_at is not None}),
        again=step.event == CALLED_IN_VAIN,
        last=course is None or course.ends_with(step.reason.split(", ")),
        aside=aside,
        coming=frozenset(
            m.person for m in told if m.person in coming and now - m.created_at <= LEAVES_WITHIN
        ),
    )
    known, works = contacts.everything(connection, site.site), working_ways(connection, site)
    on_duty = shifts.on_duty(connection, site, now)

    def ways(person: str) -> list[Answerable]:
        return _ways(known, person, alert, works, hears)

    people = called_in_stead(
        call, alert.unit, site, on_duty, now, lambda person: any(map(hears, ways(person)))
    )
    return list(dict.fromkeys(way for person in people for way in ways(person)))


def asking(alert: Alert) -> str | None:
    """Who has it and asks for more hands."""
    if alert.state in ("open", "closed") or alert.assistance_at is None:
        return None
    return alert.arrived_by or alert.accepted_by
