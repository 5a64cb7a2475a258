"""Who had access to another unit in an emergency: for those who answer for it, who note that they looked."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page, place_of
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.emergency import SHOWN_FOR, answers_for, note_seen
from hub.store import emergencies
from hub.store.emergencies import Emergency
from rules import wording

PATH = "/audit/emergencies"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("review emergency access")],
)


class Line(NamedTuple):
    number: int
    by: str
    place: str
    reason: str
    began: str
    until: str
    lasts: bool
    seen_by: str


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    return page(
        request,
        visit,
        "audit/emergencies.html",
        lines=[_line(visit, one) for one in in_view(visit)],
        days=SHOWN_FOR.days,
    )


@pages.post("/{number}", dependencies=[OurForm])
def review(visit: Visitor, number: int) -> RedirectResponse:
    reviewed(visit, number)
    return RedirectResponse(PATH, 303)


def in_view(visit: Visit) -> list[Emergency]:
    found = emergencies.since(visit.connection, visit.house.site.site, visit.now - SHOWN_FOR)
    return [one for one in found if answers_for(visit.person, one)]


def reviewed(visit: Visit, number: int) -> None:
    """Raises HTTPException 404 where it is not theirs to look at."""
    one = next((one for one in in_view(visit) if one.id == number), None)
    if one is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    if one.seen_by is None:
        note_seen(visit.connection, one, visit.person.id, visit.now)


def _line(visit: Visit, one: Emergency) -> Line:
    house = visit.house
    voice = wording.Voice(visit.language, house.site.zone, visit.now)
    return Line(
        one.id,
        house.person_name(one.person),
        place_of(visit, one),
        one.reason,
        wording.at(one.began_at, voice),
        wording.at(one.ends_at, voice),
        one.ends_at > visit.now,
        house.person_name(one.seen_by) if one.seen_by is not None else "",
    )
