"""Residents' relatives: who they are, what each was allowed, and inviting somebody. One relative's own page:
relative.py.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.away import residents_of
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.language import as_language
from dashboards.relative.looked import looked_at
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.relatives.book import Book, Newcomer
from hub.store import credentials, invitations, relative_views
from hub.store import relatives as store
from rules.building import Resident
from rules.consent_reviews import reviews
from rules.pause import Refusal
from rules.relatives import CATEGORIES, Category, Known, Relative, Rest, comes_of_it
from rules.relatives import may as may_see
from rules.wording.refusals import refusal_text
from rules.wording.relatives import until_when

PATH = "/care/relatives"
LOOKS_SHOWN = 200
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see relatives")],
)


class RelativeRow(NamedTuple):
    """One relative of one resident. `state`: invited, expired, in, left, or none yet; `until`: the last day
    of any yes.
    """

    id: int
    name: str
    relation: str
    state: str
    allowed: tuple[Category, ...]
    until: str
    is_resting: bool
    review: bool
    looked: str


class ResidentRow(NamedTuple):
    id: str
    name: str
    room: str
    relatives: tuple[RelativeRow, ...]


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    return _page(request, visit, Newcomer("", "", visit.house.site.language, "", ""))


@pages.post("", dependencies=[OurForm, needs("invite relatives")])
def add(
    request: Request,
    visit: Visitor,
    resident: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=200, title="The relative's name")] = "",
    relation: Annotated[str, Form(max_length=200, title="What they are to each other")] = "",
    email: Annotated[str, Form(max_length=254, title="E-mail")] = "",
    language: Annotated[str, Form()] = "",
) -> Response:
    chosen = as_language(language) or visit.house.site.language
    wish = Newcomer(name, email, chosen, resident, relation)
    done: object = Refusal("no such resident", "no_resident")
    seen = {r.id for r in residents_of(visit)}
    if resident in seen:
        done = book_of(request, visit).add(wish, visit.person.id, seen)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, wish, refusal_text(done, visit.language)), 422)
    assert isinstance(done, Relative)
    added = "added_without_link" if link_taken_back(visit, done) else "added"
    return RedirectResponse(f"{PATH}/{done.id}?notice={added}", 303)


@pages.get("/seen/{resident}")
def show_seen(request: Request, visit: Visitor, resident: str) -> str:
    """What relatives have looked at, of one resident."""
    found = next((r for r in residents_of(visit) if r.id == resident), None)
    if found is None:
        raise HTTPException(404)
    note_seen(visit, f"{PATH}/seen/{resident}", [resident])
    views = relative_views.of_resident(visit.connection, visit.house.site.site, resident, LOOKS_SHOWN)
    names = {r.id: r.name for r in store.everybody(visit.connection, visit.house.site.site)}
    rows = looked_at(views, visit.house, names, visit.language)
    return page(request, visit, "care/relatives_seen.html", resident=found, rows=rows)


def book_of(request: Request, visit: Visit) -> Book:
    return Book(visit.connection, visit.house.site, clock_of(request))


def relatives_of(visit: Visit) -> dict[int, Known]:
    """All relatives of the residents whom this person sees; of others' residents nothing is in it."""
    mine = {resident.id for resident in residents_of(visit)}
    found = {}
    for relative in store.everybody(visit.connection, visit.house.site.site):
        known = store.known(visit.connection, relative)
        own = Known(
            relative,
            [b for b in known.bonds if b.resident in mine],
            [c for c in known.consents if c.resident in mine],
            [r for r in known.rests if r.resident in mine],
            known.homes,
        )
        if own.bonds:
            found[relative.id] = own
    return found


class Untold(NamedTuple):
    """A relative who would be told of a resident, and is not while they rest. `until`: empty where somebody
    has to end it.
    """

    id: int
    name: str
    relation: str
    resident: str
    resident_name: str
    room: str
    until: str
    asked_by: str


