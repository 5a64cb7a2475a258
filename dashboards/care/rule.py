"""One rule in one room: what it does and why, each value with where it comes from, and the form that changes
them for the resident, the unit or the site.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.off import lines
from dashboards.care.seen import note_seen
from dashboards.care.values import (
    CHANGE_LEVELS,
    ChangeLevel,
    Shown,
    change_values,
    residents_in,
    shown_values,
    stronger,
    values_in,
)
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, needs
from rules.duration import parse_duration
from rules.origin import SORTS, Value, unit_of
from rules.rulebook import Watch

PATH = "/care/rules/{rule}/{room}"
pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("see rules")]
)
FURTHEST = {"after": 1440, "prewarning": 60, "by_day": 240, "by_night": 120, "within": 60, "lasts": 120}
"""How far a slider goes, in minutes; what is set further moves its end."""


class Field(NamedTuple):
    """A value as the form has it. Of a duration: `number` of `unit`, up to `most`. Of a window: two times."""

    shown: Shown
    number: str = ""
    unit: str = ""
    most: int = 0
    start: str = ""
    end: str = ""


@pages.get(PATH)
def show(request: Request, visit: Visitor, rule: str, room: str, notice: str = "", still: str = "") -> str:
    watch = watch_of(visit, rule, room)
    said = ""
    if notice in ("changed", "taken-back"):
        said = render(visit.language, "care/_rule_notice.txt", said=notice, still=still[:200]).strip()
    return _page(request, visit, watch, notice=said)


@pages.post(PATH, dependencies=[OurForm, needs("change rules")])
async def change(request: Request, visit: Visitor, rule: str, room: str) -> Response:
    watch = watch_of(visit, rule, room)
    form = {key: str(value) for key, value in (await request.form()).items()}
    level: ChangeLevel = next((level for level in CHANGE_LEVELS if level == form.get("level")), "resident")
    said = said_by(form, values_in(visit, rule, room))
    version = int(form["version"]) if form.get("version", "").isdigit() else 0
    fault = change_values(request, visit, watch, level, said, version) if said else ""
    if fault:
        return HTMLResponse(_page(request, visit, watch, fault), 422)
    still = ", ".join(stronger(visit, watch, level, said))
    query = urlencode({"notice": "changed", **({"still": still} if still else {})})
    return RedirectResponse(f"{request.url.path}?{query}", 303)


@pages.post(PATH + "/take-back", dependencies=[OurForm, needs("change rules")])
def take_back(
    request: Request,
    visit: Visitor,
    rule: str,
    room: str,
    key: Annotated[str, Form()],
    level: Annotated[ChangeLevel, Form()],
    version: Annotated[int, Form()] = 0,
) -> Response:
    """What counts without it counts again."""
    watch = watch_of(visit, rule, room)
    if key not in SORTS:
        raise HTTPException(400)
    fault = change_values(request, visit, watch, level, {key: None}, version)
    if fault:
        return HTMLResponse(_page(request, visit, watch, fault), 422)
    return RedirectResponse(f"{request.url.path.removesuffix('/take-back')}?notice=taken-back", 303)


def watch_of(visit: Visit, rule: str, room: str) -> Watch:
    """A rule that is in force in a room that this person sees; 404 otherwise."""
    watch = visit.house.rules.watches.get((rule, room))
    if watch is None or not visit.access.sees_unit(watch.unit):
        raise HTTPException(404)
    return watch


def said_by(form: dict[str, str], values: list[Value]) -> dict[str, Any]:
    """What the form says otherwise than it stands, as a site file writes it."""
    said: dict[str, Any] = {}
    for value in values:
        wanted = _wanted(value, form)
        if wanted is not None and not _same(value, wanted):
            said[value.key] = wanted
    return said


def _wanted(value: Value, form: dict[str, str]) -> str | bool | None:
    key = value.key
    if value.sort == "yes_no":
        return None if f"{key}.there" not in form else key in form
    if value.sort == "window":
        start, end = form.get(f"{key}.start", ""), form.get(f"{key}.end", "")
        return f"{start}-{end}" if start and end else None
    if not form.get(key, "").strip():
        return None
    text = form[key].strip().replace(",", ".")
    return f"{text} {form.get(f'{key}.unit', 'min')}" if value.sort == "duration" else text


def _same(value: Value, wanted: str | bool) -> bool:
    if value.sort == "duration":
        try:
            return parse_duration(wanted) == parse_duration(value.value)
        except ValueError:
            return False
    return str(value.value) == str(wanted)


def _field(shown: Shown) -> Field:
    value = shown.value
    if value.sort == "duration":
        seconds = parse_duration(value.value).total_seconds()
        unit, size = ("s", 1) if 0 < seconds < 120 else ("min", 60)
        most = FURTHEST.get(value.key, 120)
        return Field(shown, f"{seconds / size:g}", unit, max(most, int(seconds / size * 1.5)))
    if value.sort == "window":
        start, _, end = str(value.value or "").partition("-")
        return Field(shown, start=start, end=end)
    return Field(shown)


def _page(request: Request, visit: Visit, watch: Watch, fault: str = "", notice: str = "") -> str:
    house = visit.house
    residents = residents_in(visit, watch.room)
    note_seen(visit, request.url.path, (resident.id for resident in residents))
    word = watch.rule.name.said(visit.language)
    off = [
        line._replace(names=(word,))
        for line in lines(visit)
        if line.room_id == watch.room and (line.rule == watch.name or word in line.names)
    ]
    shown = shown_values(visit, watch)
    return page(
        request,
        visit,
        "care/rule.html",
        watch=watch,
        word=word,
        why=watch.rule.why.said(visit.language),
        room_name=house.room_name(watch.room),
        names=[r.name for r in residents if visit.access.sees_resident(r, house.site)],
        lived_in=bool(residents),
        unit_name=unit_of(house.site, watch.room).name,
        shown=shown,
        fields=[_field(one) for one in shown],
        off=off,
        fault=fault,
        notice=notice,
        version=house.version,
        may_change=may(visit.person, "change rules"),
        may_pause=may(visit.person, "pause rules"),
        may_try=may(visit.person, "try rules"),
    )
