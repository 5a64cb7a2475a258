"""What is wrong with the devices, those first whose fault leaves somebody unprotected."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.snapshot import unheard
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, needs
from hub.health.report import Consequence, Standing, standing_faults
from hub.registry import device_ids
from hub.store import devices
from rules import wording
from rules.building import Device
from rules.health.thresholds import KINDS, FaultKind
from rules.wording.faults import name_of_fault, what_is_wrong
from rules.wording.protection import who_is_silent

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


class Lost(NamedTuple):
    """A gateway or the broker that cannot be heard. `rooms`: where its devices hang; empty: everywhere."""

    what: str
    age: str
    rooms: tuple[str, ...]


class Expected(NamedTuple):
    """A device that has its place and has not said a word yet."""

    device: str
    place: str


@pages.get("/technician/faults")
def show_faults(request: Request, visit: Visitor, kind: str = "") -> str:
    rows = read_faults(visit)
    voice = voice_of(visit.scope, visit.house, visit.now)
    there = {row.kind for row in rows}
    return page(
        request,
        visit,
        "technician/faults.html",
        lost=read_lost(visit),
        expected=read_expected(visit),
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


def read_lost(visit: Visit) -> list[Lost]:
    """What takes many devices along: one line each, first of all."""
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    behind: dict[str, set[str]] = {}
    for device in visible_devices(visit):
        gateway = device.gateway or (house.site.gateways[0].id if house.site.gateways else "native")
        behind.setdefault(f"gateway:{gateway}", set()).add(house.room_name(device.room))
    return [
        Lost(
            who_is_silent(one.part, voice),
            wording.length(visit.now - one.since, visit.language),
            tuple(sorted(behind.get(one.part, ()))),
        )
        for one in unheard(visit.connection, house.site.site)
        if not one.part.startswith("device:")
    ]


def read_expected(visit: Visit) -> list[Expected]:
    """Those that no fault tells of yet."""
    house, ids = visit.house, device_ids(visit.house.site)
    spoke = {
        ids.get((one.gateway, one.address))
        for one in devices.heard(visit.connection, house.site.site)
        if one.last_heard_at is not None
    }
    told = {row.device for row in read_faults(visit)}
    return [
        Expected(device.id, house.room_name(device.room))
        for device in visible_devices(visit)
        if device.id not in spoke and device.id not in told
    ]


def visible_devices(visit: Visit) -> list[Device]:
    units = {room.id: room.unit for room in visit.house.site.rooms}
    return [one for one in visit.house.site.devices if visit.access.sees_unit(units[one.room])]


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
