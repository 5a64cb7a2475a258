"""The roster from a file: what it would change first, then taken over."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.duty import PATH
from dashboards.care.duty_view import may_change, staff_of
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import clock_text, day_text
from dashboards.to_do import concerns
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.roster import Known
from hub.roster_calendar import LARGEST
from hub.roster_import import Import, leave_as_it_is, take_over, to_see_to, try_import
from hub.roster_left_out import NotUnderstood
from hub.store import shifts
from hub.store.held_rosters import HeldRoster
from rules.duty import Function, Shift
from rules.integration import is_program
from rules.pause import Refusal
from rules.wording import Voice

pages = APIRouter(
    prefix=f"{PATH}/import",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("plan roster")],
)


class Line(NamedTuple):
    """A shift in words. `before`: what it was, where it is changed; `title`: as it stands in the calendar."""

    name: str
    function: Function
    units: tuple[str, ...]
    when: str
    before: str
    title: str


class Trial(NamedTuple):
    """What a file would change. `kinds`: added, changed, removed, followed with their lines. `kept_out`:
    whether `no_shifts` has shifts of whoever is away. `still_there`: the numbers of those on the roster that
    it does not take out, with which they are and why.
    """

    name: str
    data: str
    kinds: tuple[tuple[str, tuple[Line, ...]], ...]
    same: int
    problems: tuple[tuple[str, str], ...]
    no_shifts: tuple[tuple[str, str], ...]
    still_there: tuple[tuple[int, str, str], ...]
    kept_out: bool
    changes_something: bool
    lost: int
    total: int
    must_confirm: bool


class HeldLine(NamedTuple):
    """A roster that was held back, in words. `by`: whoever sent it; empty: a program, or nobody said. `left`:
    of one in force, the shifts that it left, by number and in words. `theirs`: whether the reader may end it.
    """

    id: int
    when: str
    by: str
    lost: int
    total: int
    left: tuple[tuple[int, str], ...]
    theirs: bool


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    held = [_held_line(visit, one) for one in held_in_view(visit)]
    return page(request, visit, "care/roster_import.html", fault="", held=held)


@pages.post("/held/{number}/leave", dependencies=[OurForm])
def leave_held(visit: Visitor, number: int) -> Response:
    """The roster stays as it is."""
    left = left_as_it_is(visit, number)
    if isinstance(left, Refusal):
        raise HTTPException(403, left.why)
    return RedirectResponse(f"{PATH}?notice=held-left", 303)


@pages.post("/try", dependencies=[OurForm])
def try_file(request: Request, visit: Visitor, file: Annotated[UploadFile, File(title="File")]) -> str:
    """What it would change, and what was not understood. Nothing is changed."""
    data, name = file.file.read(LARGEST + 1), (file.filename or "roster")[:100]
    if len(data) > LARGEST:
        raise HTTPException(413, f"the roster has more than {LARGEST:,} bytes")
    found = tried(visit, data, name)
    note_seen(visit, f"{PATH}/import", (r for s in found.added for r in s.residents))
    return page(request, visit, "care/roster_try.html", trial=_trial(visit, found, data, name))


@pages.post("/apply", dependencies=[OurForm])
def apply_file(
    request: Request,
    visit: Visitor,
    data: Annotated[str, Form(max_length=2 * LARGEST)],
    name: Annotated[str, Form(max_length=100)],
    confirm: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> Response:
    """As it was tried. What stands on the roster meanwhile is looked at again: where it takes out more than
    somebody said yes to, it is shown anew. `confirm`: how many shifts that was.
    """
    try:
        raw = b64decode(data, validate=True)
    except NotBase64Error:
        raise HTTPException(400, "the form is damaged") from None
    found = taken_over(visit, raw, name, confirm)
    if found.held:
        trial = _trial(visit, found, raw, name)
        return HTMLResponse(page(request, visit, "care/roster_try.html", trial=trial), 409)
    return RedirectResponse(f"{PATH}?notice=imported", 303)


def tried(visit: Visit, data: bytes, name: str) -> Import:
    return try_import(
        visit.connection,
        visit.house.site,
        data,
        name,
        visit.now,
        lambda s: may_change(visit, s),
        _sees(visit),
    )


def taken_over(visit: Visit, data: bytes, name: str, confirmed: int) -> Import:
    site, by = visit.house.site, visit.person.id
    return take_over(
        visit.connection,
        site,
        data,
        name,
        visit.now,
        by,
        lambda s: may_change(visit, s),
        confirmed,
        _sees(visit),
    )


def _sees(visit: Visit) -> Known | None:
    """What is not theirs is answered like what is not there. None for who plans for the whole house."""
    own, site = visit.access.own, visit.house.site
    if own.units is None:
        return None
    return Known(
        tuple(one.id for one in staff_of(visit)),
        tuple(unit.id for unit in site.units if unit.id in own.units),
        tuple(one.id for one in site.residents if own.sees_resident(one, site)),
    )


def held_in_view(visit: Visit) -> list[HeldRoster]:
    """Rosters that were held back or left shifts, of the units that whoever looks plans for."""
    known = to_see_to(visit.connection, visit.house.site.site, visit.now)
    return [one for one in known if concerns(visit.access, one)]


def _is_theirs(visit: Visit, held: HeldRoster) -> bool:
    """Whether they plan for all of its units, as who imports it does."""
    return may_change(visit, Shift(0, "", tuple(held.units.split()), "carer", held.at, held.at))


def left_as_it_is(visit: Visit, number: int) -> HeldRoster | Refusal:
    """Refused to who does not plan for all of its units. Raises HTTPException: 404 where it is not there or
    not theirs to see; 403 for a program.
    """
    held = next((one for one in held_in_view(visit) if one.id == number), None)
    if held is None:
        raise HTTPException(404, "nothing was held back under that number")
    if is_program(visit.person.id):
        raise HTTPException(403, "a person sees to it: a program may have sent it")
    if not _is_theirs(visit, held):
        return Refusal("it is about units too that you do not plan for", "beyond_own_units")
    leave_as_it_is(visit.connection, held, visit.now, visit.person.id)
    return held


def _held_line(visit: Visit, held: HeldRoster) -> HeldLine:
    by = "" if held.by is None or is_program(held.by) else visit.house.person_name(held.by)
    zone, language = visit.house.site.zone, visit.language
    when = f"{day_text(held.at, zone, language)} {clock_text(held.at, zone, language)}"
    there = [shifts.get(visit.connection, visit.house.site.site, id) for id, _ in held.left]
    left = tuple(
        (shift.id, f"{visit.house.person_name(shift.person)}, {_when(visit, shift)}")
        for shift in there
        if shift is not None
    )
    return HeldLine(held.id, when, by, held.lost, held.total, left, _is_theirs(visit, held))


def _trial(visit: Visit, found: Import, data: bytes, name: str) -> Trial:
    titles = found.titles
    changed = tuple(_line(visit, after, titles, _when(visit, before)) for before, after in found.changed)
    kinds = (
        ("added", tuple(_line(visit, shift, titles) for shift in found.added)),
        ("changed", changed),
        ("removed", tuple(_line(visit, shift, titles) for shift in found.removed)),
        ("followed", tuple(_line(visit, shift, titles) for shift in found.followed)),
    )
    voice = Voice(visit.language, visit.house.site.zone, visit.now)
    problems, no_shifts = (
        tuple((_where(visit, one), one.in_words(voice)) for one in those)
        for those in (found.problems, found.no_shifts)
    )
    shown = tuple((kind, lines) for kind, lines in kinds if lines)
    return Trial(
        name,
        b64encode(data).decode(),
        shown,
        found.same,
        problems,
        no_shifts,
        tuple((shift.id, _where(visit, why), why.in_words(voice)) for shift, why in found.still_there),
        any(one.code == "away" for one in found.no_shifts),
        found.changes_something,
        found.loss.lost,
        found.loss.of,
        found.loss.held() is not None,
    )


def _line(visit: Visit, shift: Shift, titles: Mapping[str, str], before: str = "") -> Line:
    house = visit.house
    units = tuple(house.unit_name(unit) for unit in shift.units)
    name, title = house.person_name(shift.person), titles.get(shift.key, "")
    return Line(name, shift.function, units, _when(visit, shift), before, title)


def _when(visit: Visit, shift: Shift) -> str:
    return _stretch(visit, shift.starts_at, shift.ends_at)


def _where(visit: Visit, one: NotUnderstood) -> str:
    """The event by its title, its day and its hours; else the line."""
    if one.starts is None:
        return one.where
    zone, language = visit.house.site.zone, visit.language
    if not isinstance(one.starts, datetime):
        when = day_text(datetime.combine(one.starts, time(12), zone), zone, language)
    elif one.ends is None:
        when = f"{day_text(one.starts, zone, language)} {clock_text(one.starts, zone, language)}"
    else:
        when = _stretch(visit, one.starts, one.ends)
    return f"{one.title}, {when}" if one.title else when


def _stretch(visit: Visit, starts: datetime, ends: datetime) -> str:
    """The day of its end too where the hours alone would be taken for less."""
    zone, language = visit.house.site.zone, visit.language
    until = clock_text(ends, zone, language)
    if timedelta(0) < ends - starts < timedelta(days=1):
        until = f"–{until}"
    else:
        until = f" – {day_text(ends, zone, language)} {until}"
    return f"{day_text(starts, zone, language)} {clock_text(starts, zone, language)}{until}"
