"""Residents who have to be asked anew before a yes to a relative ends: each somebody's task, by a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.away import residents_of
from dashboards.care.relatives import PATH as RELATIVES
from dashboards.care.relatives import day_in_words
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.relatives import reviews
from hub.relatives.reviews import Task
from rules.consent_reviews import FOR_CARERS, by_default
from rules.pause import Refusal
from rules.relatives import Category
from rules.wording.refusals import refusal_text

PATH = f"{RELATIVES}/reviews"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see relatives")],
)


class TaskRow(NamedTuple):
    """`suggested`: by when, where nobody has it yet, as a form wants it."""

    relative: int
    relative_name: str
    resident: str
    resident_name: str
    room: str
    categories: tuple[Category, ...]
    ends: str
    owner: str
    owner_name: str
    due: str
    suggested: str
    is_late: bool


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    return _page(request, visit, notice="assigned" if notice == "assigned" else "")


@pages.post("", dependencies=[OurForm, needs("invite relatives")])
def assign(
    request: Request,
    visit: Visitor,
    relative: Annotated[int, Form()] = 0,
    resident: Annotated[str, Form()] = "",
    owner: Annotated[str, Form()] = "",
    due: Annotated[str, Form()] = "",
) -> Response:
    """Somebody asks the resident by then."""
    try:
        done = assigned(request, visit, (relative, resident), owner, date.fromisoformat(due))
    except ValueError:
        done = Refusal(f"{due!r} is no day; expected e.g. 2026-11-24", "end_past")
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, fault=refusal_text(done, visit.language)), 422)
    return RedirectResponse(f"{PATH}?notice=assigned", 303)


def assigned(request: Request, visit: Visit, about: tuple[int, str], owner: str, due: date) -> Task | Refusal:
    if about[1] not in {resident.id for resident in residents_of(visit)}:
        return Refusal("nothing ends there any more", "no_review")
    now = clock_of(request).now()
    return reviews.assign(visit.connection, visit.house.site, about, owner, due, visit.person.id, now)


def tasks_of(visit: Visit) -> list[Task]:
    """Of the residents whom this person sees."""
    mine = {resident.id for resident in residents_of(visit)}
    found = reviews.standing(visit.connection, visit.house.site, visit.now)
    return [task for task in found if task.about.resident in mine]


def near_rows(visit: Visit) -> list[TaskRow]:
    """What ends within days, for the hand-over: whoever is on shift sees the resident."""
    until = visit.now.astimezone(visit.house.site.zone).date() + FOR_CARERS
    return [_row(visit, task) for task in tasks_of(visit) if task.about.on <= until]


def _row(visit: Visit, task: Task) -> TaskRow:
    house, today = visit.house, visit.now.astimezone(visit.house.site.zone).date()
    resident = house.resident(task.about.resident)
    assert resident is not None, "tasks are about residents who live here"
    return TaskRow(
        task.relative.id,
        task.relative.name,
        resident.id,
        resident.name,
        house.room_name(resident.room),
        task.about.categories,
        day_in_words(task.about.on, visit),
        task.owner or "",
        house.person_name(task.owner),
        day_in_words(task.due, visit) if task.due is not None else "",
        (task.due or by_default(task.about.on, today)).isoformat(),
        task.due is not None and task.due < today,
    )


def _page(request: Request, visit: Visit, notice: str = "", fault: str = "") -> str:
    rows = [_row(visit, task) for task in tasks_of(visit)]
    note_seen(visit, PATH, (row.resident for row in rows))
    site = visit.house.site
    able = [p for p in site.people if may(p, "see relatives")]
    staff = [p for p in able if not p.units or any(visit.access.sees_unit(unit) for unit in p.units)]
    return page(
        request,
        visit,
        "care/relative_reviews.html",
        rows=rows,
        fault=fault,
        assigned=notice,
        may_assign=may(visit.person, "invite relatives"),
        staff=[(p.id, p.name) for p in staff],
    )
