"""The page behind an invitation's link: a password of one's own, and in. Nobody is signed in here, so it says
nothing of anybody: a wrong, used or old link looks the same.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from dashboards import auth
from dashboards.pages import render
from dashboards.sign_in.page import signed_in
from dashboards.visit import (
    FORM_COOKIE,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    YEAR_S,
    AnyHouse,
    Database,
    OurForm,
    clock_of,
    language_of,
    set_cookie,
    theme_of,
)
from hub.relatives import invitations
from hub.store import audit
from rules.relatives import Relative
from rules.wording import Language

SHORTEST = 10
LONGEST = 1000
BRAKE = "(an invitation)"
"""What guesses at links count against, by address."""
pages = APIRouter(prefix="/invited", include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/{invitation}")
def show(request: Request, connection: Database, house: AnyHouse, invitation: str) -> Response:
    """Does not use the link up: mail programs look at links too."""
    found, wait = _look(request, connection, house, invitation)
    return _page(request, house, invitation, found, wait=wait)


@pages.post("/{invitation}", dependencies=[OurForm])
def come_in(
    request: Request,
    connection: Database,
    house: AnyHouse,
    invitation: str,
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    again: Annotated[str, Form(max_length=LONGEST)] = "",
    language: Annotated[Language | None, Form()] = None,
) -> Response:
    found, wait = _look(request, connection, house, invitation)
    if found is None:
        return _page(request, house, invitation, None, wait=wait)
    fault = "short" if len(password) < SHORTEST else "differ" if password != again else ""
    if fault:
        return _page(request, house, invitation, found, fault)
    now, site = clock_of(request).now(), house.site.site
    relative = invitations.accept(connection, site, invitation, auth.password_hash(password), now)
    if relative is None:
        return _page(request, house, invitation, None)
    response = signed_in(request, connection, site, relative.account, "/relative?notice=welcome")
    if language is not None:
        set_cookie(request, response, LANGUAGE_COOKIE, language, YEAR_S)
    return response


def _look(request: Request, connection: Database, house: AnyHouse, token: str) -> tuple[Relative | None, int]:
    """Whose link it is; and for how many seconds no further guess is heard."""
    brake: auth.Brake = request.app.state.brake
    address, now = request.client.host if request.client else "", clock_of(request).now()
    wait = brake.wait(BRAKE, address, now)
    if wait > timedelta(0):
        return None, ceil(wait.total_seconds())
    found = invitations.who_is_invited(connection, house.site.site, token, now)
    if found is None:
        brake.failed(BRAKE, address, now)
        audit.add(connection, house.site.site, now, None, "invitation refused", {"address": address})
    return found, 0


def _page(
    request: Request,
    house: AnyHouse,
    token: str,
    found: Relative | None,
    fault: str = "",
    wait: int = 0,
) -> Response:
    cookie = (
        request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
    )
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language = language_of(request, house) if chosen or found is None else found.language
    html = render(
        language,
        "relative/invited.html",
        site=house.site,
        csrf=auth.form_token(cookie),
        theme=theme_of(request),
        token=token,
        found=found,
        fault=fault,
        wait=wait,
        shortest=SHORTEST,
    )
    status = 429 if wait else 404 if found is None else 422 if fault else 200
    response = HTMLResponse(html, status, {"Retry-After": str(wait)} if wait else {})
    if cookie not in request.cookies.values():
        set_cookie(request, response, FORM_COOKIE, cookie)
    return response
