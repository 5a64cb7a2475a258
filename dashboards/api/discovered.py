"""What was heard that the site does not name, as calls: the devices that somebody may place."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboards.api.devices import ValueOut
from dashboards.api.refusal import Refusal
from dashboards.visit import Visitor, needs
from hub.discovery import Discovered, discovered
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


@api.get("/discovered", dependencies=[needs("place devices")], responses={401: {"model": Refusal}})
def list_discovered(visit: Visitor) -> AllDiscoveredOut:
    """Devices that were heard, or announced by their gateway, and stand nowhere in the site."""
    found = discovered(visit.connection, visit.house.site)
    return AllDiscoveredOut(devices=[_out(device) for device in found])


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
