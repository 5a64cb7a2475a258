"""By which ways people are called, as calls: one's own by everybody, others' by who may change them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, Field

from dashboards.access import may
from dashboards.api.etags import TagSeen, said_to_be_seen
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.pace import TEST_MESSAGES, paced
from dashboards.visit import OurCall, Visit, Visitor, clock_of, settings_of
from hub.contact_book import ContactBook, version_of
from hub.contact_trial import try_contact
from hub.ways.way import Failed
from rules.building import Person
from rules.duration import Duration, WindowText
from rules.pause import Refusal
from rules.summons import GATHERED_FOR, Preferences
from rules.wording import Language
from rules.wording.refusals import refusal_text
from rules.wording.undelivered import why_undelivered

api = APIRouter(prefix="/api/v1/contacts", responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}})


class ContactOut(BaseModel):
    """One way to one person. Where the address holds secrets it is only the service's name."""

    id: str
    way: str
    address: str
    refused_at: datetime | None = Field(
        description="Since when the other side refuses the address for good; null: it does not. Nobody is"
        " reached by it until a message gets through, a test message too"
    )


class PreferencesOut(BaseModel):
    """How somebody is called by what is low; what is high comes at once, always."""

    quiet: WindowText | None = Field(description="22:00-07:00, local time; null: no quiet hours")
    gathered_for: Duration = Field(description="So long low messages wait for each other, e.g. `5 min`")
    version: str = Field(description="Another one as soon as they are changed")


class PersonOut(BaseModel):
    """`contacts` in the order in which they are tried; what is high goes out by all of them at once."""

    person: str
    name: str
    contacts: list[ContactOut]
    preferences: PreferencesOut


class ContactsOut(BaseModel):
    at: datetime
    people: list[PersonOut]


class ContactIn(Sent):
    way: Annotated[str, Field(max_length=40)]
    address: Annotated[str, Field(max_length=2000)]


class TriedOut(BaseModel):
    """`sent`: the other side took it; that it was seen, only the person can say."""

    sent: bool
    why: str | None


class PreferencesIn(Sent):
    quiet: WindowText | None = Field(
        None,
        description="22:00-07:00, local time, 16 h at most: the same time twice, which would be the whole"
        " day, is refused; null: no quiet hours",
    )
    gathered_for: Duration = GATHERED_FOR
    version: Annotated[
        str,
        Field(
            max_length=64,
            description="As it was read: 409 where somebody else changed them meanwhile; * for any",
        ),
    ] = ""


def book_of(request: Request, visit: Visit) -> ContactBook:
    return ContactBook(visit.connection, visit.house.site, settings_of(request), clock_of(request))


def people_in_view(visit: Visit) -> list[Person]:
    """Themselves; and whom they may change the contacts of: everybody who works in their units."""
    return [
        person
        for person in visit.house.site.people
        if person.id == visit.person.id
        or (may(visit.person, "change contacts") and _of_their_units(visit, person))
    ]


def theirs(visit: Visitor, person: str) -> Person:
    """The person whose contacts are asked for: 404 for whoever may not, as for whom there is not."""
    found = next((one for one in people_in_view(visit) if one.id == person), None)
    if found is None:
        raise HTTPException(404, "there is no such person, or not for you")
    return found


def _of_their_units(visit: Visit, person: Person) -> bool:
    units = visit.access.units
    return units is None or not units.isdisjoint(person.units)


Theirs = Annotated[Person, Depends(theirs)]


@api.get("")
def list_contacts(request: Request, visit: Visitor) -> ContactsOut:
    """One's own; who may change others' sees those of their units too."""
    book = book_of(request, visit)
    return ContactsOut(at=visit.now, people=[_out(book, person) for person in people_in_view(visit)])


@api.post("/{person}", dependencies=[OurCall], status_code=201, responses={422: {"model": RefusalOut}})
def add_contact(request: Request, visit: Visitor, person: Theirs, wanted: ContactIn) -> ContactOut:
    """They are called by this way too, after those that they have."""
    added = book_of(request, visit).add(person.id, wanted.way, wanted.address, visit.person.id)
    if isinstance(added, Refusal):
        raise declined(422, added)
    return ContactOut(**added._asdict())


@api.put(
    "/{person}/preferences",
    dependencies=[OurCall],
    responses={status: {"model": RefusalOut} for status in (409, 412, 422, 428)},
)
def put_preferences(
    request: Request, visit: Visitor, person: Theirs, wanted: PreferencesIn, seen: TagSeen
) -> PreferencesOut:
    """Quiet hours, and how long low messages are gathered."""
    book = book_of(request, visit)
    asked = Preferences(wanted.quiet, wanted.gathered_for)
    done = book.prefer(person.id, asked, visit.person.id, said_to_be_seen(seen, wanted.version))
    if isinstance(done, Refusal):
        changed = 412 if seen else 409
        raise declined(changed if done.code == "quiet_changed" else 422, done)
    return _preferences(done)


@api.post("/{person}/{contact}/first", dependencies=[OurCall], status_code=204)
def put_first(request: Request, visit: Visitor, person: Theirs, contact: str) -> Response:
    """What is not high is tried there first."""
    if not book_of(request, visit).put_first(person.id, contact, visit.person.id):
        raise HTTPException(404, "there is no such contact")
    return Response(status_code=204)


@api.post("/{person}/{contact}/test", dependencies=[OurCall, paced(TEST_MESSAGES)])
def send_test(request: Request, visit: Visitor, person: Theirs, contact: str) -> TriedOut:
    """Send a test message there now. It calls nobody to anything."""
    site, clock = visit.house.site, clock_of(request)
    done = try_contact(visit.connection, site, clock, person, contact, visit.person.id)
    if isinstance(done, Refusal) and done.code == "no_contact":
        raise declined(404, done)
    return TriedOut(sent=done is None, why=why_not_tried(done, visit.language) or None)


def why_not_tried(done: Failed | Refusal | None, language: Language) -> str:
    """In the reader's words; "" where the other side took it."""
    if isinstance(done, Refusal):
        return refusal_text(done, language)
    return why_undelivered(done.why, language) if done is not None else ""


@api.delete("/{person}/{contact}", dependencies=[OurCall], status_code=204)
def remove_contact(request: Request, visit: Visitor, person: Theirs, contact: str) -> Response:
    """They are no longer called there."""
    if not book_of(request, visit).remove(person.id, contact, visit.person.id):
        raise HTTPException(404, "there is no such contact")
    return Response(status_code=204)


def _out(book: ContactBook, person: Person) -> PersonOut:
    return PersonOut(
        person=person.id,
        name=person.name,
        contacts=[ContactOut(**one._asdict()) for one in book.of(person.id)],
        preferences=_preferences(book.preferences(person.id)),
    )


def _preferences(wanted: Preferences) -> PreferencesOut:
    return PreferencesOut(quiet=wanted.quiet, gathered_for=wanted.gathered_for, version=version_of(wanted))
