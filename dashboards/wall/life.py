"""When each resident last gave a sign of life: asked of the history, as for every page, and followed in the
journal from there, for screens that stand open.

What is one: rules/life.py.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from devices.reading import Reading
from hub.history.embedded import EmbeddedHistory
from hub.last_sign import WhoseSigns, last_sign_of
from hub.registry import device_ids
from hub.store import devices, readings
from rules.building import Resident, Site
from rules.latest import Latest
from rules.life import is_sign_of_life, signs_of, whose_signs

AT_ONCE = 20_000
"""[default] How many readings one look takes in at most; the rest is for the next."""


class _Speaker(NamedTuple):
    """A device, and the measures by which it gives signs of life."""

    device: str
    signs: frozenset[str]


class LifeSigns:
    """`at`: by resident, and that of the version before until everybody was asked for anew. Who has given no
    sign that is known of is not in it. The history that is asked is the one beside the database.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self.at: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._version: int | None = None
        self._whose: WhoseSigns
        self._to_ask: list[Resident] = []
        self._seq = 0
        self._latest = Latest()
        self._speakers: dict[int, _Speaker] = {}
        self._known = -1

    def follow(self, connection: sqlite3.Connection, site: Site, version: int, now: datetime) -> bool:
        """Take in what was committed since the last look; whether anything came of it. `version`: of the
        site, whose residents and devices may be others in the next. Not within a transaction.
        """
        if version != self._version:
            self._begin(connection, site, version)
        self._ask(connection, site, now)
        for one in readings.after(connection, self._seq, AT_ONCE):
            self._seq = one.seq
            if not one.flags & readings.NOT_JUDGED:
                self._hear(connection, site, one)
        changed = self.at != self._noted
        if changed:
            self.at = dict(self._noted)  # whole, for those who read it meanwhile
        return changed

    def _begin(self, connection: sqlite3.Connection, site: Site, version: int) -> None:
        """Everybody is asked for anew. What comes after `_seq` is beside what stands."""
        self._version, self._latest, self._noted = version, Latest(), {}
        self._whose, self._to_ask = WhoseSigns(connection, site), [*site.residents]
        self._seq = readings.newest(connection)
        self._learn(connection, site)
        for heard in devices.heard(connection, site.site):
            if (speaker := self._speakers.get(heard.no)) is not None:
                for measure, (value, at) in heard.latest.items():
                    self._latest.note(Reading(speaker.device, measure, value, at, at))

    def _ask(self, connection: sqlite3.Connection, site: Site, now: datetime) -> None:
        if not self._to_ask:
            return
        history = EmbeddedHistory(connection, self._database, site)
        while self._to_ask:
            sign = last_sign_of(connection, history, site, self._to_ask[-1], now, self._whose)
            if sign is not None:
                self._note(self._to_ask[-1].id, sign.at)
            self._to_ask.pop()

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
            for resident in self._whose.of(speaker.device, one.at):
                self._note(resident, one.at)

    def _note(self, resident: str, at: datetime) -> None:
        self._noted[resident] = max(at, self._noted.get(resident, at))
