"""The page of one's own account. What lets others in, or takes a factor away, needs the password again."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any, NamedTuple

import segno
from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from dashboards import auth, sessions
from dashboards.frame import page
from dashboards.pages import render
from dashboards.sessions import How, Kind
from dashboards.sign_in import pins
from dashboards.sign_in.page import json_of, passkeys_of, waits
from dashboards.sign_in.totp import Totp, address_of, new_secret
from dashboards.visit import OurCall, OurForm, Visit, Visitor, clock_of, keep_token, settings_of
from hub.store import audit
from rules import wording

PATH = "/account"
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)
LONGEST_NAME = 40


class SessionLine(NamedTuple):
    id: str
    kind: Kind
    how: How
    started: str
    used: str
    here: bool


class PasskeyLine(NamedTuple):
    id: str
    name: str
    added: str
    used: str


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    said = render(visit.language, "account/_notice.txt", said=notice).strip() if notice else ""
    return _page(request, visit, notice=said)


@pages.post("/sessions/end", dependencies=[OurForm])
def end_others(visit: Visitor) -> Response:
    sessions.end_others(visit.connection, visit.house.site.site, visit.person.id, visit.now, but=visit.token)
    return _back("others-ended")


@pages.post("/sessions/{id}/end", dependencies=[OurForm])
def end_one(visit: Visitor, id: str) -> Response:
    end_session(visit, id)
    return _back("ended")


@pages.post("/pin", dependencies=[OurForm])
def set_pin(
    request: Request,
    visit: Visitor,
    password: Annotated[str, Form(max_length=1024)] = "",
    pin: Annotated[str, Form(max_length=6)] = "",
    again: Annotated[str, Form(max_length=6)] = "",
) -> Response:
    fault = pins.fault_of(pin, again) or unproven(request, visit, password)
    if fault:
        return HTMLResponse(_page(request, visit, pin_fault=fault), 422)
    pins.put(visit.connection, visit.house.site.site, visit.person.id, pin, visit.now)
    return _back("pin-set")


@pages.post("/pin/remove", dependencies=[OurForm])
def remove_pin(visit: Visitor) -> Response:
    pins.remove(visit.connection, visit.house.site.site, visit.person.id, visit.now)
    return _back("pin-removed")


@pages.get("/app")
def show_app(request: Request, visit: Visitor) -> str:
    return _app(request, visit, new_secret())


@pages.post("/app", dependencies=[OurForm])
def switch_app_on(
    request: Request,
    visit: Visitor,
    name: Annotated[str, Form(max_length=64)] = "",
    code: Annotated[str, Form(max_length=10)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """`name`: of the secret that waits here; the browser never says which secret it is."""
    waiting = request.app.state.app_secrets
    secret = waiting.look(name, visit.now)
    if secret is None:
        return HTMLResponse(_app(request, visit, new_secret(), "late"), 422)
    if fault := unproven(request, visit, password):
        return HTMLResponse(_app(request, visit, secret, fault), 422)
    codes = totp_of(request, visit).switch_on(visit.person.id, secret, code.replace(" ", ""), visit.now)
    if codes is None:
        return HTMLResponse(_app(request, visit, secret, "code"), 422)
    waiting.take(name, visit.now)
    strengthen(request, visit, "code")
    return HTMLResponse(page(request, visit, "account/codes.html", codes=codes))


@pages.post("/app/remove", dependencies=[OurForm])
def switch_app_off(
    request: Request, visit: Visitor, password: Annotated[str, Form(max_length=1024)] = ""
) -> Response:
    if fault := unproven(request, visit, password):
        return HTMLResponse(_page(request, visit, app_fault=fault), 422)
    totp_of(request, visit).switch_off(visit.person.id, visit.now, visit.person.id)
    return _back("app-off")


@pages.post("/passkeys/challenge", dependencies=[OurCall])
async def offer_passkey(request: Request, visit: Visitor) -> JSONResponse:
    """`password` in the body; `name` of the answer goes with the new key."""
    said = await json_of(request)
    if fault := unproven(request, visit, str(said.get("password", ""))):
        return JSONResponse({"detail": fault}, 422)
    keys = passkeys_of(request, visit.connection, visit.house)
    challenge, options = keys.offer(visit.person, visit.house.site.name)
    return JSONResponse({"name": request.app.state.challenges.put(challenge, visit.now), "options": options})


@pages.post("/passkeys", dependencies=[OurCall])
async def add_passkey(request: Request, visit: Visitor) -> JSONResponse:
    said = await json_of(request)
    challenge = request.app.state.challenges.take(str(said.get("name", "")), visit.now)
    made, called = said.get("made"), str(said.get("called", ""))[:LONGEST_NAME]
    keys = passkeys_of(request, visit.connection, visit.house)
    if challenge is None or not isinstance(made, dict):
        return JSONResponse({"detail": "too late"}, 422)
    if not keys.add(visit.person.id, made, challenge, called, visit.now):
        return JSONResponse({"detail": "this passkey does not hold"}, 422)
    strengthen(request, visit, "passkey")
    return JSONResponse({"to": f"{PATH}?notice=passkey-added"}, 201)


@pages.post("/passkeys/{id}/remove", dependencies=[OurForm])
def remove_passkey(
    request: Request, visit: Visitor, id: str, password: Annotated[str, Form(max_length=1024)] = ""
) -> Response:
    keys = passkeys_of(request, visit.connection, visit.house)
    if id not in {one.id.hex() for one in keys.of(visit.person.id)}:
        raise HTTPException(404, "there is no such passkey")
    if fault := unproven(request, visit, password):
        return HTMLResponse(_page(request, visit, passkey_fault=fault), 422)
    keys.remove(visit.person.id, id, visit.now, visit.person.id)
    return _back("passkey-removed")


def end_session(visit: Visit, id: str) -> None:
    """Raises HTTPException 404 where it is none of theirs."""
    if not sessions.end_one(visit.connection, visit.house.site.site, visit.person.id, id, visit.now):
        raise HTTPException(404, "there is no such session")


def unproven(request: Request, visit: Visit, password: str) -> str:
    """'password' where it is not theirs, 'wait' where too many were wrong; '' where it fits."""
    brake: auth.Brake = request.app.state.brake
    address = request.client.host if request.client else ""
    if waits(brake, visit.person.id, address, request):
        return "wait"
    if not auth.password_fits(visit.connection, visit.house.site.site, visit.person.id, password):
        brake.failed(visit.person.id, address, clock_of(request).now())
        return "password"
    brake.succeeded(visit.person.id, address)
    return ""


def totp_of(request: Request, visit: Visit) -> Totp:
    return Totp(visit.connection, visit.house.site.site, settings_of(request).data)


def strengthen(request: Request, visit: Visit, how: How) -> None:
    """This session is proven by the new factor from now on; all others sign in anew with it."""
    site, person = visit.house.site.site, visit.person.id
    sessions.end_others(visit.connection, site, person, visit.now, but=visit.token)
    keep_token(request, sessions.rotate(visit.connection, visit.token, visit.now, how))
    audit.add(visit.connection, site, visit.now, person, "other sessions ended", {})


def _back(notice: str) -> Response:
    return RedirectResponse(f"{PATH}?notice={notice}", 303)


def _app(request: Request, visit: Visit, secret: str, fault: str = "") -> str:
    picture = BytesIO()
    address = address_of(secret, visit.person.id, f"Vaka {visit.house.site.name}")
    segno.make(address, error="m").save(
        picture, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, dark="#000", light="#fff"
    )
    name = request.app.state.app_secrets.put(secret, visit.now)
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return page(
        request,
        visit,
        "account/app.html",
        picture=picture.getvalue().decode(),
        secret=grouped,
        name=name,
        fault=fault,
    )


def _page(request: Request, visit: Visit, notice: str = "", **faults: str) -> str:
    site, person = visit.house.site.site, visit.person
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    here, totp = sessions.id_of(visit.token), totp_of(request, visit)
    keys = passkeys_of(request, visit.connection, visit.house).of(person.id)
    values: dict[str, Any] = {"pin_fault": "", "app_fault": "", "passkey_fault": "", **faults}
    return page(
        request,
        visit,
        "account/page.html",
        notice=notice,
        sessions=[
            SessionLine(
                one.id,
                one.kind,
                one.how,
                wording.at(one.started_at, voice),
                wording.at(one.used_at, voice),
                one.id == here,
            )
            for one in sessions.of(visit.connection, site, person.id, visit.now)
        ],
        has_pin=person.id in pins.people(visit.connection, site),
        app=totp.is_on(person.id),
        codes_left=totp.recovery_codes_left(person.id),
        passkeys=[
            PasskeyLine(
                k.id.hex(),
                k.name,
                wording.at(k.added_at, voice),
                wording.at(k.used_at, voice) if k.used_at is not None else "",
            )
            for k in keys
        ],
        owes=visit.owes_factor,
        **values,
    )
