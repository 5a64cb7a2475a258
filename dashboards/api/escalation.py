"""Who is called while nobody has an alert, as calls: the plans in force, changed and taken back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from dashboards.api.etags import Seen, announce, must_be_seen
from dashboards.api.refusal import CHANGES, Refusal, RefusedError, settled
from dashboards.api.sent import Sent
from dashboards.care.edit import change
from dashboards.care.escalation import edit_of_plan, plan_in_view, silences, words_of
from dashboards.visit import OurCall, Visit, Visitor, needs
from rules.escalation import EscalationPlan

api = APIRouter(
    prefix="/api/v1/escalation",
    dependencies=[needs("see escalation")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
)


class UnitPlanOut(BaseModel):
    """`own`: the unit has a plan of its own; else it is the house's."""

    unit: str
    own: bool
    plan: EscalationPlan
    words: list[str]


class PlansOut(BaseModel):
    version: int = Field(description="Of the site in force: goes along with a change")
    plan: EscalationPlan = Field(description="The house's")
    words: list[str]
    units: list[UnitPlanOut]


class PlanIn(Sent):
    """A whole plan; a severity that is left out is the default's. Times as `1 min`."""

    plan: EscalationPlan
    version: int | None = Field(None, ge=1, description="Of the site that the change was thought of for")


@api.get("")
def list_plans(visit: Visitor, response: Response) -> PlansOut:
    """The house's plan, and those of the units that the caller looks after."""
    announce(response, visit.house.version)
    site = visit.house.site
    units = [unit for unit in site.units if visit.access.sees_unit(unit.id)]
    return PlansOut(
        version=visit.house.version,
        plan=site.escalation,
        words=list(words_of(site.escalation, visit)),
        units=[
            UnitPlanOut(
                unit=unit.id,
                own=unit.escalation is not None,
                plan=site.escalation_of(unit.id),
                words=list(words_of(site.escalation_of(unit.id), visit)),
            )
            for unit in units
        ],
    )


@api.put(
    "",
    status_code=204,
    dependencies=[OurCall, needs("change escalation")],
    responses=CHANGES,
)
def put_house_plan(request: Request, visit: Visitor, asked: PlanIn, seen: Seen) -> None:
    """The whole house's plan. What a running alert took along stays as it is."""
    _put(request, visit, "", asked.plan, asked.version, seen)


@api.delete(
    "",
    status_code=204,
    dependencies=[OurCall, needs("change escalation")],
    responses=CHANGES,
)
def take_back_house_plan(request: Request, visit: Visitor, seen: Seen) -> None:
    """The default counts again."""
    _put(request, visit, "", None, None, seen)


@api.put(
    "/{unit}",
    status_code=204,
    dependencies=[OurCall, needs("change escalation")],
    responses=CHANGES,
)
def put_unit_plan(request: Request, visit: Visitor, unit: str, asked: PlanIn, seen: Seen) -> None:
    """A unit's own plan."""
    _put(request, visit, unit, asked.plan, asked.version, seen)


@api.delete(
    "/{unit}",
    status_code=204,
    dependencies=[OurCall, needs("change escalation")],
    responses=CHANGES,
)
def take_back_unit_plan(request: Request, visit: Visitor, unit: str, seen: Seen) -> None:
    """The unit follows the house's plan again."""
    _put(request, visit, unit, None, None, seen)


def _put(
    request: Request,
    visit: Visit,
    unit: str,
    plan: EscalationPlan | None,
    version: int | None,
    matched: int | None,
) -> None:
    plan_in_view(visit, unit)
    seen = must_be_seen(matched, version)
    silent = silences(plan, visit.language)
    if silent:
        raise RefusedError(422, " ".join(silent), "silent")
    edits = [edit_of_plan(unit, plan)]
    settled(change(request, visit, edits, seen, exact=bool(seen)), matched)
