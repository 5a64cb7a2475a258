"""A device's health and the faults of the house as they stand in the database: for pages and calls."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from devices.supply import Supply
from hub.health.silence import supplies
from hub.registry import device_ids
from hub.store import device_health, devices, faults, placements, protection
from hub.store.faults import Kept
from rules.building import Device
from rules.health.battery import Forecast, forecast
from rules.health.fault import Known
from rules.health.figures import Figures
from rules.health.kinds.battery import WEARABLE, may_be_handed_out
from rules.health.rhythm import Deadline, deadline
from rules.health.thresholds import Battery, settled
from rules.protection import State
from rules.rulebook import Rulebook

Consequence = Literal["unprotected", "degraded", "none"]
_GRAVEST_FIRST: tuple[Consequence, ...] = ("unprotected", "degraded", "none")


class Standing(NamedTuple):
    """A fault that stands, where it is, and what the residents concerned have of it (their pseudonyms)."""

    kept: Kept
    device: Device
    unit: str
    residents: tuple[str, ...]
    consequence: Consequence


class DeviceHealth(NamedTuple):
    """`levels`: (day since 1970, %). `gaps`: how many of each length, newer ones counting more.

    `may_be_handed_out`: of a wearable; None of what nobody wears.
    """

    device: Device
    heard_at: datetime | None
    silent_since: datetime | None
    deadline: Deadline
    supply: Supply
    levels: list[tuple[int, float]]
    forecast: Forecast
    gaps: list[tuple[timedelta, float]]
    link: dict[str, float]
    used_at: datetime | None
    faults: list[Kept]
    may_be_handed_out: bool | None


def standing_faults(connection: sqlite3.Connection, book: Rulebook) -> list[Standing]:
    """What is wrong now: first what leaves somebody unprotected, then what leaves somebody less protected,
    then the rest; the oldest of each first.
    """
    site = book.site
    units = {room.id: room.unit for room in site.rooms}
    here = {device.id: device for device in site.devices}
    states: dict[str, State] = {
        resident: found.protection.state for resident, found in protection.now(connection, site.site).items()
    }
    found = []
    for kept in faults.standing(connection, site.site):
        device = here.get(kept.fault.device)
        if device is not None:
            residents = _concerned(book, device.id)
            consequence = _consequence(residents, states)
            found.append(Standing(kept, device, units[device.room], residents, consequence))
    return sorted(found, key=lambda one: (_GRAVEST_FIRST.index(one.consequence), one.kept.fault.since))


def health_of(connection: sqlite3.Connection, book: Rulebook, id: str, now: datetime) -> DeviceHealth | None:
    """None where the site has no such device."""
    site = book.site
    device = next((d for d in site.devices if d.id == id), None)
    if device is None:
        return None
    ids = device_ids(site)
    spoke = [
        one
        for one in devices.heard(connection, site.site)
        if ids.get((one.gateway, one.address)) == id and one.last_heard_at is not None
    ]
    newest = max(spoke, key=lambda one: one.last_heard_at or now, default=None)
    figures = device_health.figures_of(connection, newest.no) if newest is not None else Figures()
    latest = newest.latest if newest is not None else {}
    levels = device_health.levels(connection, newest.no) if newest is not None else []
    level, at = latest.get("battery", ("", now))
    if not levels and not isinstance(level, bool | str):  # it is written down at the next look at its health
        levels = [(int(at.timestamp() // 86_400), float(level))]
    own = supplies(connection, site).get((newest.gateway, newest.address)) if newest is not None else None
    supply = own or Supply()
    outlook = forecast(levels, supply.battery)
    places = placements.of_present(connection, site.site, id)
    kept = [
        one
        for one in faults.of_device(connection, site.site, id)
        if one.ended_at is None or not places or one.found_at >= places[0].since
    ]
    silent = next((k.fault.since for k in kept if k.fault.kind == "silent" and k.ended_at is None), None)
    heard_at = newest.last_heard_at if newest is not None else None
    unit = next(room.unit for room in site.rooms if room.id == device.room)
    rule = settled(site.health, device.room, unit)["battery"]
    assert isinstance(rule, Battery)
    known = Known(device, "", now, heard_at, silent, latest, battery=outlook)
    return DeviceHealth(
        device,
        heard_at,
        silent,
        deadline(figures.rhythm, supply.heartbeat, supply.mains is True),
        supply,
        levels,
        outlook,
        figures.rhythm.lengths(),
        figures.link,
        figures.used_at,
        kept,
        may_be_handed_out(known, rule) if device.role in WEARABLE else None,
    )


def _concerned(book: Rulebook, device: str) -> tuple[str, ...]:
    watches = book.dependents.get(f"device:{device}", ())
    return tuple(sorted({resident for watch in watches for resident in watch.residents}))


def _consequence(residents: tuple[str, ...], states: Mapping[str, State]) -> Consequence:
    found = {states.get(resident) for resident in residents}
    if "unprotected" in found:
        return "unprotected"
    return "degraded" if "degraded" in found else "none"
