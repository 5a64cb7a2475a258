"""The roster as a page shows it: who is on duty now, who comes next, and a unit's week with its gaps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dashboards.pages import clock_text, day_text
from dashboards.visit import Visit
from hub.store import shifts as store
from rules.building import Unit
from rules.duty import LONGEST, Function, Shift, StaffAbsence, StoodInFor, stood_in_for
from rules.week import WEEK, Gap, days_of, gaps, next_on_duty

AHEAD = timedelta(hours=48)
"""How far ahead it is looked for who comes next."""


class OnShift(NamedTuple):
    """Somebody who is on duty now. `until`: local time in words."""

    person: str
    name: str
    function: Function
    signed_in: bool
    until: str
    residents: tuple[str, ...]


class Replaced(NamedTuple):
    """Who is planned, now or next, and not called, and who came in their place."""

    person: str
    name: str
    by: str


class UnitNow(NamedTuple):
    """`gap`: nobody is here as a carer; `patrol`: the night patrol goes by meanwhile."""

    id: str
    name: str
    here: tuple[OnShift, ...]
    gap: bool
    patrol: bool
    next: tuple[str, ...]
    next_at: str
    replaced: tuple[Replaced, ...]


class PlannedToo(NamedTuple):
    """Somebody planned for now or soon, in whose place whoever signs in could come. `replaced`: they have."""

    person: str
    name: str
    function: Function
    units: tuple[str, ...]
    since: str
    until: str
    now: bool
    replaced: bool


class Entry(NamedTuple):
    """A shift in the week. `absent`: it does not count. `stand_in`: who came in their place. `may_change`:
    whoever looks may.
    """

    id: int
    name: str
    hours: str
    function: Function
    residents: tuple[str, ...]
    absent: bool
    stand_in: str
    everywhere: bool
    may_change: bool


class Day(NamedTuple):
    word: str
    is_today: bool
    entries: tuple[Entry, ...]
    gaps: tuple[tuple[str, str], ...]
    """From when until when, and who goes by: nobody, night_patrol."""


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
    coming = store.between(visit.connection, site.site, now, now + AHEAD)
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
                tuple(_on_shift(visit, s, unit.id) for s in here),
                "carer" not in functions,
                "night_patrol" in functions,
                tuple(dict.fromkeys(house.person_name(s.person) for s in later)),
                moment(visit, later[0].starts_at) if later else "",
                tuple(
                    dict.fromkeys(
                        Replaced(one.person, house.person_name(one.person), house.person_name(one.by))
                        for one in replaced
                        if unit.id in one.units
                    )
                ),
            )
        )
    return found


def _replaced(visit: Visit, coming: list[Shift]) -> list[StoodInFor]:
    """Who is not called now, or will not be when their shift begins."""
    begins = {s.starts_at for s in coming if s.source == "roster" and s.starts_at > visit.now}
    moments = [visit.now, *sorted(begins)]
    return [one for at in moments for one in stood_in_for(visit.house.site, coming, at)]


def planned_too(visit: Visit, shifts: Iterable[Shift], own: Shift | None) -> list[PlannedToo]:
    """`own`: what whoever looks is signed in to."""
    return [
        PlannedToo(
            s.person,
            visit.house.person_name(s.person),
            s.function,
            tuple(unit.name for unit in units_of(visit) if not s.units or unit.id in s.units),
            moment(visit, s.starts_at),
            moment(visit, s.ends_at),
            s.starts_at <= visit.now,
            own is not None and own.stands_in_for(s),
        )
        for s in shifts
    ]


def _on_shift(visit: Visit, shift: Shift, unit: str) -> OnShift:
    return OnShift(
        shift.person,
        visit.house.person_name(shift.person),
        shift.function,
        shift.source == "signed_in",
        moment(visit, shift.ends_at),
        _names(visit, shift.residents, unit),
    )


def week_of(visit: Visit, unit: str, week: date) -> list[Day]:
    """A unit's seven days from a Monday on."""
    site = visit.house.site
    days = days_of(week, site)
    since, until = days[0][0], days[-1][1]
    known = store.between(visit.connection, site.site, since - LONGEST, until)
    absences = store.absences(visit.connection, site.site, since, until + LONGEST)
    planned = [s for s in known if s.source == "roster" and (not s.units or unit in s.units)]
    torn = gaps(site, unit, known, absences, since, until)
    stand_ins = {s.id: _stand_in(visit, s, unit, known) for s in planned}
    return [_day(visit, unit, day, planned, stand_ins, absences, torn) for day in days]


