"""Who is away, as calls: asked, said and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards.api.instant import Instant
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.care.away import residents_of
from dashboards.care.seen import note_seen
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from hub.absences import Absences
from hub.store import absences
from rules.absence import Absence, Reason
from rules.pause import Refusal

api = APIRouter(
    prefix="/api/v1/absences",
    dependencies=[needs("say who is away")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)


class AbsenceOut(BaseModel):
    """A resident (a pseudonym) is away, or will be."""

    resident: str
    reason: Reason
    registered_by: str
    away_from: datetime
    back_by: datetime
    ended_at: datetime | None


class AbsencesOut(BaseModel):
    at: datetime
    absences: list[AbsenceOut]


class AbsenceIn(Sent):
    reason: Reason
    back_by: Instant
    away_from: Annotated[Instant | None, Field(description="Now, unless given")] = None


@api.get("")
def list_absences(visit: Visitor) -> AbsencesOut:
    """Who is away or will be, of the residents whom the caller sees."""
    seen = {resident.id for resident in residents_of(visit)}
    known = [a for a in absences.active(visit.connection, visit.house.site.site) if a.resident in seen]
    note_seen(visit, "/api/v1/absences", (absence.resident for absence in known))
    return AbsencesOut(at=visit.now, absences=[_out(absence) for absence in known])


@api.put("/{resident}", dependencies=[OurCall], responses={409: {"model": RefusalOut}})
def put_absence(request: Request, visit: Visitor, resident: str, said: AbsenceIn) -> AbsenceOut:
    """Say that a resident is away, or put off their return."""
    book = _book(request, visit, resident)
    return _done(book.away(resident, said.reason, said.back_by, visit.person.id, said.away_from))


@api.delete("/{resident}", dependencies=[OurCall], responses={409: {"model": RefusalOut}})
def end_absence(request: Request, visit: Visitor, resident: str) -> AbsenceOut:
    """The resident came home, or does not go after all."""
    return _done(_book(request, visit, resident).back(resident, visit.person.id))


def _book(request: Request, visit: Visit, resident: str) -> Absences:
    if resident not in {r.id for r in residents_of(visit)}:
        raise HTTPException(404, "there is no such resident, or not for you")
    return Absences(visit.connection, visit.house.site, clock_of(request))


def _done(done: Absence | Refusal) -> AbsenceOut:
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _out(done)


def _out(absence: Absence) -> AbsenceOut:
    return AbsenceOut(**{name: getattr(absence, name) for name in AbsenceOut.model_fields})
