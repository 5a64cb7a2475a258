"""The roster from a file: what it would change first, then taken over."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from typing import Annotated, NamedTuple

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.duty import PATH
from dashboards.care.duty_view import may_change
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import clock_text, day_text
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.roster_calendar import LARGEST
from hub.roster_import import Import, take_over, try_import
from rules.duty import Function, Shift
from rules.wording.roster import roster_problem

pages = APIRouter(
    prefix=f"{PATH}/import",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("plan roster")],
)


class Line(NamedTuple):
    """A shift in words. `before`: what it was, where it is changed."""

    name: str
    function: Function
    units: tuple[str, ...]
    when: str
    before: str


class Trial(NamedTuple):
    """What a file would change. `kinds`: added, changed, removed with their lines."""

    name: str
    data: str
    kinds: tuple[tuple[str, tuple[Line, ...]], ...]
    same: int
    problems: tuple[tuple[str, str], ...]
    changes_something: bool


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    return page(request, visit, "care/roster_import.html", fault="")


@pages.post("/try", dependencies=[OurForm])
def try_file(request: Request, visit: Visitor, file: Annotated[UploadFile, File()]) -> str:
    """What it would change, and what was not understood. Nothing is changed."""
    data, name = file.file.read(LARGEST + 1), (file.filename or "roster")[:100]
    if len(data) > LARGEST:
        raise HTTPException(413, f"the roster has more than {LARGEST:,} bytes")
    found = tried(visit, data, name)
    note_seen(visit, f"{PATH}/import", (r for s in found.added for r in s.residents))
    return page(request, visit, "care/roster_try.html", trial=_trial(visit, found, data, name))


@pages.post("/apply", dependencies=[OurForm])
def apply_file(
    visit: Visitor,
    data: Annotated[str, Form(max_length=2 * LARGEST)],
    name: Annotated[str, Form(max_length=100)],
) -> Response:
    """As it was tried. What stands on the roster meanwhile is looked at again."""
    try:
        raw = b64decode(data, validate=True)
    except NotBase64Error:
        raise HTTPException(400, "the form is damaged") from None
    taken_over(visit, raw, name)
    return RedirectResponse(f"{PATH}?notice=imported", 303)


def tried(visit: Visit, data: bytes, name: str) -> Import:
    return try_import(
        visit.connection, visit.house.site, data, name, visit.now, lambda s: may_change(visit, s)
    )


def taken_over(visit: Visit, data: bytes, name: str) -> Import:
    site, by = visit.house.site, visit.person.id
    return take_over(visit.connection, site, data, name, visit.now, by, lambda s: may_change(visit, s))


def _trial(visit: Visit, found: Import, data: bytes, name: str) -> Trial:
    changed = tuple(_line(visit, after, _when(visit, before)) for before, after in found.changed)
    kinds = (
        ("added", tuple(_line(visit, shift) for shift in found.added)),
        ("changed", changed),
        ("removed", tuple(_line(visit, shift) for shift in found.removed)),
    )
    problems = tuple(
        (p.where, roster_problem(p.code, p.said, p.expected, visit.language)) for p in found.problems
    )
    shown = tuple((kind, lines) for kind, lines in kinds if lines)
    return Trial(name, b64encode(data).decode(), shown, found.same, problems, found.changes_something)


def _line(visit: Visit, shift: Shift, before: str = "") -> Line:
    house = visit.house
    units = tuple(house.unit_name(unit) for unit in shift.units)
    return Line(house.person_name(shift.person), shift.function, units, _when(visit, shift), before)


def _when(visit: Visit, shift: Shift) -> str:
    zone, language = visit.house.site.zone, visit.language
    hours = f"{clock_text(shift.starts_at, zone, language)}–{clock_text(shift.ends_at, zone, language)}"
    return f"{day_text(shift.starts_at, zone, language)} {hours}"
