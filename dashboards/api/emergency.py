"""Access to another unit in an emergency, as calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal, declined
from dashboards.api.sent import Sent
from dashboards.audit.emergencies import in_view, reviewed
from dashboards.care.emergency import begin, mine
from dashboards.visit import OurCall, Visitor, needs
from hub import emergency
from hub.emergency import LONGEST_REASON
from hub.store.emergencies import Emergency
from rules import pause

REFUSALS: dict[int | str, dict[str, Any]] = {code: {"model": Refusal} for code in (401, 404)}
api = APIRouter(prefix="/api/v1", responses=REFUSALS)


class EmergencyOut(BaseModel):
    number: int
    person: str
    unit: str
    room: str | None = Field(description="Those who live there alone; null: the whole unit")
    reason: str
    began_at: datetime
    ends_at: datetime
    seen_by: str | None = Field(description="Who looked at it afterwards")
    seen_at: datetime | None


class EmergencyIn(Sent):
    room: str = Field("", max_length=64, description="Those who live there; this before a whole unit")
    unit: str = Field("", max_length=64, description="All of it, where nobody can tell which room")
    reason: str = Field(max_length=LONGEST_REASON)


@api.get("/emergency", dependencies=[needs("ask for emergency access")])
def show(visit: Visitor) -> list[EmergencyOut]:
    """One's own that last."""
    return [_out(one) for one in mine(visit)]


@api.post(
    "/emergency",
    status_code=201,
    dependencies=[OurCall, needs("ask for emergency access")],
    responses={403: {"model": Refusal}, 422: {"model": Refusal}},
)
def ask(request: Request, visit: Visitor, wish: EmergencyIn) -> EmergencyOut:
    """It opens at once, lasts 60 minutes, and is told to the unit's leaders and the privacy officers."""
    begun = begin(request, visit, wish.unit, wish.room, wish.reason)
    if isinstance(begun, pause.Refusal):
        raise declined(422, begun)
    return _out(begun)


@api.delete(
    "/emergency",
    status_code=204,
    dependencies=[OurCall, needs("ask for emergency access")],
    responses={403: {"model": Refusal}},
)
def end(visit: Visitor) -> None:
    """All of one's own."""
    emergency.end(visit.connection, visit.house.site.site, visit.person.id, visit.now)


@api.delete(
    "/emergency/{number}",
    status_code=204,
    dependencies=[OurCall, needs("ask for emergency access")],
    responses={403: {"model": Refusal}},
)
def end_one(visit: Visitor, number: int) -> None:
    """404 where it is not one's own, or is over."""
    if not emergency.end(visit.connection, visit.house.site.site, visit.person.id, visit.now, number):
        raise HTTPException(404, "there is nothing here, or not for you")


@api.get("/audit/emergencies", dependencies=[needs("review emergency access")])
def list_emergencies(visit: Visitor, page: Paged) -> list[EmergencyOut]:
    """Of the last 90 days, the newest first."""
    part = page.cut(in_view(visit), lambda one: (one.id,), newest_first=True)
    return [_out(one) for one in part]


@api.post(
    "/audit/emergencies/{number}/review",
    status_code=204,
    dependencies=[OurCall, needs("review emergency access")],
    responses={403: {"model": Refusal}},
)
def review(visit: Visitor, number: int) -> None:
    reviewed(visit, number)


def _out(one: Emergency) -> EmergencyOut:
    fields = {name: getattr(one, name) for name in EmergencyOut.model_fields if hasattr(one, name)}
    return EmergencyOut(number=one.id, **fields)
