"""What there is to see of one resident, for pages and calls: their days, nights and weeks, from the day they
moved in and no earlier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from fastapi import HTTPException, Request

from dashboards.pictures import Picture
from dashboards.pictures.day import Came, came_of, day_picture
from dashboards.pictures.nights import Night, nights_of, nights_picture
from dashboards.pictures.times import day_of, midnight, next_month
from dashboards.pictures.trends import trend_picture
from dashboards.views import voice_of
from dashboards.visit import Visit, history_of
from hub.activity import TRENDS, Trend, days_of
from hub.heard import Heard, devices_of, heard, night_signs
from rules.baseline import Week, weeks
from rules.building import Device, Resident, Room
from rules.nights import night_of
from rules.stretches import Stretch
from rules.wording import Voice


class ResidentView(NamedTuple):
    """`shared`: others live in the same flat, and sensors do not know whom they see."""

    resident: Resident
    room: Room
    devices: tuple[Device, ...]
    shared: bool
    voice: Voice

    @property
    def today(self) -> date:
        return self.voice.now.astimezone(self.voice.zone).date()

    @property
    def first(self) -> date:
        """Of the days that are theirs."""
        return self.resident.moved_in or date.min


def residents_of(visit: Visit) -> list[Resident]:
    """Who lives here today and is seen by this person, by unit and room as the site lists them."""
    site, today = visit.house.site, visit.now.astimezone(visit.house.site.zone).date()
    return [r for r in site.residents if r.lives_here(today) and visit.access.sees_resident(r, site)]


def resident_in_view(visit: Visit, id: str) -> ResidentView:
    """404 where there is nobody, nobody who lives here today, or not for the visitor."""
    resident = next((r for r in residents_of(visit) if r.id == id), None)
    room = visit.house.room(resident.room) if resident is not None else None
    if resident is None or room is None:
        raise HTTPException(404, "there is nobody here, or not for you")
    site = visit.house.site
    today = visit.now.astimezone(site.zone).date()
    return ResidentView(
        resident,
        room,
        devices_of(site, room.id, resident.id),
        len(site.residents_of(room.id, today)) > 1,
        voice_of(visit.scope, visit.house, visit.now),
    )


def day_shown(view: ResidentView, asked: date | None) -> date:
    """The day that is meant: today unless asked for, neither to come nor before it was theirs."""
    return max(min(asked or view.today, view.today), view.first)


def month_shown(view: ResidentView, asked: date | None) -> date:
    """The first of the month that is meant."""
    return day_shown(view, asked).replace(day=1)


class Day(NamedTuple):
    whole: Stretch
    heard: Heard
    came: list[Came]


def day_data(request: Request, visit: Visit, view: ResidentView, day: date) -> Day:
    whole = day_of(day, view.voice.zone)
    until = min(whole.until, visit.now)
    told = heard(
        visit.connection, history_of(request, visit), visit.house.site, view.devices, whole.since, until
    )
    over = Stretch(whole.since, until)
    came = came_of(visit.connection, visit.house, visit.access, view.voice, view.resident, over)
    return Day(whole, told, came)


def day_drawn(request: Request, visit: Visit, view: ResidentView, day: date) -> Picture:
    data = day_data(request, visit, view, day)
    return day_picture(data.heard, data.came, data.whole, view.voice)


class Nights(NamedTuple):
    nights: list[Night]
    has_bed: bool


def nights_data(request: Request, visit: Visit, view: ResidentView, month: date) -> Nights:
    last = next_month(month) - timedelta(days=1)
    first = max(month, view.first)
    since, until = night_of(first, view.voice.zone).since, night_of(last, view.voice.zone).until
    until = min(until, visit.now)
    signs = night_signs(
        visit.connection, history_of(request, visit), visit.house.site, view.devices, since, until
    )
    own = [one for one in nights_of(month, signs, view.voice) if one.evening >= view.first]
    return Nights(own, signs.has_bed)


def nights_drawn(request: Request, visit: Visit, view: ResidentView, month: date) -> Picture:
    data = nights_data(request, visit, view, month)
    return nights_picture(month, data.nights, data.has_bed, view.shared, view.voice)


def trends_data(request: Request, visit: Visit, view: ResidentView) -> dict[Trend, list[Week]]:
    site = visit.house.site
    days = days_of(visit.connection, history_of(request, visit), site, view.devices, visit.now)
    return {
        trend: weeks({day: value for day, value in own.items() if day >= view.first}, view.today)
        for trend, own in days.items()
    }


def trends_drawn(view: ResidentView, data: Mapping[Trend, Sequence[Week]]) -> dict[Trend, Picture]:
    return {t: trend_picture(t, data[t], view.voice.language) for t in TRENDS if t in data}


def last_sign(request: Request, visit: Visit, view: ResidentView) -> tuple[datetime, str] | None:
    """When anything was last told of somebody in the flat, and by which device."""
    told = history_of(request, visit).last_values([device.id for device in view.devices])
    personal = {"motion", "presence", "in_bed", "sitting_up", "open", "vibration", "on", "pressed"}
    newest = max(
        (
            (reading.at, reading.device)
            for own in told.values()
            for measure, reading in own.items()
            if measure in personal
        ),
        default=None,
    )
    begins = midnight(view.first, view.voice.zone) if view.resident.moved_in else None
    return None if newest is None or (begins is not None and newest[0] < begins) else newest
