"""Weeks against the weeks before, of a resident or of a room in which nobody lives: for pages and calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fastapi import Request

from dashboards.care.day_view import Looked
from dashboards.pictures import Picture
from dashboards.pictures.trends import trend_picture
from dashboards.visit import Visit, history_of
from hub.activity import ROOM_TRENDS, SHOWN_WEEKS, TRENDS, Trend, days_of
from rules.baseline import WEEKS, Week, monday_of, weeks


def trends_data(request: Request, visit: Visit, view: Looked) -> dict[Trend, list[Week]]:
    asked = ROOM_TRENDS if view.whose is None else TRENDS
    days = days_of(
        visit.connection, history_of(request, visit), visit.house.site, view.devices, visit.now, asked
    )
    return {
        trend: weeks({day: value for day, value in own.items() if day >= view.first}, view.today)
        for trend, own in days.items()
    }


def trend_days(view: Looked) -> tuple[date, date]:
    """The first and the last day of which trends tell: of the weeks shown, and of those that they are held
    against.
    """
    return monday_of(view.today) - timedelta(weeks=SHOWN_WEEKS + WEEKS), view.today


def trends_drawn(view: Looked, data: Mapping[Trend, Sequence[Week]]) -> dict[Trend, Picture]:
    of_room, language = view.whose is None, view.voice.language
    return {trend: trend_picture(trend, own, language, of_room=of_room) for trend, own in data.items()}
