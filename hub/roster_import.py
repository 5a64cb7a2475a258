"""A roster from a file, tried before it is taken over: what would be added, changed and taken out, and what
was not understood. CSV (hub/roster.py) is taken over whole or not at all; of a calendar
(hub/roster_calendar.py) what was understood, since calendars hold more than shifts. One that would empty days
(rules/roster_loss.py) is held back until somebody says yes to just that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from hub.calendar_times import AHEAD, BACK
from hub.duty import why_not
from hub.roster import Known, read_roster
from hub.roster_calendar import CalendarRead, read_calendar
from hub.roster_compared import Change, bare, compared, two_at_once
from hub.roster_left_out import NotUnderstood, of_a_shift, of_two, still_there
from hub.store import audit, contacts, held_rosters, shifts
from hub.store.db import transaction
from hub.store.held_rosters import HeldRoster
from rules.building import Site
from rules.duty import Shift, StaffAbsence
from rules.roster_loss import Loss, loss


class Import(NamedTuple):
    """What a file comes to. `same`: how many of its shifts are on the roster as they are."""

    added: tuple[Shift, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Shift, ...] = ()
    same: int = 0
    followed: tuple[Shift, ...] = ()
    """Of these those that came from elsewhere: the calendar changes them and takes them out from now on."""
    problems: tuple[NotUnderstood, ...] = ()
    no_shifts: tuple[NotUnderstood, ...] = ()
    """Absences and whole days of a calendar, and the shifts of whoever is away by them."""
    still_there: tuple[tuple[Shift, NotUnderstood], ...] = ()
    """Shifts of whoever is away by the calendar, which came from elsewhere: it does not take them out."""
    titles: Mapping[str, str] = MappingProxyType({})
    """What stands in the calendar at a shift, by the shift's key."""
    loss: Loss = Loss()
    """Shifts to come that go, with nobody in their place."""
    calendar: str = ""
    held: bool = False
    """Nothing was taken over: it takes out most of what is to come, and nobody said yes to that."""

    @property
    def changes_something(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.followed)


def try_import(
    connection: sqlite3.Connection,
    site: Site,
    data: bytes,
    name: str,
    now: datetime,
    mine: Callable[[Shift], bool] = lambda _: True,
    sees: Known | None = None,
) -> Import:
    """What taking it over would come to. `name`: the file's. `mine`: whether a shift is theirs to plan.
    `sees`: whom and what they see, None for the whole house.
    """
    if not is_calendar(data, name):
        return _csv(connection, site, data, name, now, mine, sees)
    people = {
        c.address.lower(): c.person for c in contacts.everything(connection, site.site) if c.way == "email"
    }
    read = read_calendar(data, site, people, now)
    known = {s.key: s for prefix in sorted(read.uids) for s in shifts.of_key(connection, site.site, prefix)}
    problems = list(read.problems)
    standing = _standing(connection, site, now - BACK, now + AHEAD)
    found = compared(_theirs(read.shifts, known, site, mine, problems), known, standing, now)
    kept_out = {bare(shift) for shift, _ in read.kept_out}
    away = {s.id for s in (*known.values(), *standing) if bare(s) in kept_out}
    away |= {known[shift.key].id for shift, _ in read.kept_out if shift.key in known}
    stays = {shift.key for shift in read.shifts} - {shift.key for shift in found.replaced}
    kept = {s.id for s in (*found.followed, *(change.before for change in found.changed))}
    gone = {s.id: s for s in (known | _vanished(connection, site, read)).values() if s.key not in stays}
    gone |= {s.id: s for s in standing if s.id in away}
    removed = tuple(s for s in gone.values() if s.id not in kept and _still_to_go(s, away, now) and mine(s))
    goes = {s.id for s in (*removed, *(change.before for change in found.changed))}
    beside = two_at_once([s for s in standing if s.id not in goes], found.changed, found.added)
    problems += [of_two(s, other, site, read.titles[s.key]) for s, other in beside.items()]
    added = tuple(s for s in found.added if s not in beside)
    changed = tuple(change for change in found.changed if change.after not in beside)
    lost = loss(
        [s for s in _coming(connection, site, read, removed, now) if mine(s)],
        removed,
        [change for change in changed if change.before.starts_at > now],
        added,
        site.zone,
    )
    goes = {shift.id for shift in (*removed, *(change.before for change in changed))}
    left = [s for s in standing if s.id not in goes and s.ends_at > now and mine(s)]
    absent = shifts.absences(connection, site.site, now, now + AHEAD)
    return Import(
        added=added,
        changed=changed,
        removed=removed,
        same=found.same,
        followed=found.followed,
        problems=tuple(problems),
        no_shifts=(*read.no_shifts, *(why for shift, why in read.kept_out if mine(shift))),
        still_there=tuple(
            (shift, why)
            for shift, why in still_there(left, read.away, read.kept_out, site)
            if not any(_counts_no_more(shift, one, now) for one in absent)
        ),
        titles=read.titles,
        loss=lost,
        calendar=read.calendar,
    )


