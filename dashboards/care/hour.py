"""The last hour of a resident, for whoever was just called: fetched anew while it is looked at."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.care.day_view import hour_drawn
from dashboards.care.resident_view import resident_in_view
from dashboards.care.residents import PATH, head_of
from dashboards.care.seen import note_seen, note_watched
from dashboards.frame import page
from dashboards.pictures.files import answer, file_name
from dashboards.visit import Visitor, needs

pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see residents")],
)


@pages.get("/{resident}/hour")
def show_hour(request: Request, visit: Visitor, resident: str) -> str:
    view = resident_in_view(visit, resident)
    note_watched(visit, f"{PATH}/{resident}/hour", [resident])
    picture = hour_drawn(request, visit, view)
    return page(
        request,
        visit,
        "care/resident_hour.html",
        **head_of(visit, view, "hour", view.today, view.today),
        picture=picture,
    )


@pages.get("/{resident}/hour.{format}")
def save_hour(request: Request, visit: Visitor, resident: str, format: str) -> Response:
    view = resident_in_view(visit, resident)
    note_seen(visit, f"{PATH}/{resident}/hour.{format}", [resident])
    name = file_name(view.room.id, "hour", visit.now.astimezone(view.voice.zone))
    drawn = hour_drawn(request, visit, view)
    return answer(drawn, visit.house.room_name(view.room.id), format, name)
