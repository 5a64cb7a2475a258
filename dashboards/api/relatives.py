"""Residents' relatives, as calls: who they are, what each was allowed, inviting, pausing, taking back, and
what they have looked at.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.care.away import residents_of
from dashboards.care.relative import invited_by, preview_of, relative_in_view
from dashboards.care.relatives import LOOKS_SHOWN, book_of, relatives_of, state_of
from dashboards.care.seen import note_seen
from dashboards.relative.shown import ResidentShown
from dashboards.visit import OurCall, Visit, Visitor, needs
from hub.relatives.book import Newcomer
from hub.store import credentials, relative_messages, relative_views
from rules.pause import Refusal
from rules.relatives import Category, GivenBy, How, Known
from rules.telling_relatives import Kind

api = APIRouter(
    prefix="/api/v1/relatives",
    dependencies=[needs("see relatives")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)
MESSAGES = 200


class ConsentOut(BaseModel):
    resident: str
    category: Category
    valid_from: date
    valid_until: date
    given_by: GivenBy
    how: How
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None


class RestOut(BaseModel):
    """A pause. `until` null: until somebody ends it."""

    resident: str
    since: datetime
    until: datetime | None
    asked_by: str


class BondOut(BaseModel):
    resident: str
    relation: str


class RelativeOut(BaseModel):
    """Somebody's relative, as far as the caller sees the residents."""

    id: int
    name: str
    email: str
    language: Literal["nb", "en"]
    state: Literal["new", "invited", "expired", "in", "left"]
    residents: list[BondOut]
    consents: list[ConsentOut]
    pauses: list[RestOut] = Field(description="Those that hold now")


class MessageOut(BaseModel):
    """What was told, waits, or was told to nobody (and why)."""

    resident: str
    kind: Kind
    created_at: datetime
    sent_at: datetime | None
    waits_until: datetime | None
    dropped: str | None
    failure: str | None


class RelativeIn(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=120)]
    email: Annotated[str, Field(max_length=254)]
    language: Literal["nb", "en"]
    resident: str
    relation: Annotated[str, Field(max_length=120)] = ""


class ConsentIn(BaseModel):
    resident: str
    categories: Annotated[list[Category], Field(min_length=1)]
    valid_from: date
    valid_until: date
    given_by: GivenBy
    how: How


class PauseIn(BaseModel):
    until: Annotated[AwareDatetime | None, Field(description="null: until somebody ends it")] = None


class InvitationOut(BaseModel):
    """The link stands nowhere else: it is told this once."""

    link: str
    expires_at: datetime
    by_email: bool


class LookOut(BaseModel):
    relative: int
    at: datetime
    shown: list[str]


@api.get("")
def list_relatives(visit: Visitor) -> list[RelativeOut]:
    found = relatives_of(visit).values()
    note_seen(visit, "/api/v1/relatives", (resident for known in found for resident in known.residents))
    return [_out(visit, known) for known in found]


@api.post("", status_code=201, dependencies=[OurCall, needs("invite relatives")])
def add_relative(request: Request, visit: Visitor, said: RelativeIn) -> RelativeOut:
    """Nothing is shown to them before a resident's yes is recorded."""
    if said.resident not in {resident.id for resident in residents_of(visit)}:
        raise HTTPException(404, "there is no such resident, or not for you")
    newcomer = Newcomer(said.name, said.email, said.language, said.resident, said.relation)
    done = book_of(request, visit).add(newcomer, visit.person.id)
    if isinstance(done, Refusal):
        raise HTTPException(409, done.why)
    return _out(visit, relative_in_view(visit, done.id))


@api.get("/seen/{resident}")
def list_looks(visit: Visitor, resident: str) -> list[LookOut]:
    """What relatives have looked at, of one resident; the newest first."""
    if resident not in {one.id for one in residents_of(visit)}:
        raise HTTPException(404, "there is no such resident, or not for you")
    note_seen(visit, f"/api/v1/relatives/seen/{resident}", [resident])
    views = relative_views.of_resident(visit.connection, visit.house.site.site, resident, LOOKS_SHOWN)
    return [LookOut(relative=v.relative, at=v.at, shown=[s for s in v.shown.split(",") if s]) for v in views]


@api.get("/{number}")
def show_relative(visit: Visitor, number: int) -> RelativeOut:
    known = relative_in_view(visit, number)
    note_seen(visit, f"/api/v1/relatives/{number}", known.residents)
    return _out(visit, known)


@api.get("/{number}/preview")
def preview(request: Request, visit: Visitor, number: int) -> list[ResidentShown]:
    """What they get to see just now, by the same code."""
    return preview_of(request, visit, relative_in_view(visit, number))


