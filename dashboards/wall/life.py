"""When each resident last gave a sign of life: followed in the journal, for screens that stand open.

A sensor that repeats its state each hour gives no sign of life by that; what does is decided as for the
rules (rules/latest.py, rules/kinds/step.py).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from devices.reading import Reading
from hub.registry import device_ids
from hub.store import devices, readings
from rules.building import MEASURES_OF_ROLE, Site
from rules.kinds.step import as_heard
from rules.latest import Latest
from rules.rule import SIGNS_OF_LIFE

AT_ONCE = 20_000
"""[default] How many readings one look takes in at most; the rest is for the next."""
FIRST_LOOK = 50_000
"""[default] How many of the journal's last readings the first look goes through."""

_WANTED = {signal.measure: signal.wanted for signal in SIGNS_OF_LIFE}


class LifeSigns:
    """`at`: by resident. Who has given no sign that is known of is not in it."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._version: int | None = None
        self._seq = 0
        self._latest = Latest()
        self._whose: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._known = -1

    def follow(self, connection: sqlite3.Connection, site: Site, version: int) -> bool:
        """Take in what was committed since the last look; whether anything came of it. `version`: of the
        site, whose residents and devices may be others in the next.
        """
        if version != self._version:
            self._begin(connection, site, version)
        for one in readings.after(connection, self._seq, AT_ONCE):
            self._seq = one.seq
            if one.measure in _WANTED and not one.flags & (readings.NOT_JUDGED | readings.SNAPSHOT):
                self._hear(connection, site, one)
        changed = self.at != self._noted
        if changed:
            self.at = dict(self._noted)  # whole, for those who read it meanwhile
        return changed

    def _begin(self, connection: sqlite3.Connection, site: Site, version: int) -> None:
        """What stands for each device, as far as it is a sign; then the end of the journal once more."""
        self._version, self._latest, self._noted = version, Latest(), {}
        self._learn(connection, site)
        self._seq = max(0, readings.newest(connection) - FIRST_LOOK)
        for heard in devices.heard(connection, site.site):
            _, residents = self._whose.get(heard.no, ("", ()))
            for measure, (value, at) in heard.latest.items():
                wanted = _WANTED.get(measure)
                if measure in _WANTED and wanted is not None and value in wanted:
                    self._note(residents, at)

    def _learn(self, connection: sqlite3.Connection, site: Site) -> None:
        ids, own = device_ids(site), residents_of_devices(site)
        self._whose = {
            heard.no: (ids[heard.gateway, heard.address], own.get(ids[heard.gateway, heard.address], ()))
            for heard in devices.heard(connection, site.site)
            if (heard.gateway, heard.address) in ids
        }

    def _hear(self, connection: sqlite3.Connection, site: Site, one: readings.Stored) -> None:
        if one.device > self._known:  # a device that speaks for the first time
            self._known = one.device
            self._learn(connection, site)
        device, residents = self._whose.get(one.device, ("", ()))
        if not residents:
            return
        reading = Reading(
            device, one.measure, one.value, one.at, one.received_at, bool(one.flags & readings.OWN_TIME)
        )
        standing = self._latest.note(reading)
        self._latest.keep()
        wanted = _WANTED[one.measure]
        if standing == "first" and wanted is None:
            return  # a change, or the same again: nobody knows
        if as_heard(reading, standing, "sign", wanted).is_sign:
            self._note(residents, one.at)

    def _note(self, residents: tuple[str, ...], at: datetime) -> None:
        for resident in residents:
            if resident not in self._noted or self._noted[resident] < at:
                self._noted[resident] = at


def residents_of_devices(site: Site) -> dict[str, tuple[str, ...]]:
    """Whose sign of life a device gives: whose own it is, else of all who live in its room."""
    living: dict[str, list[str]] = {}
    for resident in site.residents:
        living.setdefault(resident.room, []).append(resident.id)
    return {
        device.id: (device.resident,) if device.resident is not None else tuple(living.get(device.room, ()))
        for device in site.devices
        if MEASURES_OF_ROLE[device.role]
    }
