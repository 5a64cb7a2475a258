"""The people of the house as calls, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboards.account.page import unproven
from dashboards.api.etags import Seen, announce, must_be_seen
from dashboards.api.refusal import CHANGES, Refusal, declined, refused_as, settled
from dashboards.api.sent import Sent
from dashboards.people import directory
from dashboards.people.directory import Entry
from dashboards.visit import OurCall, Visitor, needs
from hub.password_links import LIFETIME
from hub.site.change import Changed, Conflict
from hub.site.edits import Refused
from rules import pause
from rules.building import PersonRole
from rules.language import Language

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal},
    403: {"model": Refusal},
    404: {"model": Refusal},
}
api = APIRouter(prefix="/api/v1/people", responses=REFUSALS, dependencies=[needs("manage people")])


class PersonOut(BaseModel):
    id: str
    name: str
    role: PersonRole
    units: list[str] = Field(description="Empty: the whole house")
    language: str | None
    password: bool = Field(description="They have one")
    factor: Literal["", "app", "passkey"]
    pin: bool
    sessions: int
    subject: str | None = Field(
        description="What the other sign-in that counts here (OpenID Connect) knows them as"
    )
    last_sign_in: datetime | None = Field(description="As far back as sessions are kept")


class PersonIn(Sent):
    name: str = Field(max_length=200)
    role: PersonRole
    units: list[str] = Field([])
    language: Language | None = None
    new: bool = Field(False, description="Refused where there is one of this id")
    version: int | None = Field(None, ge=1, description="Of the site as it was read")


class IdentityIn(Sent):
    subject: str = Field(min_length=1, max_length=directory.LONGEST_SUBJECT)


class ProofIn(Sent):
    """Of who makes a link for themselves."""

    password: str = Field("", max_length=1024)


class RemovedOut(BaseModel):
    shifts: int = Field(description="To come, of theirs: nobody has them now")


class LinkOut(BaseModel):
    link: str = Field(description="Shown once; works once")
    expires_at: datetime


@api.get("")
def list_people(request: Request, visit: Visitor, response: Response) -> list[PersonOut]:
    announce(response, visit.house.version)
    return [_out(one) for one in directory.entries(request, visit)]


@api.get("/{who}")
def show(request: Request, visit: Visitor, response: Response, who: str) -> PersonOut:
    announce(response, visit.house.version)
    return _out(directory.entry(request, visit, who))


@api.put("/{who}", status_code=204, dependencies=[OurCall], responses=CHANGES)
def put(request: Request, visit: Visitor, who: str, wish: PersonIn, seen: Seen) -> Response:
    """Somebody new, or changed. Who is new needs no version."""
    if not wish.new:
        directory.entry(request, visit, who)
    language = wish.language or ""
    version = must_be_seen(seen, wish.version, 0 if wish.new else None) or None
    asked = who, wish.name, wish.role, wish.units, language
    done = directory.put(request, visit, *asked, version, wish.new, exact=version is not None)
    _settle(done, seen)
    return Response(status_code=204)


@api.delete("/{who}", dependencies=[OurCall], responses=CHANGES)
def remove(
    request: Request,
    visit: Visitor,
    who: str,
    seen: Seen,
    version: Annotated[int | None, Query(ge=1, description="Of the site as it was read")] = None,
) -> RemovedOut:
    """And with them all by which they came in, acted and were called; what they did stays on record."""
    directory.entry(request, visit, who)
    known = must_be_seen(seen, version) or None
    done = directory.remove(request, visit, who, known, exact=known is not None)
    _settle(done, seen)
    return RemovedOut(shifts=done.shifts if isinstance(done, Changed) else 0)


@api.post(
    "/{who}/password-link", status_code=201, dependencies=[OurCall], responses={422: {"model": Refusal}}
)
def make_link(request: Request, visit: Visitor, who: str, proof: ProofIn | None = None) -> LinkOut:
    """By which they choose a password; an earlier one is good for nothing from now on."""
    directory.entry(request, visit, who)
    unproved = who == visit.person.id and unproven(request, visit, proof.password if proof else "")
    if unproved:
        raise refused_as(unproved)
    return LinkOut(link=directory.make_link(request, visit, who), expires_at=visit.now + LIFETIME)


@api.delete("/{who}/sessions", status_code=204, dependencies=[OurCall])
def sign_out(request: Request, visit: Visitor, who: str) -> None:
    directory.sign_out(visit, directory.entry(request, visit, who).person.id)


@api.delete("/{who}/factors", status_code=204, dependencies=[OurCall], responses={422: {"model": Refusal}})
def reset_factors(request: Request, visit: Visitor, who: str) -> None:
    """For who has lost their phone."""
    directory.entry(request, visit, who)
    if fault := directory.reset_factors(request, visit, who):
        raise declined(422, fault)


@api.put("/{who}/identity", status_code=204, dependencies=[OurCall], responses={422: {"model": Refusal}})
def link(request: Request, visit: Visitor, who: str, wish: IdentityIn) -> None:
    """Who they are at the other sign-in that counts here."""
    directory.entry(request, visit, who)
    if fault := directory.link(request, visit, who, wish.subject):
        raise declined(422, fault)


@api.delete("/{who}/identity", status_code=204, dependencies=[OurCall])
def unlink(request: Request, visit: Visitor, who: str) -> None:
    directory.entry(request, visit, who)
    directory.unlink(visit, who)


def _settle(done: Changed | Conflict | Refused | pause.Refusal, seen: int | None) -> None:
    if isinstance(done, pause.Refusal):
        raise declined(422, done)
    settled(done, seen)


def _out(one: Entry) -> PersonOut:
    person = one.person
    return PersonOut(
        id=person.id,
        name=person.name,
        role=person.role,
        units=list(person.units),
        language=person.language,
        password=one.password,
        factor=one.factor,
        pin=one.pin,
        sessions=one.sessions,
        subject=one.subject,
        last_sign_in=one.last_sign_in,
    )
