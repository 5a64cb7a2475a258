"""By which ways somebody is called: one's own for everybody, with a test message by each; and for who may
change others', who cannot be reached at all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.api.contacts import book_of, people_in_view, why_not_tried
from dashboards.frame import page
from dashboards.pace import TEST_MESSAGES, paced
from dashboards.pages import render
from dashboards.views import voice_of
from dashboards.visit import OurForm, Visit, Visitor, clock_of
from hub.contact_book import Shown, version_of
from hub.contact_trial import try_contact
from hub.reach import usable_ways
from hub.store import phones, shifts
from hub.ways import ADDRESSES
from hub.ways.way import Failed
from rules import wording
from rules.building import Person
from rules.duration import parse_window
from rules.pause import Refusal
from rules.summons import Preferences
from rules.wording.refusals import refusal_text

PATH = "/contacts"
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)
BY_HAND = tuple(way for way in sorted(ADDRESSES) if way != "webpush")
"""A phone switches itself on."""


class Wish(NamedTuple):
    """What the form says so far."""

    way: str = "email"
    address: str = ""


class Reached(NamedTuple):
    """One of those whose contacts may be seen. `on_duty`: right now. `deaf`: a phone of theirs is lost,
    refused or silent. `refused`: so many of their addresses are refused; `reached`: another way is left.
    """

    id: str
    name: str
    ways: tuple[str, ...]
    on_duty: bool
    deaf: bool
    refused: int
    reached: bool


@pages.get("")
def show(request: Request, visit: Visitor, person: str = "", notice: str = "") -> str:
    said = render(visit.language, "_contacts_notice.txt", said=notice).strip() if notice else ""
    return _page(request, visit, theirs(visit, person or visit.person.id), notice=said)


@pages.post("/{person}", dependencies=[OurForm])
def add(
    request: Request,
    visit: Visitor,
    person: str,
    way: Annotated[str, Form(max_length=40, title="Way")] = "",
    address: Annotated[str, Form(max_length=2000, title="Address")] = "",
) -> Response:
    found = theirs(visit, person)
    if way not in BY_HAND or not address.strip():
        done: object = Refusal("no address", "no_address")
    else:
        done = book_of(request, visit).add(found.id, way, address, visit.person.id)
    if isinstance(done, Refusal):
        wish = Wish(way, address)
        return HTMLResponse(_page(request, visit, found, refusal_text(done, visit.language), wish), 422)
    return RedirectResponse(f"{PATH}?person={found.id}&notice=added", 303)


@pages.post("/{person}/preferences", dependencies=[OurForm])
def prefer(
    request: Request,
    visit: Visitor,
    person: str,
    quiet_from: Annotated[str, Form(max_length=5, title="From")] = "",
    quiet_until: Annotated[str, Form(max_length=5, title="Until")] = "",
    gathered: Annotated[int, Form(ge=0, le=1440, title="Gather low alerts, minutes")] = 5,
    version: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Quiet hours, and how long what is low is gathered."""
    found = theirs(visit, person)
    try:
        quiet = parse_window(f"{quiet_from}-{quiet_until}") if quiet_from or quiet_until else None
        wanted = Preferences(quiet, timedelta(minutes=gathered))
        done = book_of(request, visit).prefer(found.id, wanted, visit.person.id, version)
    except ValueError as error:
        done = Refusal(str(error), "no_quiet")
    if isinstance(done, Refusal):
        fault = refusal_text(done, visit.language)
        return HTMLResponse(_page(request, visit, found, wish_fault=fault), 422)
    return RedirectResponse(f"{PATH}?person={found.id}&notice=preferred", 303)


@pages.post("/{person}/{contact}/first", dependencies=[OurForm])
def put_first(request: Request, visit: Visitor, person: str, contact: str) -> Response:
    found = theirs(visit, person)
    if not book_of(request, visit).put_first(found.id, contact, visit.person.id):
        raise HTTPException(404, "there is no such contact")
    return RedirectResponse(f"{PATH}?person={found.id}&notice=first", 303)


