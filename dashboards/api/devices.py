"""Devices as calls: what the site has; one placed, changed, replaced or removed (docs/devices.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from dashboards.api.etags import announce, own_part
from dashboards.api.paging import Paged
from dashboards.api.refusal import (
    FaultOut,
    OtherOut,
    Problems,
    Refusal,
    RefusedError,
    conflict,
    fault_out,
    not_as_read,
    refused,
)
from dashboards.api.sent import Sent
from dashboards.not_theirs import as_seen
from dashboards.technician.devices_list import paused_now
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs
from hub import former_names
from hub.registry import heard_by_id
from hub.site.change import Changed, Conflict, change_site
from hub.site.edits import ChangeDevice, Edit, PlaceDevice, RemoveDevice, ReplaceDevice
from hub.site.file import SiteFile, read_held
from hub.store import placements, site_changes, sites
from hub.store.devices import HeardDevice
from rules.building import Device

api = APIRouter(prefix="/api/v1")

IfMatch = Annotated[str, Header(description="The ETag of the device as it was read, or *")]
IfNoneMatch = Annotated[str, Header(description="*: the device is placed, unless there is one of this id")]

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal},
    403: {"model": Refusal, "description": "The header X-CSRF-Token is missing or wrong"},
    404: {"model": Refusal},
    412: {"model": Problems, "description": "It is not as it was read: `others` says whose change it was"},
    422: {"model": Problems, "description": "It would not hold: `problems` says all that is wrong"},
    428: {"model": Refusal, "description": "If-Match or If-None-Match is missing"},
}


class ValueOut(BaseModel):
    value: bool | float | str
    at: datetime


class PausedOut(BaseModel):
    until: datetime
    reason: str
    owner: str


class DeviceOut(BaseModel):
    """One device. `gateway` and `address`: how it is heard, also where the document leaves it out."""

    id: str
    room: str
    unit: str
    role: str
    gateway: str
    address: str
    resident: str | None = Field(description="Whose own it is, by pseudonym, where several live in the room")
    last_heard_at: datetime | None
    latest: dict[str, ValueOut] = Field(description="The newest value of each measure")
    paused: PausedOut | None = Field(description="It is heard and judged by no rule")
    etag: str = Field(description="For If-Match: changes whenever the device does")


class DevicesOut(BaseModel):
    version: int = Field(description="Of the site")
    devices: list[DeviceOut]


class PlaceOut(BaseModel):
    """Where it was, and how it was heard there. `until` null: it is there now."""

    room: str
    role: str
    gateway: str
    address: str
    since: datetime = Field(description="1970: it is of those the house began with")
    until: datetime | None


class OneDeviceOut(DeviceOut):
    places: list[PlaceOut] = Field(description="Its history is what was heard under all these addresses")
    changes: list[OtherOut] = Field(description="Who changed what, in order, also under its earlier names")


class DeviceIn(Sent):
    """A device as it is to be. Without `gateway` it is the site's first, without `address` it is heard by its
    id; without `resident` (whose own it is) that stays.
    """

    room: str
    role: str
    gateway: str | None = None
    address: str | None = None
    resident: str | None = None


class ReplacementIn(Sent):
    """The device that comes in its place. Without `gateway` it is heard through the same one."""

    address: str
    gateway: str | None = None


class NameIn(Sent):
    """The name from now on."""

    to: str = Field(min_length=1, max_length=200)


class ChangeOut(BaseModel):
    version: int = Field(description="Of the site, in which it is in force")
    etag: str | None
    warnings: list[FaultOut] = Field(description="Those that this change brings")


@api.get("/devices", dependencies=[needs("see devices")], responses={401: {"model": Refusal}})
def list_devices(visit: Visitor, response: Response, page: Paged, room: str | None = None) -> DevicesOut:
    """The devices in the units of whoever is signed in, by id."""
    house = _Devices(visit)
    announce(response, house.version)
    seen = [d for d in house.file.site.devices if room in (None, d.room) and house.sees(d.room)]
    part = page.cut(seen, lambda d: (d.id,))
    return DevicesOut(version=house.version, devices=[house.out(device) for device in part])


class NoDevice(Refusal):
    """`renamed`: it has another name now, and is in the visitor's units. No redirect: another device may get
    the old name.
    """

    called_now: str | None = Field(None, description="The name that it has now")
    location: str | None = Field(None, description="Where it is asked for by that name")


NO_DEVICE: dict[int | str, dict[str, Any]] = {404: {"model": NoDevice}}


def no_device(visit: Visit, id: str) -> RefusedError:
    """404 for a name that no device has which the visitor sees."""
    now = former_names.name_now(visit.connection, visit.house.site, id)
    if now == id or _Devices(visit).device(now) is None:
        return RefusedError(404, "there is no such device, or not for you")
    more = {"called_now": now, "location": f"/api/v1/devices/{quote(now)}"}
    return RefusedError(404, f"the device is called {now!r} now", "renamed", more, named=now)


@api.get("/devices/{id:path}", dependencies=[needs("see devices")], responses=NO_DEVICE)
def show_device(visit: Visitor, response: Response, id: str) -> OneDeviceOut:
    """One device, with where it was and who changed it."""
    house = _Devices(visit)
    device = house.device(id)
    if device is None:
        raise no_device(visit, id)
    shown, site = house.out(device), house.file.site.site
    response.headers["ETag"] = f'"{shown.etag}"'
    places = placements.of_present(visit.connection, site, id)
    return OneDeviceOut(
        **shown.model_dump(),
        places=[PlaceOut(**{k: getattr(place, k) for k in PlaceOut.model_fields}) for place in places],
        changes=[
            OtherOut(**{k: getattr(change, k) for k in OtherOut.model_fields})
            for change in former_names.changes_of(visit.connection, house.file.site, id)
        ],
    )


@api.put(
    "/devices/{id:path}",
    dependencies=[OurCall, needs("place devices")],
    responses={201: {"model": ChangeOut, "description": "It was placed"}, **REFUSALS},
    response_model=ChangeOut,
)
def put_device(
    request: Request,
    visit: Visitor,
    id: str,
    device: DeviceIn,
    if_match: IfMatch = "",
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Place a device (If-None-Match: *) or change one (If-Match)."""
    house = _Devices(visit)
    house.must_see_room(device.room)
    if if_none_match.strip() == "*":
        edit: Edit = PlaceDevice(id=id, **device.model_dump())
        if id in house.raw:
            return not_as_read(house.newest_change(id))
    else:
        edit = ChangeDevice(id=id, **device.model_dump(exclude_unset=True))
        if (refusal := house.not_as_read(id, if_match)) is not None:
            return refusal
    return house.put(request, [edit], if_match)


