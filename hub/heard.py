"""What was heard of a room in a stretch of time, and when it could not be heard: for pictures of it.

Here: readings and silences become stretches and moments by device. Not here: what they look like
(dashboards/pictures).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from devices.measures import MEASURES
from devices.reading import Reading
from hub.history import History
from hub.history.whose import Whose
from hub.spells import spells
from hub.store import placements, silences
from hub.store.devices import first_heard
from hub.store.instants import from_us, to_us
from rules.backtest import Spell
from rules.building import MEASURES_OF_ROLE, Device, Site
from rules.stretches import Stretch, joined, true_of, within, without

STOOD_SINCE = timedelta(hours=26)
"""How far back a state is looked for that held when a stretch begins: a device that is well says it again
within 25 h.
"""
_AN_HOUR_US = 3_600_000_000
"""Hourly values stand at the beginning of their hour."""
_PERSONAL = ("motion", "presence", "in_bed", "sitting_up", "open", "vibration", "on", "pressed", "fall")


class Lane(NamedTuple):
    """What one device told. `states`: by measure, when it was true; `moments`: (measure, value, at).
    `not_there`: when it did not hang there, and nobody expected a word of it.
    """

    device: Device
    states: dict[str, list[Stretch]]
    moments: list[tuple[str, str, datetime]]
    unheard: list[Stretch]
    not_there: list[Stretch]


class Heard(NamedTuple):
    """`lanes`: of those that hung there at any time of it. `away`: when nobody who lives there was at home.
    `by_hour`: the readings are gone, and of each hour it is only known how long and how often.
    """

    since: datetime
    until: datetime
    lanes: tuple[Lane, ...]
    away: list[Stretch]
    by_hour: bool = False


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
    """`until` is now at the latest: of what is to come nothing was heard. Before readings are kept: by the
    hour.
    """
    begins = history.begins()
    if begins is not None and since < begins:
        return heard_by_hour(connection, history, site, devices, since, until)
    own = [device.id for device in devices]
    measures = {m for d in devices for m in MEASURES_OF_ROLE[d.role]} & {*_PERSONAL}
    by_device: dict[str, list[Reading]] = {}
    gone = not_there(connection, site, devices, since - STOOD_SINCE, until)
    for reading in history.readings(own, since - STOOD_SINCE, until, measures) if own else ():
        if not is_in(gone[reading.device], reading.at):
            by_device.setdefault(reading.device, []).append(reading)
    deaf = unheard(connection, history, site, devices, since, until)
    lanes = tuple(
        _lane(device, by_device.get(device.id, []), deaf[device.id], away, since, until)
        for device in devices
        if (away := within(gone[device.id], since, until)) != [Stretch(since, until)]
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
    by_hour: bool = False,
    whole_hours: bool = True,
) -> dict[str, list[Stretch]]:
    """When each device hung there and was not heard: it, its gateway or the broker was silent, no word of
    it had come yet, or what was kept begins later (`by_hour`: of hourly values; with `whole_hours` it counts
    as heard in the whole hour of its first word, as such a value does).
    """
    begins = history.hours_begin() if by_hour else history.begins()
    deaf = silent_or_not_yet(connection, history, site, devices, since, until, by_hour and whole_hours)
    gone = not_there(connection, site, devices, since, until)
    before = Stretch(since, min(max(since, begins or until), until))
    return {
        d.id: [piece for one in joined([*deaf[d.id], before]) for piece in without(one, gone[d.id])]
        for d in devices
    }


def silent_or_not_yet(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
    by_hour: bool = False,
) -> dict[str, list[Stretch]]:
    """When each was known to be silent, or hung there and no word of it had come yet. `by_hour`: it counts as
    heard in the whole hour of its first one.
    """
    deaf = silent(connection, history, site, devices, since, until)
    found = {}
    for id, waited in not_yet(connection, site, devices, since, until, by_hour).items():
        found[id] = joined([*deaf[id], *waited])
    return found


def not_yet(
    connection: sqlite3.Connection,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
    by_hour: bool = False,
) -> dict[str, list[Stretch]]:
    """When each hung there and no word of it had come yet."""
    spoke, end = Whose(connection, site).spoke(first_heard(connection, site.site)), to_us(until)
    gone = not_there(connection, site, devices, since, until)
    found = {}
    for device in devices:
        heard_in = [
            Stretch(
                from_us(first // _AN_HOUR_US * _AN_HOUR_US if by_hour else first), from_us(min(last, end))
            )
            for first, last in spoke.get(device.id, ())
        ]
        silent = without(Stretch(since, until), joined(within(heard_in, since, until)))
        found[device.id] = [piece for one in silent for piece in without(one, gone[device.id])]
    return found


def not_there(
    connection: sqlite3.Connection, site: Site, devices: Sequence[Device], since: datetime, until: datetime
) -> dict[str, list[Stretch]]:
    """When each device did not hang where it does now: it says nothing of that time."""
    hung: dict[tuple[str, str], list[Stretch]] = {}
    for one in placements.everything(connection, site.site):
        hung.setdefault((one.device, one.room), []).append(Stretch(one.since, one.until or until))
    over = Stretch(since, until)
    return {
        d.id: without(over, joined(own)) if (own := hung.get((d.id, d.room))) is not None else []
        for d in devices
    }


def is_in(stretches: Sequence[Stretch], at: datetime) -> bool:
    return any(one.since <= at < one.until for one in stretches)


def silent(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
) -> dict[str, list[Stretch]]:
    """When each device was known to be silent, or its gateway or the broker was."""
    noticed = until + STOOD_SINCE  # a silence that began before `until` may have been noticed after it
    known = [one for one in silences.since(connection, site.site, since) if one.since < noticed]
    found = {}
    for device in devices:
        parts = ("broker", f"gateway:{site.gateway_of(device)}", f"device:{device.id}")
        own = [
            Stretch(_last_word(history, device, one.since), one.until or until)
            if one.part == parts[2]
            else Stretch(one.since, one.until or until)
            for one in known
            if one.part in parts
        ]
        found[device.id] = joined(within(own, since, until))
    return found


def away_of(
    connection: sqlite3.Connection, site: Site, devices: Sequence[Device], since: datetime, until: datetime
) -> list[Stretch]:
    """When nobody who lives where they hang was at home."""
    return _away(spells(connection, site, since), {device.room for device in devices}, since, until)


def _last_word(history: History, device: Device, silent: datetime) -> datetime:
    """Since when it was dead: it is only taken to be after a long silence, and could not be heard."""
    told = [reading.at for reading in history.readings([device.id], silent - STOOD_SINCE, silent)]
    return min(max(told), silent) if told else silent


def _lane(
    device: Device,
    readings: Sequence[Reading],
    deaf: list[Stretch],
    gone: list[Stretch],
    since: datetime,
    until: datetime,
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
    return Lane(device, states, moments, deaf, gone)


def heard_by_hour(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
) -> Heard:
    """A state stands at the beginning of its hour, for as long as it was true in it; an event as well."""
    hours = history.hourly([device.id for device in devices], since, until, _PERSONAL)
    deaf = unheard(connection, history, site, devices, since, until, by_hour=True)
    gone = not_there(connection, site, devices, since, until)
    lanes = []
    for device in devices:
        if gone[device.id] == [Stretch(since, until)]:
            continue
        states: dict[str, list[Stretch]] = {}
        moments = []
        for hour in hours:
            if hour.device != device.id or hour.measure not in MEASURES_OF_ROLE[device.role]:
                continue
            if is_in(gone[device.id], hour.at):
                continue
            if hour.seconds is not None:
                lasted = Stretch(hour.at, hour.at + timedelta(seconds=max(hour.seconds, 1.0)))
                states.setdefault(hour.measure, []).append(lasted)
            elif hour.times:
                moments.append((hour.measure, "", hour.at))
        whole = {measure: within(joined(own), since, until) for measure, own in sorted(states.items())}
        lanes.append(Lane(device, whole, moments, deaf[device.id], gone[device.id]))
    rooms = {device.room for device in devices}
    return Heard(
        since, until, tuple(lanes), _away(spells(connection, site, since), rooms, since, until), True
    )


def _away(found: Sequence[Spell], rooms: set[str], since: datetime, until: datetime) -> list[Stretch]:
    own = (s for s in found if s.kind == "away" and s.room in rooms)
    return joined(within((Stretch(s.since, s.until or until) for s in own), since, until))
