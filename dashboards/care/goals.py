"""Goals that somebody practises: how days and weeks went, in words for the one whose goals they are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.care.seen import note_seen
from dashboards.care.values import residents_in, shown_values
from dashboards.frame import page
from dashboards.visit import Visit, Visitor, needs
from hub.store import goals
from rules.goal import Outcome, Week, day_of, streak, weeks
from rules.language import norwegian
from rules.rulebook import Watch

PATH = "/care/goals"
WEEKS = 6
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see goals")],
)


class DayOf(NamedTuple):
    """A day of the last four weeks. `outcome` is empty where nothing is known of it."""

    day: str
    short: str
    outcome: Outcome | str


class WeekOf(NamedTuple):
    """`share`: of the days that count, how many of a hundred were kept."""

    name: str
    reached: int
    reminded: int
    missed: int
    kept: int
    counted: int
    share: int


class GoalRow(NamedTuple):
    """One goal of one flat. `change`: kept days more or fewer than in the week before last; None where there
    is nothing to compare.
    """

    rule: str
    word: str
    why: str
    room: str
    place: str
    who: tuple[str, ...]
    target: tuple[str, ...]
    streak: int
    days: tuple[DayOf, ...]
    weeks: tuple[WeekOf, ...]
    last: WeekOf | None
    change: int | None


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    rows = rows_of(visit)
    note_seen(visit, PATH, (r.id for row in rows for r in residents_in(visit, row.room)))
    return page(request, visit, "care/goals.html", rows=rows)


def rows_of(visit: Visit) -> list[GoalRow]:
    """Every goal in force that this person sees."""
    watches = visit.house.rules.watches.values()
    seen = (w for w in watches if w.rule.goal is not None and visit.access.sees_unit(w.unit))
    return sorted((_row(visit, watch) for watch in seen), key=lambda row: (row.room, row.word))


def outcomes_of(visit: Visit, watch: Watch) -> list[tuple[date, Outcome]]:
    """What came of each day of the weeks that are shown, of those who live there now."""
    today = day_of(visit.now, visit.house.site.zone)
    since = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    moved_in = [r.moved_in for r in residents_in(visit, watch.room) if r.moved_in is not None]
    since = max([since, *moved_in])
    return goals.outcomes(visit.connection, visit.house.site.site, watch.name, watch.room, since)


def _row(visit: Visit, watch: Watch) -> GoalRow:
    house, language = visit.house, visit.language
    outcomes = outcomes_of(visit, watch)
    today = day_of(visit.now, house.site.zone)
    shown = [_week(week, visit) for week in weeks(outcomes)]
    whole = [week for week in weeks(outcomes) if week.monday + timedelta(days=7) <= today]
    known = dict(outcomes)
    days = [today - timedelta(days=n) for n in range(28, 0, -1)]
    residents = residents_in(visit, watch.room)
    return GoalRow(
        watch.name,
        watch.rule.name.said(language),
        watch.rule.why.said(language),
        watch.room,
        house.room_name(watch.room),
        tuple(r.name for r in residents if visit.access.sees_resident(r, house.site)),
        tuple(f"{one.name} {one.text}" for one in shown_values(visit, watch) if _is_target(one.value.key)),
        streak(outcomes),
        tuple(DayOf(_long(day, visit), str(day.day), known.get(day, "")) for day in days),
        tuple(shown),
        _week(whole[-1], visit) if whole else None,
        whole[-1].kept - whole[-2].kept if len(whole) > 1 else None,
    )


def _is_target(key: str) -> bool:
    return key in ("window", "after", "from", "by")


def _week(week: Week, visit: Visit) -> WeekOf:
    share, name = round(100 * week.kept / week.counted), _short(week.monday, visit)
    return WeekOf(name, week.reached, week.reminded, week.missed, week.kept, week.counted, share)


def _long(day: date, visit: Visit) -> str:
    return format_date(day, "EEEE d. MMMM" if norwegian(visit.language) else "EEEE d MMMM", visit.language)


def _short(day: date, visit: Visit) -> str:
    return format_date(day, "d. MMM" if norwegian(visit.language) else "d MMM", visit.language)