@api.get("/{number}/messages")
def list_messages(visit: Visitor, number: int) -> list[MessageOut]:
    """The newest first."""
    known = relative_in_view(visit, number)
    mine = {resident.id for resident in residents_of(visit)}
    note_seen(visit, f"/api/v1/relatives/{number}/messages", known.residents)
    return [
        MessageOut(
            resident=m.resident,
            kind=m.kind,
            created_at=m.created_at,
            sent_at=m.sent_at,
            waits_until=m.next_at,
            dropped=m.dropped,
            failure=m.failure,
        )
        for m in relative_messages.of(visit.connection, number, MESSAGES)
        if not m.resident or m.resident in mine
    ]


@api.post("/{number}/consents", status_code=201, dependencies=[OurCall, needs("invite relatives")])
def record_consent(request: Request, visit: Visitor, number: int, said: ConsentIn) -> RelativeOut:
    """A resident's yes. Where an earlier one would last longer, it ends now."""
    known = relative_in_view(visit, number)
    done = book_of(request, visit).consent(
        known.relative,
        _own(known, said.resident),
        said.categories,
        (said.valid_from, said.valid_until),
        (said.given_by, said.how),
        visit.person.id,
    )
    if isinstance(done, Refusal):
        raise HTTPException(409, done.why)
    return _out(visit, relative_in_view(visit, number))


@api.delete("/{number}/consents/{resident}", dependencies=[OurCall, needs("stop relatives")])
def withdraw_consent(
    request: Request,
    visit: Visitor,
    number: int,
    resident: str,
    category: Annotated[list[Category] | None, Query(description="None: all of them")] = None,
) -> RelativeOut:
    """Counts at once, also for what waits to be sent."""
    known = relative_in_view(visit, number)
    book = book_of(request, visit)
    book.withdraw(known.relative, _own(known, resident), category or (), visit.person.id)
    return _out(visit, relative_in_view(visit, number))


@api.put("/{number}/pauses/{resident}", dependencies=[OurCall, needs("stop relatives")])
def pause(request: Request, visit: Visitor, number: int, resident: str, said: PauseIn) -> RelativeOut:
    known = relative_in_view(visit, number)
    book = book_of(request, visit)
    done = book.rest(known.relative, _own(known, resident), said.until, visit.person.id)
    if isinstance(done, Refusal):
        raise HTTPException(409, done.why)
    return _out(visit, relative_in_view(visit, number))


@api.delete("/{number}/pauses/{resident}", dependencies=[OurCall, needs("stop relatives")])
def resume(request: Request, visit: Visitor, number: int, resident: str) -> RelativeOut:
    known = relative_in_view(visit, number)
    book_of(request, visit).resume(known.relative, _own(known, resident), visit.person.id)
    return _out(visit, relative_in_view(visit, number))


@api.delete("/{number}/residents/{resident}", dependencies=[OurCall, needs("invite relatives")])
def part(request: Request, visit: Visitor, number: int, resident: str) -> RelativeOut:
    """No longer this resident's relative: every yes is taken back."""
    known = relative_in_view(visit, number)
    book_of(request, visit).part(known.relative, _own(known, resident), visit.person.id)
    return _out(visit, relative_in_view(visit, number))


@api.post(
    "/{number}/invitation",
    status_code=201,
    dependencies=[OurCall, needs("invite relatives")],
    responses={409: {"model": RefusalOut}},
)
def invite_relative(request: Request, visit: Visitor, number: int) -> InvitationOut:
    """A new link; any earlier one is good for nothing from now on."""
    invited = invited_by(request, visit, relative_in_view(visit, number))
    if invited is None:
        raise HTTPException(409, "no resident has said yes to anything yet, or the relative has left")
    return InvitationOut(link=invited.link, expires_at=invited.expires_at, by_email=invited.by_email)


def _own(known: Known, resident: str) -> str:
    if resident not in known.residents:
        raise HTTPException(404, "there is no such resident, or not for you")
    return resident


def _out(visit: Visit, known: Known) -> RelativeOut:
    inside = credentials.people(visit.connection, visit.house.site.site)
    relative = known.relative
    return RelativeOut(
        id=relative.id,
        name=relative.name,
        email=relative.email,
        language=relative.language,
        state=state_of(visit, known, inside),
        residents=[
            BondOut(resident=b.resident, relation=b.relation) for b in known.bonds if b.ended_at is None
        ],
        consents=[
            ConsentOut(**{name: getattr(c, name) for name in ConsentOut.model_fields}) for c in known.consents
        ],
        pauses=[
            RestOut(**{name: getattr(r, name) for name in RestOut.model_fields})
            for r in known.rests
            if r.ended_at is None and (r.until is None or visit.now < r.until)
        ],
    )
