"""Access to a room or a whole unit of others in an emergency: asking with a reason, giving it back early."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import sessions
from dashboards.access import may
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, keep_token, needs, settings_of
from hub import emergency
from hub.emergency import LASTS, LONGEST_REASON
from hub.store import emergencies
from hub.store.emergencies import Emergency
from rules.building import Unit
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

PATH = "/emergency"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("ask for emergency access")],
)


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    said = render(visit.language, "care/_emergency_notice.txt", said=notice).strip() if notice else ""
    return _page(request, visit, notice=said)


@pages.post("", dependencies=[OurForm])
def ask(
    request: Request,
    visit: Visitor,
    room: Annotated[str, Form(max_length=64)] = "",
    unit: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=2000, title="Why")] = "",
) -> Response:
    begun = begin(request, visit, unit, room, reason)
    if isinstance(begun, Refusal):
        fault = refusal_text(begun, visit.language)
        return HTMLResponse(_page(request, visit, fault, unit, room, reason), 422)
    return RedirectResponse("/", 303)


@pages.post("/end", dependencies=[OurForm])
def end(visit: Visitor, number: Annotated[int | None, Form()] = None) -> Response:
    emergency.end(visit.connection, visit.house.site.site, visit.person.id, visit.now, number)
    return RedirectResponse(f"{PATH}?notice=ended", 303)


def begin(request: Request, visit: Visit, unit: str, room: str, reason: str) -> Emergency | Refusal:
    """The session's secret changes with what it may do."""
    address = settings_of(request).web_address
    done = emergency.begin(
        visit.connection, visit.house.site, visit.person, unit, room, reason, address, visit.now
    )
    if not isinstance(done, Refusal):
        keep_token(request, sessions.rotate(visit.connection, visit.token, visit.now))
    return done


def mine(visit: Visit) -> list[Emergency]:
    found = emergencies.active(visit.connection, visit.house.site.site, visit.now)
    return [one for one in found if one.person == visit.person.id]


def closed_units(visit: Visit) -> list[Unit]:
    access = visit.looking("see residents").access
    return [one for one in visit.house.site.units if not access.sees_unit(one.id)]


def may_open_others(visit: Visit) -> bool:
    return may(visit.person, "ask for emergency access") and bool(closed_units(visit))


def _page(
    request: Request,
    visit: Visit,
    fault: str = "",
    unit: str = "",
    room: str = "",
    reason: str = "",
    notice: str = "",
) -> str:
    site, open_now = visit.house.site, visit.looking("see residents").access
    others = closed_units(visit)
    rooms = [
        one
        for one in emergency.rooms_to_choose(site, visit.person, visit.now)
        if not open_now.sees_room(one.id, one.unit)
    ]
    return page(
        request,
        visit,
        "care/emergency.html",
        others=others,
        whole_house=not visit.person.units,
        reviews=may(visit.person, "review emergency access"),
        fault=fault,
        rooms=[(one.name, [r for r in rooms if r.unit == one.id]) for one in others],
        unit=unit,
        room=room,
        reason=reason,
        minutes=int(LASTS.total_seconds() // 60),
        longest=LONGEST_REASON,
        notice=notice,
    )
