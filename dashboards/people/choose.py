"""The page behind a link from an administrator: a password of one's own, and then they sign in with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import auth
from dashboards.account.password import fault_of
from dashboards.house import House
from dashboards.sign_in.by_link import Links
from dashboards.visit import (
    LANGUAGE_COOKIE,
    WANTED_FOR_S,
    AnyHouse,
    Database,
    OurForm,
    chosen_language,
    clock_of,
    set_cookie,
)
from hub import password_links
from hub.store.credentials import LONGEST
from rules.building import Person

LINKS = Links("people/choose.html", "(a password link)", "password link refused")
pages = APIRouter(prefix="/choose-password", include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/{link}")
def show(request: Request, connection: Database, house: AnyHouse, link: str) -> Response:
    found = _whose(request, connection, house, link)
    wait = 0 if found is not None else LINKS.wrong(request, connection, house)
    return LINKS.page(request, house, found, wait=wait)


@pages.post("/{link}", dependencies=[OurForm])
def choose(
    request: Request,
    connection: Database,
    house: AnyHouse,
    link: str,
    password: Annotated[str, Form(max_length=LONGEST, title="New password")] = "",
    again: Annotated[str, Form(max_length=LONGEST, title="Once more")] = "",
) -> Response:
    """And then they sign in with it, by their second factor too where they have one."""
    found = _whose(request, connection, house, link)
    if found is None:
        return LINKS.page(request, house, None, wait=LINKS.wrong(request, connection, house))
    if fault := fault_of(password, again, found.id):
        return LINKS.page(request, house, found, fault)
    site, hash = house.site.site, auth.password_hash(password)
    if password_links.use(connection, site, link, hash, clock_of(request).now()) is None:
        return LINKS.page(request, house, None)
    answer = RedirectResponse("/sign-in?notice=chosen", 303)
    if found.language is not None and chosen_language(request) is None:
        # until they are signed in; at a shared screen the next one has their own again
        set_cookie(request, answer, LANGUAGE_COOKIE, found.language, WANTED_FOR_S)
    return answer


def _whose(request: Request, connection: Database, house: House, link: str) -> Person | None:
    now = clock_of(request).now()
    return house.person(password_links.whose(connection, house.site.site, link, now) or "")
