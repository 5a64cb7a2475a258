"""A screen that several share: whoever comes next taps their name and gives their PIN. Who was there before
is signed out by that: who acts is always who is signed in.
"""

from __future__ import annotations

import sqlite3
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import sessions
from dashboards.frame import landing
from dashboards.house import House
from dashboards.sign_in import pins
from dashboards.sign_in.page import door, with_session
from dashboards.visit import (
    DEVICE_COOKIE,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    AnyHouse,
    Database,
    OurForm,
    clock_of,
    settings_of,
    wanted,
)
from hub.store import audit, shifts
from rules.building import Person

PATH = "/switch"
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("")
def show(request: Request, connection: Database, house: AnyHouse, person: str = "") -> Response:
    """The names; of one who was tapped, where to give the PIN."""
    device, now = request.cookies.get(DEVICE_COOKIE, ""), clock_of(request).now()
    if pins.open_until(connection, house.site.site, device, now) is None:
        return RedirectResponse("/sign-in", 303)
    return _page(request, connection, house, person)


@pages.post("", dependencies=[OurForm])
def switch(
    request: Request,
    connection: Database,
    house: AnyHouse,
    person: Annotated[str, Form(max_length=64)] = "",
    pin: Annotated[str, Form(max_length=6, title="PIN")] = "",
) -> Response:
    device, now, site = request.cookies.get(DEVICE_COOKIE, ""), clock_of(request).now(), house.site.site
    known = next((one for one in _people(request, connection, house) if one.id == person), None)
    verdict = pins.try_pin(connection, site, device, known.id if known is not None else "", pin, now)
    until = pins.open_until(connection, site, device, now)
    if verdict == "closed" or until is None:
        return RedirectResponse("/sign-in", 303)
    if verdict != "fits" or known is None:
        opener = pins.opened_by(connection, site, device, now) or ""
        detail = {"person": known.id if known is not None else "(unknown)", "why": "PIN", "opened_by": opener}
        audit.add(connection, site, now, None, "sign-in refused", detail)
        return _page(request, connection, house, person, 401, verdict)
    old = request.cookies.get(SESSION_COOKIE)
    if old is not None:
        sessions.end(connection, old, now)
    audit.add(connection, site, now, known.id, "signed in", {"person": known.id, "how": "pin"})
    token = sessions.start(connection, site, known.id, now, "pin", "shared", ends_at=until)
    answer = with_session(request, RedirectResponse(wanted(request) or landing(known), 303), token)
    if known.language is not None:
        answer.delete_cookie(LANGUAGE_COOKIE)  # it was chosen by whoever sat here before
    return answer


def _people(request: Request, connection: sqlite3.Connection, house: House) -> list[Person]:
    """Who may come in by PIN: those on duty first. Nobody whose role needs a second factor."""
    having = pins.people(connection, house.site.site)
    strict = settings_of(request).second_factor_roles
    there = {s.person for s in shifts.on_duty(connection, house.site, clock_of(request).now())}
    found = [p for p in house.site.people if p.id in having and p.role not in strict]
    return sorted(found, key=lambda p: (p.id not in there, p.name))


def _page(
    request: Request,
    connection: sqlite3.Connection,
    house: House,
    person: str,
    status: int = 200,
    verdict: str = "",
) -> Response:
    people = _people(request, connection, house)
    chosen = next((one for one in people if one.id == person), None)
    return door(request, house, "switch.html", status, people=people, chosen=chosen, verdict=verdict)