@pages.post("/{person}/{contact}/remove", dependencies=[OurForm])
def remove(request: Request, visit: Visitor, person: str, contact: str) -> Response:
    found = theirs(visit, person)
    if not book_of(request, visit).remove(found.id, contact, visit.person.id):
        raise HTTPException(404, "there is no such contact")
    return RedirectResponse(f"{PATH}?person={found.id}&notice=removed", 303)


@pages.post("/{person}/{contact}/test", dependencies=[OurForm, paced(TEST_MESSAGES)])
def test(request: Request, visit: Visitor, person: str, contact: str) -> Response:
    """A test message, and what came of it. Answers htmx with the words, a plain form with the page."""
    found = theirs(visit, person)
    done = tried(request, visit, found, contact)
    if isinstance(done, Refusal) and done.code == "no_contact":
        raise HTTPException(404, done.why)
    away = isinstance(done, Failed) and not done.for_good
    why = why_not_tried(done, visit.language)
    words = render(visit.language, "_contact_tried.html", why=why, away=away)
    if "hx-request" in request.headers:
        return HTMLResponse(words)
    return HTMLResponse(_page(request, visit, found, outcome=(contact, words)))


def tried(request: Request, visit: Visit, person: Person, contact: str) -> Failed | Refusal | None:
    site, clock = visit.house.site, clock_of(request)
    return try_contact(visit.connection, site, clock, person, contact, visit.person.id)


def theirs(visit: Visit, person: str) -> Person:
    """404 for whoever may not change them, as for whom there is not."""
    found = next((one for one in people_in_view(visit) if one.id == person), None)
    if found is None:
        raise HTTPException(404, "there is no such person, or not for you")
    return found


def _reached(person: Person, theirs: list[Shown], on_duty: set[str], deaf: set[str]) -> Reached:
    refused = sum(one.refused_at is not None for one in theirs)
    ways = tuple(one.way for one in theirs)
    known = (person.id, person.name, ways, person.id in on_duty, person.id in deaf)
    return Reached(*known, refused, refused < len(theirs))


def _worst_first(one: Reached) -> tuple[bool, bool, bool, str]:
    return (one.reached, not (one.deaf or one.refused), not one.on_duty, one.name)


def _page(
    request: Request,
    visit: Visit,
    person: Person,
    fault: str = "",
    wish: Wish | None = None,
    wish_fault: str = "",
    outcome: tuple[str, str] = ("", ""),
    notice: str = "",
) -> str:
    book, site = book_of(request, visit), visit.house.site
    on_duty = {s.person for s in shifts.on_duty(visit.connection, site, visit.now)}
    troubled = phones.in_trouble(visit.connection, site.site)
    deaf = {phone.person for phone in troubled}
    others = [_reached(one, book.of(one.id), on_duty, deaf) for one in people_in_view(visit)]
    mine, voice = book.of(person.id), voice_of(visit.scope, visit.house, visit.now)
    wanted = book.preferences(person.id)
    quiet = str(wanted.quiet).split("-") if wanted.quiet is not None else ["", ""]
    return page(
        request,
        visit,
        "contacts.html",
        whose=person,
        mine=person.id == visit.person.id,
        contacts=mine,
        refused={one.id: wording.since(at, voice) for one in mine if (at := one.refused_at) is not None},
        devices={one.id: one.device for one in phones.of(visit.connection, site.site, person.id)},
        usable=usable_ways(visit.connection, site.site),
        ways=BY_HAND,
        wish=wish or Wish(),
        fault=fault,
        wish_fault=wish_fault,
        outcome=outcome,
        quiet=quiet,
        version=version_of(wanted),
        gathered=int(wanted.gathered_for / timedelta(minutes=1)),
        others=sorted(
            others, key=lambda one: (one.reached, not (one.deaf or one.refused), not one.on_duty, one.name)
        )
        if len(others) > 1
        else [],
        notice=notice,
        troubled=[phone for phone in troubled if phone.person == person.id],
    )
