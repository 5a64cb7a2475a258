"""Floor plans, as calls: what there is, a picture put in, marks set with the version they were made on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Base64Bytes, BaseModel, Field

from dashboards.api.refusal import Refusal, RefusedError
from dashboards.api.sent import Sent
from dashboards.snapshot import read_snapshot
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from dashboards.wall.drawing import LARGEST, Drawing, draw
from dashboards.wall.floor import PlanName, plan_in_view, plans_in_view, unit_in_view
from dashboards.wall.floor_view import places_of, states
from dashboards.wall.page import chosen_scope
from hub.floor_plans import FloorPlans
from hub.store import floor_plans
from hub.store.floor_plans import FloorPlan, Mark
from rules.severity import Severity

api = APIRouter(
    prefix="/api/v1/floor-plans",
    dependencies=[needs("see floor plans")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
)
CHANGES = [OurCall, needs("change floor plans")]
BAD_OR_CHANGED: dict[int | str, dict[str, Any]] = {400: {"model": Refusal}, 409: {"model": Refusal}}
_NO_PLACE = {"busy": 503, "one at a time": 429}

Share = Annotated[int, Field(ge=0, le=10_000, description="Ten-thousandths, from the upper left corner")]


class MarkModel(BaseModel):
    kind: Literal["room", "device"]
    of: Annotated[str, Field(max_length=200, description="The room's or device's id")]
    x: Share
    y: Share


class MarkIn(MarkModel, Sent):
    pass


class StateOut(BaseModel):
    alert: Severity | None = Field(description="The gravest open alert there")
    id: int | None = Field(description="Of that alert; where several are as grave, of one that nobody has")
    taken: bool = Field(description="Whether somebody has each of those alerts")
    lost: bool = Field(description="A device that cannot be heard")


class FloorPlanOut(BaseModel):
    id: int
    unit: str
    name: str
    width: int
    height: int
    version: int = Field(description="Goes with the marks that are put: refused where it is another by then")
    put_by: str
    put_at: datetime
    picture: str = Field(description="The address of the picture, a PNG")
    marks: list[MarkModel]
    states: dict[str, StateOut] = Field(description="By `room:<id>`, `device:<id>`: all that is not well")


class FloorPlanIn(Sent):
    unit: Annotated[str, Field(max_length=64)]
    name: PlanName
    picture: Annotated[Base64Bytes, Field(max_length=LARGEST, description="PNG, JPEG or SVG, as base64")]


class MarksIn(Sent):
    version: int
    marks: Annotated[list[MarkIn], Field(max_length=2000)]


class Versioned(BaseModel):
    version: int


@api.get("")
def list_floor_plans(visit: Visitor) -> list[FloorPlanOut]:
    """Of the units that the caller sees."""
    return [_out(visit, plan) for plan in plans_in_view(visit)]


@api.post("", dependencies=CHANGES, responses={400: {"model": Refusal}, 503: {"model": Refusal}})
def put_floor_plan(request: Request, visit: Visitor, said: FloorPlanIn) -> FloorPlanOut:
    """A new plan, or a new picture of the unit's plan of that name, whose marks stay."""
    unit_in_view(visit, said.unit)
    drawn = draw(said.picture, visit.person.id)
    if not isinstance(drawn, Drawing):
        raise RefusedError(_NO_PLACE.get(drawn.why, 400), drawn.why, "no_drawing")
    id = _book(request, visit).put(said.unit, said.name, drawn.png, drawn.width, drawn.height)
    return _out(visit, plan_in_view(visit, id))


@api.get("/{number}/picture", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def show_floor_plan_picture(visit: Visitor, number: int) -> Response:
    plan_in_view(visit, number)
    return Response(floor_plans.picture(visit.connection, number), media_type="image/png")


@api.put("/{number}/marks", dependencies=CHANGES, responses=BAD_OR_CHANGED)
def put_marks(request: Request, visit: Visitor, number: int, said: MarksIn) -> Versioned:
    """All marks of the plan, in place of those that were."""
    plan = plan_in_view(visit, number)
    known = {place[:2] for place in places_of(visit.house, plan.unit)}
    wanted = {(mark.kind, mark.of): Mark(mark.kind, mark.of, mark.x, mark.y) for mark in said.marks}
    if not wanted.keys() <= known:
        raise RefusedError(400, "a room or device that the unit does not have", "not_of_the_unit")
    version = _book(request, visit).mark(number, said.version, list(wanted.values()))
    if version is None:
        raise RefusedError(409, "somebody else has changed this plan meanwhile", "plan_changed")
    return Versioned(version=version)


@api.delete("/{number}", status_code=204, dependencies=CHANGES)
def remove_floor_plan(request: Request, visit: Visitor, number: int) -> None:
    plan_in_view(visit, number)
    _book(request, visit).remove(number)


def _book(request: Request, visit: Visit) -> FloorPlans:
    return FloorPlans(visit.connection, visit.house.site.site, clock_of(request), visit.person.id)


def _out(visit: Visit, plan: FloorPlan) -> FloorPlanOut:
    snapshot = read_snapshot(visit.connection, visit.house, visit.now)
    found = states(snapshot, chosen_scope(visit, [plan.unit], "floor"))
    return FloorPlanOut(
        id=plan.id,
        unit=plan.unit,
        name=plan.name,
        width=plan.width,
        height=plan.height,
        version=plan.version,
        put_by=plan.put_by,
        put_at=plan.put_at,
        picture=f"/api/v1/floor-plans/{plan.id}/picture",
        marks=[
            MarkModel(kind=mark.kind, of=mark.of, x=mark.x, y=mark.y)
            for mark in floor_plans.marks(visit.connection, plan.id)
        ],
        states={
            key: StateOut(alert=state.alert, id=state.id, taken=state.taken, lost=state.lost)
            for key, state in found.items()
        },
    )
