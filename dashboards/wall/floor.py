"""Floor plans: looked at while things happen, put together by dragging rooms and devices to their places."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import StringConstraints

from dashboards.access import may
from dashboards.alerts_seen import note_alerts_seen
from dashboards.care.resident_view import residents_of
from dashboards.care.room_view import shared_room
from dashboards.frame import page
from dashboards.snapshot import pulse, read_snapshot
from dashboards.views import board
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from dashboards.wall.drawing import LARGEST, Drawing, draw
from dashboards.wall.floor_view import Shown, floor_parts, places_of, shown_marks
from dashboards.wall.page import chosen_scope
from hub.floor_plans import FloorPlans
from hub.store import floor_plans
from hub.store.floor_plans import FloorPlan

pages = APIRouter(
    prefix="/floor",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see floor plans")],
)


def plans_in_view(visit: Visit) -> list[FloorPlan]:
    known = floor_plans.of_site(visit.connection, visit.house.site.site)
    return [plan for plan in known if visit.access.sees_unit(plan.unit)]


def plan_in_view(visit: Visit, id: int) -> FloorPlan:
    """404 where there is no such plan, or none in the units of whoever asks."""
    found = next((plan for plan in plans_in_view(visit) if plan.id == id), None)
    if found is None:
        raise HTTPException(404, "there is no such floor plan, or not for you")
    return found


def unit_in_view(visit: Visit, unit: str) -> str:
    if not visit.access.sees_unit(unit) or unit not in {u.id for u in visit.house.site.units}:
        raise HTTPException(404, "there is no such unit, or not for you")
    return unit


@pages.get("")
def show_plans(request: Request, visit: Visitor) -> Response:
    """All in view; who sees only one, and changes none, stands before it at once."""
    plans = plans_in_view(visit)
    if len(plans) == 1 and not _may_change(visit):
        return RedirectResponse(f"/floor/{plans[0].id}", 303)
    return HTMLResponse(_all_plans(request, visit, plans))


def _all_plans(request: Request, visit: Visit, plans: list[FloorPlan], fault: str = "") -> str:
    own = visit.access.own
    return page(
        request,
        visit,
        "wall/floors.html",
        plans=[(plan, visit.house.unit_name(plan.unit), _may_change(visit, plan)) for plan in plans],
        choices=[(u.id, u.name) for u in visit.house.site.units if own.sees_unit(u.id)],
        may_change=_may_change(visit),
        fault=fault,
    )


def _may_change(visit: Visit, plan: FloorPlan | None = None) -> bool:
    """This one; none named: whether they change any."""
    return may(visit.person, "change floor plans") and (plan is None or visit.access.own.sees_unit(plan.unit))


PlanName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


@pages.post("", dependencies=[OurForm, needs("change floor plans")])
def put_plan(
    request: Request,
    visit: Visitor,
    unit: Annotated[str, Form(max_length=64)],
    name: Annotated[PlanName, Form(title="What the floor is called")],
    picture: Annotated[UploadFile, File(title="Picture (PNG, JPEG or SVG, at most 5 MB)")],
) -> Response:
    """A new plan, or a new picture of the unit's plan of that name."""
    unit_in_view(visit, unit)
    drawn = draw(picture.file.read(LARGEST + 1), visit.person.id)
    if not isinstance(drawn, Drawing):
        return HTMLResponse(_all_plans(request, visit, plans_in_view(visit), drawn.why), 400)
    book = FloorPlans(visit.connection, visit.house.site.site, clock_of(request), visit.person.id)
    id = book.put(unit, name, drawn.png, drawn.width, drawn.height)
    return RedirectResponse(f"/floor/{id}?edit=1", 303)


@pages.get("/{number}")
def show_plan(request: Request, visit: Visitor, number: int, edit: bool = False) -> str:
    plan = plan_in_view(visit, number)
    scope = chosen_scope(visit, [plan.unit], "floor")
    snapshot = read_snapshot(visit.connection, visit.house, visit.now)
    shown = board(snapshot, scope)
    note_alerts_seen(visit, "/floor", [card.id for card in shown.cards])
    marks = shown_marks(plan, floor_plans.marks(visit.connection, number), visit.house)
    placed = {(mark.kind, mark.of) for mark in marks}
    may_change = _may_change(visit, plan)
    editing = edit and may_change
    return page(
        request,
        visit,
        "wall/floor.html",
        plan=plan,
        unit=visit.house.unit_name(plan.unit),
        marks=marks,
        leads={} if editing else _where_marks_lead(request, visit, plan.unit, marks),
        parts=floor_parts(snapshot, shown, scope),
        pulse=pulse(visit.connection, visit.house.site.site, visit.now),
        stream="/live?" + urlencode({"view": "floor", "unit": plan.unit}),
        editing=editing,
        may_change=may_change,
        unplaced=[p for p in places_of(visit.house, plan.unit) if p[:2] not in placed] if editing else [],
    )


def _where_marks_lead(request: Request, visit: Visit, unit: str, marks: list[Shown]) -> dict[str, str]:
    """By `room:3B` or `device:3B bed`: the page of it, where whoever looks may see one. A flat leads to the
    resident's pictures (where several live there, to the residents), a device of carers', or in a unit that
    is open in an emergency, to its room.
    """
    rooms = {device.id: device.room for device in visit.house.site.devices}
    residents: dict[str, list[str]] = {}
    if care := may(visit.person, "see residents"):
        for one in residents_of(visit):
            residents.setdefault(one.room, []).append(one.id)
    to_devices = may(visit.person, "see devices") and visit.access.own.sees_unit(unit)
    found: dict[str, str] = {}
    for mark in marks:
        key, room = f"{mark.kind}:{mark.of}", rooms.get(mark.of, "") if mark.kind == "device" else mark.of
        if mark.kind == "device" and to_devices:
            found[key] = f"/technician/devices/{quote(mark.of, safe='')}"
        elif own := residents.get(room):
            found[key] = f"/care/residents/{own[0]}" if len(own) == 1 else "/care/residents"
        elif f"room:{room}" in found:
            found[key] = found[f"room:{room}"]
        elif care and shared_room(request, visit, room) is not None:
            found[key] = f"/care/rooms/{quote(room, safe='')}"
    return found


@pages.get("/{number}/picture.png")
def show_picture(visit: Visitor, number: int) -> Response:
    plan_in_view(visit, number)
    return Response(floor_plans.picture(visit.connection, number), media_type="image/png")


@pages.post("/{number}/remove", dependencies=[OurForm, needs("change floor plans")])
def remove_plan(request: Request, visit: Visitor, number: int) -> Response:
    plan_in_view(visit, number)
    FloorPlans(visit.connection, visit.house.site.site, clock_of(request), visit.person.id).remove(number)
    return RedirectResponse("/floor", 303)