@api.post(
    "/devices/{id:path}/replacement",
    dependencies=[OurCall, needs("place devices")],
    responses=REFUSALS,
    response_model=ChangeOut,
)
def replace_device(
    request: Request, visit: Visitor, id: str, replacement: ReplacementIn, if_match: IfMatch = ""
) -> Response:
    """Another device in its place: id, room, role, rules and history stay."""
    house = _Devices(visit)
    edit = ReplaceDevice(id=id, **replacement.model_dump())
    return house.not_as_read(id, if_match) or house.put(request, [edit], if_match)


@api.post(
    "/devices/{id:path}/rename",
    dependencies=[OurCall, needs("place devices")],
    responses=REFUSALS,
    response_model=ChangeOut,
)
def rename_device(
    request: Request, visit: Visitor, id: str, name: NameIn, if_match: IfMatch = ""
) -> Response:
    """Another name for the same device: history, tests, pause and place stay its own, and so does the way it
    is heard.
    """
    house, to = _Devices(visit), name.to.strip()
    return house.not_as_read(id, if_match) or house.put(request, house.renaming(id, to), if_match)


@api.delete(
    "/devices/{id:path}",
    dependencies=[OurCall, needs("place devices")],
    responses=REFUSALS,
    response_model=ChangeOut,
)
def remove_device(request: Request, visit: Visitor, id: str, if_match: IfMatch = "") -> Response:
    """Take it out of the site. What it said stays in the journal."""
    house = _Devices(visit)
    return house.not_as_read(id, if_match) or house.put(request, [RemoveDevice(id)], if_match)


