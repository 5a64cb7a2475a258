"""What is off, as calls: all of it in one list; rules switched off and on again."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards.api.instant import Instant
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.care.pauses import rooms_of
from dashboards.care.seen import note_seen
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from hub.off import Cause, all_off
from hub.pauses import Pauses
from rules.pause import Pause, Refusal

api = APIRouter(prefix="/api/v1", responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}})


class OffOut(BaseModel):
    """Something that watches over nobody now."""

    cause: Cause
    place: str = Field(description="The room")
    names: list[str] = Field(description="Rules; of a device its id")
    owner: str | None = Field(description="Whose decision it was, where it was one")
    reason: str
    since: datetime | None
    until: datetime | None = Field(description="None: until somebody does something about it")
    asked_until: datetime | None = Field(description="What waits for a second person's yes")
    residents: list[str]


class OffListOut(BaseModel):
    at: datetime
    off: list[OffOut]


class PauseIn(Sent):
    reason: str = Field(min_length=1, max_length=400)
    until: Instant


class PauseOut(BaseModel):
    rule: str
    place: str
    owner: str
    reason: str
    paused_at: datetime
    until: datetime = Field(description="What was asked for")
    ends_at: datetime = Field(description="Earlier, where a second person's yes is needed and not given")
    confirmed_by: str | None
    ended_at: datetime | None


@api.get("/off", dependencies=[needs("see rules")])
def list_off(visit: Visitor) -> OffListOut:
    """All that is off now, of the units that the caller sees."""
    units = {room.id: room.unit for room in visit.house.site.rooms}
    found = [
        OffOut(
            cause=off.cause,
            place=off.room,
            names=list(off.names),
            owner=off.owner,
            reason=off.reason if visit.access.residents else "",
            since=off.since,
            until=off.until,
            asked_until=off.pause.until if off.pause is not None and off.pause.waits_for_yes else None,
            residents=list(off.residents),
        )
        for off in all_off(visit.connection, visit.house.rules, visit.now)
        if visit.access.sees_room(off.room, units.get(off.room, ""))
    ]
    note_seen(visit, "/api/v1/off", (resident for off in found for resident in off.residents))
    return OffListOut(at=visit.now, off=found)


@api.put(
    "/pauses/{place}/{rule}",
    dependencies=[OurCall, needs("pause rules")],
    responses={409: {"model": RefusalOut}},
)
def pause(request: Request, visit: Visitor, place: str, rule: str, asked: PauseIn) -> PauseOut:
    """Switch a rule off in a room. A high rule is off for 24 hours at most until a second person agrees."""
    return _done(
        _pauses(request, visit, place).pause(rule, place, visit.person.id, asked.reason, asked.until)
    )


@api.post(
    "/pauses/{place}/{rule}/confirm",
    dependencies=[OurCall, needs("pause rules")],
    responses={409: {"model": RefusalOut}},
)
def confirm(request: Request, visit: Visitor, place: str, rule: str) -> PauseOut:
    """A second person's yes to the whole length that was asked for."""
    return _done(_pauses(request, visit, place).confirm(rule, place, visit.person.id))


@api.delete(
    "/pauses/{place}/{rule}",
    dependencies=[OurCall, needs("pause rules")],
    responses={409: {"model": RefusalOut}},
)
def resume(request: Request, visit: Visitor, place: str, rule: str) -> PauseOut:
    """Switch it on again before its end."""
    return _done(_pauses(request, visit, place).resume(rule, place, visit.person.id))


def _pauses(request: Request, visit: Visit, place: str) -> Pauses:
    if place not in rooms_of(visit):
        raise HTTPException(404, "there is no such room, or not for you")
    return Pauses(visit.connection, visit.house.site, clock_of(request))


def _done(done: Pause | Refusal) -> PauseOut:
    if isinstance(done, Refusal):
        raise declined(409, done)
    fields = {name: getattr(done, name) for name in PauseOut.model_fields if hasattr(done, name)}
    return PauseOut(**fields, place=done.room)
