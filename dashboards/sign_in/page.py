"""Signing in by password, and a code where somebody has an app for that. What follows each full sign-in."""

from __future__ import annotations

import secrets
import sqlite3
from datetime import timedelta
from math import ceil
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import auth, sessions
from dashboards.frame import landing
from dashboards.house import House
from dashboards.pages import render
from dashboards.sessions import PHONE_IDLE_END, How, Kind
from dashboards.sign_in import pins
from dashboards.sign_in.known import knows, network_of, remember, where
from dashboards.sign_in.passkeys import Passkeys
from dashboards.sign_in.totp import Totp
from dashboards.visit import (
    DEVICE_COOKIE,
    FORM_COOKIE,
    HALF_COOKIE,
    SESSION_COOKIE,
    WANTED_COOKIE,
    YEAR_S,
    AnyHouse,
    Database,
    OurForm,
    address_of_pages,
    chosen_language,
    clock_of,
    language_of,
    set_cookie,
    settings_of,
    theme_of,
    wanted,
)
from hub.store import audit, relatives
from rules.language import Language

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
RELATIVE = "/relative"
"""Where a relative lands."""
HALF_FOR_S = 300
ELSEWHERE = "elsewhere"
"""All browsers that do not know somebody, as one: whoever has their password tries codes from many addresses,
and each guess has three chances in a million.
"""
LONGEST_WAIT_ELSEWHERE = timedelta(minutes=15)
"""[default] Of codes: a guess in 3,000 a day. Browsers that know them notice nothing of it."""
REFUSED = "sign-in refused"
STRANGERS = "(strangers)"
"""As whom the brake counts what is written down of refusals that name nobody."""


class Half(NamedTuple):
    """Whose password was right, and who owes a code."""

    account: str
    shared: bool


@pages.get("/sign-in")
def show_sign_in(request: Request, connection: Database, house: AnyHouse, notice: str = "") -> Response:
    """`notice`: "chosen" by who comes here from choosing a password."""
    return sign_in_door(request, connection, house, "sign_in.html", chosen=notice == "chosen")


