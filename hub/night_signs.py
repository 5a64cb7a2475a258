"""What decides where somebody was in their nights, from what was heard: signs, silences, and of nights whose
readings are gone the hours.

Not here: what is made of them (rules/nights.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from devices.reading import Reading
from hub.heard import is_in, not_there, unheard
from hub.history import History, Hourly
from rules.building import Device, Site
from rules.nights import LOOK_BACK, HourTold, Sign
from rules.stretches import Stretch, common, joined, within, without

_MOVES = frozenset({"motion", "presence"})
_SEES_MOVEMENT = frozenset({"motion", "bathroom_motion", "bedroom_motion", "kitchen_motion", "fall_detector"})
_OWN_DOORS = frozenset({"outer_door"})
_LEAST_MOVED = 60.0
"""seconds; of an hour in which anything moved at all, as a single movement counts (rules/nights.py)."""


class NightSigns(NamedTuple):
    """`no_bed`: when no bed sensor hung there. `in_doubt`: when any of what sees movement could not be heard.
    `begins`: of nights before it only `hours` are known.
    """

    signs: list[tuple[datetime, Sign]]
    unheard: list[Stretch]
    no_bed: list[Stretch]
    in_doubt: list[Stretch]
    sees_movement: bool
    begins: datetime
    hours: dict[datetime, HourTold]

    def has_bed(self, at: datetime) -> bool:
        return not is_in(self.no_bed, at)


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
    measures = {"motion", "presence", "in_bed", "open", "on"}
    gone = not_there(connection, site, devices, begin, until)
    told = history.readings(list(roles), begin, until, measures)
    read = sorted((one for one in told if not is_in(gone[one.device], one.at)), key=lambda one: one.at)
    beds = [device for device in devices if device.role == "bed"]
    movers = [device for device in devices if device.role in _SEES_MOVEMENT]
    kept = max(history.begins() or begin, begin)
    # Before readings were kept what is known of silences is the same, and hours were kept for longer.
    deaf = unheard(connection, history, site, [*beds, *movers], begin, until, by_hour=kept > begin)
    whole = Stretch(begin, until)
    by_bed, by_movers = (
        common((joined([*deaf[one.id], *gone[one.id]]) for one in own), whole) for own in (beds, movers)
    )
    no_bed = common((gone[one.id] for one in beds), whole)
    deciding = [
        *(piece for one in by_bed for piece in without(one, no_bed)),
        *(piece for one in no_bed for piece in within(by_movers, one.since, one.until)),
    ]
    in_doubt = joined(one for device in movers for one in deaf[device.id])
    hours = history.hourly(list(roles), begin, kept, measures) if kept > begin else []
    return NightSigns(
        list(_signs(roles, read)),
        joined(deciding),
        no_bed,
        in_doubt,
        bool(movers),
        kept,
        _by_hour(roles, [hour for hour in hours if not is_in(gone[hour.device], hour.at)]),
    )


def _by_hour(roles: Mapping[str, Device], hours: Iterable[Hourly]) -> dict[datetime, HourTold]:
    found: dict[datetime, HourTold] = {}
    for hour in hours:
        device, told, seconds = roles[hour.device], found.get(hour.at, HourTold()), hour.seconds or 0.0
        if device.role == "bed":
            if hour.measure in ("in_bed", "presence"):
                told = told._replace(in_bed=max(told.in_bed, seconds))
        elif device.role == "bathroom_motion" and hour.measure in _MOVES:
            told = told._replace(bathroom=told.bathroom + max(seconds, _LEAST_MOVED))
        elif device.role not in _OWN_DOORS and (hour.times or hour.measure in _MOVES):
            moved = max(seconds, _LEAST_MOVED) if hour.measure in _MOVES else _LEAST_MOVED
            told = told._replace(moved=told.moved + moved)
        found[hour.at] = told
    return found


def _signs(roles: Mapping[str, Device], read: Iterable[Reading]) -> Iterator[tuple[datetime, Sign]]:
    """Of two beds in a flat, or two mats in a bed, somebody is in bed while either says so."""
    taken: set[str] = set()
    for reading in read:
        sign = _sign(roles[reading.device], reading)
        if sign == "bed":
            taken.add(reading.device)
        elif sign == "up":
            taken.discard(reading.device)
            sign = "bed" if taken else "up"
        if sign is not None:
            yield reading.at, sign


def _sign(device: Device, reading: Reading) -> Sign | None:
    if device.role == "bed":
        if reading.measure in ("in_bed", "presence"):
            return "bed" if reading.value else "up"
        return None
    if reading.snapshot:
        return None
    if device.role in _OWN_DOORS:  # opened or shut; what sees movement there may see the yard
        return "door" if reading.measure == "open" else None
    if device.role == "bathroom_motion" and reading.measure == "motion" and reading.value is False:
        return "left"
    if reading.value is not True:
        return None
    if device.role == "toilet" or (device.role == "bathroom_motion" and reading.measure in _MOVES):
        return "bathroom"
    return "inside" if reading.measure in (*_MOVES, "open") else None
