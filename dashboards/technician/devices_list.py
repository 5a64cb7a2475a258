"""Every device of the house, by where it is and how it is."""

from __future__ import annotations

from typing import Literal, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.access import may
from dashboards.frame import page
from dashboards.snapshot import unheard
from dashboards.technician.notices import notice_text
from dashboards.visit import Visit, Visitor, needs
from hub.registry import heard_by_id
from hub.store import faults, pauses, records
from hub.store.devices import HeardDevice
from rules import wording
from rules.pause import Pause
from rules.placing import sign_of
from rules.record import still
from rules.wording.devices import role_name, value_text
from rules.wording.protection import until_when

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("see devices")]
)

How = Literal["well", "paused", "silent", "never", "battery", "fault"]
HOWS = ("well", "paused", "silent", "never", "battery", "fault", "untested")
"""What can be asked for; `untested` goes beside each of the others."""


class Row(NamedTuple):
    """`until`, `why`: of a device that is paused."""

    id: str
    sign: str
    unit: str
    unit_id: str
    room: str
    room_id: str
    role: str
    how: How
    spoke: str
    battery: str
    rules: int
    untested: bool
    until: str
    why: str
    words: str
    """All that a search looks in."""


class Asked(NamedTuple):
    q: str
    unit: str
    room: str
    how: str


@pages.get("/technician/devices")
def show_devices(
    request: Request,
    visit: Visitor,
    q: str = "",
    unit: str = "",
    room: str = "",
    how: str = "",
    notice: str = "",
    device: str = "",
) -> str:
    asked = Asked(q.strip(), unit, room, how)
    rows = read_devices(visit)
    site = visit.house.site
    return page(
        request,
        visit,
        "technician/devices.html",
        rows=[row for row in rows if _is_asked_for(row, asked)],
        all=len(rows),
        asked=asked,
        hows=HOWS,
        may_place=may(visit.person, "place devices"),
        unit_choices=[(u.id, u.name) for u in site.units],
        rooms=[(r.id, visit.house.room_name(r.id)) for r in site.rooms if not unit or r.unit == unit],
        notice=notice_text(visit, notice, device),
    )


def read_devices(visit: Visit) -> list[Row]:
    """In the order of the site. Only those of the units that the visitor sees."""
    site, house = visit.house.site, visit.house
    heard = heard_by_id(visit.connection, site)
    lost = {part for part, _ in unheard(visit.connection, site.site)}
    units = {r.id: r.unit for r in site.rooms}
    listening: dict[str, int] = {}
    for watch in house.rules.watches.values():
        for id in watch.devices:
            listening[id] = listening.get(id, 0) + 1
    at_fault = {kept.fault.device for kept in faults.standing(visit.connection, site.site)}
    tested, paused = records.newest(visit.connection, site.site), paused_now(visit)
    voice = wording.Voice(visit.language, site.zone, visit.now)
    rows = []
    for device in site.devices:
        unit = units[device.room]
        if not visit.access.sees_unit(unit):
            continue
        one, pause = heard.get(device.id), paused.get(device.id)
        role = role_name(device.role, visit.language)
        room, unit_name = house.room_name(device.room), house.unit_name(unit)
        address = device.address or device.id
        rows.append(
            Row(
                id=device.id,
                sign=sign_of(one.latest if one is not None else ()),
                unit=unit_name,
                unit_id=unit,
                room=room,
                room_id=device.room,
                role=role,
                how="paused"
                if pause is not None
                else _how(one, _is_silent(device.id, one, lost), device.id in at_fault),
                spoke=_ago(one, visit),
                battery=_battery(one, visit),
                rules=listening.get(device.id, 0),
                untested=still(tested.get(device.id), device, site) != "as it is",
                until=until_when(pause.ends_at, voice) if pause is not None else "",
                why=pause.reason if pause is not None else "",
                words=" ".join((device.id, room, unit_name, role, address)).casefold(),
            )
        )
    return rows


def paused_now(visit: Visit) -> dict[str, Pause]:
    """By device. One whose time is up is over, whoever has written that down."""
    found = pauses.devices(visit.connection, visit.house.site.site)
    return {pause.subject: pause for pause in found if visit.now < pause.ends_at}


def _is_silent(id: str, device: HeardDevice | None, lost: set[str]) -> bool:
    """Of itself, or with all that its way in brings."""
    gateway = device.gateway if device is not None else ""
    return not lost.isdisjoint((f"device:{id}", f"gateway:{gateway}", "broker"))


def _how(device: HeardDevice | None, silent: bool, at_fault: bool) -> How:
    if device is None or device.last_heard_at is None:
        return "never"
    if silent:
        return "silent"
    low = device.latest.get("battery_low", (False, None))[0] is True
    charge = device.latest.get("battery", (100.0, None))[0]
    if low or (isinstance(charge, float | int) and charge <= 10):
        return "battery"
    return "fault" if at_fault else "well"


def _ago(device: HeardDevice | None, visit: Visit) -> str:
    if device is None or device.last_heard_at is None:
        return ""
    return wording.length(visit.now - device.last_heard_at, visit.language)


def _battery(device: HeardDevice | None, visit: Visit) -> str:
    if device is None or "battery" not in device.latest:
        return ""
    return value_text("battery", device.latest["battery"][0], visit.language)


def _is_asked_for(row: Row, asked: Asked) -> bool:
    return (
        (not asked.unit or row.unit_id == asked.unit)
        and (not asked.room or row.room_id == asked.room)
        and (asked.how not in HOWS or row.how == asked.how or (asked.how == "untested" and row.untested))
        and all(word in row.words for word in asked.q.casefold().split())
    )
