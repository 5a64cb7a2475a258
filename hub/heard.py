"""What was heard of a room in a stretch of time, and when it could not be heard: for pictures of it.

Here: readings and silences become stretches and moments by device. Not here: what they look like
(dashboards/pictures).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from devices.measures import MEASURES
from devices.reading import Reading
from hub.history import History
from hub.spells import spells
from hub.store import silences
from rules.backtest import Spell
from rules.building import MEASURES_OF_ROLE, Device, Site
from rules.nights import LOOK_BACK, Sign
from rules.stretches import Stretch, joined, true_of, within

STOOD_SINCE = timedelta(hours=26)
"""How far back a state is looked for that held when a stretch begins: a device that is well says it again
within 25 h.
"""
_PERSONAL = ("motion", "presence", "in_bed", "sitting_up", "open", "vibration", "on", "pressed", "fall")
_MOVES = frozenset({"motion", "presence"})
_OWN_DOORS = frozenset({"outer_door"})


class Lane(NamedTuple):
    """What one device told. `states`: by measure, when it was true; `moments`: (measure, value, at)."""

    device: Device
    states: dict[str, list[Stretch]]
    moments: list[tuple[str, str, datetime]]
    unheard: list[Stretch]


class Heard(NamedTuple):
    """`away`: when nobody who lives there was at home."""

    since: datetime
    until: datetime
    lanes: tuple[Lane, ...]
    away: list[Stretch]


def devices_of(site: Site, room: str, resident: str | None = None) -> tuple[Device, ...]:
    """Those of a room that tell of somebody; of a resident's picture, not what is another's own."""
    return tuple(
        d
        for d in site.devices
        if d.room == room
        and MEASURES_OF_ROLE[d.role] & {*_PERSONAL}
        and (resident is None or d.resident in (None, resident))
    )


def heard(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
) -> Heard:
    """`until` is now at the latest: of what is to come nothing was heard."""
    own = [device.id for device in devices]
    measures = {m for d in devices for m in MEASURES_OF_ROLE[d.role]} & {*_PERSONAL}
    by_device: dict[str, list[Reading]] = {}
    for reading in history.readings(own, since - STOOD_SINCE, until, measures) if own else ():
        by_device.setdefault(reading.device, []).append(reading)
    deaf = unheard(connection, history, site, devices, since, until)
    lanes = tuple(
        _lane(device, by_device.get(device.id, []), deaf[device.id], since, until) for device in devices
    )
    rooms = {device.room for device in devices}
    return Heard(since, until, lanes, _away(spells(connection, site, since), rooms, since, until))


def unheard(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
) -> dict[str, list[Stretch]]:
    """When each device could not be heard: it, its gateway or the broker was silent, no word of it has ever
    come, or what was kept begins later.
    """
    noticed = until + STOOD_SINCE  # a silence that began before `until` may have been noticed after it
    silent = [one for one in silences.since(connection, site.site, since) if one.since < noticed]
    begins = history.begins()
    spoken = history.last_values([device.id for device in devices])
    nothing_kept = [] if begins is None else within([Stretch(since, begins)], since, until)
    found = {}
    for device in devices:
        if begins is None or not spoken.get(device.id):
            found[device.id] = [Stretch(since, until)] if since < until else []
            continue
        parts = ("broker", f"gateway:{site.gateway_of(device)}", f"device:{device.id}")
        own = [
            Stretch(_last_word(history, device, one.since), one.until or until)
            if one.part == parts[2]
            else Stretch(one.since, one.until or until)
            for one in silent
            if one.part in parts
        ]
        found[device.id] = joined([*within(own, since, until), *nothing_kept])
    return found


def _last_word(history: History, device: Device, silent: datetime) -> datetime:
    """Since when it was dead: it is only taken to be after a long silence, and could not be heard."""
    told = [reading.at for reading in history.readings([device.id], silent - STOOD_SINCE, silent)]
    return min(max(told), silent) if told else silent


def _lane(
    device: Device, readings: Sequence[Reading], deaf: list[Stretch], since: datetime, until: datetime
) -> Lane:
    changes: dict[str, list[tuple[datetime, bool]]] = {}
    moments = []
    for reading in sorted(readings, key=lambda one: one.at):
        if reading.measure not in MEASURES_OF_ROLE[device.role]:
            continue
        if MEASURES[reading.measure].kind == "state":
            changes.setdefault(reading.measure, []).append((reading.at, bool(reading.value)))
        elif reading.at >= since and not reading.snapshot:
            moments.append((reading.measure, str(reading.value), reading.at))
    states = {
        measure: within(true_of(own, until, deaf), since, until) for measure, own in sorted(changes.items())
    }
    return Lane(device, states, moments, deaf)


def _away(found: Sequence[Spell], rooms: set[str], since: datetime, until: datetime) -> list[Stretch]:
    own = (s for s in found if s.kind == "away" and s.room in rooms)
    return joined(within((Stretch(s.since, s.until or until) for s in own), since, until))


class NightSigns(NamedTuple):
    """What decides where somebody was in their nights (rules/nights.py)."""

    signs: list[tuple[datetime, Sign]]
    unheard: list[Stretch]
    has_bed: bool


def night_signs(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
) -> NightSigns:
    """From LOOK_BACK before `since` on, in order."""
    roles: Mapping[str, Device] = {device.id: device for device in devices}
    begin = since - LOOK_BACK
    measures = {"motion", "presence", "in_bed", "open"}
    told = sorted(
        (
            (reading.at, sign)
            for reading in history.readings(list(roles), begin, until, measures)
            if (sign := _sign(roles[reading.device], reading)) is not None
        ),
        key=lambda one: one[0],
    )
    deciding = [device for device in devices if device.role == "bed"]
    has_bed = bool(deciding)
    deciding = deciding or [
        d for d in devices if MEASURES_OF_ROLE[d.role] & _MOVES and d.role != "outer_door"
    ]
    deaf = unheard(connection, history, site, deciding, begin, until)
    common = [Stretch(begin, until)]
    for own in deaf.values():
        common = joined(piece for one in own for piece in within(common, one.since, one.until))
    return NightSigns(told, common, has_bed)


def _sign(device: Device, reading: Reading) -> Sign | None:
    if device.role == "bed":
        if reading.measure in ("in_bed", "presence"):
            return "bed" if reading.value else "up"
        return None
    if reading.value is not True or reading.snapshot:
        return None
    if reading.measure in _MOVES:
        return "bathroom" if device.role == "bathroom_motion" else "inside"
    if reading.measure == "open":
        return "door" if device.role in _OWN_DOORS else "inside"
    return None
