"""The page behind an invitation's link: a password of one's own, and in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from dashboards import auth
from dashboards.account.password import fault_of
from dashboards.house import House
from dashboards.sign_in.by_link import Links
from dashboards.sign_in.page import signed_in
from dashboards.visit import LANGUAGE_COOKIE, YEAR_S, AnyHouse, Database, OurForm, clock_of, set_cookie
from hub.relatives import invitations
from hub.store.credentials import LONGEST
from rules.relatives import Relative
from rules.wording import Language

LINKS = Links("relative/invited.html", "(an invitation)", "invitation refused")
pages = APIRouter(prefix="/invited", include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/{invitation}")
def show(request: Request, connection: Database, house: AnyHouse, invitation: str) -> Response:
    """Does not use the link up: mail programs look at links too."""
    found = _whose(request, connection, house, invitation)
    wait = 0 if found is not None else LINKS.wrong(request, connection, house)
    return LINKS.page(request, house, found, wait=wait)


@pages.post("/{invitation}", dependencies=[OurForm])
def come_in(
    request: Request,
    connection: Database,
    house: AnyHouse,
    invitation: str,
    password: Annotated[str, Form(max_length=LONGEST, title="New password")] = "",
    again: Annotated[str, Form(max_length=LONGEST, title="Once more")] = "",
    language: Annotated[Language | None, Form()] = None,
) -> Response:
    found = _whose(request, connection, house, invitation)
    if found is None:
        return LINKS.page(request, house, None, wait=LINKS.wrong(request, connection, house))
    if fault := fault_of(password, again, found.email):
        return LINKS.page(request, house, found, fault)
    now, site = clock_of(request).now(), house.site.site
    relative = invitations.accept(connection, site, invitation, auth.password_hash(password), now)
    if relative is None:
        return LINKS.page(request, house, None)
    response = signed_in(request, connection, site, relative.account, "/relative?notice=welcome")
    if language is not None:
        set_cookie(request, response, LANGUAGE_COOKIE, language, YEAR_S)
    return response


def _whose(request: Request, connection: Database, house: House, invitation: str) -> Relative | None:
    return invitations.who_is_invited(connection, house.site.site, invitation, clock_of(request).now())
