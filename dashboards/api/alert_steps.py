"""What a person does to an alert, as calls: accept, set out, arrive, ask for assistance, hand back, close."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards.alert_in_view import alert_in_view
from dashboards.api.refusal import Refusal
from dashboards.api.sent import Sent
from dashboards.staff import move
from dashboards.visit import OurCall, Visitor, clock_of, needs
from hub.desk import Desk
from rules.alert import Act, State

api = APIRouter(prefix="/api/v1", dependencies=[OurCall, needs("answer alerts")])


class StepOut(BaseModel):
    """What came of it. `changed` false: nothing, and `reason` says why (somebody was quicker)."""

    id: int
    state: State
    changed: bool
    reason: str
    accepted_by: str | None
    arrived_by: str | None
    on_the_way_at: datetime | None
    assistance_at: datetime | None


class Closing(Sent):
    outcome: Annotated[
        str,
        Field(
            description="With `close`: helped, no_help_needed, false_alarm or test. Of what is about a device"
            " or the alerting itself: battery_changed (of a battery or a silent device), mended,"
            " handed_to_technician, false_alarm or test"
        ),
    ] = ""


@api.post(
    "/alerts/{id}/{step}",
    responses={400: {"model": Refusal}, 401: {"model": Refusal}, 404: {"model": Refusal}},
)
def take_step(
    request: Request, visit: Visitor, id: int, step: Act, closing: Closing | None = None
) -> StepOut:
    """One step of an alert that whoever is signed in may see. Of two at the same instant one wins."""
    alert = alert_in_view(visit, id)
    if alert is None:
        raise HTTPException(404, "there is no such alert, or not for you")
    desk = Desk(visit.connection, visit.house.site.site, clock_of(request))
    decision = move(desk, alert, step, visit.person.id, closing.outcome if closing is not None else "")
    fields = {
        name: getattr(decision.alert, name) for name in StepOut.model_fields if hasattr(decision.alert, name)
    }
    return StepOut(**fields, changed=decision.changed, reason=decision.reason)