class _Devices:
    """The site's devices as one request finds them."""

    def __init__(self, visit: Visit) -> None:
        version = sites.in_force(visit.connection, visit.house.site.site)
        file = read_held(version.document)
        assert isinstance(file, SiteFile), "the house was read from it"
        self.visit, self.version, self.file = visit, version.id, file
        self.raw: dict[str, dict[str, Any]] = {d["id"]: d for d in file.content.get("devices") or ()}
        self._units = {room.id: room.unit for room in file.site.rooms}
        self._paused = paused_now(visit)
        self._heard: dict[str, HeardDevice] | None = None

    def sees(self, room: str) -> bool:
        return self.visit.access.sees_unit(self._units.get(room, ""))

    def must_see_room(self, room: str) -> None:
        """A room that is not there is said by the checks."""
        if not self.sees(room):
            raise HTTPException(404, "there is no such room, or not for you")

    def device(self, id: str) -> Device | None:
        return next((d for d in self.file.site.devices if d.id == id and self.sees(d.room)), None)

    def out(self, device: Device) -> DeviceOut:
        gateway, address = self.file.site.gateway_of(device), device.address or device.id
        if self._heard is None:
            self._heard = heard_by_id(self.visit.connection, self.file.site)
        spoke, pause = self._heard.get(device.id), self._paused.get(device.id)
        return DeviceOut(
            id=device.id,
            room=device.room,
            unit=self._units[device.room],
            role=device.role,
            gateway=gateway,
            address=address,
            resident=device.resident,
            last_heard_at=spoke.last_heard_at if spoke is not None else None,
            latest={
                measure: ValueOut(value=value, at=at)
                for measure, (value, at) in (spoke.latest if spoke is not None else {}).items()
            },
            paused=PausedOut(until=pause.ends_at, reason=pause.reason, owner=pause.owner) if pause else None,
            etag=etag_of(self.raw[device.id]),
        )

    def newest_change(self, id: str) -> list[site_changes.SiteChange]:
        return site_changes.of_part(self.visit.connection, self.file.site.site, "devices", id)[-1:]

    def not_as_read(self, id: str, if_match: str) -> JSONResponse | None:
        """A refusal where the device is not the one that the caller has read. Raises HTTPException."""
        if not if_match:
            raise HTTPException(428, "the header If-Match is missing; expected the device's ETag, or *")
        if self.device(id) is None:
            gone = self.newest_change(id)
            if id in self.raw or not gone:
                raise HTTPException(404, "there is no such device, or not for you")
            return not_as_read(gone)
        known = if_match.strip() == "*" or etag_of(self.raw[id]) in map(
            own_part, re.findall(r'"([^"]*)"', if_match)
        )
        return None if known else not_as_read(self.newest_change(id))

    def renaming(self, id: str, to: str) -> list[Edit]:
        """The same device under another name (hub/device_names.py), heard as until now. 404 where somebody
        else's unit has that name.
        """
        if to in self.raw:
            self.must_see_room(self.raw[to]["room"])
        now = self.raw[id]
        if to == id:
            return [ChangeDevice(**now)]
        return [RemoveDevice(id), PlaceDevice(**{**now, "id": to, "address": now.get("address") or id})]

    def put(self, request: Request, edits: Sequence[Edit], if_match: str) -> Response:
        """Of many who have read the same device one changes it; of many who place one alike one has (201)."""
        visit, site, exact = self.visit, self.file.site.site, if_match.strip() not in ("", "*")
        by, clock = visit.person.id, clock_of(request)
        done = as_seen(visit, change_site(visit.connection, site, edits, by, clock, self.version, exact))
        if isinstance(done, Conflict):
            return conflict(done, matched=True)
        if not isinstance(done, Changed):
            return refused(done.problems)
        id, is_new = getattr(edits[-1], "id", ""), isinstance(edits[0], PlaceDevice)
        if is_new and not done.changes:
            return not_as_read(self.newest_change(id))  # somebody was quicker
        raw = self.raw if done.version == self.version else _Devices(visit).raw
        after = next((change.after for change in done.changes if change.id == id), raw.get(id))
        status = 201 if is_new else 200
        etag = etag_of(after) if after is not None else None
        warnings = [fault_out(warning) for warning in done.warnings]
        body = ChangeOut(version=done.version, etag=etag, warnings=warnings).model_dump(mode="json")
        return JSONResponse(body, status, {"ETag": f'"{etag}"'} if etag else None)


def etag_of(value: dict[str, Any]) -> str:
    """From what the site's document says of the device, and nothing else."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:20]
