"""Who is away, and saying so: a form with an end, and one tap when they are back."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.views import voice_of
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.absences import Absences
from hub.store import absences
from rules import wording
from rules.absence import REASONS, Absence
from rules.building import Resident
from rules.duration import local_instant
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

PATH = "/care/away"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("say who is away")],
)


class Row(NamedTuple):
    """Somebody who is away or will be. `back_by`: as the form has it."""

    resident: str
    name: str
    room: str
    reason: str
    is_away: bool
    left: str
    back: str
    by: str
    back_by: str


class Wish(NamedTuple):
    """What the form says so far."""

    resident: str = ""
    reason: str = ""
    left: str = ""
    back_by: str = ""


@pages.get("")
def show(request: Request, visit: Visitor, resident: str = "", notice: str = "") -> str:
    wish = Wish(resident)
    known = next((row for row in _rows(visit) if row.resident == resident), None)
    if known is not None:
        wish = Wish(resident, known.reason, "", known.back_by)
    return _page(request, visit, wish, notice=_notice(visit, notice, resident))


@pages.post("", dependencies=[OurForm])
def say_away(
    request: Request,
    visit: Visitor,
    resident: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    left: Annotated[str, Form()] = "",
    back_by: Annotated[str, Form()] = "",
) -> Response:
    wish = Wish(resident, reason, left, back_by)
    done = _register(request, visit, wish)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, wish, refusal_text(done, visit.language)), 422)
    return RedirectResponse(f"{PATH}?notice=away&resident={done.resident}", 303)


@pages.post("/{resident}/back", dependencies=[OurForm])
def came_home(request: Request, visit: Visitor, resident: str) -> Response:
    """One tap, here or on an alert. Answers htmx with the word on it."""
    if resident not in {r.id for r in residents_of(visit)}:
        raise HTTPException(404)
    book = Absences(visit.connection, visit.house.site, clock_of(request))
    done = book.back(resident, visit.person.id)
    if "hx-request" in request.headers:
        said = _notice(visit, "home" if isinstance(done, Absence) else "not-away", resident)
        return HTMLResponse(render(visit.language, "care/_said.html", notice=said))
    return RedirectResponse(f"{PATH}?notice=home&resident={resident}", 303)


def residents_of(visit: Visit) -> list[Resident]:
    """Those who live here and whom this person sees, by room."""
    site, today = visit.house.site, visit.now.astimezone(visit.house.site.zone).date()
    found = [r for r in site.residents if r.lives_here(today) and visit.access.sees_resident(r, site)]
    return sorted(found, key=lambda resident: (resident.room, resident.name))


def _register(request: Request, visit: Visit, wish: Wish) -> Absence | Refusal:
    zone = visit.house.site.zone
    if wish.resident not in {r.id for r in residents_of(visit)}:
        return Refusal("no such resident", "no_resident")
    reason = next((reason for reason in REASONS if reason == wish.reason), None)
    if reason is None:
        return Refusal("no reason", "no_reason")
    try:
        left = local_instant(wish.left, zone) if wish.left else None
        back_by = local_instant(wish.back_by, zone)
    except ValueError as error:
        return Refusal(str(error), "no_return")
    book = Absences(visit.connection, visit.house.site, clock_of(request))
    return book.away(wish.resident, reason, back_by, visit.person.id, left)


def _rows(visit: Visit) -> list[Row]:
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    seen = {resident.id: resident for resident in residents_of(visit)}
    return [
        Row(
            absence.resident,
            seen[absence.resident].name,
            house.room_name(seen[absence.resident].room),
            absence.reason,
            absence.is_away(visit.now),
            wording.at(absence.away_from, voice),
            wording.at(absence.back_by, voice),
            house.person_name(absence.registered_by),
            f"{absence.back_by.astimezone(house.site.zone):%Y-%m-%dT%H:%M}",
        )
        for absence in absences.active(visit.connection, house.site.site)
        if absence.resident in seen
    ]


def _page(request: Request, visit: Visit, wish: Wish, fault: str = "", notice: str = "") -> str:
    rows = _rows(visit)
    choices = [(r.id, f"{visit.house.room_name(r.room)} {r.name}") for r in residents_of(visit)]
    note_seen(visit, PATH, [*(row.resident for row in rows), *(id for id, _ in choices)])
    values = {"rows": rows, "wish": wish, "fault": fault, "reasons": REASONS, "choices": choices}
    return page(request, visit, "care/away.html", notice=notice, **values)


def _notice(visit: Visit, said: str, resident: str) -> str:
    found = next((r for r in residents_of(visit) if r.id == resident), None)
    if found is None or said not in ("away", "home", "not-away"):
        return ""
    return render(visit.language, "care/_away_notice.txt", said=said, name=found.name).strip()
