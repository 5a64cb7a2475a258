"""The page behind a link from an administrator: a password of one's own. Nobody is signed in here, so it says
nothing of anybody but whose link it is; a wrong, used or old one looks the same.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import auth
from dashboards.house import House
from dashboards.sign_in.page import door, waits
from dashboards.visit import AnyHouse, Database, OurForm, clock_of
from hub import password_links
from hub.store import audit
from rules.building import Person

SHORTEST, LONGEST = 10, 1000
BRAKE = "(a password link)"
"""What guesses at links count against, by address."""
pages = APIRouter(prefix="/choose-password", include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/{link}")
def show(request: Request, connection: Database, house: AnyHouse, link: str) -> Response:
    found, wait = _look(request, connection, house, link)
    return _page(request, house, link, found, wait=wait)


@pages.post("/{link}", dependencies=[OurForm])
def choose(
    request: Request,
    connection: Database,
    house: AnyHouse,
    link: str,
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    again: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """And then they sign in with it, by their second factor too where they have one."""
    found, wait = _look(request, connection, house, link)
    if found is None:
        return _page(request, house, link, None, wait=wait)
    fault = "short" if len(password) < SHORTEST else "differ" if password != again else ""
    if fault:
        return _page(request, house, link, found, fault)
    site, hash = house.site.site, auth.password_hash(password)
    if password_links.use(connection, site, link, hash, clock_of(request).now()) is None:
        return _page(request, house, link, None)
    return RedirectResponse("/sign-in", 303)


def _look(request: Request, connection: Database, house: House, link: str) -> tuple[Person | None, int]:
    """Whose link it is; and for how many seconds no further guess is heard."""
    brake: auth.Brake = request.app.state.brake
    address, now = request.client.host if request.client else "", clock_of(request).now()
    if wait := waits(brake, BRAKE, address, request):
        return None, wait
    found = house.person(password_links.whose(connection, house.site.site, link, now) or "")
    if found is None:
        brake.failed(BRAKE, address, now)
        audit.add(connection, house.site.site, now, None, "password link refused", {"address": address})
    return found, 0


def _page(
    request: Request, house: House, link: str, found: Person | None, fault: str = "", wait: int = 0
) -> Response:
    status = 429 if wait else 404 if found is None else 422 if fault else 200
    values = {"link": link, "found": found, "fault": fault, "shortest": SHORTEST}
    return door(request, house, "people/choose.html", status, wait, **values)
