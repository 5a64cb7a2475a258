"""The staff board's pages: signing in, the list, and one tap for each step of an alert."""

from __future__ import annotations

import secrets
import sqlite3
from datetime import timedelta
from math import ceil
from typing import Annotated, get_args
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from dashboards import auth
from dashboards.access import may
from dashboards.alert_in_view import alert_in_view
from dashboards.alerts_seen import note_alerts_seen
from dashboards.frame import frame, landing
from dashboards.language import LANGUAGES
from dashboards.live import Live, render_card, render_parts
from dashboards.pages import render
from dashboards.snapshot import pulse, read_snapshot
from dashboards.views import board, card, voice_of
from dashboards.visit import (
    FORM_COOKIE,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    THEME_COOKIE,
    THEMES,
    WANTED_COOKIE,
    AnyHouse,
    Database,
    OurForm,
    Theme,
    Visit,
    Visitor,
    clock_of,
    language_of,
    needs,
    set_cookie,
    theme_of,
    visitor,
    wanted,
)
from hub.desk import Desk, UnknownAlertError
from hub.store import absences, audit, relatives
from rules.absence import away_now
from rules.alert import OUTCOMES_BY_PEOPLE, Act, Decision
from rules.wording import Language

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

YEAR_S = 365 * 24 * 3600
RELATIVE = "/relative"
"""Where a relative lands."""


@pages.get("/", response_model=None)
def show_board(request: Request, visit: Visitor, notice: str = "", alert: int = 0) -> str | Response:
    """The list as it stands. `notice` and `alert` say what a form without JavaScript came to. Who sees no
    alerts is led to where they land.
    """
    house = visit.house
    if not may(visit.person, "see alerts"):
        return RedirectResponse(landing(visit.person), 303)
    snapshot = read_snapshot(visit.connection, house, visit.now)
    shown = board(snapshot, visit.scope)
    note_alerts_seen(visit, "/", [c.id for c in (*shown.cards, *shown.closed)])
    shell = frame(request, visit)
    return render(
        visit.language,
        "board.html",
        **shell,
        board=shown,
        parts=render_parts(shown, visit.scope),
        cards=[render_card(c, visit.scope, shell["csrf"]) for c in shown.cards],
        pulse=pulse(visit.connection, house.site.site, visit.now),
        notice=_notice_again(visit, notice, alert),
    )


@pages.post("/alerts/{id}/{step}", dependencies=[OurForm])
def move_alert(
    request: Request, visit: Visitor, id: int, step: Act, outcome: Annotated[str, Form()] = ""
) -> Response:
    """One step of an alert's life. Answers htmx with the card as it is now, a plain form with the board."""
    site = visit.house.site.site
    if alert_in_view(visit, id) is None:
        raise HTTPException(404)
    decision = move(Desk(visit.connection, site, clock_of(request)), id, step, visit.person.id, outcome)
    if "hx-request" not in request.headers:
        notice = step if decision.changed else "taken"
        return RedirectResponse(f"/?notice={notice}&alert={id}", 303)
    after, now = decision.alert, clock_of(request).now()
    away = away_now(absences.active(visit.connection, site), now)
    voice = voice_of(visit.scope, visit.house, now)
    shown = card(after, visit.house, voice, visit.access, away=away)
    html = render(
        visit.language,
        "_moved.html",
        card=shown,
        html=render_card(shown, visit.scope) if after.state != "closed" else "",
        notice=_notice(visit, decision, step),
    )
    return HTMLResponse(html)


def move(desk: Desk, id: int, step: Act, person: str, outcome: str) -> Decision:
    """Raises HTTPException 400 where closing has no outcome that a person can give, 404 where there is no
    such alert.
    """
    try:
        if step != "close":
            return desk.act(id, step, person)
        chosen = next((o for o in OUTCOMES_BY_PEOPLE if o == outcome), None)
        if chosen is None:
            raise HTTPException(
                400, f"{outcome!r} is no outcome; expected one of {', '.join(OUTCOMES_BY_PEOPLE)}"
            )
        return desk.close(id, person, chosen)
    except UnknownAlertError:
        raise HTTPException(404) from None


def _notice(visit: Visit, decision: Decision, step: str) -> str:
    shown = card(decision.alert, visit.house, voice_of(visit.scope, visit.house, visit.now), visit.access)
    alert = decision.alert
    mine = alert.accepted_by == visit.person.id and alert.state != "closed"
    said = "changed" if decision.changed else "mine" if mine else "taken"
    return render(visit.language, "_notice.txt", card=shown, said=said, step=step).strip()


