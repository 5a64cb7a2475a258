"""Signing out, here and where somebody came from."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from dashboards import sessions
from dashboards.sign_in.openid_page import out_of_it
from dashboards.visit import SESSION_COOKIE, OurForm, Visit, Visitor
from hub.store import audit

pages = APIRouter(include_in_schema=False)


@pages.post("/sign-out", dependencies=[OurForm])
def sign_out(request: Request, visit: Visitor) -> Response:
    """Who came in by another one's word is led to where they sign out there too."""
    end(visit)
    there = out_of_it(request, visit) if visit.how == "directory" else None
    response = there or RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


def end(visit: Visit) -> None:
    """This session."""
    sessions.end(visit.connection, visit.token, visit.now)
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "signed out", {})