def _still_to_go(shift: Shift, away: set[int], now: datetime) -> bool:
    """What has begun stays, but for whoever is away: they count no more from now on."""
    return shift.starts_at > now or (shift.ends_at > now and shift.id in away)


def _counts_no_more(shift: Shift, absence: StaffAbsence, now: datetime) -> bool:
    """Whether somebody has registered an absence that holds for what is left of it."""
    since = max(shift.starts_at, now)
    return absence.covers(shift.person, since) and absence.ends_at >= shift.ends_at


def _standing(connection: sqlite3.Connection, site: Site, since: datetime, until: datetime) -> list[Shift]:
    """What the roster plans."""
    return [s for s in shifts.between(connection, site.site, since, until) if s.source == "roster"]


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
    sees: Known | None = None,
) -> Import:
    """Put it on the roster; returns what that came to. `confirmed`: how many lost shifts somebody said yes
    to. What is held back changes nothing, and is a task for leaders.
    """
    with transaction(connection):
        found = try_import(connection, site, data, name, now, mine, sees)
        if found.loss.held(confirmed) is not None:
            return _held_back(connection, site, found, now, by, mine)
        for shift in found.added:
            shifts.add(connection, site.site, shift)
        for change in found.changed:
            shifts.put(connection, site.site, change.after)
        for shift in found.followed:
            shifts.put(connection, site.site, shift)
        for shift in found.removed:
            shifts.end(connection, site.site, shift.id, now)
        if found.changes_something or found.same:
            for held in _theirs_held(connection, site, found.calendar, mine):
                if (
                    found.calendar or not held.left
                ):  # without a name it may be anybody's; what stands no more goes
                    _end(connection, held, now, by, "held roster over")
        if found.still_there:
            _note_left(connection, site, found, now, by)
        if found.changes_something:
            detail = {
                "file": name[:100],
                "added": len(found.added),
                "changed": len(found.changed),
                "removed": len(found.removed),
                "followed": len(found.followed),
            }
            audit.add(connection, site.site, now, by, "roster imported", detail)
    return found


def _held_back(
    connection: sqlite3.Connection,
    site: Site,
    found: Import,
    now: datetime,
    by: str | None,
    mine: Callable[[Shift], bool],
) -> Import:
    """Of one calendar the newest counts, of those that are theirs to see to."""
    lost, total, units = found.loss
    known = _theirs_held(connection, site, found.calendar, mine)
    still = " ".join(one.still for one in known if one.still)
    held = HeldRoster(0, site.site, found.calendar, now, by, lost, total, " ".join(units), still)
    for earlier in known:
        if earlier.units == held.units:
            held_rosters.remove(connection, site.site, earlier.id)  # the same task, of another hour
        else:
            _end(connection, earlier, now, by, "held roster over")
    held_rosters.put(connection, held)
    audit.add(connection, site.site, now, by, "roster held back", {"lost": lost, "of": total})
    return found._replace(held=True)


def _note_left(
    connection: sqlite3.Connection, site: Site, found: Import, now: datetime, by: str | None
) -> None:
    """What it does not take out is found again. What was held back beside it is not seen to by that."""
    left = [shift for shift, _ in found.still_there]
    units = sorted({unit for shift in left for unit in shift.units}) if all(s.units for s in left) else []
    still = " ".join(f"{shift.id}:{shift.person}" for shift in left)
    task = HeldRoster(0, site.site, found.calendar, now, by, 0, 0, " ".join(units), still)
    for same in held_rosters.of(connection, site.site):
        if (same.calendar, same.units) == (task.calendar, task.units):
            held_rosters.remove(connection, site.site, same.id)
            task = msgspec.structs.replace(same, still=still) if same.total else task
    held_rosters.put(connection, task)


