"""Residents' relatives, as calls: who they are, what each was allowed, inviting, pausing, taking back, and
what they have looked at.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.instant import Instant
from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.care.away import residents_of
from dashboards.care.relative import invited_by, preview_of, relative_in_view
from dashboards.care.relative_letter import letter_now
from dashboards.care.relatives import LOOKS_SHOWN, book_of, relatives_of, state_of
from dashboards.care.seen import note_seen
from dashboards.relative.letter import drawn
from dashboards.relative.shown import ResidentShown
from dashboards.visit import OurCall, Visit, Visitor, needs
from hub.relatives.book import Newcomer
from hub.store import credentials, invitations, relative_messages, relative_views, relatives
from rules.language import Language
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
    language: Language
    state: Literal["new", "invited", "expired", "in", "left"]
    link_until: datetime | None = Field(description="Until when a link that is out leads in; null: none does")
    residents: list[BondOut]
    consents: list[ConsentOut]
    pauses: list[RestOut] = Field(description="Those that hold now")
    version: str = Field(description="Another one as soon as a yes, a no or a pause is written down")


class MessageOut(BaseModel):
    """What was told, waits, or was told to nobody (and why)."""

    resident: str
    kind: Kind
    created_at: datetime
    sent_at: datetime | None
    waits_until: datetime | None
    dropped: str | None
    failure: str | None


class RelativeIn(Sent):
    name: Annotated[str, Field(min_length=1, max_length=120)]
    email: Annotated[str, Field(max_length=254)]
    language: Language
    resident: str
    relation: Annotated[str, Field(max_length=120)] = ""


class ConsentIn(Sent):
    resident: str
    categories: Annotated[list[Category], Field(min_length=1)]
    valid_from: date
    valid_until: date
    given_by: GivenBy
    how: How
    version: Annotated[
        str, Field(max_length=64, description="As it was seen: 409 where something was written down since")
    ] = ""


class PauseIn(Sent):
    until: Annotated[Instant | None, Field(description="null: until somebody ends it")] = None


class InvitationOut(BaseModel):
    """The link stands nowhere else: it is told this once. Empty where the relative also belongs to a resident
    whom the caller does not see: then it goes by e-mail alone.
    """

    link: str
    expires_at: datetime
    by_email: bool


class PictureOut(BaseModel):
    """A picture within a letter, which calls it `cid:` and its name."""

    cid: str
    png: str = Field(description="Base64")
    says: str


class LetterOut(BaseModel):
    """`html` null: it only leads to the week's page."""

    leaves: bool = Field(description="False: none is sent, since of nobody the week may be shown")
    subject: str
    text: str
    html: str | None
    pictures: list[PictureOut]


class LookOut(BaseModel):
    relative: int
    at: datetime
    shown: list[str]
    by_letter: bool


@api.get("")
def list_relatives(visit: Visitor) -> list[RelativeOut]:
    found = relatives_of(visit).values()
    note_seen(visit, "/api/v1/relatives", (resident for known in found for resident in known.residents))
    return [_out(visit, known) for known in found]


@api.post("", status_code=201, dependencies=[OurCall, needs("invite relatives")])
def add_relative(request: Request, visit: Visitor, said: RelativeIn) -> RelativeOut:
    """Nothing is shown to them before a resident's yes is recorded. Who is known by the address already keeps
    name, language and choices; where that is by residents whom the caller does not see, the name has to be
    the same (409, `known_elsewhere`). With one resident more, a link that is still out leads in no longer
    (`link_until`): make a new one.
    """
    seen = {resident.id for resident in residents_of(visit)}
    if said.resident not in seen:
        raise HTTPException(404, "there is no such resident, or not for you")
    newcomer = Newcomer(said.name, said.email, said.language, said.resident, said.relation)
    done = book_of(request, visit).add(newcomer, visit.person.id, seen)
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _out(visit, relative_in_view(visit, done.id))


@api.get("/seen/{resident}")
def list_looks(visit: Visitor, page: Paged, resident: str) -> list[LookOut]:
    """What relatives have looked at, of one resident; the newest first."""
    if resident not in {one.id for one in residents_of(visit)}:
        raise HTTPException(404, "there is no such resident, or not for you")
    note_seen(visit, f"/api/v1/relatives/seen/{resident}", [resident])
    views = relative_views.of_resident(visit.connection, visit.house.site.site, resident, LOOKS_SHOWN)
    return [
        LookOut(
            relative=v.relative,
            at=v.at,
            shown=[s for s in v.shown.split(",") if s],
            by_letter=v.page == relative_views.BY_LETTER,
        )
        for v in page.cut(views, lambda one: (one.id,), newest_first=True)
    ]


@api.get("/{number}")
def show_relative(visit: Visitor, number: int) -> RelativeOut:
    known = relative_in_view(visit, number)
    note_seen(visit, f"/api/v1/relatives/{number}", known.residents)
    return _out(visit, known)


@api.get("/{number}/preview")
def preview(request: Request, visit: Visitor, number: int) -> list[ResidentShown]:
    """What they get to see just now, by the same code."""
    return preview_of(request, visit, relative_in_view(visit, number))


@api.get("/{number}/letter")
def preview_letter(request: Request, visit: Visitor, number: int) -> LetterOut:
    """The week's letter as it would leave just now, by the code that writes it."""
    known = relative_in_view(visit, number)
    note_seen(visit, f"/api/v1/relatives/{number}/letter", known.residents)
    now = letter_now(request, visit, known)
    parts = now.week.parts
    return LetterOut(
        leaves=not now.none_because,
        subject=now.subject,
        text=now.text,
        html=now.week.html() if parts else None,
        pictures=[
            PictureOut(cid=name, png=b64encode(drawn(series, name).png).decode(), says=says)
            for part in parts
            for name, series, says in part.pictures
        ],
    )


@api.get("/{number}/messages")
def list_messages(visit: Visitor, page: Paged, number: int) -> list[MessageOut]:
    """The newest first."""
    known = relative_in_view(visit, number)
    mine = {resident.id for resident in residents_of(visit)}
    note_seen(visit, f"/api/v1/relatives/{number}/messages", known.residents)
    found = relative_messages.of(visit.connection, number, MESSAGES)
    theirs = [m for m in found if not m.resident or m.resident in mine]
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
        for m in page.cut(theirs, lambda one: (one.id,), newest_first=True)
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
        said.version,
    )
    if isinstance(done, Refusal):
        raise declined(409, done)
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
        raise declined(409, done)
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
    if isinstance(invited, Refusal):
        raise declined(409, invited)
    return InvitationOut(link=invited.link, expires_at=invited.expires_at, by_email=invited.by_email)


def _own(known: Known, resident: str) -> str:
    if resident not in known.residents:
        raise HTTPException(404, "there is no such resident, or not for you")
    return resident


def _out(visit: Visit, known: Known) -> RelativeOut:
    inside = credentials.people(visit.connection, visit.house.site.site)
    relative = known.relative
    link = next(iter(invitations.of(visit.connection, relative.id)), None)
    return RelativeOut(
        id=relative.id,
        name=relative.name,
        email=relative.email,
        language=relative.language,
        state=state_of(visit, known, inside),
        link_until=link.expires_at if link is not None and link.is_open(visit.now) else None,
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
        version=relatives.known(visit.connection, relative).version,
    )
