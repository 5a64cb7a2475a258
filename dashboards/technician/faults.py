"""What is wrong with the devices, those first whose fault leaves somebody unprotected."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, needs
from hub.health.report import Consequence, Standing, standing_faults
from rules import wording
from rules.health.thresholds import KINDS, FaultKind
from rules.wording.faults import name_of_fault, what_is_wrong

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("see devices")]
)


class Row(NamedTuple):
    """One fault. `consequence`: how whoever the device watches over is protected now."""

    device: str
    kind: FaultKind
    name: str
    what: str
    place: str
    age: str
    consequence: Consequence


@pages.get("/technician/faults")
def show_faults(request: Request, visit: Visitor, kind: str = "") -> str:
    rows = read_faults(visit)
    voice = voice_of(visit.scope, visit.house, visit.now)
    there = {row.kind for row in rows}
    return page(
        request,
        visit,
        "technician/faults.html",
        rows=[row for row in rows if kind not in KINDS or row.kind == kind],
        all=len(rows),
        kind=kind,
        kinds=[(one, name_of_fault(one, voice)) for one in KINDS if one in there],
        unprotected=sum(row.consequence == "unprotected" for row in rows),
    )


def read_faults(visit: Visit) -> list[Row]:
    """Only those of the units that the visitor sees."""
    found = standing_faults(visit.connection, visit.house.rules)
    return [_row(one, visit) for one in found if visit.access.sees_unit(one.unit)]


def _row(one: Standing, visit: Visit) -> Row:
    voice, fault = voice_of(visit.scope, visit.house, visit.now), one.kept.fault
    return Row(
        device=one.device.id,
        kind=fault.kind,
        name=name_of_fault(fault.kind, voice),
        what=what_is_wrong(fault, voice),
        place=f"{visit.house.room_name(one.device.room)} · {visit.house.unit_name(one.unit)}",
        age=wording.length(visit.now - fault.since, visit.language),
        consequence=one.consequence,
    )