def _notice_again(visit: Visit, notice: str, id: int) -> str:
    """The same words after a redirect."""
    alert = alert_in_view(visit, id) if notice else None
    if alert is None:
        return ""
    return _notice(visit, Decision(alert, notice in get_args(Act), ""), notice)


@pages.get("/live", dependencies=[needs("see alerts")])
async def live(request: Request, visit: Visitor) -> StreamingResponse:
    boards: Live = request.app.state.live
    stream = boards.stream(visit.scope, visit.token, visit.house.version)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@pages.get("/session", dependencies=[Depends(visitor)])
def still_signed_in() -> Response:
    """For a board that was cut off: whether it must sign in again."""
    return Response(status_code=204)


@pages.get("/sign-in")
def show_sign_in(request: Request, house: AnyHouse) -> Response:
    return _sign_in_page(request, house, 200, "")


@pages.post("/sign-in", dependencies=[OurForm])
def sign_in(
    request: Request,
    connection: Database,
    house: AnyHouse,
    person: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """For the people of the house by their user name, for relatives by their e-mail address."""
    brake: auth.Brake = request.app.state.brake
    site, clock = house.site.site, clock_of(request)
    person, address = person.strip().lower(), request.client.host if request.client else ""
    wait = brake.wait(person, address, clock.now())
    if wait > timedelta(0):
        return _sign_in_page(request, house, 429, person, wait=ceil(wait.total_seconds()))
    known = house.person(person)
    relative = relatives.of_email(connection, site, person) if "@" in person else None
    account = relative.account if relative is not None else known.id if known is not None else None
    fits = auth.password_fits(
        connection, site, account or "", password
    )  # asked of unknown people too: it takes as long
    # Some type their password as the user name; only names that are known are written down.
    detail = {"person": account or "(unknown)", "address": address}
    if not fits or account is None:
        brake.failed(person, address, clock.now())
        audit.add(connection, site, clock.now(), None, "sign-in refused", detail)
        return _sign_in_page(request, house, 401, person, refused=True)
    brake.succeeded(person, address)
    audit.add(connection, site, clock.now(), account, "signed in", detail)
    home = wanted(request, known is None) or (landing(known) if known is not None else RELATIVE)
    return signed_in(request, connection, site, account, home)


def signed_in(
    request: Request, connection: sqlite3.Connection, site: str, account: str, landing: str
) -> Response:
    """A session of their own, and off to where they land."""
    token = auth.start_session(connection, site, account, clock_of(request).now())
    response = RedirectResponse(landing, 303)
    set_cookie(request, response, SESSION_COOKIE, token)
    response.delete_cookie(FORM_COOKIE)
    response.delete_cookie(WANTED_COOKIE)
    return response


def _sign_in_page(
    request: Request, house: AnyHouse, status: int, person: str, refused: bool = False, wait: int = 0
) -> Response:
    cookie = (
        request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
    )
    html = render(
        language_of(request, house),
        "sign_in.html",
        site=house.site,
        csrf=auth.form_token(cookie),
        theme=theme_of(request),
        person=person,
        refused=refused,
        wait=wait,
    )
    response = HTMLResponse(html, status, {"Retry-After": str(wait)} if wait else {})
    if cookie not in request.cookies.values():
        set_cookie(request, response, FORM_COOKIE, cookie)
    return response


@pages.post("/sign-out", dependencies=[OurForm])
def sign_out(visit: Visitor) -> Response:
    auth.end_session(visit.connection, visit.token, visit.now)
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, "signed out", {})
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@pages.post("/appearance", dependencies=[OurForm])
def choose_appearance(
    request: Request,
    language: Annotated[Language | None, Form()] = None,
    theme: Annotated[Theme | None, Form()] = None,
) -> Response:
    """Language and theme of this browser."""
    back = urlsplit(request.headers.get("referer", "/")).path
    response = RedirectResponse(back if back.startswith("/") and not back.startswith("//") else "/", 303)
    if language in LANGUAGES:
        set_cookie(request, response, LANGUAGE_COOKIE, language, YEAR_S)
    if theme in THEMES:
        set_cookie(request, response, THEME_COOKIE, theme, YEAR_S)
    return response
