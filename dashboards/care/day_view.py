"""A day and the hour up to now, of a resident's flat or of a room in which nobody lives: what pages and calls
show of them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from fastapi import Request

from dashboards.pictures import Picture
from dashboards.pictures.day import Came, alerts_of, came_of, day_picture
from dashboards.pictures.times import EARLIEST, day_of, midnight
from dashboards.visit import Visit, history_of
from hub.heard import Heard, heard
from rules.alert import Alert
from rules.building import Device, Room
from rules.stretches import Stretch
from rules.wording import Voice

HOUR = timedelta(hours=1)


class Looked(Protocol):
    """Whose days they are. `whose`: a resident, None for a shared room. `first`: of the days that may be
    shown, date.min for all.
    """

    @property
    def room(self) -> Room: ...
    @property
    def whose(self) -> str | None: ...
    @property
    def devices(self) -> tuple[Device, ...]: ...
    @property
    def voice(self) -> Voice: ...
    @property
    def today(self) -> date: ...
    @property
    def first(self) -> date: ...


class Day(NamedTuple):
    whole: Stretch
    heard: Heard
    came: list[Came]


def today_of(voice: Voice) -> date:
    return voice.now.astimezone(voice.zone).date()


def begins(view: Looked) -> datetime | None:
    """When the first of the days begins; None: there is no such."""
    return None if view.first == date.min else midnight(view.first, view.voice.zone)


def day_shown(view: Looked, asked: date | None) -> date:
    """The day that is meant: today unless asked for, neither to come nor before it was theirs."""
    return max(min(asked or view.today, view.today), view.first, EARLIEST)


def day_data(request: Request, visit: Visit, view: Looked, day: date) -> Day:
    return _of(request, visit, view, day_of(day, view.voice.zone))


def hour_data(request: Request, visit: Visit, view: Looked) -> Day:
    """The hour up to now, from the first midnight that may be shown on."""
    since, first = visit.now - HOUR, begins(view)
    if first is not None:
        since = min(max(since, first), visit.now - timedelta(minutes=1))
    return _of(request, visit, view, Stretch(since, visit.now))


def _of(request: Request, visit: Visit, view: Looked, whole: Stretch) -> Day:
    over = Stretch(whole.since, min(whole.until, visit.now))
    told = heard(
        visit.connection, history_of(request, visit), visit.house.site, view.devices, over.since, over.until
    )
    came = came_of(visit.connection, visit.house, visit.access, view.voice, view.room.id, view.whose, over)
    first = begins(view)
    if view.whose is None and first is not None:
        came = [one for one in came if one.alert.raised_at >= first]
    return Day(whole, told, came)


def raised_in(visit: Visit, view: Looked, over: Stretch) -> list[Alert]:
    """Their alerts that were raised in this time."""
    found = alerts_of(visit.connection, visit.house, visit.access, view.room.id, view.whose, over)
    return [one for one in found if over.since <= one.raised_at < over.until]


def day_drawn(request: Request, visit: Visit, view: Looked, day: date) -> Picture:
    data = day_data(request, visit, view, day)
    return day_picture(data.heard, data.came, data.whole, view.voice)


def hour_drawn(request: Request, visit: Visit, view: Looked) -> Picture:
    data = hour_data(request, visit, view)
    return day_picture(data.heard, data.came, data.whole, view.voice)
