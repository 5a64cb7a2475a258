"""A stretch of the roster as people look at it: who comes when, and where nobody is.

Here: decisions on values. Not here: who counts at an instant (rules/duty.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from rules.building import Site
from rules.duration import local_instant
from rules.duty import EARLY, HANDS_OVER, LONGEST, Shift, StaffAbsence, on_duty, stood_in_for

WEEK = timedelta(days=7)


class Gap(NamedTuple):
    """A stretch in which no carer is on duty in a unit. `who`: the night patrol goes by, or nobody."""

    unit: str
    starts_at: datetime
    ends_at: datetime
    who: Literal["nobody", "night_patrol"]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def midnight(day: date, site: Site) -> datetime:
    """When a local day begins (aware UTC)."""
    return local_instant(f"{day:%Y-%m-%d}T00:00", site.zone)


def days_of(week: date, site: Site) -> list[tuple[datetime, datetime]]:
    """The seven days from a Monday on; one of them lasts 23 or 25 h where the clocks change."""
    edges = [midnight(week + timedelta(days=n), site) for n in range(8)]
    return list(itertools.pairwise(edges))


def gaps(
    site: Site,
    unit: str,
    shifts: Sequence[Shift],
    absences: Sequence[StaffAbsence],
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[Gap]:
    """Where no carer is on duty in the unit, in order; what lies together is one. What is over by `now` is
    judged by the shifts as they stood, whatever became of their people since.
    """
    ours = [s for s in shifts if not s.units or unit in s.units]
    people = {s.person for s in ours}
    away = [a for a in absences if a.person in people]
    edges = {since, until, *({now} if since < now < until else ())}
    stretches = [(s.starts_at, s.ends_at) for s in ours] + [(a.starts_at, a.ends_at) for a in away]
    edges |= {at for stretch in stretches for at in stretch if since < at < until}
    found: list[Gap] = []
    in_order = sorted(edges)
    for start, end in itertools.pairwise(in_order):
        there = {
            s.function for s in on_duty(site, ours, away, start, over=start < now) if s.covers(unit, start)
        }
        if "carer" in there:
            continue
        who: Literal["nobody", "night_patrol"] = "night_patrol" if "night_patrol" in there else "nobody"
        if found and found[-1].ends_at == start and found[-1].who == who:
            found[-1] = found[-1]._replace(ends_at=end)
        else:
            found.append(Gap(unit, start, end, who))
    return found


def as_worked(site: Site, shifts: Sequence[Shift], absences: Sequence[StaffAbsence]) -> list[Shift]:
    """The shifts as they count by the one rule, now and in the time to come: each cut to the stretches in
    which it does. `shifts`: those of the last `LONGEST` too.
    """
    edges = {at for s in shifts for at in (s.starts_at, s.ends_at)}
    edges |= {at for a in absences for at in (a.starts_at, a.ends_at)}
    found: list[Shift] = []
    since: dict[Shift, datetime] = {}
    for at in sorted(edges):
        near = [s for s in shifts if s.starts_at <= at < s.ends_at + LONGEST]
        counting = dict.fromkeys(_at_any_time(s) for s in on_duty(site, near, absences, at))
        for shift in [s for s in since if s not in counting]:
            found.append(msgspec.structs.replace(shift, starts_at=since.pop(shift), ends_at=at))
        for shift in counting:
            since.setdefault(shift, at)
    return sorted(found, key=lambda shift: (shift.starts_at, shift.id))


def _at_any_time(shift: Shift) -> Shift:
    return msgspec.structs.replace(shift, starts_at=_NEVER, ends_at=_NEVER)


_NEVER = datetime.min.replace(tzinfo=UTC)


def absences_left(absences: Iterable[StaffAbsence], shifts: Iterable[Shift]) -> list[StaffAbsence]:
    """The absences without the time in which somebody is signed in to a shift all the same: whoever is there
    is there, and is away again when that shift is over. In order.
    """
    found = list(absences)
    for shift in (s for s in shifts if s.source == "signed_in"):
        found = [
            rest for one in found for rest in (_without(one, shift) if one.person == shift.person else (one,))
        ]
    return sorted(found, key=lambda absence: (absence.starts_at, absence.id))


def _without(absence: StaffAbsence, there: Shift) -> tuple[StaffAbsence, ...]:
    before = msgspec.structs.replace(absence, ends_at=min(absence.ends_at, there.starts_at))
    after = msgspec.structs.replace(absence, starts_at=max(absence.starts_at, there.ends_at))
    return tuple(one for one in (before, after) if one.starts_at < one.ends_at)


def as_said_last(signed_in: Iterable[Shift]) -> list[Shift]:
    """What somebody signed in to, each as one shift however often they changed it: a change begins where what
    was said before ends. In order.
    """
    found: list[Shift] = []
    for shift in sorted(signed_in, key=lambda shift: (shift.starts_at, shift.id)):
        who = (shift.person, shift.function, shift.starts_at)
        before = next((s for s in found if (s.person, s.function, s.ends_at) == who), None)
        if before is None:
            found.append(shift)
        else:
            found[found.index(before)] = msgspec.structs.replace(shift, starts_at=before.starts_at)
    return found


def is_as_planned(signed_in: Shift, planned: Iterable[Shift]) -> bool:
    """Whether somebody signed in to what was planned for them, and did not stay on beyond it."""
    theirs = [s for s in planned if (s.person, s.function) == (signed_in.person, signed_in.function)]
    if not any(s.starts_at < signed_in.starts_at + EARLY and signed_in.starts_at < s.ends_at for s in theirs):
        return False
    ends = max((s.ends_at for s in theirs if s.starts_at < signed_in.ends_at), default=signed_in.ends_at)
    return signed_in.ends_at <= ends + HANDS_OVER


def next_on_duty(
    site: Site, shifts: Sequence[Shift], absences: Sequence[StaffAbsence], unit: str, now: datetime
) -> list[Shift]:
    """The planned shifts in the unit by which somebody takes over next, all that begin within an hour of it,
    those who take over care first: a leader takes over where nobody else is planned. Of whoever is absent for
    some of it what is left. Without those in whose place somebody came.
    """
    away = absences_left(absences, shifts)
    coming = sorted(
        (
            s
            for planned in shifts
            if planned.source == "roster" and (not planned.units or unit in planned.units)
            for s in _left_of(planned, away)
            if s.starts_at > now
            and not any(
                one.person == s.person and unit in one.units
                for one in stood_in_for(site, shifts, s.starts_at)
            )
        ),
        key=lambda shift: (shift.function == "leader", shift.starts_at, shift.id),
    )
    return [s for s in coming if abs(s.starts_at - coming[0].starts_at) <= timedelta(hours=1)]


def _left_of(planned: Shift, absences: Iterable[StaffAbsence]) -> list[Shift]:
    """The parts of a shift in which whoever has it is not absent."""
    found = [planned]
    for away in (a for a in absences if a.person == planned.person):
        cut = [
            (
                msgspec.structs.replace(s, ends_at=min(s.ends_at, away.starts_at)),
                msgspec.structs.replace(s, starts_at=max(s.starts_at, away.ends_at)),
            )
            for s in found
        ]
        found = [part for parts in cut for part in parts if part.starts_at < part.ends_at]
    return found


def moved(shift: Shift, days: int, site: Site) -> Shift:
    """The same shift so many days later, by the wall clock: a night that the clocks change in is an hour
    longer or shorter.
    """

    def later(at: datetime) -> datetime:
        wall = at.astimezone(site.zone) + timedelta(days=days)
        return local_instant(f"{wall:%Y-%m-%dT%H:%M}", site.zone)

    return msgspec.structs.replace(
        shift, id=0, key="", calendar="", starts_at=later(shift.starts_at), ends_at=later(shift.ends_at)
    )


def shifts_later(at: datetime, shifts: Sequence[Shift], unit: str, count: int) -> datetime:
    """When the shift that runs now and `count` after it are over in a unit; '' is the whole house. Where the
    roster does not say, a shift is taken to last `ORDINARY`.
    """
    ours = [s for s in shifts if s.function != "leader" and (unit == "" or not s.units or unit in s.units)]
    for _ in range(count + 1):
        running = [s for s in ours if s.starts_at <= at < s.ends_at]
        soon = [s for s in ours if at < s.starts_at <= at + ORDINARY]
        first = min((s.starts_at for s in soon), default=at)
        at = max(
            (s.ends_at for s in running or soon if running or s.starts_at == first), default=at + ORDINARY
        )
    return at


ORDINARY = timedelta(hours=8)
"""[default] How long a shift lasts where nothing else is said."""
