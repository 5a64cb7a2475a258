"""A year of a resident or of a room in which nobody lives, for pages and calls: days, weeks against the weeks
before, and alerts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import Request

from dashboards.care.day_view import Looked, day_shown, raised_in
from dashboards.pictures import Picture
from dashboards.pictures.times import midnight
from dashboards.pictures.trends import trend_picture
from dashboards.pictures.year import year_picture
from dashboards.visit import Visit, history_of
from hub.year import OF_A_RESIDENT, OF_A_ROOM, Yearly, year_of
from rules.baseline import WEEKS, Week, monday_of, weeks
from rules.stretches import Stretch
from rules.year import Day, first_shown, last_shown

WEEKS_OF_A_YEAR = 52


class Year(NamedTuple):
    """`last`: the last day of the last month shown. `alerts`: how many, by day. `by_utc_before`: days before
    it are so old that they begin and end by UTC; None where none is.
    """

    first: date
    last: date
    days: Mapping[Yearly, list[Day]]
    weeks: Mapping[Yearly, list[Week]]
    alerts: Mapping[date, int]
    by_utc_before: date | None


def year_data(request: Request, visit: Visit, view: Looked, month: date | None) -> Year:
    """The twelve months that end with a month: this one unless another is asked for. Days that are over."""
    first = first_shown(day_shown(view, month))
    last = last_shown(first)
    until = min(last + timedelta(days=1), view.today)
    shown = max(first, view.first)
    before = max(monday_of(shown) - timedelta(weeks=WEEKS), view.first)
    history, site = history_of(request, visit), visit.house.site
    asked = OF_A_ROOM if view.whose is None else OF_A_RESIDENT
    found = year_of(visit.connection, history, site, view.devices, before, until, asked)
    begins = history.hours_begin()
    by_hours = begins.astimezone(site.zone).date() if begins is not None else date.min
    old = any(one.value is not None and shown <= one.day < by_hours for own in found.values() for one in own)
    return Year(
        first,
        last,
        {what: [one for one in own if one.day >= shown] for what, own in found.items()},
        {
            what: weeks({one.day: one.value for one in own if one.value is not None}, until)
            for what, own in found.items()
        },
        _alerts(visit, view, shown, until),
        by_hours if old else None,
    )


def year_days(year: Year) -> tuple[date, date]:
    """The first and the last day of which a year tells: of its weeks, and of those they are held against."""
    return monday_of(year.first) - timedelta(weeks=WEEKS), year.last


def year_drawn(year: Year, view: Looked, what: Yearly) -> Picture:
    return year_picture(
        what,
        year.days[what],
        year.alerts,
        view.voice.language,
        by_utc=year.by_utc_before is not None,
        of_room=view.whose is None,
    )


def weeks_drawn(year: Year, view: Looked, what: Yearly) -> Picture:
    language = view.voice.language
    return trend_picture(what, year.weeks[what], language, WEEKS_OF_A_YEAR, of_room=view.whose is None)


def drawn_as_file(year: Year, view: Looked, yearly: str) -> Picture | None:
    """`days-` or `weeks-` and what it tells of; None for anything else."""
    for what in (one for one, own in year.days.items() if own):
        if yearly == f"days-{what}":
            return year_drawn(year, view, what)
        if yearly == f"weeks-{what}":
            return weeks_drawn(year, view, what)
    return None


def _alerts(visit: Visit, view: Looked, since: date, until: date) -> Counter[date]:
    """Raised on each day."""
    if since >= until:
        return Counter()
    zone = view.voice.zone
    raised = raised_in(visit, view, Stretch(midnight(since, zone), midnight(until, zone)))
    return Counter(one.raised_at.astimezone(zone).date() for one in raised)
