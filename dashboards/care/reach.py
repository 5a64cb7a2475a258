"""Who would be told in each hour of the week to come: a map of the hours, gaps as tasks, and one hour with
each stage.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.proof_view import units_of
from dashboards.care.reach_view import gone, hour_of, maps, routes, tasks
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.views import voice_of
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub import reach
from hub.store import gaps
from hub.store.gaps import GapTask
from rules import wording
from rules.duration import local_instant
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

PATH = "/care/reach"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see reach")],
)


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    return _page(request, visit, notice=notice)


@pages.get("/hour")
def show_hour(request: Request, visit: Visitor, unit: str = "", at: str = "") -> str:
    """One hour of one unit: who would be told, by which way and when."""
    units = units_of(visit)
    chosen = next((one for one in units if one.id == unit), units[0] if units else None)
    if chosen is None or (unit and chosen.id != unit):
        raise HTTPException(404, "there is no such unit, or not for you")
    instant = hour_of(visit, at)
    rooms = {room.id for room in visit.house.site.rooms if room.unit == chosen.id}
    _note_seen(visit, f"{PATH}/hour", (r.id for r in visit.house.site.residents if r.room in rooms))
    return page(
        request,
        visit,
        "care/reach_hour.html",
        units_here=units,
        unit=chosen,
        at=f"{instant.astimezone(visit.house.site.zone):%Y-%m-%dT%H:%M}",
        when=wording.at(instant, voice_of(visit.scope, visit.house, visit.now)),
        routes=routes(visit, chosen.id, instant),
    )


@pages.post("/gaps/{number}", dependencies=[OurForm, needs("assign gaps")])
def assign(
    request: Request,
    visit: Visitor,
    number: int,
    owner: Annotated[str, Form()] = "",
    due: Annotated[str, Form()] = "",
) -> Response:
    """Somebody sees to it by then."""
    done = assigned(request, visit, number, owner, due)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, fault=refusal_text(done, visit.language)), 422)
    return RedirectResponse(f"{PATH}?notice=assigned#gap-{number}", 303)


def assigned(request: Request, visit: Visit, number: int, owner: str, due: str) -> GapTask | Refusal:
    task = gaps.get(visit.connection, visit.house.site.site, number)
    if task is None or not visit.access.sees_unit(task.unit):
        return Refusal("there is no such gap any more", "no_gap")
    try:
        by = local_instant(f"{due}T23:59", visit.house.site.zone)
    except ValueError as error:
        return Refusal(str(error), "end_past")
    now = clock_of(request).now()
    return reach.assign(visit.connection, visit.house.site, number, owner, by, visit.person.id, now)


def _page(request: Request, visit: Visit, fault: str = "", notice: str = "") -> str:
    site = visit.house.site
    usable = reach.usable_ways(visit.connection, site.site)
    week = reach.week(visit.connection, site, usable, visit.now)
    in_a_week = (visit.now + timedelta(days=2)).astimezone(site.zone).date()
    theirs = [gap for gap in week.gaps if visit.access.sees_unit(gap.unit)]
    _note_seen(visit, PATH, (resident for gap in theirs for resident in gap.residents))
    staff = [p for p in site.people if not p.units or any(visit.access.sees_unit(u) for u in p.units)]
    return page(
        request,
        visit,
        "care/reach.html",
        notice=render(visit.language, "care/_reach_notice.txt").strip() if notice == "assigned" else "",
        fault=fault,
        may_assign=may(visit.person, "assign gaps"),
        may_plan=may(visit.person, "plan roster"),
        maps=maps(visit, week),
        tasks=tasks(visit, week),
        gone=gone(visit),
        staff=[(p.id, p.name) for p in staff],
        by_default=f"{in_a_week:%Y-%m-%d}",
    )


def _note_seen(visit: Visit, at: str, residents: Iterable[str]) -> None:
    """Of whom it says names."""
    if visit.access.residents:
        note_seen(visit, at, residents)
