"""Signing in by another one's word, in the browser: off to the provider, back from it, out of it again."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import sessions
from dashboards.house import House
from dashboards.sign_in.known import crowd_of
from dashboards.sign_in.openid import Flow, Provider, Refused, Said, Why
from dashboards.sign_in.page import address_of, door, enter, note_stranger, sign_in_door
from dashboards.visit import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    AnyHouse,
    Database,
    OurForm,
    Visit,
    clock_of,
    set_cookie,
)
from hub.store import identities

log = logging.getLogger(__name__)
pages = APIRouter(prefix="/sign-in/openid", include_in_schema=False, default_response_class=HTMLResponse)
COOKIE = "vaka_openid"
"""Names what waits for the provider's answer to this browser."""
WAITS_FOR = timedelta(minutes=10)
"""[default] Somebody looks for their phone to sign in there."""


@pages.post("", dependencies=[OurForm])
def leave(
    request: Request,
    connection: Database,
    house: AnyHouse,
    shared: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Off to the provider. The page that leads there is ours: a form may not be sent on to a foreign
    address.
    """
    shared_here = bool(shared) or DEVICE_COOKIE in request.cookies
    asked = (
        provider_of(request).ask(clock_of(request).now(), shared_here) if provider_of(request).name else None
    )
    if asked is None or isinstance(asked, Refused):
        return sign_in_door(request, connection, house, "sign_in.html", 503, openid="away")
    address, flow = asked
    return on_the_way(request, house, address, flow._replace(shared=bool(shared)))


@pages.get("/back")
def come_back(
    request: Request,
    connection: Database,
    house: AnyHouse,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4096)] = "",
    iss: Annotated[str | None, Query(max_length=500)] = None,
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Each answer is heard once, from the browser that was sent off."""
    now, provider = clock_of(request).now(), provider_of(request)
    flow: Flow | None = request.app.state.openid_flows.take(request.cookies.get(COOKIE, ""), now)
    answer: Response
    if flow is None:
        answer = _refused(request, connection, house, "state", None)
    else:
        said = provider.answered(flow, state, code, iss, error, now)
        if isinstance(said, Refused):
            answer = _refused(request, connection, house, said.why, flow)
        elif flow.links is not None:
            answer = _link(request, connection, house, flow.links, said)
        else:
            answer = _enter(request, connection, house, flow, said)
    answer.delete_cookie(COOKIE)
    return answer


def provider_of(request: Request) -> Provider:
    return cast(Provider, request.app.state.openid)


def on_the_way(request: Request, house: House, address: str, flow: Flow) -> Response:
    """A page of ours that leads to the provider at once."""
    name = provider_of(request).name
    answer = door(request, house, "sign_in_away.html", to=address, name=name, out=False)
    wait_for(request, house, answer, flow)
    return answer


def wait_for(request: Request, house: House, answer: Response, flow: Flow) -> None:
    """The browser holds the name of what waits for it."""
    crowd = crowd_of(request, house.site.site, house.people) if flow.links is None else flow.links[1]
    waiting = request.app.state.openid_flows.put(flow, clock_of(request).now(), crowd)
    set_cookie(request, answer, COOKIE, waiting, int(WAITS_FOR.total_seconds()))


def out_of_it(request: Request, visit: Visit) -> Response | None:
    """After signing out here: the page that leads to where they sign out there; None where there is none."""
    provider = provider_of(request)
    address = provider.sign_out_address(visit.now) if provider.name else None
    if address is None:
        return None
    return door(request, visit.house, "sign_in_away.html", to=address, name=provider.name, out=True)


def _enter(request: Request, connection: Database, house: House, flow: Flow, said: Said) -> Response:
    person = identities.whose(connection, house.site.site, said.issuer, said.subject)
    if person is None or house.person(person) is None:
        return _refused(request, connection, house, "nobody", flow)
    return enter(request, connection, house, person, "directory", flow.shared)


def _link(
    request: Request, connection: Database, house: House, links: tuple[bytes, str], said: Said
) -> Response:
    """Only within the session that asked for it: nobody links their account to somebody else's person."""
    session, person = links
    token = request.cookies.get(SESSION_COOKIE, "")
    if sessions.token_hash(token) != session or house.person(person) is None:
        return _refused(request, connection, house, "state", None)
    now, site = clock_of(request).now(), house.site.site
    found = sessions.find(connection, site, token, now)
    if found is None or found.person != person:
        return _refused(request, connection, house, "state", None)
    request.state.session_token = found.token
    done = identities.link(connection, site, person, said.issuer, said.subject, person, now)
    return RedirectResponse(f"/account?notice={'linked' if done else 'linked-elsewhere'}", 303)


def _refused(
    request: Request, connection: Database, house: House, why: Why | str, flow: Flow | None
) -> Response:
    detail = {"person": "(unknown)", "address": address_of(request), "why": f"directory: {why}"}
    note_stranger(request, connection, house.site.site, detail)
    if flow is not None and flow.links is not None:
        return RedirectResponse("/account?notice=not-linked", 303)
    status = 503 if why == "away" else 401
    return sign_in_door(request, connection, house, "sign_in.html", status, openid=why)
