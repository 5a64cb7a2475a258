"""The staff board's pages: the list, one tap for each step of an alert, and how pages look here."""

from __future__ import annotations

from typing import Annotated, get_args
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from dashboards.access import may
from dashboards.alert_in_view import alert_in_view
from dashboards.alerts_seen import note_alerts_seen
from dashboards.care.seen import looked_lately, note_without_eyes
from dashboards.frame import frame, landing
from dashboards.live import PAGE_OF, Live, render_card, render_parts
from dashboards.pages import render
from dashboards.snapshot import pulse, read_snapshot
from dashboards.views import Scope, View, board, card, voice_of
from dashboards.visit import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    YEAR_S,
    OurForm,
    Theme,
    Visit,
    Visitor,
    clock_of,
    needs,
    set_cookie,
    visitor,
)
from dashboards.wall.page import Chosen, chosen_scope
from dashboards.wall.view import wall_units
from hub.desk import Desk, UnknownAlertError
from hub.more_hands import asked_before, called_to_one
from hub.store import absences, alerts
from rules.absence import away_now
from rules.alert import Act, Alert, Decision
from rules.language import LANGUAGES
from rules.outcomes import outcomes_of
from rules.wording import Language

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/", response_model=None)
def show_board(request: Request, visit: Visitor, notice: str = "", alert: int = 0) -> str | Response:
    """The list as it stands. `notice` and `alert` say what a form without JavaScript came to. Who sees no
    alerts is led to where they land.
    """
    house = visit.house
    if not may(visit.person, "see alerts"):
        return RedirectResponse(landing(visit.person), 303)
    visit = visit.looking("see alerts")
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


@pages.post("/alerts/{id}/{step}", dependencies=[OurForm, needs("answer alerts")])
def move_alert(
    request: Request, visit: Visitor, id: int, step: Act, outcome: Annotated[str, Form()] = ""
) -> Response:
    """One step of an alert's life. Answers htmx with the card as it is now, a plain form with the board."""
    site = visit.house.site.site
    alert = alert_in_view(visit, id)
    if alert is None:
        raise HTTPException(404)
    desk = Desk(visit.connection, site, clock_of(request))
    decision = move(desk, alert, step, visit.person.id, outcome)
    if "hx-request" not in request.headers:
        notice = step if decision.changed else "taken"
        return RedirectResponse(f"/?notice={notice}&alert={id}", 303)
    after, now = decision.alert, clock_of(request).now()
    away = away_now(absences.active(visit.connection, site), now)
    voice = voice_of(visit.scope, visit.house, now)
    hands = called_to_one(visit.connection, site, after, now) if after.assistance_at is not None else None
    wanted = asked_before(after, alerts.events(visit.connection, after.id))
    shown = card(after, visit.house, voice, visit.access, away=away, more_hands=hands, wanted=wanted)
    html = render(
        visit.language,
        "_moved.html",
        card=shown,
        html=render_card(shown, visit.scope) if after.state != "closed" else "",
        notice=_notice(visit, decision, step),
    )
    return HTMLResponse(html)


def move(desk: Desk, alert: Alert, step: Act, person: str, outcome: str) -> Decision:
    """Raises HTTPException 400 where closing has no outcome that a person can give to this alert, 404 where
    it is gone.
    """
    try:
        if step != "close":
            return desk.act(alert.id, step, person)
        offered = outcomes_of(alert)
        chosen = next((o for o in offered if o == outcome), None)
        if chosen is None:
            raise HTTPException(
                400, f"{outcome!r} is no outcome of this alert; expected one of {', '.join(offered)}"
            )
        return desk.close(alert.id, person, chosen)
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


def board_in_view(visit: Visitor, view: View = "board", unit: Chosen = []) -> Scope:  # noqa: B006
    """What a stream tells; without its page it is a look of its own. Not in the loop that serves the boards:
    it waits for the disk.
    """
    scope = _scope(visit, view, unit)
    page = PAGE_OF[view]
    if not looked_lately(visit, page):
        snapshot = read_snapshot(visit.connection, visit.house, visit.now)
        shown = board(snapshot, scope)
        units = wall_units(snapshot, scope) if view == "wall" else []
        seen = [tile.id for one in units for tile in one.residents]
        note_without_eyes(visit, page, [c.id for c in (*shown.cards, *shown.closed)], seen)
    return scope


@pages.get("/live", dependencies=[needs("see alerts")])
async def live(
    request: Request, visit: Visitor, scope: Annotated[Scope, Depends(board_in_view)]
) -> StreamingResponse:
    boards: Live = request.app.state.live
    if boards.is_full(visit.token):
        raise HTTPException(429, "this browser has too many boards open", {"Retry-After": "60"})
    stream = boards.stream(scope, visit.token, visit.house.version, visit.person.id, visit.emergency)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _scope(visit: Visit, view: View, units: list[str]) -> Scope:
    """What a stream tells: 404 for a view or a unit that is not theirs."""
    if view == "board":
        return visit.scope
    if not may(visit.person, "see wall" if view == "wall" else "see floor plans"):
        raise HTTPException(404, "there is nothing here, or not for you")
    return chosen_scope(visit, units, view)


@pages.get("/session", dependencies=[Depends(visitor)])
def still_signed_in() -> Response:
    """For a board that was cut off: whether it must sign in again."""
    return Response(status_code=204)


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
