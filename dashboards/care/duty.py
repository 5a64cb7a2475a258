"""Who is on duty: signing in to a shift by one tap, and the week's roster unit by unit.

Planning a shift: dashboards/care/shift.py. From a file: dashboards/care/roster_import.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.away import residents_of
from dashboards.care.duty_view import (
    Away,
    absences_of,
    away_of,
    moment,
    not_called_yourself,
    on_duty_now,
    planned_too,
    registered_absences,
    staff_of,
    units_of,
)
from dashboards.care.duty_week import monday, week_of
from dashboards.care.in_hand import InHand, alerts_in_hand
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.duty import AbsentAlready, Duty
from hub.store import shifts as store
from rules.duration import local_instant
from rules.duty import EARLY, FUNCTIONS_OF, Function, Shift, StaffAbsence
from rules.pause import Refusal
from rules.week import WEEK
from rules.wording.refusals import absent_already, refusal_text

PATH = "/care/duty"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see roster")],
)


class EndsHere(NamedTuple):
    """A planned shift of one's own in several units: where one does not sign in as the same, it ends."""

    function: Function
    units: tuple[str, ...]


class Mine(NamedTuple):
    """The form by which somebody signs in, as it is offered: as planned next, or as they signed in already.
    `planned`: what they are planned as and when, in words; none where they are not, or have signed in.
    `ends`: what of their own plan ends by signing in. `absence`: of theirs, that does not hold on that shift.
    """

    here: Shift | None
    ends: tuple[EndsHere, ...]
    function: Function
    units: tuple[str, ...]
    residents: tuple[str, ...]
    until: str
    planned: tuple[Function, str, str] | None
    absence: Away | None


@pages.get("")
def show(request: Request, visit: Visitor, unit: str = "", week: str = "", notice: str = "") -> str:
    return duty_page(request, visit, unit, week, notice=_notice(visit, notice))


