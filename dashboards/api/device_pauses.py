"""Pauses of devices as calls (docs/pauses.md)."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.instant import Instant
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.technician.devices import device_in_view
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from hub.pauses import Pauses
from hub.store import pauses as store
from rules.pause import Pause, Refusal

api = APIRouter(
    prefix="/api/v1",
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
    dependencies=[needs("pause devices")],
)
_CONFLICT: dict[int | str, dict[str, object]] = {409: {"model": RefusalOut}}


class DevicePauseIn(Sent):
    reason: str = Field(min_length=1, max_length=400)
    until: Instant


class DevicePauseOut(BaseModel):
    device: str
    place: str = Field(description="The room")
    owner: str
    reason: str
    paused_at: datetime
    until: datetime = Field(description="What was asked for")
    ends_at: datetime = Field(description="Earlier, where a second person's yes is needed and not given")
    confirmed_by: str | None
    ended_at: datetime | None


class DevicePausesOut(BaseModel):
    at: datetime
    paused: list[DevicePauseOut]


@api.get("/device-pauses")
def list_paused(visit: Visitor) -> DevicePausesOut:
    """The devices that are paused now, of the units that the caller sees."""
    units = {room.id: room.unit for room in visit.house.site.rooms}
    found = store.devices(visit.connection, visit.house.site.site)
    paused = [_out(p) for p in found if visit.access.sees_unit(units.get(p.room, ""))]
    return DevicePausesOut(at=visit.now, paused=paused)


@api.put("/devices/{id:path}/pause", dependencies=[OurCall], responses=_CONFLICT)
def pause_device(request: Request, visit: Visitor, id: str, asked: DevicePauseIn) -> DevicePauseOut:
    """What it says is kept and not judged. Where a high rule needs it, for 24 hours at most until a second
    person agrees.
    """
    return _done(_pauses(request, visit, id).pause_device(id, visit.person.id, asked.reason, asked.until))


@api.post("/devices/{id:path}/pause/confirm", dependencies=[OurCall], responses=_CONFLICT)
def confirm_pause(request: Request, visit: Visitor, id: str) -> DevicePauseOut:
    """A second person's yes to the whole length that was asked for."""
    return _done(_pauses(request, visit, id).confirm_device(id, visit.person.id))


@api.delete("/devices/{id:path}/pause", dependencies=[OurCall], responses=_CONFLICT)
def resume_device(request: Request, visit: Visitor, id: str) -> DevicePauseOut:
    """It is judged again before its end."""
    return _done(_pauses(request, visit, id).resume_device(id, visit.person.id))


def _pauses(request: Request, visit: Visit, device: str) -> Pauses:
    device_in_view(visit, device)
    return Pauses(visit.connection, visit.house.site, clock_of(request))


def _done(done: Pause | Refusal) -> DevicePauseOut:
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _out(done)


def _out(pause: Pause) -> DevicePauseOut:
    fields = {name: getattr(pause, name) for name in DevicePauseOut.model_fields if hasattr(pause, name)}
    return DevicePauseOut(**fields, place=pause.room)
