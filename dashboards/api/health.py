"""A device's health as calls: all faults that stand, and one device with its battery, link and rhythm
(docs/device-health.md).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboards.api.devices import NO_DEVICE, no_device
from dashboards.api.refusal import Refusal
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, needs
from hub.health.report import Consequence, DeviceHealth, Standing, health_of, standing_faults
from hub.store.faults import Kept
from rules.health.battery import Told
from rules.health.rhythm import Reason
from rules.health.thresholds import FaultKind
from rules.wording.faults import name_of_fault, what_is_wrong

api = APIRouter(prefix="/api/v1", dependencies=[needs("see devices")])


class DeviceFaultOut(BaseModel):
    """`since`: when it began to be so; `found_at`: when the hub knew. Instants are ISO 8601 in UTC."""

    kind: FaultKind
    device: str
    since: datetime
    found_at: datetime
    ended_at: datetime | None
    reason: str
    figures: dict[str, float | str]
    name: str = Field(description="In the reader's language")
    summary: str = Field(description="One sentence, in the reader's language")


class StandingFaultOut(DeviceFaultOut):
    room: str
    unit: str
    residents: list[str] = Field(description="Whom the device's rules watch over, by pseudonym")
    consequence: Consequence = Field(description="How the worst protected of them is watched over now")


class FaultsOut(BaseModel):
    at: datetime
    faults: list[StandingFaultOut] = Field(
        description="First what leaves somebody unprotected, then what degrades, the oldest of each first"
    )


class LevelOut(BaseModel):
    day: date
    level: float


class BatteryOut(BaseModel):
    """`told`: whether days are told, and why not. `low` and `high`: the band of 8 in 10 cases."""

    type: Literal["alkaline", "lithium_coin", "lithium_primary", "rechargeable", "unknown"]
    told: Told
    level: float | None
    days: float | None
    low: float | None
    high: float | None
    may_be_handed_out: bool | None = Field(description="Of a wearable; null of what nobody wears")
    levels: list[LevelOut]


class SilenceOut(BaseModel):
    """`after_s`: taken to be dead after so long a silence; null: silence alone says nothing."""

    last_heard_at: datetime | None
    silent_since: datetime | None
    after_s: float | None
    reason: Reason
    heartbeat_s: float | None


class HealthOfDeviceOut(BaseModel):
    device: str
    model: str
    silence: SilenceOut
    battery: BatteryOut
    link: dict[str, float] = Field(description="lqi, rssi, snr, smoothed")
    last_used_at: datetime | None
    faults: list[DeviceFaultOut] = Field(description="What stands first, then what was, the newest first")


@api.get("/faults", responses={401: {"model": Refusal}, 404: {"model": Refusal}})
def list_faults(visit: Visitor) -> FaultsOut:
    """What is wrong with the devices of the units that whoever is signed in sees."""
    found = standing_faults(visit.connection, visit.house.rules)
    seen = [one for one in found if visit.access.sees_unit(one.unit)]
    return FaultsOut(at=visit.now, faults=[_standing_out(one, visit) for one in seen])


@api.get("/devices/{id:path}/health", responses={401: {"model": Refusal}, **NO_DEVICE})
def show_health(visit: Visitor, id: str) -> HealthOfDeviceOut:
    found = health_in_view(visit, id)
    if found is None:
        raise no_device(visit, id)
    outlook = found.forecast
    return HealthOfDeviceOut(
        device=found.device.id,
        model=found.supply.model,
        silence=_silence_out(found),
        battery=BatteryOut(
            type=found.supply.battery,
            told=outlook.told,
            level=outlook.level,
            days=outlook.days,
            low=outlook.low,
            high=outlook.high,
            may_be_handed_out=found.may_be_handed_out,
            levels=[LevelOut(day=day_of(day), level=level) for day, level in found.levels],
        ),
        link={measure: round(value, 1) for measure, value in found.link.items()},
        last_used_at=found.used_at,
        faults=[DeviceFaultOut(**_fields(kept, visit)) for kept in found.faults],
    )


def health_in_view(visit: Visit, id: str) -> DeviceHealth | None:
    """None where there is no such device, or not in a unit that the visitor sees."""
    found = health_of(visit.connection, visit.house.rules, id, visit.now)
    if found is None:
        return None
    unit = next(room.unit for room in visit.house.site.rooms if room.id == found.device.room)
    return found if visit.access.sees_unit(unit) else None


def day_of(day: int) -> date:
    """A day since 1970, UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()


def _silence_out(found: DeviceHealth) -> SilenceOut:
    after, heartbeat = found.deadline.after, found.deadline.heartbeat
    return SilenceOut(
        last_heard_at=found.heard_at,
        silent_since=found.silent_since,
        after_s=None if after is None else round(after.total_seconds()),
        reason=found.deadline.reason,
        heartbeat_s=None if heartbeat is None else round(heartbeat.total_seconds()),
    )


def _standing_out(one: Standing, visit: Visit) -> StandingFaultOut:
    return StandingFaultOut(
        **_fields(one.kept, visit),
        room=one.device.room,
        unit=one.unit,
        residents=list(one.residents),
        consequence=one.consequence,
    )


def _fields(kept: Kept, visit: Visit) -> dict[str, object]:
    voice, fault = voice_of(visit.scope, visit.house, visit.now), kept.fault
    return {
        "kind": fault.kind,
        "device": fault.device,
        "since": fault.since,
        "found_at": kept.found_at,
        "ended_at": kept.ended_at,
        "reason": fault.reason,
        "figures": fault.figures,
        "name": name_of_fault(fault.kind, voice),
        "summary": what_is_wrong(fault, voice),
    }