def untold(visit: Visit) -> list[Untold]:
    """Of the residents whom this person sees, in the order of their rooms."""
    if not may(visit.person, "see relatives"):
        return []
    known = list(relatives_of(visit).values())
    found = ((one, resident) for resident in residents_of(visit) for one in known)
    return [
        Untold(
            one.relative.id,
            one.relative.name,
            relation_of(one, resident.id),
            resident.id,
            resident.name,
            visit.house.room_name(resident.room),
            day_in_words(rest.until, visit) if rest.until is not None else "",
            asked_by(visit, one, rest),
        )
        for one, resident in found
        if (rest := one.resting(resident.id, visit.now)) is not None
        and any(
            may_see(one._replace(rests=()), category, resident.id, visit.now, visit.house.site).allowed
            for category in CATEGORIES
        )
    ]


def asked_by(visit: Visit, known: Known, rest: Rest) -> str:
    own = rest.asked_by == known.relative.account
    return known.relative.name if own else visit.house.person_name(rest.asked_by)


def relation_of(known: Known, resident: str) -> str:
    return next(b.relation for b in known.bonds if b.resident == resident and b.ended_at is None)


def state_of(visit: Visit, known: Known, inside: set[str]) -> str:
    """new, invited, expired, in, left."""
    relative = known.relative
    if relative.left_at is not None:
        return "left"
    if relative.account in inside:
        return "in"
    sent = invitations.of(visit.connection, relative.id)
    if not sent:
        return "new"
    return "invited" if sent[0].is_open(visit.now) else "expired"


def link_taken_back(visit: Visit, relative: Relative) -> bool:
    """Whether the last link that was made of theirs was never used, and leads in no more."""
    last = next(iter(invitations.of(visit.connection, relative.id)), None)
    return last is not None and last.revoked_at is not None


def day_in_words(day: date | datetime, visit: Visit) -> str:
    if isinstance(day, datetime):
        day = day.astimezone(visit.house.site.zone).date()
    return until_when(day, visit.language)


def _page(request: Request, visit: Visit, wish: Newcomer, fault: str = "") -> str:
    rows = _rows(visit)
    note_seen(visit, PATH, (row.id for row in rows))
    return page(
        request,
        visit,
        "care/relatives.html",
        rows=rows,
        to_ask=sum(one.review for row in rows for one in row.relatives),
        wish=wish,
        fault=fault,
        choices=[(row.id, f"{row.room} {row.name}") for row in rows],
        may_invite=may(visit.person, "invite relatives"),
    )


def _rows(visit: Visit) -> list[ResidentRow]:
    known = relatives_of(visit).values()
    inside = credentials.people(visit.connection, visit.house.site.site)
    return [
        ResidentRow(
            resident.id,
            resident.name,
            visit.house.room_name(resident.room),
            tuple(_row(visit, one, resident, inside) for one in known if resident.id in one.residents),
        )
        for resident in residents_of(visit)
    ]


def _row(visit: Visit, known: Known, resident: Resident, inside: set[str]) -> RelativeRow:
    site, today = visit.house.site, visit.now.astimezone(visit.house.site.zone).date()
    allowed = tuple(c for c in CATEGORIES if comes_of_it(known, c, resident.id, visit.now, site).allowed)
    standing = [
        c
        for c in known.consents
        if c.resident == resident.id and c.withdrawn_at is None and c.valid_until >= today
    ]
    looks = relative_views.by(visit.connection, known.relative.id, LOOKS_SHOWN)
    looked = next((view.at for view in looks if view.resident == resident.id), None)
    return RelativeRow(
        known.relative.id,
        known.relative.name,
        relation_of(known, resident.id),
        state_of(visit, known, inside),
        allowed,
        day_in_words(max(c.valid_until for c in standing), visit) if standing else "",
        known.resting(resident.id, visit.now) is not None,
        any(review.consent.resident == resident.id for review in reviews(known.consents, today)),
        day_in_words(looked, visit) if looked is not None else "",
    )
