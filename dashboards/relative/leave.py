"""Leaving: signing out, and wanting no more of it at all."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards import sessions
from dashboards.relative.page import PATH
from dashboards.relative.visit import Relation, book_of, relative_page
from dashboards.visit import SESSION_COOKIE, OurForm
from hub.store import audit

pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


@pages.post("/sign-out", dependencies=[OurForm])
def sign_out(visit: Relation) -> Response:
    sessions.end(visit.connection, visit.token, visit.now)
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.account, "signed out", {})
    return _to_the_door()


@pages.get("/leave")
def ask(request: Request, visit: Relation) -> str:
    return relative_page(
        request, visit, "relative/leave.html", kept=request.app.state.settings.relatives_kept
    )


@pages.post("/leave", dependencies=[OurForm])
def leave(request: Request, visit: Relation) -> Response:
    book_of(request, visit).leave(visit.known.relative)
    return _to_the_door()


def _to_the_door() -> Response:
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response
