"""The roster as a page shows it: who is on duty now, who comes next, and who is absent. A week:
dashboards/care/duty_week.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboards.pages import clock_text, day_text
from dashboards.visit import Visit
from hub.store import shifts as store
from rules.building import Unit
from rules.duty import EARLY, LONGEST, Function, Shift, StaffAbsence, StoodInFor, stood_in_for
from rules.week import WEEK, Gap, absences_left, gaps, next_on_duty

AHEAD = timedelta(hours=48)
"""How far ahead it is looked for who comes next."""


class OnShift(NamedTuple):
    """Somebody who is on duty now. `until`: local time in words. `absent_until`: the end of an absence of
    theirs, where they came all the same.
    """

    person: str
    name: str
    function: Function
    signed_in: bool
    until: str
    absent_until: str
    residents: tuple[str, ...]


class Replaced(NamedTuple):
    """Who is planned, now or next, and not called, and who came in their place. `only_in`: the unit, where
    they are still called in others.
    """

    person: str
    name: str
    by: str
    only_in: str


class Coming(NamedTuple):
    """Who comes at a time. `people`: name and function."""

    people: tuple[tuple[str, Function], ...]
    at: str


class UnitNow(NamedTuple):
    """`gap`: nobody is here as a carer; `patrol`: the night patrol goes by meanwhile. `next`: those who take
    over care first. `empty`: when nobody at all is here until then, in words.
    """

    id: str
    name: str
    here: tuple[OnShift, ...]
    gap: bool
    patrol: bool
    next: tuple[Coming, ...]
    empty: tuple[str, ...]
    replaced: tuple[Replaced, ...]


class PlannedToo(NamedTuple):
    """Somebody planned for now or soon, in whose place whoever signs in could come. `replaced`: they have;
    `only_in`: the units, where that is not all of theirs.
    """

    person: str
    name: str
    function: Function
    units: tuple[str, ...]
    since: str
    until: str
    now: bool
    replaced: bool
    only_in: tuple[str, ...]


def units_of(visit: Visit) -> list[Unit]:
    """Those that whoever looks looks after."""
    return [unit for unit in visit.house.site.units if visit.access.sees_unit(unit.id)]


def may_change(visit: Visit, shift: Shift) -> bool:
    """Whether the whole of a shift lies in the units that they look after."""
    if visit.access.units is None:
        return True
    return bool(shift.units) and visit.access.units.issuperset(shift.units)


def on_duty_now(visit: Visit) -> list[UnitNow]:
    house, site, now = visit.house, visit.house.site, visit.now
    counting = store.on_duty(visit.connection, site, now)
    coming = store.between(visit.connection, site.site, now - LONGEST, now + AHEAD)
    absences = store.absences(visit.connection, site.site, now, now + AHEAD)
    replaced = _replaced(visit, coming)
    found = []
    for unit in units_of(visit):
        here = [s for s in counting if not s.units or unit.id in s.units]
        later = next_on_duty(site, coming, absences, unit.id, now)
        functions = {s.function for s in here}
        found.append(
            UnitNow(
                unit.id,
                unit.name,
                tuple(_on_shift(visit, s, unit.id, absences) for s in here),
                "carer" not in functions,
                "night_patrol" in functions,
                _coming(visit, later),
                tuple(
                    _from_until(visit, gap)
                    for gap in (
                        gaps(site, unit.id, coming, absences, now, later[0].starts_at, now) if later else ()
                    )
                    if gap.who == "nobody" and gap.starts_at > now
                ),
                tuple(
                    dict.fromkeys(
                        Replaced(
                            one.person,
                            house.person_name(one.person),
                            house.person_name(one.by),
                            unit.name if one.elsewhere else "",
                        )
                        for one in replaced
                        if unit.id in one.units
                    )
                ),
            )
        )
    return found


def _coming(visit: Visit, later: list[Shift]) -> tuple[Coming, ...]:
    """The day is said once, with the first of them."""
    by_time: dict[datetime, dict[tuple[str, Function], None]] = {}
    for s in later:
        by_time.setdefault(s.starts_at, {})[visit.house.person_name(s.person), s.function] = None
    zone = visit.house.site.zone
    first = later[0].starts_at.astimezone(zone).date() if later else None
    return tuple(
        Coming(
            tuple(people),
            clock_text(at, zone, visit.language)
            if n and at.astimezone(zone).date() == first
            else moment(visit, at),
        )
        for n, (at, people) in enumerate(by_time.items())
    )


def _from_until(visit: Visit, gap: Gap) -> str:
    """With the day only where the time alone could be another one."""
    zone, day = visit.house.site.zone, timedelta(days=1)
    since = moment(visit, gap.starts_at) if gap.starts_at - visit.now >= day else None
    until = moment(visit, gap.ends_at) if gap.ends_at - gap.starts_at >= day else None
    clocks = (clock_text(at, zone, visit.language) for at in (gap.starts_at, gap.ends_at))
    return "–".join(said or clock for said, clock in zip((since, until), clocks, strict=True))


def without_missing(visit: Visit, shifts: Iterable[Shift]) -> list[Shift]:
    """Without those to come of who is missing from the site: nobody is there then."""
    return [s for s in shifts if s.starts_at <= visit.now or visit.house.person(s.person) is not None]


def _replaced(visit: Visit, coming: list[Shift]) -> list[StoodInFor]:
    """Who is not called now, or will not be when their shift begins."""
    begins = {s.starts_at for s in coming if s.source == "roster" and s.starts_at > visit.now}
    moments = [visit.now, *sorted(begins)]
    return [one for at in moments for one in stood_in_for(visit.house.site, coming, at)]


def planned_too(visit: Visit, shifts: Iterable[Shift], own: Shift | None) -> list[PlannedToo]:
    """`own`: what whoever looks is signed in to. Two shifts in a row that would be taken together are one."""
    site, now = visit.house.site.site, visit.now
    known = store.between(visit.connection, site, now - LONGEST, now + EARLY)
    found: dict[tuple[str, Function], PlannedToo] = {}
    for s in sorted(shifts, key=lambda shift: shift.starts_at):
        one = PlannedToo(
            s.person,
            visit.house.person_name(s.person),
            s.function,
            tuple(unit.name for unit in units_of(visit) if not s.units or unit.id in s.units),
            moment(visit, s.starts_at),
            moment(visit, s.ends_at),
            s.starts_at <= visit.now,
            own is not None and own.stands_in_for(s, known),
            _only_in(visit, s, own),
        )
        first = found.setdefault((s.person, s.function), one)
        units = tuple(dict.fromkeys((*first.units, *one.units)))
        found[s.person, s.function] = first._replace(
            units=units, until=one.until, replaced=first.replaced or one.replaced
        )
    return list(found.values())


def _only_in(visit: Visit, planned: Shift, own: Shift | None) -> tuple[str, ...]:
    found = stood_in_for(
        visit.house.site, [planned, *([own] if own else [])], max(planned.starts_at, visit.now)
    )
    return tuple(visit.house.unit_name(unit) for s in found if s.elsewhere for unit in sorted(s.units))


def not_called_yourself(visit: Visit, units: Iterable[UnitNow]) -> list[tuple[str, tuple[str, ...]]]:
    """By whom whoever looks is stood in for, and where, if they are still called elsewhere."""
    found: dict[str, list[str]] = {}
    for one in (one for unit in units for one in unit.replaced if one.person == visit.person.id):
        found.setdefault(one.by, []).extend([one.only_in] if one.only_in else [])
    return [(by, tuple(dict.fromkeys(where))) for by, where in found.items()]


def _on_shift(visit: Visit, shift: Shift, unit: str, absences: Iterable[StaffAbsence]) -> OnShift:
    away = [a.ends_at for a in absences if a.covers(shift.person, visit.now)]
    return OnShift(
        shift.person,
        visit.house.person_name(shift.person),
        shift.function,
        shift.source == "signed_in",
        moment(visit, shift.ends_at),
        moment(visit, max(away)) if away else "",
        names(visit, shift.residents, unit),
    )


class Away(NamedTuple):
    """An absence of somebody of the staff. `since`: without the shift that they signed in to all the same;
    `now`: whether it holds already.
    """

    id: int
    person: str
    name: str
    since: str
    until: str
    now: bool


def absences_of(visit: Visit) -> list[Away]:
    """Who of the staff is absent or will be. Those of these units, and who works in all of them."""
    there = store.between(visit.connection, visit.house.site.site, visit.now, visit.now)
    left = absences_left(registered_absences(visit), there)
    return [away_of(visit, a) for a in left if a.ends_at > visit.now]


def away_of(visit: Visit, absence: StaffAbsence) -> Away:
    return Away(
        absence.id,
        absence.person,
        visit.house.person_name(absence.person),
        moment(visit, absence.starts_at),
        moment(visit, absence.ends_at),
        absence.starts_at <= visit.now,
    )


def registered_absences(visit: Visit) -> list[StaffAbsence]:
    """As they were said, whoever came all the same."""
    found = store.absences(visit.connection, visit.house.site.site, visit.now, visit.now + 60 * WEEK)
    seen = {person.id for person in staff_of(visit)}
    return [a for a in found if a.person in seen]


class NamedPerson(NamedTuple):
    id: str
    name: str


def staff_of(visit: Visit) -> list[NamedPerson]:
    """Who can be on duty in these units, by name."""
    ours = visit.access.units
    found = [
        NamedPerson(p.id, p.name)
        for p in visit.house.site.people
        if p.role in ("carer", "leader") and (ours is None or not p.units or ours & frozenset(p.units))
    ]
    return sorted(found, key=lambda person: person.name)


def names(visit: Visit, residents: tuple[str, ...], unit: str) -> tuple[str, ...]:
    found = (visit.house.resident(id) for id in residents)
    units = {room.id: room.unit for room in visit.house.site.rooms}
    return tuple(
        f"{visit.house.room_name(r.room)} {r.name}"
        for r in found
        if r is not None and units[r.room] == unit and visit.access.sees_resident(r, visit.house.site)
    )


def moment(visit: Visit, at: datetime) -> str:
    """A time of today; of another day with its weekday."""
    zone, language = visit.house.site.zone, visit.language
    clock = clock_text(at, zone, language)
    if at.astimezone(zone).date() == visit.now.astimezone(zone).date():
        return clock
    return f"{day_text(at, zone, language)} {clock}"
