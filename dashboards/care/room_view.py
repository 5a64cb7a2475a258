"""The rooms in which nobody lives (a corridor, a kitchen, the door to the garden), for pages and calls: from
the first whole day on which they were nobody's home.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from fastapi import HTTPException, Request

from dashboards.care.day_view import today_of
from dashboards.pictures.times import midnight
from dashboards.views import voice_of
from dashboards.visit import Visit, settings_of
from hub.heard import devices_of
from hub.shared_rooms import homes, nobodys_since
from rules.building import Device, Room
from rules.wording import Voice

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class RoomView(NamedTuple):
    """`devices`: nobody's own."""

    room: Room
    devices: tuple[Device, ...]
    first: date
    voice: Voice

    @property
    def whose(self) -> None:
        return None

    @property
    def today(self) -> date:
        return today_of(self.voice)


def shared_rooms(request: Request, visit: Visit) -> list[RoomView]:
    """Those with sensors that tell of somebody, that the visitor sees, as the site lists them."""
    found = (shared_room(request, visit, room.id) for room in visit.house.site.rooms)
    return [view for view in found if view is not None]


def shared_room(request: Request, visit: Visit, id: str) -> RoomView | None:
    """None where somebody lives or did until today, no sensor tells of anybody, or not for the visitor."""
    house, room = visit.house, visit.house.room(id)
    if room is None or not (visit.access.residents and visit.access.sees_room(room.id, room.unit)):
        return None
    site, voice = house.site, voice_of(visit.scope, house, visit.now)
    if site.residents_of(room.id, today_of(voice)):
        return None
    known = homes(settings_of(request).database, site.site, house.version)
    own = (d for d in devices_of(site, room.id) if d.resident is None and d.id not in known.own)
    devices = tuple(own)
    since = nobodys_since(visit.connection, site, known, room.id, devices, visit.now)
    if since is None or not devices:
        return None
    view = RoomView(room, devices, _first_day(since, voice), voice)
    return view if view.first <= view.today else None


def room_in_view(request: Request, visit: Visit, id: str) -> RoomView:
    view = shared_room(request, visit, id)
    if view is None:
        raise HTTPException(404, "there is no such shared room, or not for you")
    return view


def _first_day(since: datetime, voice: Voice) -> date:
    """The first that is wholly after it."""
    if since <= _ALWAYS:
        return date.min
    day = since.astimezone(voice.zone).date()
    return day if midnight(day, voice.zone) >= since else day + timedelta(days=1)
