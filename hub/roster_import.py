"""A roster from a file, tried before it is taken over: what would be added, changed and taken out, and what
was not understood. CSV (hub/roster.py) is taken over whole or not at all; of a calendar
(hub/roster_calendar.py) what was understood, since calendars hold more than shifts. One that would empty days
(rules/roster_loss.py) is held back until somebody says yes to just that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from hub.calendar_times import AHEAD
from hub.roster import Problem, read_roster
from hub.roster_calendar import CalendarRead, read_calendar
from hub.roster_left_out import NotUnderstood
from hub.store import audit, contacts, held_rosters, shifts
from hub.store.db import transaction
from hub.store.held_rosters import HeldRoster
from rules.building import Site
from rules.duty import Shift
from rules.roster_loss import Loss, loss


class Change(NamedTuple):
    before: Shift
    after: Shift


class Import(NamedTuple):
    """What a file comes to. `same`: how many of its shifts are on the roster as they are."""

    added: tuple[Shift, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Shift, ...] = ()
    same: int = 0
    as_they_are: tuple[Shift, ...] = ()
    """Shifts that stay, with the calendar that they come from now."""
    problems: tuple[NotUnderstood, ...] = ()
    no_shifts: tuple[NotUnderstood, ...] = ()
    """Absences and whole days of a calendar, and the shifts of whoever is away by them."""
    titles: Mapping[str, str] = MappingProxyType({})
    """What stands in the calendar at a shift, by the shift's key."""
    loss: Loss = Loss()
    """Shifts to come that go, with nobody in their place."""
    calendar: str = ""
    held: bool = False
    """Nothing was taken over: it takes out most of what is to come, and nobody said yes to that."""

    @property
    def changes_something(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def try_import(
    connection: sqlite3.Connection,
    site: Site,
    data: bytes,
    name: str,
    now: datetime,
    mine: Callable[[Shift], bool] = lambda _: True,
) -> Import:
    """What taking it over would come to. `name`: the file's. `mine`: whether a shift is theirs to plan."""
    if not is_calendar(data, name):
        return _csv(connection, site, data, name, mine)
    people = {
        c.address.lower(): c.person for c in contacts.everything(connection, site.site) if c.way == "email"
    }
    read = read_calendar(data, site, people, now)
    known = {s.key: s for prefix in sorted(read.uids) for s in shifts.of_key(connection, site.site, prefix)}
    problems = list(read.problems)
    found = Import(*_compared(connection, site, list(read.shifts), known, mine, problems))
    there = {shift.key for shift in read.shifts}
    gone = [s for s in (known | _vanished(connection, site, read)).values() if s.key not in there]
    away = {shift.key for shift, _ in read.kept_out}
    removed = tuple(s for s in gone if _still_to_go(s, away, now) and mine(s))
    lost = loss(
        [s for s in _coming(connection, site, read, removed, now) if mine(s)],
        removed,
        [change for change in found.changed if change.before.starts_at > now],
        found.added,
        site.zone,
    )
    return found._replace(
        removed=removed,
        problems=tuple(problems),
        no_shifts=(*read.no_shifts, *(why for shift, why in read.kept_out if mine(shift))),
        titles=read.titles,
        loss=lost,
        calendar=read.calendar,
    )


def _still_to_go(shift: Shift, away: set[str], now: datetime) -> bool:
    """What has begun stays, but for whoever is away: they count no more from now on."""
    return shift.starts_at > now or (shift.ends_at > now and shift.key in away)


def _coming(
    connection: sqlite3.Connection,
    site: Site,
    read: CalendarRead,
    removed: tuple[Shift, ...],
    now: datetime,
) -> list[Shift]:
    """What the calendar has put on the roster that has not begun. Of one without a name: of the people from
    whom something is taken.
    """
    people = {shift.person for shift in removed}
    known = shifts.of_calendar(connection, site.site, read.calendar, now, now + AHEAD)
    return [shift for shift in known if read.calendar or shift.person in people]


def _vanished(connection: sqlite3.Connection, site: Site, read: CalendarRead) -> dict[str, Shift]:
    """What came from the same calendar and begins on the days that the file is about, of events that it does
    not hold any more. Of a calendar without a name: of the people who are in it, since it may be anyone's.
    """
    told = (*read.shifts, *(shift for shift, _ in read.kept_out))
    if not told:
        return {}
    days = sorted(shift.starts_at.astimezone(site.zone).date() for shift in told)
    since = datetime.combine(days[0], time(), site.zone)
    until = datetime.combine(days[-1] + timedelta(days=1), time(), site.zone)
    people = {shift.person for shift in told}
    held = tuple(read.failed | read.uids)
    return {
        shift.key: shift
        for shift in shifts.of_calendar(connection, site.site, read.calendar, since, until)
        if not shift.key.startswith(held) and (read.calendar or shift.person in people)
    }


def take_over(
    connection: sqlite3.Connection,
    site: Site,
    data: bytes,
    name: str,
    now: datetime,
    by: str | None,
    mine: Callable[[Shift], bool] = lambda _: True,
    confirmed: int = 0,
) -> Import:
    """Put it on the roster; returns what that came to. `confirmed`: how many lost shifts somebody said yes
    to. What is held back changes nothing, and is a task for leaders.
    """
    with transaction(connection):
        found = try_import(connection, site, data, name, now, mine)
        if found.loss.held(confirmed) is not None:
            return _held_back(connection, site, found, now, by)
        for shift in found.added:
            shifts.add(connection, site.site, shift)
        for change in found.changed:
            shifts.put(connection, site.site, change.after)
        for shift in found.as_they_are:
            shifts.put(connection, site.site, shift)
        for shift in found.removed:
            shifts.end(connection, site.site, shift.id, now)
        if found.changes_something or found.same:
            held_rosters.forget(connection, site.site, found.calendar)
        if found.changes_something:
            detail = {
                "file": name[:100],
                "added": len(found.added),
                "changed": len(found.changed),
                "removed": len(found.removed),
            }
            audit.add(connection, site.site, now, by, "roster imported", detail)
    return found


def _held_back(
    connection: sqlite3.Connection, site: Site, found: Import, now: datetime, by: str | None
) -> Import:
    lost, total, units = found.loss
    held = HeldRoster(0, site.site, found.calendar, now, by, lost, total, " ".join(units))
    held_rosters.put(connection, held)
    audit.add(connection, site.site, now, by, "roster held back", {"lost": lost, "of": total})
    return found._replace(held=True)


def leave_as_it_is(connection: sqlite3.Connection, held: HeldRoster, now: datetime, by: str) -> None:
    """A leader has seen to what was held back: the roster stays."""
    with transaction(connection):
        held_rosters.remove(connection, held.site, held.id)
        detail = {"lost": held.lost, "of": held.total}
        audit.add(connection, held.site, now, by, "held roster left", detail)


def is_calendar(data: bytes, name: str) -> bool:
    return name.lower().endswith((".ics", ".ical")) or data[:200].lstrip(
        b"\xef\xbb\xbf \r\n"
    ).upper().startswith(b"BEGIN:VCALENDAR")


def _csv(
    connection: sqlite3.Connection, site: Site, data: bytes, name: str, mine: Callable[[Shift], bool]
) -> Import:
    read = read_roster(data, name, site)
    wrong = [p for p in read if isinstance(p, Problem)]
    problems = [NotUnderstood(str(p.line), p.code, p.said, p.expected) for p in wrong]
    if problems:
        return Import(problems=tuple(problems))
    found = Import(
        *_compared(connection, site, [s for s in read if isinstance(s, Shift)], {}, mine, problems)
    )
    return Import(problems=tuple(problems)) if problems else found


def _compared(
    connection: sqlite3.Connection,
    site: Site,
    found: list[Shift],
    known: dict[str, Shift],
    mine: Callable[[Shift], bool],
    problems: list[NotUnderstood],
) -> tuple[tuple[Shift, ...], tuple[Change, ...], tuple[Shift, ...], int, tuple[Shift, ...]]:
    """(added, changed, none removed, how many are as they are, those that come from another calendar
    now). What is not theirs is a problem.
    """
    there = set()
    if found:
        first, last = min(s.starts_at for s in found), max(s.ends_at for s in found)
        there = {_bare(s) for s in shifts.between(connection, site.site, first, last) if s.source == "roster"}
    added, changed, same, moved = [], [], 0, []
    for shift in dict.fromkeys(found):
        before = known.get(shift.key) if shift.key else None
        if not mine(shift) or (before is not None and not mine(before)):
            when = f"{shift.starts_at.astimezone(site.zone):%Y-%m-%d %H:%M}"
            name = next((one.name for one in site.people if one.id == shift.person), shift.person)
            problems.append(
                NotUnderstood(
                    f"{shift.person} {when}",
                    "not_yours",
                    title=name,
                    starts=shift.starts_at,
                    ends=shift.ends_at,
                )
            )
        elif before is not None and _bare(before) != _bare(shift):
            changed.append(Change(before, msgspec.structs.replace(shift, id=before.id)))
        elif before is not None or _bare(shift) in there:
            same += 1
            if before is not None and before.calendar != shift.calendar:
                moved.append(msgspec.structs.replace(before, calendar=shift.calendar))
        else:
            added.append(shift)
    return tuple(added), tuple(changed), (), same, tuple(moved)


def _bare(shift: Shift) -> Shift:
    return msgspec.structs.replace(shift, id=0, key="", calendar="")
