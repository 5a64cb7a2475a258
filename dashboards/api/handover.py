"""The hand-over, as calls: what the next shift must know, notes to it, and that it was read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.care.handover import end_note, handover_pdf, write_note
from dashboards.care.handover_view import handed_over, notes_of
from dashboards.care.seen import note_seen
from dashboards.visit import OurCall, Visitor, clock_of, needs
from hub.hand_over import LONGEST_WORDS, MOST_SHIFTS, HandOver
from hub.store import hand_over as store
from hub.store.hand_over import Note
from rules.alert import Outcome
from rules.pause import Refusal

api = APIRouter(
    prefix="/api/v1/handover",
    dependencies=[needs("hand over")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)


HoursBack = Annotated[int, Query(ge=1, le=72, description="How far back, in hours")]


class NoteOut(BaseModel):
    """A note to the shifts that come. `unit` '' is the whole house; `resident`: a pseudonym."""

    id: int
    unit: str
    resident: str | None
    words: str
    written_by: str
    written_at: datetime
    ends_at: datetime


class ClosedOut(BaseModel):
    """`to_arrival`: seconds from when the hub knew until somebody was there; null: nobody went."""

    alert: int
    place: str
    outcome: Outcome | None
    to_arrival: float | None


class ReceiptOut(BaseModel):
    person: str
    read_at: datetime


class HandOverOut(BaseModel):
    """`open`: the numbers of the alerts; all there is of each is at /api/v1/alerts."""

    at: datetime
    hours: int
    open: list[int]
    closed: list[ClosedOut]
    notes: list[NoteOut]
    not_watched_over: int
    switched_off: int
    away: int
    faults: int
    to_ask_anew: int = Field(description="Residents whose yes to a relative ends within 7 days")
    receipts: list[ReceiptOut] = Field(description="Who has read it in the last 24 hours")


class NoteIn(Sent):
    """About a resident, or else a unit; neither: the whole house."""

    unit: str = ""
    resident: str | None = None
    words: str = Field(min_length=1, max_length=LONGEST_WORDS)
    shifts: int = Field(1, ge=0, le=MOST_SHIFTS, description="How many shifts after the one that runs now")


@api.get("")
def show(visit: Visitor, hours: HoursBack = 12) -> HandOverOut:
    """What the next shift must know, of the units that the caller looks after."""
    told, site = handed_over(visit, hours), visit.house.site.site
    notes = notes_of(visit)
    note_seen(visit, "/api/v1/handover", (note.resident for note in notes if note.resident))
    day = visit.now - timedelta(hours=24)
    return HandOverOut(
        at=visit.now,
        hours=hours,
        open=[card.id for card in told.board.cards],
        closed=[
            ClosedOut(
                alert=one.id,
                place=one.room,
                outcome=one.outcome,
                to_arrival=one.took.total_seconds() if one.took is not None else None,
            )
            for one in told.happened
        ],
        notes=[_out(note) for note in notes],
        not_watched_over=len(told.board.uncovered),
        switched_off=len(told.off),
        away=len(told.board.away),
        faults=len(told.faults) + len(told.lost),
        to_ask_anew=len(told.to_ask),
        receipts=[ReceiptOut(**one._asdict()) for one in store.receipts(visit.connection, site, day)],
    )


@api.get("/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def take_pdf(visit: Visitor, hours: HoursBack = 12) -> Response:
    """As the page prints it."""
    return Response(handover_pdf(visit, hours), media_type="application/pdf")


@api.post("/notes", status_code=201, dependencies=[OurCall], responses={409: {"model": RefusalOut}})
def add_note(request: Request, visit: Visitor, note: NoteIn) -> NoteOut:
    """Write a note to the shifts that come. It ends by itself."""
    done = write_note(request, visit, note.unit, note.resident, note.words, note.shifts)
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _out(done)


@api.delete("/notes/{number}", status_code=204, dependencies=[OurCall])
def take_note_away(request: Request, visit: Visitor, number: int) -> None:
    """It has been seen to."""
    end_note(request, visit, number)


@api.post("/receipts", status_code=204, dependencies=[OurCall, needs("keep own account")])
def confirm(request: Request, visit: Visitor) -> None:
    """ "I have read it": the caller, now."""
    HandOver(visit.connection, visit.house.site, clock_of(request)).read(visit.person.id)


def _out(note: Note) -> NoteOut:
    return NoteOut(**{name: getattr(note, name) for name in NoteOut.model_fields})
