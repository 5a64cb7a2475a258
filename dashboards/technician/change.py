"""A device of the house: moved to another room, given another role or name, replaced by another one, taken
away. What will no longer be watched is said first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.not_theirs import as_seen
from dashboards.technician.conflict import conflict_page, their_changes
from dashboards.technician.devices import device_in_view
from dashboards.technician.inbox import waiting_device
from dashboards.technician.notices import Said, with_notice
from dashboards.technician.place import spoken
from dashboards.technician.preview import Preview, preview
from dashboards.technician.rooms import Choice, DeviceEdit, must_see, rooms_by_unit
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.discovery import discovered
from hub.site.change import Changed, Conflict, change_site, try_edits
from hub.site.edits import ChangeDevice, Fault, PlaceDevice, Refused, RemoveDevice, ReplaceDevice, Would
from hub.store import audit, placements
from hub.store.floor_plans import drawn_devices
from rules import wording
from rules.building import ROLES, Device, Role
from rules.wording import Voice
from rules.wording.devices import role_name

pages = APIRouter(
    prefix="/technician",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("place devices")],
)


class Earlier(NamedTuple):
    """An address under which a device spoke before."""

    gateway: str
    address: str
    until: str


class Wanted(NamedTuple):
    """What the form says. `gateway` and `address`: how the device spoke when the form was drawn."""

    device: str
    room: str
    role: str
    id: str
    gateway: str
    address: str


@pages.get("/change")
def show_change(
    request: Request,
    visit: Visitor,
    device: str,
    room: str = "",
    role: str = "",
    id: str = "",
    version: int = 0,
) -> str:
    """The form; htmx asks for it again with each choice. `version`: the one it was first drawn from."""
    found = device_in_view(visit, device)
    gateway = visit.house.site.gateway_of(found)
    wanted = Wanted(
        device,
        room or found.room,
        role or found.role,
        id.strip() or found.id,
        gateway,
        found.address or found.id,
    )
    return _change_page(request, visit, found, wanted, version or visit.house.version)


@pages.post("/change", dependencies=[OurForm])
def change(
    request: Request,
    visit: Visitor,
    device: Annotated[str, Form()],
    room: Annotated[str, Form(title="Room")],
    role: Annotated[str, Form(title="What it hangs on")],
    id: Annotated[str, Form(title="Name")],
    gateway: Annotated[str, Form()],
    address: Annotated[str, Form()],
    version: Annotated[int, Form()],
) -> Response:
    wanted = Wanted(device, room, role, id.strip(), gateway, address)
    was_drawn = device in drawn_devices(visit.connection, visit.house.site.site)
    outcome = _put(request, visit, change_edits(visit, wanted), version)
    if isinstance(outcome, Refused):
        faults = {fault.key: fault for fault in outcome.problems}
        found = device_in_view(visit, device)
        return HTMLResponse(_change_page(request, visit, found, wanted, version, faults), 422)
    if isinstance(outcome, Response):
        return outcome
    is_drawn = wanted.id in drawn_devices(visit.connection, visit.house.site.site)
    said: Said = "nothing" if not outcome.changes else "undrawn" if was_drawn and not is_drawn else "moved"
    return RedirectResponse(with_notice("/technician/devices", said, wanted.id), 303)


def change_edits(visit: Visit, wanted: Wanted) -> list[DeviceEdit]:
    """Under another name it is another device to the site; the address, and with it what was heard, stay."""
    now = next((d for d in visit.house.site.devices if d.id == wanted.device), None)
    speaks = spoken(visit, wanted.gateway, wanted.address, wanted.id)
    if now is not None and now.gateway is not None:
        speaks = (wanted.gateway, speaks[1])
    if wanted.id == wanted.device:
        return [ChangeDevice(wanted.id, wanted.room, wanted.role, *speaks)]
    own = now.resident if now is not None and now.room == wanted.room else None
    return [RemoveDevice(wanted.device), PlaceDevice(wanted.id, wanted.room, wanted.role, *speaks, own)]


def _change_page(
    request: Request,
    visit: Visit,
    device: Device,
    wanted: Wanted,
    version: int,
    faults: dict[str, Fault] | None = None,
) -> str:
    edits = change_edits(visit, wanted)
    would = as_seen(visit, try_edits(visit.connection, visit.house.site.site, edits, version))
    if isinstance(would, Refused) and faults is None:
        faults = {fault.key: fault for fault in would.problems}
    return page(
        request,
        visit,
        "technician/change.html",
        device=device,
        wanted=wanted,
        rooms=rooms_by_unit(visit),
        roles=[Choice(role, role_name(cast(Role, role), visit.language)) for role in ROLES],
        earlier=_earlier(visit, device.id),
        preview=_preview(visit, would),
        faults=faults or {},
        others=their_changes(visit, would) if isinstance(would, Conflict) else (),
        version=version,
    )


@pages.get("/replace")
def show_replace(request: Request, visit: Visitor, device: str, gateway: str = "", address: str = "") -> str:
    found = device_in_view(visit, device)
    return _replace_page(request, visit, found, gateway, address)


@pages.post("/replace", dependencies=[OurForm])
def replace(
    request: Request,
    visit: Visitor,
    device: Annotated[str, Form()],
    version: Annotated[int, Form()],
    gateway: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
) -> Response:
    outcome = _put(request, visit, [ReplaceDevice(device, address.strip(), gateway or None)], version)
    if isinstance(outcome, Refused):
        found, fault = device_in_view(visit, device), outcome.problems[0]
        return HTMLResponse(_replace_page(request, visit, found, gateway, address, fault), 422)
    if isinstance(outcome, Response):
        return outcome
    return RedirectResponse(f"/technician/placed?{urlencode({'device': device, 'replaced': 1})}", 303)


def _replace_page(
    request: Request, visit: Visit, device: Device, gateway: str, address: str, fault: Fault | None = None
) -> str:
    others = [d for d in discovered(visit.connection, visit.house.site) if d.ignored is None]
    return page(
        request,
        visit,
        "technician/replace.html",
        device=device,
        room=visit.house.room_name(device.room),
        role=role_name(device.role, visit.language),
        old=device.address or device.id,
        old_gateway=visit.house.site.gateway_of(device),
        candidates=[waiting_device(d, visit) for d in others],
        gateways=[g.id for g in visit.house.site.gateways] + ["native"],
        gateway=gateway or visit.house.site.gateway_of(device),
        address=address,
        earlier=_earlier(visit, device.id),
        fault=fault,
        version=visit.house.version,
    )


@pages.get("/remove")
def show_remove(request: Request, visit: Visitor, device: str) -> str:
    return _remove_page(request, visit, device_in_view(visit, device), "")


@pages.post("/remove", dependencies=[OurForm])
def remove(
    request: Request,
    visit: Visitor,
    device: Annotated[str, Form()],
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=200, title="Why?")] = "",
) -> Response:
    if not reason.strip():
        found = device_in_view(visit, device)
        return HTMLResponse(_remove_page(request, visit, found, "no reason"), 422)
    outcome = _put(request, visit, [RemoveDevice(device)], version)
    if isinstance(outcome, Response):
        return outcome
    if isinstance(outcome, Refused):
        return HTMLResponse(
            _remove_page(request, visit, device_in_view(visit, device), "", outcome.problems), 422
        )
    detail = {"device": device, "reason": reason.strip(), "version": outcome.version}
    site = visit.house.site.site
    audit.add(visit.connection, site, visit.now, visit.person.id, "device removed", detail)
    return RedirectResponse(with_notice("/technician/devices", "removed", device), 303)


def _remove_page(
    request: Request, visit: Visit, device: Device, wrong: str, problems: Sequence[Fault] = ()
) -> str:
    would = try_edits(visit.connection, visit.house.site.site, [RemoveDevice(device.id)])
    return page(
        request,
        visit,
        "technician/remove.html",
        device=device,
        room=visit.house.room_name(device.room),
        role=role_name(device.role, visit.language),
        preview=_preview(visit, would),
        problems=problems or (would.problems if isinstance(would, Refused) else ()),
        wrong=wrong,
        version=visit.house.version,
    )


def _put(
    request: Request, visit: Visit, edits: list[DeviceEdit], version: int
) -> Changed | Refused | Response:
    """The page of a conflict is an answer already."""
    must_see(visit, edits)
    site, by = visit.house.site.site, visit.person.id
    outcome = as_seen(visit, change_site(visit.connection, site, edits, by, clock_of(request), version))
    return (
        outcome if isinstance(outcome, Changed | Refused) else conflict_page(request, visit, outcome, edits)
    )


def _preview(visit: Visit, would: object) -> Preview | None:
    return preview(visit, would) if isinstance(would, Would) and would.changes else None


def _earlier(visit: Visit, device: str) -> list[Earlier]:
    voice = Voice(visit.language, visit.house.site.zone, visit.now)
    return [
        Earlier(p.gateway, p.address, wording.at(p.until, voice))
        for p in placements.of_present(visit.connection, visit.house.site.site, device)
        if p.until is not None
    ]
