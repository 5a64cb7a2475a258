"""When each resident last gave a sign of life: followed in the journal, for screens that stand open.

What is one: rules/life.py.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from devices.reading import Reading
from hub.last_sign import WhoseSigns
from hub.registry import device_ids
from hub.store import devices, readings
from rules.building import Site
from rules.latest import Latest
from rules.life import is_sign_of_life, signs_of, whose_signs

AT_ONCE = 20_000
"""[default] How many readings one look takes in at most; the rest is for the next."""
FIRST_LOOK = 50_000
"""[default] How many of the journal's last readings the first look goes through."""


class _Speaker(NamedTuple):
    """A device, and the measures by which it gives signs of life."""

    device: str
    signs: frozenset[str]


class LifeSigns:
    """`at`: by resident. Who has given no sign that is known of is not in it."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._version: int | None = None
        self._whose: WhoseSigns
        self._seq = 0
        self._latest = Latest()
        self._speakers: dict[int, _Speaker] = {}
        self._known = -1

    def follow(self, connection: sqlite3.Connection, site: Site, version: int) -> bool:
        """Take in what was committed since the last look; whether anything came of it. `version`: of the
        site, whose residents and devices may be others in the next.
        """
        if version != self._version:
            self._begin(connection, site, version)
        for one in readings.after(connection, self._seq, AT_ONCE):
            self._seq = one.seq
            if not one.flags & readings.NOT_JUDGED:
                self._hear(connection, site, one)
        changed = self.at != self._noted
        if changed:
            self.at = dict(self._noted)  # whole, for those who read it meanwhile
        return changed

    def _begin(self, connection: sqlite3.Connection, site: Site, version: int) -> None:
        """What stands for each device, as far as it is a sign; then the end of the journal once more."""
        self._version, self._latest, self._noted = version, Latest(), {}
        self._whose = WhoseSigns(connection, site)
        self._learn(connection, site)
        self._seq = max(0, readings.newest(connection) - FIRST_LOOK)
        for heard in devices.heard(connection, site.site):
            speaker = self._speakers.get(heard.no)
            if speaker is None:
                continue
            for measure, (value, at) in heard.latest.items():
                reading = Reading(speaker.device, measure, value, at, at)
                if measure in speaker.signs and is_sign_of_life(reading, "repeat"):
                    self._note(speaker.device, at)

    def _learn(self, connection: sqlite3.Connection, site: Site) -> None:
        ids, whose = device_ids(site), whose_signs(site)
        signs = {device.id: signs_of(device) for device in site.devices}
        self._speakers = {
            heard.no: _Speaker(id, signs[id])
            for heard in devices.heard(connection, site.site)
            if (id := ids.get((heard.gateway, heard.address))) in whose
        }

    def _hear(self, connection: sqlite3.Connection, site: Site, one: readings.Stored) -> None:
        if one.device > self._known:  # a device that speaks for the first time
            self._known = one.device
            self._learn(connection, site)
        speaker = self._speakers.get(one.device)
        if speaker is None or one.measure not in speaker.signs:
            return
        own_time, snapshot = bool(one.flags & readings.OWN_TIME), bool(one.flags & readings.SNAPSHOT)
        reading = Reading(speaker.device, one.measure, one.value, one.at, one.received_at, own_time, snapshot)
        standing = self._latest.note(reading)
        self._latest.keep()
        if is_sign_of_life(reading, standing):
            self._note(speaker.device, one.at)

    def _note(self, device: str, at: datetime) -> None:
        for resident in self._whose.of(device, at):
            if resident not in self._noted or self._noted[resident] < at:
                self._noted[resident] = at
