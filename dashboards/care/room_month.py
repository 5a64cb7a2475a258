"""The month of a room in which nobody lives, for pages and calls."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from fastapi import Request

from dashboards.care.day_view import raised_in
from dashboards.care.room_view import RoomView
from dashboards.pictures import Picture
from dashboards.pictures.room_month import room_month_picture
from dashboards.pictures.times import midnight, next_month
from dashboards.visit import Visit, history_of
from hub.room_hours import RoomDay, days_by_hour
from hub.year import Yearly
from rules.stretches import Stretch


class RoomMonth(NamedTuple):
    """`alerts`: when each was raised."""

    days: dict[Yearly, list[RoomDay]]
    alerts: list[datetime]


def room_month_data(request: Request, visit: Visit, view: RoomView, month: date) -> RoomMonth:
    """`month`: the first of it. From the first day that may be shown up to now."""
    zone = view.voice.zone
    since = midnight(max(month, view.first), zone)
    until = min(midnight(next_month(month), zone), visit.now)
    history = history_of(request, visit)
    days = days_by_hour(visit.connection, history, visit.house.site, view.devices, since, until)
    return RoomMonth(days, [one.raised_at for one in raised_in(visit, view, Stretch(since, until))])


def room_month_drawn(request: Request, visit: Visit, view: RoomView, month: date) -> dict[Yearly, Picture]:
    data = room_month_data(request, visit, view, month)
    return {
        what: room_month_picture(what, month, own, data.alerts, view.voice) for what, own in data.days.items()
    }
