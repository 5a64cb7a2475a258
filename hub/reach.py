"""The week to come, looked at each day and at each change that decides who would be told: gaps become tasks,
and a task is done when the gap is gone.

Here: what the answer is worked out from, when it is, and the tasks. Not here: the answer (rules/reach.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime, time, timedelta

import msgspec

from hub.store import audit, contacts, gaps, health, pauses, phones, shifts
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.gaps import GapTask
from rules.building import Site
from rules.catalogue import catalogue
from rules.duty import LONGEST, Shift, StaffAbsence
from rules.pause import Refusal
from rules.reach import HOUR, HOURS, ROUTING, Off, Reason, Roster, Week
from rules.reach import week as of_the_week
from rules.rulebook import Rulebook, days_of_moving, rulebook

NEWS = timedelta(hours=24)
"""[default] A gap so near is marked: there is little time to see to it."""
COMING_SHIFT = timedelta(hours=12)
"""[default] A gap so near is shown on everybody's board, in a line."""


def say_usable_ways(
    connection: sqlite3.Connection, site: str, usable: Collection[str], now: datetime
) -> None:
    """The hub alone knows which ways it can use: others look here. Within a transaction."""
    health.say(connection, site, "ways", "ok", now, " ".join(sorted(usable)))


def usable_ways(connection: sqlite3.Connection, site: str) -> frozenset[str]:
    """The ways that the hub said it can use; all, where it has not said it yet."""
    said = next((h.detail for h in health.everything(connection, site) if h.part == "ways"), None)
    if said is not None:
        return frozenset(said.split())
    return frozenset(contact.way for contact in contacts.everything(connection, site))


def working(connection: sqlite3.Connection, site: str, usable: Collection[str]) -> list[Contact]:
    """By which people are reached, in the order in which they are tried: the hub has the way, and the address
    or phone takes what it is sent.
    """
    refused = {Contact(one.person, phones.WAY, one.id) for one in phones.refused(connection, site)}
    refused |= contacts.refused(connection, site).keys()
    known = contacts.everything(connection, site)
    return [one for one in known if one.way in usable and one not in refused]


def week(connection: sqlite3.Connection, site: Site, usable: Collection[str], now: datetime) -> Week:
    """Who would be told in each hour from the one that has begun on."""
    start = now.replace(minute=0, second=0, microsecond=0)
    books = _books(site, start)
    known, away = _shifts(connection, site, start, start + (HOURS + 1) * HOUR)
    ways, off = _ways(connection, site, usable), _off(connection, books[0][1])
    return of_the_week(books, known, ways, off, now, away)


def roster(
    connection: sqlite3.Connection, site: Site, book: Rulebook, usable: Collection[str], at: datetime
) -> Roster:
    """To ask of one hour how a call would go."""
    known, away = _shifts(connection, site, at - HOUR, at + 24 * HOUR)
    return Roster(book, known, _ways(connection, site, usable), away)


def _shifts(
    connection: sqlite3.Connection, site: Site, since: datetime, until: datetime
) -> tuple[list[Shift], list[StaffAbsence]]:
    """Planned and signed in to, and who is absent; with what is over, which tells who has left."""
    return (
        shifts.between(connection, site.site, since - LONGEST, until),
        shifts.absences(connection, site.site, since, until),
    )


def _books(site: Site, start: datetime) -> list[tuple[datetime, Rulebook]]:
    """The rules in force from each midnight on at which others come into force."""
    today = start.astimezone(site.zone).date()
    last = (start + HOURS * HOUR).astimezone(site.zone).date()
    days = [day for day in days_of_moving(site, today) if day <= last]
    midnights = [datetime.combine(day, time(), site.zone).astimezone(start.tzinfo) for day in days]
    return [
        (start, rulebook(site, catalogue(), today)),
        *((at, rulebook(site, catalogue(), day)) for at, day in zip(midnights, days, strict=True)),
    ]


