"""One shift of the roster: planned, changed, taken out. For leaders."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.away import residents_of
from dashboards.care.duty import PATH, book
from dashboards.care.duty_view import may_change, staff_of, units_of
from dashboards.care.duty_week import monday
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.store import shifts as store
from rules.duration import local_instant
from rules.duty import Function, Shift
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

pages = APIRouter(
    prefix=f"{PATH}/shift",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("plan roster")],
)
FUNCTIONS: tuple[Function, ...] = ("carer", "night_patrol", "leader")


class Wish(NamedTuple):
    """What the form says so far. No units: the whole house."""

    number: int = 0
    person: str = ""
    function: str = "carer"
    units: tuple[str, ...] = ()
    residents: tuple[str, ...] = ()
    starts: str = ""
    ends: str = ""
    version: str = ""


class Meanwhile(NamedTuple):
    """What somebody else made of the shift. `by`: '' where nobody knows any more."""

    by: str
    name: str
    hours: str


@pages.get("")
def show(request: Request, visit: Visitor, number: int = 0, unit: str = "", day: str = "") -> str:
    if number:
        return _page(request, visit, _wish_of(visit, shift_in_view(visit, number)))
    units = (unit,) if unit in {one.id for one in units_of(visit)} else ()
    start = f"{day}T07:30" if day else ""
    return _page(request, visit, Wish(units=units, starts=start, ends=f"{day}T15:00" if day else ""))


@pages.post("", dependencies=[OurForm])
def put(
    request: Request,
    visit: Visitor,
    number: Annotated[int, Form()] = 0,
    person: Annotated[str, Form()] = "",
    function: Annotated[str, Form()] = "carer",
    units: Annotated[list[str] | None, Form()] = None,
    residents: Annotated[list[str] | None, Form()] = None,
    starts: Annotated[str, Form()] = "",
    ends: Annotated[str, Form()] = "",
    version: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    wish = Wish(number, person, function, tuple(units or ()), tuple(residents or ()), starts, ends, version)
    asked = _asked(visit, wish)
    done = asked if isinstance(asked, Refusal) else plan(request, visit, asked, version)
    if isinstance(done, Refusal):
        return _refused(request, visit, wish, done)
    return RedirectResponse(_back_to(visit, done, "planned"), 303)


@pages.post("/{number}/remove", dependencies=[OurForm])
def remove(
    request: Request, visit: Visitor, number: int, version: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    known = shift_in_view(visit, number)
    done = book(request, visit).remove(number, visit.person.id, version)
    if isinstance(done, Refusal):
        return _refused(request, visit, _wish_of(visit, known), done)
    return RedirectResponse(_back_to(visit, done, "removed"), 303)


def plan(request: Request, visit: Visit, asked: Shift, version: str = "") -> Shift | Refusal:
    """Put it on the roster, if all of it is theirs to plan; 404 where it is a shift that is not. `version`:
    of what they saw; with one they are told where it is gone meanwhile.
    """
    if asked.id and version and store.get(visit.connection, visit.house.site.site, asked.id) is None:
        return Refusal("there is no such shift on the roster", "no_shift")
    if asked.id:
        shift_in_view(visit, asked.id)
    if asked.person not in {one.id for one in staff_of(visit)}:
        return Refusal("no such person, or not of your units", "no_person")
    if not may_change(visit, asked):
        return Refusal("no such unit, or not yours", "no_unit")
    return book(request, visit).put(asked, visit.person.id, version)


def shift_in_view(visit: Visit, number: int) -> Shift:
    """404 where there is no such shift on the roster, or it is not theirs to change."""
    found = store.get(visit.connection, visit.house.site.site, number) if 0 < number < 2**63 else None
    if found is None or found.source != "roster" or not may_change(visit, found):
        raise HTTPException(404, "there is no such shift, or not for you")
    return found


def _asked(visit: Visit, wish: Wish) -> Shift | Refusal:
    zone = visit.house.site.zone
    function = next((f for f in FUNCTIONS if f == wish.function), None)
    if function is None:
        return Refusal("no such function", "no_function")
    try:
        starts, ends = local_instant(wish.starts, zone), local_instant(wish.ends, zone)
    except ValueError as error:
        return Refusal(str(error), "no_time")
    return Shift(wish.number, wish.person, wish.units, function, starts, ends, wish.residents)


def _wish_of(visit: Visit, shift: Shift) -> Wish:
    zone = visit.house.site.zone
    starts, ends = (f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" for at in (shift.starts_at, shift.ends_at))
    return Wish(
        shift.id, shift.person, shift.function, shift.units, shift.residents, starts, ends, shift.version
    )


def _refused(request: Request, visit: Visit, wish: Wish, why: Refusal) -> Response:
    """The form as they filled it in. Saved again it comes after what somebody else did, knowing of it."""
    meanwhile = None
    if why.code == "shift_changed":
        now = shift_in_view(visit, wish.number)
        by, zone = book(request, visit).changed_by(now.id), visit.house.site.zone
        hours = "–".join(f"{at.astimezone(zone):%d.%m. %H.%M}" for at in (now.starts_at, now.ends_at))
        meanwhile = Meanwhile(_name(visit, by), _name(visit, now.person), hours)
        wish = wish._replace(version=now.version)
    elif why.code == "no_shift":
        meanwhile = Meanwhile(_name(visit, book(request, visit).changed_by(wish.number)), "", "")
        wish = wish._replace(number=0, version="")
    fault = refusal_text(why, visit.language)
    return HTMLResponse(_page(request, visit, wish, fault, meanwhile), 422)


def _name(visit: Visit, person: str | None) -> str:
    known = visit.house.person(person) if person else None
    return known.name if known is not None else ""


def _back_to(visit: Visit, shift: Shift, notice: str) -> str:
    day = shift.starts_at.astimezone(visit.house.site.zone).date()
    unit = next((u.id for u in units_of(visit) if not shift.units or u.id in shift.units), "")
    return f"{PATH}?unit={unit}&week={monday(visit, day.isoformat())}&notice={notice}"


def _page(
    request: Request, visit: Visit, wish: Wish, fault: str = "", meanwhile: Meanwhile | None = None
) -> str:
    residents = residents_of(visit)
    note_seen(visit, f"{PATH}/shift", (resident.id for resident in residents))
    return page(
        request,
        visit,
        "care/shift.html",
        wish=wish,
        fault=fault,
        meanwhile=meanwhile,
        staff=staff_of(visit),
        all_units=units_of(visit),
        functions=FUNCTIONS,
        choices=[(r.id, f"{visit.house.room_name(r.room)} {r.name}") for r in residents],
    )