@pages.post("/sign-in", dependencies=[OurForm])
def sign_in(
    request: Request,
    connection: Database,
    house: AnyHouse,
    person: Annotated[str, Form(max_length=254, title="User name")] = "",
    password: Annotated[str, Form(max_length=1024, title="Password")] = "",
    shared: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """For the people of the house by their user name, for relatives by their e-mail address."""
    brake: auth.Brake = request.app.state.brake
    site, now, person = house.site.site, clock_of(request).now(), person.strip().lower()
    known = house.person(person)
    relative = relatives.of_email(connection, site, person) if "@" in person else None
    account = relative.account if relative is not None else known.id if known is not None else None
    here, is_known = where(request, site, account or person), knows(request, site, account)
    if wait := waits(brake, person, here, request):
        return sign_in_door(request, connection, house, "sign_in.html", 429, person=person, wait=wait)
    try:
        with auth.turn(is_known):
            # asked of unknown people too: it takes as long
            fits = auth.password_fits(connection, site, account or "", password)
    except auth.BusyError:
        return sign_in_door(request, connection, house, "sign_in.html", 429, person=person, wait=1)
    if not fits or account is None:
        # Some type their password as the user name; only names that are known are written down.
        detail = {"person": account or "(unknown)", "address": address_of(request)}
        brake.failed(person, here, now)
        if account is None:
            note_stranger(request, connection, site, detail)
        else:
            audit.add(connection, site, now, None, REFUSED, detail)
        return sign_in_door(request, connection, house, "sign_in.html", 401, person=person, refused=True)
    brake.succeeded(person, here)
    totp = Totp(connection, site, settings_of(request).data)
    if known is not None and totp.is_on(account):
        name = request.app.state.half.put(Half(account, bool(shared)), now, account)
        answer = RedirectResponse("/sign-in/code", 303)
        set_cookie(request, answer, HALF_COOKIE, name, HALF_FOR_S)
        return answer
    if known is not None and _must_use_passkey(request, connection, house, account):
        return sign_in_door(
            request, connection, house, "sign_in.html", 403, person=person, passkey_first=True
        )
    return enter(request, connection, house, account, "password", bool(shared))


@pages.get("/sign-in/code")
def show_code(request: Request, connection: Database, house: AnyHouse) -> Response:
    if _half(request) is None:
        return RedirectResponse("/sign-in", 303)
    return sign_in_door(request, connection, house, "sign_in_code.html")


@pages.post("/sign-in/code", dependencies=[OurForm])
def give_code(
    request: Request,
    connection: Database,
    house: AnyHouse,
    code: Annotated[str, Form(max_length=40, title="Six digits from the app, or a recovery code")] = "",
) -> Response:
    """The code of the app, or one of the recovery codes."""
    brake: auth.Brake = request.app.state.brake
    half, now, site = _half(request), clock_of(request).now(), house.site.site
    if half is None:
        return RedirectResponse("/sign-in", 303)
    guessed, is_known = f"{half.account} (code)", knows(request, site, half.account)
    here = where(request, site, half.account) if is_known else ELSEWHERE
    longest = auth.LONGEST_WAIT if is_known else LONGEST_WAIT_ELSEWHERE
    if wait := waits(brake, guessed, here, request, longest):
        return sign_in_door(request, connection, house, "sign_in_code.html", 429, wait=wait)
    if not Totp(connection, house.site.site, settings_of(request).data).fits(half.account, code, now):
        brake.failed(guessed, here, now)
        detail = {"person": half.account, "address": address_of(request), "why": "code"}
        audit.add(connection, house.site.site, now, None, REFUSED, detail)
        return sign_in_door(request, connection, house, "sign_in_code.html", 401, refused=True)
    brake.succeeded(guessed, here)
    request.app.state.half.take(request.cookies.get(HALF_COOKIE, ""), now)
    answer = enter(request, connection, house, half.account, "code", half.shared)
    answer.delete_cookie(HALF_COOKIE)
    return answer


def enter(
    request: Request, connection: sqlite3.Connection, house: House, account: str, how: How, shared: bool
) -> Response:
    """After a full sign-in: a session, and off to where they land. `shared`: others switch at this screen by
    PIN, until the shift is over.
    """
    now, site, known = clock_of(request).now(), house.site, house.person(account)
    device = request.cookies.get(DEVICE_COOKIE)
    until = None
    if shared and known is not None:
        device = device or secrets.token_urlsafe(32)
        until = pins.open_device(connection, site, device, account, now)
    elif device is not None:
        pins.close_device(connection, device)
    detail = {"person": account, "address": address_of(request), "how": how}
    audit.add(connection, site.site, now, account, "signed in", detail)
    to = wanted(request, known is None) or (landing(known) if known is not None else RELATIVE)
    kind: Kind = "shared" if until is not None else _kind(request)
    idle = sessions.IDLE_END
    if kind == "phone":
        idle = min(PHONE_IDLE_END, timedelta(hours=settings_of(request).phone_idle_hours))
    old = request.cookies.get(SESSION_COOKIE)
    if old is not None:
        sessions.end(connection, old, now)
    token = sessions.start(connection, site.site, account, now, how, kind, idle, until)
    response = with_session(request, RedirectResponse(to, 303), token)
    remember(request, response, site.site, account)
    if until is not None and device is not None:
        set_cookie(request, response, DEVICE_COOKIE, device, YEAR_S)
    elif device is not None:
        response.delete_cookie(DEVICE_COOKIE)
    return response


def signed_in(
    request: Request, connection: sqlite3.Connection, site: str, account: str, landing: str
) -> Response:
    """A session of their own for who has just chosen a password."""
    token = sessions.start(connection, site, account, clock_of(request).now(), kind=_kind(request))
    return with_session(request, RedirectResponse(landing, 303), token)


def with_session(request: Request, response: Response, token: str) -> Response:
    set_cookie(request, response, SESSION_COOKIE, token)
    response.delete_cookie(FORM_COOKIE)
    response.delete_cookie(WANTED_COOKIE)
    return response


def note_stranger(
    request: Request, connection: sqlite3.Connection, site: str, detail: dict[str, str]
) -> None:
    """On the trail: of each address a few, then one a minute. Nobody fills it from outside, who costs the hub
    its turns at the disk.
    """
    brake: auth.Brake = request.app.state.brake
    here, now = network_of(address_of(request)), clock_of(request).now()
    if brake.wait(STRANGERS, here, now) <= timedelta(0):
        brake.failed(STRANGERS, here, now)
        audit.add(connection, site, now, None, REFUSED, detail)


def waits(
    brake: auth.Brake,
    person: str,
    here: str,
    request: Request,
    longest: timedelta = auth.LONGEST_WAIT,
) -> int:
    """Seconds until the next try is heard; 0: now. `here`: of known.where."""
    wait = brake.wait(person, here, clock_of(request).now(), longest)
    return ceil(wait.total_seconds()) if wait > timedelta(0) else 0


def passkeys_of(request: Request, connection: sqlite3.Connection, house: House) -> Passkeys:
    return Passkeys(connection, house.site.site, address_of_pages(request))


def _must_use_passkey(request: Request, connection: sqlite3.Connection, house: House, account: str) -> bool:
    """Who needs a second factor and has one does not come in by the password alone."""
    known = house.person(account)
    required = known is not None and known.role in settings_of(request).second_factor_roles
    return required and bool(passkeys_of(request, connection, house).of(account))


def _half(request: Request) -> Half | None:
    found: Half | None = request.app.state.half.look(
        request.cookies.get(HALF_COOKIE, ""), clock_of(request).now()
    )
    return found


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def _kind(request: Request) -> Kind:
    return "phone" if "Mobi" in request.headers.get("user-agent", "") else "computer"


def door_cookie(request: Request) -> str:
    """What the form's token follows from."""
    return (
        request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
    )


def door(
    request: Request,
    house: House,
    template: str,
    status: int = 200,
    wait: int = 0,
    speaks: Language | None = None,
    **values: Any,
) -> Response:
    """A page for nobody in particular yet. `speaks`: the language of whom it is meant for, where known."""
    cookie = door_cookie(request)
    html = render(
        chosen_language(request) or speaks or language_of(request, house),
        template,
        site=house.site,
        csrf=auth.form_token(cookie),
        theme=theme_of(request),
        wait=wait,
        **values,
    )
    response = HTMLResponse(html, status, {"Retry-After": str(wait)} if wait else {})
    if cookie not in request.cookies.values():
        set_cookie(request, response, FORM_COOKIE, cookie)
    return response


def sign_in_door(
    request: Request,
    connection: sqlite3.Connection,
    house: House,
    template: str,
    status: int = 200,
    wait: int = 0,
    **values: Any,
) -> Response:
    device, now = request.cookies.get(DEVICE_COOKIE), clock_of(request).now()
    is_open = device is not None and pins.open_until(connection, house.site.site, device, now) is not None
    said = {
        "refused": False,
        "chosen": False,
        "passkey_first": False,
        "shared": device is not None,
        "switches": is_open,
        "openid": "",
        "openid_name": request.app.state.openid.name,
        "person": "",
    }
    return door(request, house, template, status, wait, **{**said, **values})
