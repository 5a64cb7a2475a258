"""What a relative sees and does, as calls; for whoever is signed in as one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards import auth
from dashboards.account import password as passwords
from dashboards.api.account import NewPasswordIn
from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import RefusedError, refused_as
from dashboards.api.sent import Sent
from dashboards.relative.choices import clock, owner_of, rests_of_others
from dashboards.relative.page import LOOKS_SHOWN, shown_now
from dashboards.relative.shown import ResidentShown
from dashboards.relative.visit import Relation, book_of, own_resident
from dashboards.visit import OurCall
from hub.relatives.book import Choices
from hub.store import relative_views
from rules.language import Language
from rules.relatives import Category, Relative

PATH = "/api/v1/relative"
api = APIRouter(prefix=PATH, responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}})


class ChoicesIO(BaseModel):
    """`quiet_from`, `quiet_until`: as `21:00`, in the site's zone; the same twice: never quiet.
    `digest_weekday`: Monday is 0.
    """

    language: Language
    by_email: bool
    quiet_from: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    quiet_until: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    digest_weekday: Annotated[int, Field(ge=0, le=6)]
    digest_hour: Annotated[int, Field(ge=0, le=23)]


class ChoicesIn(ChoicesIO, Sent):
    pass


class OwnPage(BaseModel):
    at: datetime
    choices: ChoicesIO
    residents: list[ResidentShown]
    csrf: str = Field(description="Goes into the header X-CSRF-Token of every POST, PUT and DELETE")


class OwnLook(BaseModel):
    resident: str
    at: datetime
    shown: list[str]


class RestIn(Sent):
    days: Annotated[int | None, Field(ge=1, le=365, description="null: until it is ended")] = None


@api.get("")
def show_own_page(request: Request, visit: Relation) -> OwnPage:
    """How it is, as far as was agreed. Each look is written down."""
    return OwnPage(
        at=visit.now,
        choices=_choices(visit.known.relative),
        residents=shown_now(request, visit, PATH),
        csrf=auth.form_token(visit.token),
    )


@api.get("/log")
def list_own_looks(visit: Relation, page: Paged) -> list[OwnLook]:
    """What they have looked at, the newest first."""
    views = relative_views.by(visit.connection, visit.known.relative.id, LOOKS_SHOWN)
    part = page.cut(views, lambda one: (one.id,), newest_first=True)
    return [OwnLook(resident=v.resident, at=v.at, shown=[s for s in v.shown.split(",") if s]) for v in part]


@api.put("/choices", dependencies=[OurCall])
def choose(request: Request, visit: Relation, said: ChoicesIn) -> ChoicesIO:
    quiet_from, quiet_until = clock(said.quiet_from), clock(said.quiet_until)
    if quiet_from is None or quiet_until is None:
        raise refused_as("no_such_time")
    choices = Choices(
        said.language, said.by_email, quiet_from, quiet_until, said.digest_weekday, said.digest_hour
    )
    return _choices(book_of(request, visit).choose(visit.known.relative, choices))


@api.put("/password", status_code=204, dependencies=[OurCall], responses={422: {"model": RefusalOut}})
def change_password(request: Request, visit: Relation, wish: NewPasswordIn) -> None:
    """Ten characters or more, and none that others would guess. All one's other sessions end."""
    owner = owner_of(visit)
    fault = passwords.fault_of(wish.new, wish.new, visit.known.relative.email) or passwords.unproven(
        request, owner, wish.password
    )
    if fault:
        raise refused_as(fault)
    passwords.change(request, owner, wish.new)


@api.put("/pauses/{resident}", status_code=204, dependencies=[OurCall])
def pause(request: Request, visit: Relation, resident: str, said: RestIn) -> None:
    """Hear nothing of this resident."""
    until = visit.now + timedelta(days=said.days) if said.days is not None else None
    book_of(request, visit).rest(visit.known.relative, own_resident(visit, resident), until, visit.account)


@api.delete(
    "/pauses/{resident}", status_code=204, dependencies=[OurCall], responses={409: {"model": RefusalOut}}
)
def resume(request: Request, visit: Relation, resident: str) -> None:
    """Only what they themselves paused: another pause stands on."""
    of_others = rests_of_others(visit, own_resident(visit, resident))
    ended = book_of(request, visit).resume(visit.known.relative, resident, visit.account)
    if of_others and not ended:
        said = "the pause was asked for at the house, and is ended there"
        raise RefusedError(409, said, "paused_at_the_house")


@api.delete("/consents/{resident}/{category}", status_code=204, dependencies=[OurCall])
def withdraw(request: Request, visit: Relation, resident: str, category: Category) -> None:
    """Not to know this any more."""
    relative = visit.known.relative
    book_of(request, visit).withdraw(relative, own_resident(visit, resident), [category], visit.account)


@api.delete("", status_code=204, dependencies=[OurCall])
def leave(request: Request, visit: Relation) -> None:
    """No more of it at all: signed out, the password deleted."""
    book_of(request, visit).leave(visit.known.relative)


def _choices(relative: Relative) -> ChoicesIO:
    return ChoicesIO(**{name: getattr(relative, name) for name in ChoicesIO.model_fields})
