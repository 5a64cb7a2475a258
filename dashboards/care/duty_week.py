"""A unit's week of the roster as a page shows it: who is planned, who came beside the plan, and the gaps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from dashboards.care.duty_view import may_change, names, without_missing
from dashboards.pages import clock_text, day_text
from dashboards.visit import Visit
from hub.store import shifts as store
from rules.duty import LONGEST, Function, Shift, StaffAbsence, stood_in_for
from rules.week import Gap, absences_left, as_said_last, days_of, gaps, is_as_planned


class Entry(NamedTuple):
    """A shift in the week. `absent`: it does not count. `stand_in`: who came in their place. `here`: they are
    signed in now. `outside`: they signed in, and it was not planned; `instead_of`: in whose place.
    `may_change`: whoever looks may.
    """

    id: int
    name: str
    hours: str
    function: Function
    residents: tuple[str, ...]
    here: bool
    everywhere: bool
    absent: bool = False
    stand_in: str = ""
    outside: bool = False
    instead_of: tuple[str, ...] = ()
    may_change: bool = False


class Day(NamedTuple):
    word: str
    is_today: bool
    is_past: bool
    entries: tuple[Entry, ...]
    gaps: tuple[tuple[str, str], ...]
    """From when until when, and who goes by: nobody, night_patrol."""


def week_of(visit: Visit, unit: str, week: date) -> list[Day]:
    """A unit's seven days from a Monday on."""
    site = visit.house.site
    days = days_of(week, site)
    since, until = days[0][0], days[-1][1]
    known = store.between(visit.connection, site.site, since - LONGEST, until)
    absences = store.absences(visit.connection, site.site, since, until + LONGEST)
    left = absences_left(absences, known)
    counting = without_missing(visit, known)
    planned = [s for s in counting if s.source == "roster" and (not s.units or unit in s.units)]
    came = as_said_last(s for s in known if s.source == "signed_in" and (not s.units or unit in s.units))
    entries = [(s.starts_at, _planned(visit, s, unit, known, left)) for s in planned]
    entries += [(s.starts_at, _came(visit, s, unit)) for s in came if not is_as_planned(s, planned)]
    in_order = sorted(entries, key=lambda one: (one[0], one[1].id))
    torn = gaps(site, unit, known, absences, since, until, visit.now)
    return [_day(visit, day, in_order, torn) for day in days]


def _day(
    visit: Visit, day: tuple[datetime, datetime], entries: list[tuple[datetime, Entry]], torn: list[Gap]
) -> Day:
    start, end = day
    return Day(
        day_text(start, visit.house.site.zone, visit.language),
        start <= visit.now < end,
        end <= visit.now,
        tuple(entry for at, entry in entries if start <= at < end),
        tuple(
            (_hours(visit, max(g.starts_at, start), min(g.ends_at, end)), g.who)
            for g in torn
            if g.starts_at < end and start < g.ends_at
        ),
    )


def _stand_in(visit: Visit, planned: Shift, unit: str, known: list[Shift]) -> str:
    """Who came in the place of whoever is planned, now or at the beginning; nobody once it is over."""
    at = max(planned.starts_at, visit.now)
    if at >= planned.ends_at:
        return ""
    whose = (planned.person, planned.function)
    near = [s for s in known if s.source == "signed_in" or (s.person, s.function) == whose]
    found = stood_in_for(visit.house.site, near, at)
    return next((visit.house.person_name(s.by) for s in found if unit in s.units), "")


def _planned(
    visit: Visit, shift: Shift, unit: str, known: list[Shift], absences: list[StaffAbsence]
) -> Entry:
    since = max(shift.starts_at, min(visit.now, shift.ends_at - timedelta(seconds=1)))
    away = any(
        a.person == shift.person and a.starts_at < shift.ends_at and since < a.ends_at for a in absences
    )
    here = any(
        (s.source, s.person, s.function) == ("signed_in", shift.person, shift.function)
        and s.covers(unit, visit.now)
        for s in known
    )
    entry = _entry(visit, shift, unit)
    return entry._replace(
        absent=away,
        stand_in=_stand_in(visit, shift, unit, known),
        here=entry.here and here,
        may_change=may_change(visit, shift),
    )


def _came(visit: Visit, shift: Shift, unit: str) -> Entry:
    instead_of = tuple(visit.house.person_name(one) for one in shift.instead_of)
    return _entry(visit, shift, unit)._replace(outside=True, instead_of=instead_of)


def _entry(visit: Visit, shift: Shift, unit: str) -> Entry:
    return Entry(
        shift.id,
        visit.house.person_name(shift.person),
        _hours(visit, shift.starts_at, shift.ends_at),
        shift.function,
        names(visit, shift.residents, unit),
        here=shift.starts_at <= visit.now < shift.ends_at,
        everywhere=not shift.units,
    )


def _hours(visit: Visit, since: datetime, until: datetime) -> str:
    """`22.00-07.30`; a stretch up to midnight ends at 24."""
    zone, language = visit.house.site.zone, visit.language
    end = clock_text(until, zone, language)
    if end in ("00.00", "00:00"):
        end = end.replace("00", "24", 1)
    return f"{clock_text(since, zone, language)}–{end}"


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
