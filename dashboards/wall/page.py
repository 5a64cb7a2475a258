"""The screen on the duty room's wall: the whole house or chosen units, live, to be read from three metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from dashboards.alerts_seen import note_alerts_seen
from dashboards.care.seen import note_watched
from dashboards.frame import frame
from dashboards.pages import render
from dashboards.snapshot import pulse, read_snapshot
from dashboards.views import Scope, View, board
from dashboards.visit import Visit, Visitor, needs
from dashboards.wall.view import wall_parts, wall_units

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Chosen = Annotated[list[str], Query(max_length=64)]


def chosen_scope(visit: Visit, chosen: Sequence[str], view: View = "wall") -> Scope:
    """What a screen with these units shows: never more than whoever is signed in sees, and no single room
    that is open to them in an emergency. 404 for a unit that there is not, or not for them.
    """
    access, units = visit.access, {unit.id for unit in visit.house.site.units}
    if not all(unit in units and access.sees_unit(unit) for unit in chosen):
        raise HTTPException(404, "there is no such unit, or not for you")
    return Scope(visit.language, access.on_a_screen(chosen), view)


@pages.get("/wall", dependencies=[needs("see wall")])
def show_wall(request: Request, visit: Visitor, unit: Chosen = []) -> str:  # noqa: B006
    scope = chosen_scope(visit, unit)
    snapshot = read_snapshot(visit.connection, visit.house, visit.now)
    shown = board(snapshot, scope)
    units = wall_units(snapshot, scope)
    note_alerts_seen(visit, "/wall", [c.id for c in shown.cards])
    note_watched(visit, "/wall", (tile.id for one in units for tile in one.residents))
    return render(
        visit.language,
        "wall/wall.html",
        **frame(request, visit),
        board=shown,
        cards=[render(visit.language, "wall/_card.html", card=c) for c in shown.cards],
        parts=wall_parts(units, shown, scope),
        pulse=pulse(visit.connection, visit.house.site.site, visit.now),
        stream="/live?" + urlencode([("view", "wall"), *(("unit", one) for one in unit)]),
        choices=[(u.id, u.name) for u in visit.house.site.units if visit.access.sees_unit(u.id)],
        chosen=unit,
    )
