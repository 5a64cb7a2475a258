"""Who lives here and how they are watched over now, as calls: by pseudonym, of those whom the caller sees."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal
from dashboards.care.resident_view import resident_in_view, residents_of
from dashboards.care.seen import note_seen
from dashboards.visit import Visitor, history_of, needs
from hub.last_sign import last_sign_of
from hub.store import protection
from rules.protection import State

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})
_CARE = [needs("see residents")]


class ResidentOut(BaseModel):
    """A resident by pseudonym. `state`: how they are watched over now, null where that is not known yet."""

    resident: str
    place: str
    unit: str
    state: State | None
    since: datetime | None


class ResidentsOut(BaseModel):
    residents: list[ResidentOut]


class ResidentNowOut(ResidentOut):
    shared: bool = Field(description="Others live there too: sensors do not know whom they see")
    last_sign_at: datetime | None
    last_sign_device: str | None


@api.get("/residents", dependencies=_CARE)
def list_residents(visit: Visitor) -> ResidentsOut:
    """Who lives here today and is seen by the caller, by pseudonym."""
    now = protection.now(visit.connection, visit.house.site.site)
    found = []
    for one in residents_of(visit):
        room, known = visit.house.room(one.room), now.get(one.id)
        found.append(
            ResidentOut(
                resident=one.id,
                place=one.room,
                unit=room.unit if room is not None else "",
                state=known.protection.state if known is not None else None,
                since=known.since if known is not None else None,
            )
        )
    note_seen(visit, "/api/v1/residents", (one.resident for one in found))
    return ResidentsOut(residents=found)


@api.get("/residents/{resident}", dependencies=_CARE)
def show_resident(request: Request, visit: Visitor, resident: str) -> ResidentNowOut:
    view = resident_in_view(visit, resident)
    note_seen(visit, f"/api/v1/residents/{resident}", [resident])
    known = protection.now(visit.connection, visit.house.site.site).get(resident)
    sign = last_sign_of(
        visit.connection, history_of(request, visit), visit.house.site, view.resident, visit.now
    )
    return ResidentNowOut(
        resident=resident,
        place=view.room.id,
        unit=view.room.unit,
        state=known.protection.state if known is not None else None,
        since=known.since if known is not None else None,
        shared=view.shared,
        last_sign_at=sign.at if sign is not None else None,
        last_sign_device=sign.device if sign is not None else None,
    )
