"""The pages of a room in which nobody lives: its day and its last hour. Its month, weeks and year:
rooms_past.py.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.care.day_view import day_drawn, day_shown, hour_drawn
from dashboards.care.room_view import RoomView, room_in_view
from dashboards.care.seen import note_room_seen
from dashboards.frame import page
from dashboards.pictures.files import answer, file_name
from dashboards.pictures.times import nearest
from dashboards.visit import Visit, Visitor, needs

PATH = "/care/rooms"
Shown = Literal["hour", "day", "month", "trends", "year"]
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see residents")],
)


@pages.get("/{room}")
def show_day(request: Request, visit: Visitor, room: str, day: date | None = None) -> str:
    view = room_in_view(request, visit, room)
    shown = day_shown(view, day)
    note_room_seen(visit, f"{PATH}/{room}", room)
    return page(
        request,
        visit,
        "care/room.html",
        **head_of(visit, view, "day"),
        picture=day_drawn(request, visit, view, shown),
        before=f"?day={shown - timedelta(days=1)}" if shown > view.first else "",
        after=f"?day={shown + timedelta(days=1)}" if shown < view.today else "",
        query=f"day={shown}",
        notice=nearest(shown, day, visit.language),
    )


@pages.get("/{room}/hour")
def show_hour(request: Request, visit: Visitor, room: str) -> str:
    view = room_in_view(request, visit, room)
    note_room_seen(visit, f"{PATH}/{room}/hour", room)
    picture = hour_drawn(request, visit, view)
    return page(request, visit, "care/room_hour.html", **head_of(visit, view, "hour"), picture=picture)


@pages.get("/{room}/day.{format}")
def save_day(request: Request, visit: Visitor, room: str, format: str, day: date | None = None) -> Response:
    view = room_in_view(request, visit, room)
    note_room_seen(visit, f"{PATH}/{room}/day.{format}", room)
    shown = day_shown(view, day)
    drawn = day_drawn(request, visit, view, shown)
    return answer(drawn, visit.house.room_name(room), format, file_name(room, "day", shown))


@pages.get("/{room}/hour.{format}")
def save_hour(request: Request, visit: Visitor, room: str, format: str) -> Response:
    view = room_in_view(request, visit, room)
    note_room_seen(visit, f"{PATH}/{room}/hour.{format}", room)
    name = file_name(room, "hour", visit.now.astimezone(view.voice.zone))
    return answer(hour_drawn(request, visit, view), visit.house.room_name(room), format, name)


def head_of(visit: Visit, view: RoomView, shown: Shown) -> dict[str, object]:
    """What the head of each of a room's pages needs."""
    name, unit = visit.house.room_name(view.room.id), visit.house.unit_name(view.room.unit)
    return {"room": view.room.id, "name": name, "unit": unit, "shown": shown}
