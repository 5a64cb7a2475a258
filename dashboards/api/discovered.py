"""What was heard that the site does not name, as calls: devices to be placed, and those that are not ours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from dashboards.api.devices import ValueOut
from dashboards.api.refusal import Refusal, RefusedError
from dashboards.api.sent import Sent
from dashboards.visit import OurCall, Visitor, needs
from devices.labels import Unreadable, read_label
from hub.discovery import Discovered, discovered, ignore, named_by, take_back
from rules.building import Role
from rules.placing import suggested_roles

api = APIRouter(prefix="/api/v1")


class IgnoredOut(BaseModel):
    reason: str
    at: datetime
    by: str


class DiscoveredOut(BaseModel):
    """A device without a place. `maker`, `model`, `description`: as its gateway announced it, else empty."""

    gateway: str
    address: str
    first_heard_at: datetime | None
    last_heard_at: datetime | None = Field(description="Null: announced, and silent until now")
    latest: dict[str, ValueOut] = Field(description="The newest value of each measure")
    maker: str
    model: str
    description: str
    battery: bool | None = Field(description="Null: nobody says")
    suggested_roles: list[Role] = Field(description="The likeliest first")
    ignored: IgnoredOut | None = Field(description="Who said that it is not ours, and why")


class AllDiscoveredOut(BaseModel):
    devices: list[DiscoveredOut] = Field(description="Whoever spoke for the first time last comes first")


class DeviceNamed(Sent):
    gateway: str
    address: str


class IgnoreIn(DeviceNamed):
    reason: str = Field(min_length=1, max_length=200)


@api.get(
    "/discovered",
    dependencies=[needs("place devices")],
    responses={401: {"model": Refusal}, 400: {"model": Refusal}},
)
def list_discovered(
    visit: Visitor,
    label: Annotated[
        str, Query(max_length=1000, description="Only those that a label with this text may stand on")
    ] = "",
) -> AllDiscoveredOut:
    """Devices that were heard, or announced by their gateway, and stand nowhere in the site."""
    found = discovered(visit.connection, visit.house.site)
    if label:
        read = read_label(label)
        if isinstance(read, Unreadable):
            raise RefusedError(400, f"this is no device's label: {read.fault}", "no_label")
        found = named_by(read, found)
    return AllDiscoveredOut(devices=[_out(device) for device in found])


_POST: dict[str, Any] = {
    "status_code": 204,
    "dependencies": [OurCall, needs("place devices")],
    "responses": {401: {"model": Refusal}, 403: {"model": Refusal}, 404: {"model": Refusal}},
}


@api.post("/discovered/ignore", **_POST)
def ignore_device(visit: Visitor, body: IgnoreIn) -> None:
    """It is not ours: nobody is asked to place it any more. What it says is still kept."""
    known = {(d.gateway, d.address) for d in discovered(visit.connection, visit.house.site)}
    if (body.gateway, body.address) not in known:
        raise HTTPException(404, "no such device waits for a place")
    site, by = visit.house.site.site, visit.person.id
    ignore(visit.connection, site, body.gateway, body.address, body.reason, visit.now, by)


@api.post("/discovered/take-back", **_POST)
def take_device_back(visit: Visitor, body: DeviceNamed) -> None:
    """It is ours after all."""
    site, by = visit.house.site.site, visit.person.id
    if not take_back(visit.connection, site, body.gateway, body.address, visit.now, by):
        raise HTTPException(404, "no such device is ignored")


def _out(device: Discovered) -> DiscoveredOut:
    told, ignored = device.description, device.ignored
    return DiscoveredOut(
        gateway=device.gateway,
        address=device.address,
        first_heard_at=device.first_heard_at,
        last_heard_at=device.last_heard_at,
        latest={measure: ValueOut(value=value, at=at) for measure, (value, at) in device.latest.items()},
        maker=told.maker,
        model=told.model,
        description=told.words,
        battery=told.battery,
        suggested_roles=list(suggested_roles(device.latest.keys(), f"{told.model} {told.words}")),
        ignored=IgnoredOut(reason=ignored.reason, at=ignored.at, by=ignored.by) if ignored else None,
    )
