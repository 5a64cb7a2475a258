"""The hand-over: what the next shift must know, on one page that can be printed."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.care.bases import reviews_of
from dashboards.care.off import lines
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.snapshot import read_snapshot
from dashboards.views import board, voice_of
from dashboards.visit import Visit, Visitor, needs
from hub.store import absences, pauses
from rules import wording

PATH = "/care/handover"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("hand over")],
)
SHIFT = timedelta(hours=12)
"""[default] How far back the next shift is told of what went on again."""


class GoneOn(NamedTuple):
    """What went on again during the shift, or who came home."""

    what: str
    room: str
    at: str


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    shown = board(read_snapshot(visit.connection, visit.house, visit.now), visit.scope)
    off = lines(visit)
    note_seen(visit, PATH, ())
    return page(
        request,
        visit,
        "care/handover.html",
        board=shown,
        off=[line for line in off if line.cause not in ("no_basis", "no_sensor", "away")],
        lacking=[line for line in off if line.cause in ("no_basis", "no_sensor")],
        reviews=reviews_of(visit),
        gone_on=_gone_on(visit),
        hours=int(SHIFT.total_seconds() // 3600),
    )


def _gone_on(visit: Visit) -> list[GoneOn]:
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    site, since = house.site.site, visit.now - SHIFT
    units = {room.id: room.unit for room in house.site.rooms}
    names = house.rule_names
    found = []
    for pause in pauses.ended(visit.connection, site, since):
        if pause.ended_at is not None and visit.access.sees_unit(units.get(pause.room, "")):
            name = getattr(names[pause.rule], visit.language) if pause.rule in names else pause.subject
            found.append((pause.ended_at, GoneOn(name, house.room_name(pause.room), "")))
    for absence in absences.ended(visit.connection, site, since):
        resident = house.resident(absence.resident)
        if absence.ended_at is None or resident is None:
            continue
        if visit.access.sees_resident(resident, house.site):
            found.append((absence.ended_at, GoneOn(resident.name, house.room_name(resident.room), "")))
    return [one._replace(at=wording.at(at, voice)) for at, one in sorted(found, reverse=True)]
