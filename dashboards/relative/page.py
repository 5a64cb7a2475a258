"""The relative's page: how it is today, what happened, how the week was. And what they themselves have looked
at.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.relative.looked import looked_at
from dashboards.relative.shown import ResidentShown, week_alone
from dashboards.relative.view import shown_to
from dashboards.relative.visit import Relation, RelativeVisit, note_looked, relative_page
from dashboards.relative.week_picture import DRAWN
from dashboards.visit import settings_of
from hub.history.embedded import EmbeddedHistory
from hub.store import relative_views

PATH = "/relative"
LOOKS_SHOWN = 200
NOTICES = ("chosen", "paused", "resumed", "withdrawn", "password", "welcome")
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("")
def show(request: Request, visit: Relation, notice: str = "") -> str:
    shown = shown_now(request, visit, PATH)
    said = known_notice(notice)
    return relative_page(request, visit, "relative/home.html", shown=shown, notice=said, **DRAWN)


@pages.get("/week")
def show_week(request: Request, visit: Relation) -> str:
    """The week's pictures alone: where the week's letter leads."""
    shown = shown_now(request, visit, f"{PATH}/week", week_alone)
    return relative_page(request, visit, "relative/home.html", shown=shown, **DRAWN)


@pages.get("/log")
def show_log(request: Request, visit: Relation) -> str:
    looks = relative_views.by(visit.connection, visit.known.relative.id, LOOKS_SHOWN)
    rows = looked_at(looks, visit.house, {visit.known.relative.id: visit.known.relative.name}, visit.language)
    return relative_page(request, visit, "relative/log.html", rows=rows)


def known_notice(notice: str) -> str:
    """What a page may say was done; nothing of what anybody else wrote into an address."""
    return notice if notice in NOTICES else ""


def shown_now(
    request: Request,
    visit: RelativeVisit,
    page: str,
    part: Callable[[ResidentShown], ResidentShown] = lambda one: one,
) -> list[ResidentShown]:
    """What this relative is shown, or that `part` of it, and written down that they looked."""
    history = EmbeddedHistory(visit.connection, settings_of(request).database, visit.house.site)
    all_of_it = shown_to(visit.connection, history, visit.house, visit.known, visit.language, visit.now)
    shown = [part(one) for one in all_of_it]
    note_looked(visit, page, shown)
    return shown