def to_see_to(connection: sqlite3.Connection, site: str, now: datetime) -> list[HeldRoster]:
    """What waits for a leader, the newest first: of what a file left, the shifts that are still to come, of
    the same person, and for which no absence is registered.
    """
    known = held_rosters.of(connection, site)
    absent = shifts.absences(connection, site, now, now + AHEAD) if any(one.still for one in known) else []

    def stands(id: int, person: str) -> bool:
        shift = shifts.get(connection, site, id)
        if shift is None or shift.person != person or shift.ends_at <= now:
            return False
        return not any(_counts_no_more(shift, one, now) for one in absent)

    for at, one in enumerate(known):
        still = " ".join(f"{id}:{person}" for id, person in one.left if stands(id, person))
        known[at] = msgspec.structs.replace(one, still=still) if one.still else one
    return [one for one in known if one.still or one.total]


def leave_as_it_is(connection: sqlite3.Connection, held: HeldRoster, now: datetime, by: str) -> None:
    """A leader has seen to what was held back, or to what a file left: the roster stays."""
    with transaction(connection):
        _end(connection, held, now, by, "held roster left")


def _theirs_held(
    connection: sqlite3.Connection, site: Site, calendar: str, mine: Callable[[Shift], bool]
) -> list[HeldRoster]:
    """What was held back of a calendar, in units for all of which they plan. Another's may have the same name
    or none.
    """
    return [
        held
        for held in held_rosters.of(connection, site.site)
        if held.calendar == calendar
        and mine(Shift(0, "", tuple(held.units.split()), "carer", held.at, held.at))
    ]


def _end(connection: sqlite3.Connection, held: HeldRoster, now: datetime, by: str | None, what: str) -> None:
    held_rosters.remove(connection, held.site, held.id)
    detail = {"lost": held.lost, "of": held.total} | ({"still": len(held.left)} if held.still else {})
    audit.add(connection, held.site, now, by, what, detail)


def is_calendar(data: bytes, name: str) -> bool:
    return name.lower().endswith((".ics", ".ical")) or data[:200].lstrip(
        b"\xef\xbb\xbf \r\n"
    ).upper().startswith(b"BEGIN:VCALENDAR")


def _csv(
    connection: sqlite3.Connection,
    site: Site,
    data: bytes,
    name: str,
    now: datetime,
    mine: Callable[[Shift], bool],
    sees: Known | None,
) -> Import:
    read = read_roster(data, name, site, sees)
    if isinstance(read, list):
        return Import(problems=tuple(NotUnderstood(str(p.line), p.code, p.said, p.expected) for p in read))
    shifts_of_file = dict.fromkeys(read.values())
    theirs = [shift for shift in shifts_of_file if mine(shift)]
    standing = _standing(
        connection,
        site,
        min((s.starts_at for s in shifts_of_file), default=now),
        max((s.ends_at for s in shifts_of_file), default=now),
    )
    found = compared(theirs, {}, standing, now)
    beside = two_at_once(standing, (), found.added)
    why = {shift: of_a_shift(shift, "not_yours", site) for shift in shifts_of_file if not mine(shift)}
    why |= {shift: of_two(shift, other, site) for shift, other in beside.items()}
    refused = {shift: why_not(shift, site) for shift in shifts_of_file}
    why |= {shift: of_a_shift(shift, refusal.code, site) for shift, refusal in refused.items() if refusal}
    problems = tuple(
        why[shift]._replace(where=str(line), starts=None) for line, shift in read.items() if shift in why
    )
    return Import(problems=problems) if problems else Import(added=found.added, same=found.same)


def _theirs(
    found: Iterable[Shift],
    known: Mapping[str, Shift],
    site: Site,
    mine: Callable[[Shift], bool],
    problems: list[NotUnderstood],
) -> list[Shift]:
    """What is not theirs to plan is a problem."""
    theirs = []
    for shift in found:
        before = known.get(shift.key)
        if mine(shift) and (before is None or mine(before)):
            theirs.append(shift)
        else:
            problems.append(of_a_shift(shift, "not_yours", site))
    return theirs