def _day(
    visit: Visit,
    unit: str,
    day: tuple[datetime, datetime],
    planned: list[Shift],
    stand_ins: dict[int, str],
    absences: list[StaffAbsence],
    torn: list[Gap],
) -> Day:
    start, end = day
    return Day(
        day_text(start, visit.house.site.zone, visit.language),
        start <= visit.now < end,
        tuple(
            _entry(visit, s, unit, stand_ins[s.id], absences) for s in planned if start <= s.starts_at < end
        ),
        tuple(
            (_hours(visit, max(g.starts_at, start), min(g.ends_at, end)), g.who)
            for g in torn
            if g.starts_at < end and start < g.ends_at
        ),
    )


def _stand_in(visit: Visit, planned: Shift, unit: str, known: list[Shift]) -> str:
    """Who came in the place of whoever is planned, now or at the beginning; nobody once it is over."""
    at = max(planned.starts_at, visit.now)
    came = (s for s in known if s.source == "signed_in")
    found = stood_in_for(visit.house.site, [planned, *came], at)
    return next((visit.house.person_name(s.by) for s in found if unit in s.units), "")


def _entry(visit: Visit, shift: Shift, unit: str, stand_in: str, absences: list[StaffAbsence]) -> Entry:
    away = any(
        a.person == shift.person and a.starts_at < shift.ends_at and shift.starts_at < a.ends_at
        for a in absences
    )
    return Entry(
        shift.id,
        visit.house.person_name(shift.person),
        _hours(visit, shift.starts_at, shift.ends_at),
        shift.function,
        _names(visit, shift.residents, unit),
        away,
        stand_in,
        not shift.units,
        may_change(visit, shift),
    )


def absences_of(visit: Visit) -> list[tuple[int, str, str, str]]:
    """Who of the staff is absent or will be: number, name, from, until. Those of these units, and who works
    in all of them.
    """
    site = visit.house.site
    found = store.absences(visit.connection, site.site, visit.now, visit.now + 60 * WEEK)
    seen = {person.id for person in staff_of(visit)}
    return [
        (a.id, visit.house.person_name(a.person), moment(visit, a.starts_at), moment(visit, a.ends_at))
        for a in found
        if a.person in seen
    ]


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


def _names(visit: Visit, residents: tuple[str, ...], unit: str) -> tuple[str, ...]:
    found = (visit.house.resident(id) for id in residents)
    units = {room.id: room.unit for room in visit.house.site.rooms}
    return tuple(
        f"{visit.house.room_name(r.room)} {r.name}"
        for r in found
        if r is not None and units[r.room] == unit and visit.access.sees_resident(r, visit.house.site)
    )


def _hours(visit: Visit, since: datetime, until: datetime) -> str:
    """`22.00-07.30`; a stretch up to midnight ends at 24."""
    zone, language = visit.house.site.zone, visit.language
    end = clock_text(until, zone, language)
    if end in ("00.00", "00:00"):
        end = end.replace("00", "24", 1)
    return f"{clock_text(since, zone, language)}–{end}"


def moment(visit: Visit, at: datetime) -> str:
    """A time of today; of another day with its weekday."""
    zone, language = visit.house.site.zone, visit.language
    clock = clock_text(at, zone, language)
    if at.astimezone(zone).date() == visit.now.astimezone(zone).date():
        return clock
    return f"{day_text(at, zone, language)} {clock}"


def monday(visit: Visit, text: str) -> date:
    """The Monday of the week that a page asks for; of this one where it asks for none."""
    today = visit.now.astimezone(visit.house.site.zone).date()
    try:
        asked = date.fromisoformat(text) if len(text) == len("2026-11-23") else today
    except ValueError:
        asked = today
    if abs(asked - today) > timedelta(days=3 * 366):
        asked = today
    return asked - timedelta(days=asked.weekday())
