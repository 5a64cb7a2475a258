"""What relatives choose: language, letters, quiet hours, the week's summary; and to be told less."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.account import password as passwords
from dashboards.relative.page import PATH, known_notice
from dashboards.relative.view import shown_to
from dashboards.relative.visit import Relation, RelativeVisit, book_of, own_resident, relative_page
from dashboards.visit import LANGUAGE_COOKIE, YEAR_S, OurForm, set_cookie, settings_of
from hub.history.embedded import EmbeddedHistory
from hub.relatives.book import Choices
from hub.store import credentials
from rules.relatives import CATEGORIES
from rules.wording import Language

SETTINGS = f"{PATH}/settings"
PAUSES = (7, 14, 30)
"""Days that a relative may choose to hear nothing; 0: until they choose otherwise."""
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/settings")
def show(request: Request, visit: Relation, notice: str = "") -> str:
    return _page(request, visit, notice=known_notice(notice))


@pages.post("/settings", dependencies=[OurForm])
def choose(
    request: Request,
    visit: Relation,
    language: Annotated[Language | None, Form(title="Language")] = None,
    by_email: Annotated[bool, Form()] = False,
    quiet_from: Annotated[str, Form()] = "",
    quiet_until: Annotated[str, Form()] = "",
    digest_weekday: Annotated[int, Form(ge=0, le=6, title="The week's summary comes on")] = 6,
    digest_hour: Annotated[int, Form(ge=0, le=23, title="At what time")] = 17,
) -> Response:
    quiet = clock(quiet_from), clock(quiet_until)
    if language is None or quiet[0] is None or quiet[1] is None:
        return HTMLResponse(_page(request, visit, is_wrong=True), 422)
    choices = Choices(language, by_email, quiet[0], quiet[1], digest_weekday, digest_hour)
    book_of(request, visit).choose(visit.known.relative, choices)
    response = RedirectResponse(f"{SETTINGS}?notice=chosen", 303)
    set_cookie(request, response, LANGUAGE_COOKIE, language, YEAR_S)
    return response


@pages.post("/password", dependencies=[OurForm])
def change_password(
    request: Request,
    visit: Relation,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
    new: Annotated[str, Form(max_length=credentials.LONGEST, title="New password")] = "",
    again: Annotated[str, Form(max_length=credentials.LONGEST, title="Once more")] = "",
) -> Response:
    fault = passwords.fault_of(new, again, visit.known.relative.email) or passwords.unproven(
        request, owner_of(visit), password
    )
    if fault:
        return HTMLResponse(_page(request, visit, password_fault=fault), 422)
    passwords.change(request, owner_of(visit), new)
    return RedirectResponse(f"{SETTINGS}?notice=password", 303)


@pages.post("/rest", dependencies=[OurForm])
def rest(
    request: Request,
    visit: Relation,
    resident: Annotated[str, Form()] = "",
    days: Annotated[int, Form(title="Take a pause")] = 0,
) -> Response:
    """Hear nothing of one resident for some days."""
    if days not in (0, *PAUSES):
        raise HTTPException(422)
    until: datetime | None = visit.now + timedelta(days=days) if days else None
    relative = visit.known.relative
    book_of(request, visit).rest(relative, own_resident(visit, resident), until, relative.account)
    return RedirectResponse(f"{SETTINGS}?notice=paused", 303)


@pages.post("/resume", dependencies=[OurForm])
def resume(request: Request, visit: Relation, resident: Annotated[str, Form()] = "") -> Response:
    """Only what they themselves paused: what the resident or the staff wished, they end."""
    relative, of_others = visit.known.relative, rests_of_others(visit, own_resident(visit, resident))
    ended = book_of(request, visit).resume(relative, resident, relative.account)
    if of_others and not ended:
        return HTMLResponse(_page(request, visit, is_wrong=True), 409)
    return RedirectResponse(SETTINGS if of_others else f"{SETTINGS}?notice=resumed", 303)


@pages.post("/withdraw", dependencies=[OurForm])
def withdraw(
    request: Request,
    visit: Relation,
    resident: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
) -> Response:
    """Not to know this any more. To know it again needs the resident's word."""
    found = next((one for one in CATEGORIES if one == category), None)
    if found is None:
        raise HTTPException(404)
    relative = visit.known.relative
    book_of(request, visit).withdraw(relative, own_resident(visit, resident), [found], relative.account)
    return RedirectResponse(f"{SETTINGS}?notice=withdrawn", 303)


def rests_of_others(visit: RelativeVisit, resident: str) -> bool:
    """Whether somebody else asked that nothing be told."""
    return any(asked_by != visit.account for asked_by in _who_asked(visit, resident))


def _who_asked(visit: RelativeVisit, resident: str) -> set[str]:
    """Of the pauses that stand."""
    rests = visit.known.rests
    return {rest.asked_by for rest in rests if rest.resident == resident and rest.holds(visit.now)}


def owner_of(visit: RelativeVisit) -> passwords.Owner:
    return passwords.Owner(visit.connection, visit.house.site.site, visit.account, visit.token, visit.now)


def clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if len(text) == len("21:00") else None
    except ValueError:
        return None


def _page(
    request: Request,
    visit: RelativeVisit,
    is_wrong: bool = False,
    password_fault: passwords.Fault = "",
    notice: str = "",
) -> str:
    history = EmbeddedHistory(visit.connection, settings_of(request).database, visit.house.site)
    shown = shown_to(visit.connection, history, visit.house, visit.known, visit.language, visit.now)
    return relative_page(
        request,
        visit,
        "relative/settings.html",
        shown=shown,
        notice=notice,
        has_letter=any("mailed" in one.categories for one in shown),
        is_wrong=is_wrong,
        pauses=PAUSES,
        may_resume={one.id: visit.account in _who_asked(visit, one.id) for one in shown},
        of_others={one.id: rests_of_others(visit, one.id) for one in shown},
        password_fault=password_fault,
        shortest=credentials.SHORTEST,
    )
