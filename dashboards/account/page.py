"""The page of one's own account. What lets others in, or takes a factor away, needs the password again."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any, NamedTuple

import segno
from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import sessions
from dashboards.account import password as passwords
from dashboards.frame import page
from dashboards.pages import render
from dashboards.sessions import How, Kind
from dashboards.sign_in import pins
from dashboards.sign_in.openid import Flow, Refused
from dashboards.sign_in.openid_page import on_the_way, provider_of
from dashboards.sign_in.page import passkeys_of
from dashboards.sign_in.totp import Totp, address_of, new_secret
from dashboards.visit import OurForm, Visit, Visitor, keep_token, settings_of
from hub.store import audit, credentials, identities
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


@pages.post("/password", dependencies=[OurForm])
def change_password(
    request: Request,
    visit: Visitor,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
    new: Annotated[str, Form(max_length=credentials.LONGEST, title="New password")] = "",
    again: Annotated[str, Form(max_length=credentials.LONGEST, title="Once more")] = "",
) -> Response:
    fault = passwords.fault_of(new, again, visit.person.id) or unproven(request, visit, password)
    if fault:
        return HTMLResponse(_page(request, visit, password_fault=fault), 422)
    passwords.change(request, owner_of(visit), new)
    return _back("password-changed")


@pages.post("/pin", dependencies=[OurForm])
def set_pin(
    request: Request,
    visit: Visitor,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
    pin: Annotated[str, Form(max_length=64, title="New PIN, 4 to 6 digits")] = "",
    again: Annotated[str, Form(max_length=64, title="Once more")] = "",
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


@pages.post("/identity", dependencies=[OurForm])
def link_identity(
    request: Request,
    visit: Visitor,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
) -> Response:
    """Off to the provider, to sign in there anew: whoever comes back is linked."""
    fault = unproven(request, visit, password)
    asked = None if fault else ask_for_identity(request, visit)
    if asked is None:
        return HTMLResponse(_page(request, visit, openid_fault=fault or "away"), 422 if fault else 503)
    return on_the_way(request, visit.house, *asked)


@pages.post("/identity/remove", dependencies=[OurForm])
def unlink_identity(
    request: Request,
    visit: Visitor,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
) -> Response:
    if fault := unproven(request, visit, password):
        return HTMLResponse(_page(request, visit, openid_fault=fault), 422)
    identities.unlink(visit.connection, visit.house.site.site, visit.person.id, visit.person.id, visit.now)
    return _back("unlinked")


@pages.get("/app")
def show_app(request: Request, visit: Visitor) -> str:
    return _app(request, visit, new_secret())


@pages.post("/app", dependencies=[OurForm])
def switch_app_on(
    request: Request,
    visit: Visitor,
    name: Annotated[str, Form(max_length=64)] = "",
    code: Annotated[str, Form(max_length=10, title="Six digits from the app")] = "",
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
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
    request: Request,
    visit: Visitor,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
) -> Response:
    if fault := unproven(request, visit, password):
        return HTMLResponse(_page(request, visit, app_fault=fault), 422)
    totp_of(request, visit).switch_off(visit.person.id, visit.now, visit.person.id)
    return _back("app-off")


@pages.post("/passkeys/{id}/remove", dependencies=[OurForm])
def remove_passkey(
    request: Request,
    visit: Visitor,
    id: str,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
) -> Response:
    keys = passkeys_of(request, visit.connection, visit.house)
    if id not in {one.id.hex() for one in keys.of(visit.person.id)}:
        raise HTTPException(404, "there is no such passkey")
    if fault := unproven(request, visit, password):
        return HTMLResponse(_page(request, visit, passkey_fault=fault), 422)
    keys.remove(visit.person.id, id, visit.now, visit.person.id)
    return _back("passkey-removed")


def ask_for_identity(request: Request, visit: Visit) -> tuple[str, Flow] | None:
    """Where to send the browser, and what to keep; None where nobody can be asked."""
    provider = provider_of(request)
    if provider.name is None:
        return None
    asked = provider.ask(visit.now, links=(sessions.token_hash(visit.token), visit.person.id))
    return None if isinstance(asked, Refused) else asked


def is_linked(request: Request, visit: Visit) -> bool:
    issuer = provider_of(request).issuer
    return visit.person.id in identities.of(visit.connection, visit.house.site.site, issuer)


def end_session(visit: Visit, id: str) -> None:
    """Raises HTTPException 404 where it is none of theirs."""
    if not sessions.end_one(visit.connection, visit.house.site.site, visit.person.id, id, visit.now):
        raise HTTPException(404, "there is no such session")


def unproven(request: Request, visit: Visit, password: str) -> str:
    """As of a password (password.py); '' too where they came in by another one's word only now."""
    return "" if visit.just_came else passwords.unproven(request, owner_of(visit), password)


def owner_of(visit: Visit) -> passwords.Owner:
    return passwords.Owner(visit.connection, visit.house.site.site, visit.person.id, visit.token, visit.now)


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
    name = request.app.state.app_secrets.put(secret, visit.now, visit.person.id)
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return page(
        request,
        visit,
        "account/app.html",
        picture=picture.getvalue().decode(),
        secret=grouped,
        name=name,
        fault=fault,
        **_asked_for(request, visit),
    )


def _asked_for(request: Request, visit: Visit) -> dict[str, Any]:
    """What the forms must know to ask for the password or not."""
    return {"just_came": visit.just_came, "how": visit.how, "openid_name": provider_of(request).name}


def _page(request: Request, visit: Visit, notice: str = "", **faults: str) -> str:
    site, person = visit.house.site.site, visit.person
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    here, totp = sessions.id_of(visit.token), totp_of(request, visit)
    keys = passkeys_of(request, visit.connection, visit.house).of(person.id)
    values: dict[str, Any] = {
        "password_fault": "",
        "pin_fault": "",
        "app_fault": "",
        "passkey_fault": "",
        "openid_fault": "",
        **faults,
    }
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
        shortest=credentials.SHORTEST,
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
        linked=is_linked(request, visit),
        **_asked_for(request, visit),
        **values,
    )