def _ways(connection: sqlite3.Connection, site: Site, usable: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for contact in working(connection, site.site, usable):
        found[contact.person] = (*found.get(contact.person, ()), contact.way)
    return found


def _off(connection: sqlite3.Connection, book: Rulebook) -> list[Off]:
    found = []
    for pause in pauses.active(connection, book.site.site):
        if pause.device is None:
            found.append(Off(pause.rule, pause.room, pause.paused_at, pause.ends_at))
        else:
            watches = book.dependents.get(f"device:{pause.device}", ())
            found += [Off(watch.name, watch.room, pause.paused_at, pause.ends_at) for watch in watches]
    return found


class Reach:
    """Looks again when something has changed, and each local day. Of one thread."""

    def __init__(self, usable: Collection[str]) -> None:
        self._usable = usable
        self._basis: object = None

    def follow(self, connection: sqlite3.Connection, site: Site, now: datetime) -> bool:
        """Whether it was looked at anew."""
        basis = _basis(connection, site, now)
        if basis == self._basis:
            return False
        keep(connection, site, week(connection, site, self._usable, now), self._usable, now)
        self._basis = basis
        return True


def _basis(connection: sqlite3.Connection, site: Site, now: datetime) -> object:
    """What decides the answer, cheaply: another value means that it may be another."""
    counted = [
        tuple(connection.execute(query, (site.site,)).fetchone())
        for query in (
            "SELECT max(id) FROM site_version WHERE site = ?",
            "SELECT count(*), max(id), sum(starts_at), sum(ends_at) FROM shift WHERE site = ?",
            "SELECT count(*), sum(starts_at), sum(ends_at) FROM staff_absence WHERE site = ?",
            "SELECT count(*), max(added_at), sum(refused_at) FROM contact WHERE site = ?",
            "SELECT sum(refused_at) FROM phone WHERE site = ?",
            "SELECT count(*), max(id), sum(ends_at) FROM pause WHERE site = ? AND ended_at IS NULL",
        )
    ]
    there = tuple(shift.id for shift in shifts.on_duty(connection, site, now))
    return (counted, now.astimezone(site.zone).date(), now.hour, there)


def keep(
    connection: sqlite3.Connection, site: Site, found: Week, usable: Collection[str], now: datetime
) -> None:
    """Gaps become tasks; what is no longer found is done."""
    with transaction(connection):
        say_usable_ways(connection, site.site, usable, now)
        known = {task.key: task for task in gaps.standing(connection, site.site)}
        for gap in found.gaps:
            task = known.pop((gap.unit, gap.reason, gap.subject), None)
            if task is None:
                task = GapTask(
                    0, site.site, gap.unit, gap.reason, gap.subject, now, gap.begins, 0, 0, gap.warning
                )
                task = gaps.add(connection, task)
            after = msgspec.structs.replace(
                task,
                next_at=gap.begins,
                hours=len(gap.hours),
                residents=len(gap.residents),
                warning=gap.warning,
            )
            if after != task:
                gaps.put(connection, after)
        for task in known.values():
            gaps.put(connection, msgspec.structs.replace(task, gone_at=now))


def assign(
    connection: sqlite3.Connection,
    site: Site,
    id: int,
    owner: str,
    due: datetime,
    by: str,
    now: datetime,
) -> GapTask | Refusal:
    """Somebody sees to it by then. Nobody can tick it off: it is done when it is gone."""
    if owner not in {person.id for person in site.people}:
        return Refusal(f"{site.site} has no person {owner!r}", "no_person")
    if due <= now:
        return Refusal("the day lies in the past; expected a later one", "end_past")
    with transaction(connection):
        task = gaps.get(connection, site.site, id)
        if task is None or task.gone_at is not None:
            return Refusal("there is no such gap any more", "no_gap")
        after = msgspec.structs.replace(task, owner=owner, due=due)
        gaps.put(connection, after)
        detail = {"unit": task.unit, "gap": task.reason, "subject": task.subject, "owner": owner, "due": due}
        audit.add(connection, site.site, now, by, "gap assigned", detail)
    return after


def routing(connection: sqlite3.Connection, site: str) -> list[GapTask]:
    """Those of the week to come in which somebody would not be told, the nearest first."""
    return [task for task in gaps.standing(connection, site) if task.reason in ROUTING]


def coming(tasks: Collection[GapTask], now: datetime) -> list[GapTask]:
    """Those of the coming shift: for whoever is there and may still find somebody. What is so all week is no
    news to them: leaders see to it.
    """
    return [task for task in near(tasks, now) if task.next_at < now + COMING_SHIFT]


def near(tasks: Collection[GapTask], now: datetime) -> list[GapTask]:
    """Those in the hours to come in which somebody would not be told: what is so all week aside."""
    return [task for task in tasks if is_near(task.reason, task.next_at, task.hours, now)]


def is_near(reason: Reason, begins: datetime, hours: int, now: datetime) -> bool:
    return reason in ROUTING and hours < HOURS and begins < now + NEWS