@pages.post("/sign-in", dependencies=[OurForm])
def sign_in(
    request: Request,
    visit: Visitor,
    function: Annotated[str, Form()] = "",
    units: Annotated[list[str] | None, Form()] = None,
    residents: Annotated[list[str] | None, Form()] = None,
    until: Annotated[str, Form()] = "",
    instead_of: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """ "I am on duty." """
    done = _sign_in(request, visit, function, units or [], residents or [], until, instead_of or [])
    return _answered(request, visit, done, "signed-in")


@pages.post("/leave", dependencies=[OurForm])
def leave(request: Request, visit: Visitor, hand_back: Annotated[bool, Form()] = False) -> Response:
    """ "I am going." Asked first by whoever has alerts."""
    done = book(request, visit).leave(visit.person.id, hand_back)
    if isinstance(done, Refusal) and done.code == "alerts_in_hand":
        return HTMLResponse(duty_page(request, visit, in_hand=alerts_in_hand(visit)), 409)
    if isinstance(done, Refusal):
        return _answered(request, visit, done, "")
    # As it is from then on: when this was asked they were still on duty.
    after = store.on_duty(visit.connection, visit.house.site, done.ends_at)
    still = any(s.person == done.person for s in after)
    return _answered(request, visit, done, "left-planned" if still else "left")


@pages.post("/absent", dependencies=[OurForm, needs("say which staff are absent")])
def say_absent(
    request: Request,
    visit: Visitor,
    person: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """Somebody of the staff is not there. Whoever takes the call at night may say it."""
    zone = visit.house.site.zone
    if person not in {one.id for one in staff_of(visit)}:
        return _answered(request, visit, Refusal("no such person", "no_person"), "")
    try:
        begins = local_instant(since, zone) if since else visit.now
        ends = local_instant(until, zone)
    except ValueError as error:
        return _answered(request, visit, Refusal(str(error), "no_end"), "")
    return _answered(request, visit, absent(request, visit, person, begins, ends), "absent")


@pages.post("/absent/{number}/back", dependencies=[OurForm, needs("say which staff are absent")])
def say_back(request: Request, visit: Visitor, number: int) -> Response:
    """They come after all."""
    if number not in {absence.id for absence in registered_absences(visit)}:
        raise HTTPException(404)
    return _answered(request, visit, book(request, visit).back(number, visit.person.id), "back")


@pages.post("/copy", dependencies=[OurForm, needs("plan roster")])
def copy_week(
    request: Request, visit: Visitor, unit: Annotated[str, Form()] = "", week: Annotated[str, Form()] = ""
) -> Response:
    """This week's shifts of a unit into the next week, by the wall clock."""
    if unit not in {one.id for one in units_of(visit)}:
        return _answered(request, visit, Refusal("no such unit", "no_unit"), "")
    first = monday(visit, week)
    book(request, visit).copy_week(first, first + WEEK, [unit], visit.person.id)
    return RedirectResponse(f"{PATH}?unit={unit}&week={first + WEEK}&notice=copied", 303)


def absent(
    request: Request, visit: Visit, person: str, since: datetime, until: datetime
) -> StaffAbsence | Refusal:
    """Of two who register the same the second is told by whom it was done."""
    done = book(request, visit).absent(person, since, until, visit.person.id)
    if not isinstance(done, AbsentAlready):
        return done
    by, who = (visit.house.person_name(one) for one in (done.known.said_by, person))
    hours = (moment(visit, done.known.starts_at), moment(visit, done.known.ends_at))
    return Refusal(absent_already(by, who, *hours, visit.language), done.code)


def book(request: Request, visit: Visit) -> Duty:
    return Duty(visit.connection, visit.house.site, clock_of(request))


def refused_sign_in(visit: Visit, units: list[str], residents: list[str]) -> Refusal | None:
    """Whoever is on duty must see what they are called to: in other units they would see nothing."""
    if not units or not {one.id for one in units_of(visit)}.issuperset(units):
        return Refusal("no such unit, or not yours", "no_unit")
    if not {one.id for one in residents_of(visit)}.issuperset(residents):
        return Refusal("no such resident, or not in your units", "resident_elsewhere")
    return None


def _sign_in(
    request: Request,
    visit: Visit,
    function: str,
    units: list[str],
    residents: list[str],
    until: str,
    instead_of: list[str],
) -> Shift | Refusal:
    refusal = refused_sign_in(visit, units, residents)
    if refusal is not None:
        return refusal
    chosen: Function = next((f for f in FUNCTIONS_OF[visit.person.role] if f == function), "carer")
    try:
        ends = local_instant(until, visit.house.site.zone) if until else None
    except ValueError as error:
        return Refusal(str(error), "no_time")
    return book(request, visit).sign_in(visit.person.id, chosen, units, residents, ends, instead_of)


def _answered(request: Request, visit: Visit, done: Shift | StaffAbsence | Refusal, notice: str) -> Response:
    if isinstance(done, Refusal):
        return HTMLResponse(duty_page(request, visit, fault=refusal_text(done, visit.language)), 422)
    return RedirectResponse(f"{PATH}?notice={notice}", 303)


def mine(request: Request, visit: Visit) -> Mine:
    """What the form for signing in says beforehand."""
    site, now = visit.house.site, visit.now
    known = store.between(visit.connection, site.site, now, now + WEEK)
    ours = [s for s in known if s.person == visit.person.id]
    here = [s for s in ours if s.source == "signed_in"]
    planned = [s for s in ours if s.source == "roster"]
    soon = [s for s in planned if s.starts_at <= now + EARLY]
    one = next(reversed(here or soon or planned[:1]), None)
    seen = [unit.id for unit in units_of(visit)]
    ends = here[-1].ends_at if here else book(request, visit).planned_end(visit.person.id, now)
    return Mine(
        here[-1] if here else None,
        tuple(one for one in (_ends(visit, s) for s in soon) if len(one.units) > 1),
        one.function if one is not None else FUNCTIONS_OF[visit.person.role][0],
        tuple(unit for unit in (one.units if one is not None and one.units else seen) if unit in seen),
        one.residents if one is not None else (),
        f"{ends.astimezone(site.zone):%Y-%m-%dT%H:%M}",
        None
        if here or one is None
        else (one.function, moment(visit, one.starts_at), moment(visit, one.ends_at)),
        _absence(visit, here[-1] if here else None, ends),
    )


def _absence(visit: Visit, here: Shift | None, ends: datetime) -> Away | None:
    """One's own that a shift until then falls into; where one is on it, what is left of it afterwards."""
    ours = (a for a in registered_absences(visit) if a.person == visit.person.id and a.starts_at < ends)
    left = [a for a in ours if here is None or a.ends_at > ends]
    return away_of(visit, left[0]) if left else None


def _ends(visit: Visit, planned: Shift) -> EndsHere:
    units = (unit.name for unit in units_of(visit) if not planned.units or unit.id in planned.units)
    return EndsHere(planned.function, tuple(units))


def duty_page(
    request: Request,
    visit: Visit,
    unit: str = "",
    week: str = "",
    fault: str = "",
    notice: str = "",
    in_hand: Sequence[InHand] = (),
) -> str:
    units = units_of(visit)
    now, own = on_duty_now(visit), mine(request, visit)
    planned = book(request, visit).in_whose_place(visit.person.id, [one.id for one in units])
    offered = (s for s in planned if s.function in FUNCTIONS_OF[visit.person.role])
    others = planned_too(visit, offered, own.here)
    chosen = next((one for one in units if one.id == unit), units[0] if units else None)
    first = monday(visit, week)
    days = week_of(visit, chosen.id, first) if chosen is not None else []
    residents = residents_of(visit)
    note_seen(visit, PATH, (resident.id for resident in residents))
    return page(
        request,
        visit,
        "care/duty.html",
        notice=notice,
        fault=fault,
        in_hand=in_hand,
        now_in=now,
        mine=own,
        stand_ins=not_called_yourself(visit, now),
        planned_too=others,
        called_too=[one for one in others if one.now and not one.replaced],
        functions=FUNCTIONS_OF[visit.person.role],
        all_units=units,
        choices=[(r.id, f"{visit.house.room_name(r.room)} {r.name}") for r in residents],
        chosen=chosen,
        days=days,
        week=first,
        week_number=first.isocalendar().week,
        before=first - WEEK,
        after=first + WEEK,
        may_plan=may(visit.person, "plan roster"),
        absences=absences_of(visit),
        staff=staff_of(visit),
    )


def _notice(visit: Visit, said: str) -> str:
    return render(visit.language, "care/_duty_notice.txt", said=said).strip() if said else ""
