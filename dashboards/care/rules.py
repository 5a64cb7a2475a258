"""The rules in force, room by room: with which values, whose they are, and what is off and why."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.care.off import Line, lines
from dashboards.care.seen import note_seen
from dashboards.care.values import Shown, residents_in, shown_values
from dashboards.frame import page
from dashboards.visit import Visit, Visitor, needs
from rules.rulebook import Watch

PATH = "/care/rules"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see rules")],
)
SUMMED_UP = ("window", "lasts", "after", "by_day", "by_night", "from", "by", "times", "within")
"""The values that stand in the list; the rule's own page has all of them."""


class RuleRow(NamedTuple):
    """A rule in a room. `own`: whether a value differs from the catalogue's, and whose the nearest is. `off`:
    why it watches over nobody now.
    """

    name: str
    word: str
    goal: bool
    severity: str
    values: tuple[Shown, ...]
    origin: str
    off: Line | None


class RoomRows(NamedTuple):
    room: str
    name: str
    residents: tuple[str, ...]
    rules: list[RuleRow]
    off: list[Line]
    """What was meant for the room and is not in force there."""


@pages.get("")
def show(request: Request, visit: Visitor, unit: str = "", room: str = "") -> str:
    units = [(one.id, one.name) for one in visit.house.site.units if visit.access.sees_unit(one.id)]
    chosen = unit if unit in dict(units) else units[0][0] if units else ""
    rooms = rooms_of(visit, chosen, room)
    note_seen(visit, PATH, (r.id for found in rooms for r in residents_in(visit, found.room)))
    return page(request, visit, "care/rules.html", tabs=units, unit=chosen, rooms=rooms, room=room)


def rooms_of(visit: Visit, unit: str, room: str = "") -> list[RoomRows]:
    """The rooms of a unit that rules are meant for."""
    house, off = visit.house, lines(visit)
    found = []
    for one in house.site.rooms:
        if one.unit != unit or (room and one.id != room):
            continue
        here = [line for line in off if line.room_id == one.id]
        rows = [_row(visit, watch, here) for watch in house.rules.watches.values() if watch.room == one.id]
        lacking = [line for line in here if line.cause in ("no_basis", "no_sensor")]
        if rows or lacking:
            names = tuple(
                r.name for r in residents_in(visit, one.id) if visit.access.sees_resident(r, house.site)
            )
            found.append(RoomRows(one.id, house.room_name(one.id), names, rows, lacking))
    return found


def _row(visit: Visit, watch: Watch, off: list[Line]) -> RuleRow:
    shown = shown_values(visit, watch)
    nearest = next(
        (one for level in ("resident", "unit", "site") for one in shown if one.level == level), None
    )
    word = watch.rule.name.said(visit.language)
    stopped = next((line for line in off if line.rule == watch.name), None)
    stopped = stopped or next((line for line in off if line.cause == "away" and word in line.names), None)
    return RuleRow(
        watch.name,
        word,
        watch.rule.goal is not None,
        watch.rule.severity,
        tuple(one for one in shown if one.value.key in SUMMED_UP and one.value.value is not None),
        nearest.origin if nearest is not None else "",
        stopped,
    )
