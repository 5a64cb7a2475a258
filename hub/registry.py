"""Who is speaking: from a gateway's name for a device to its number in the journal and the site's name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from hub.clock import NEVER
from hub.store import devices
from rules.building import Site
from rules.latest import Latest

SLOW_READINGS, SLOW_FOR = 3, timedelta(minutes=2)
UNKNOWN_KEPT = 10_000
"""Devices that no site file names; a publisher gone wild must not fill the disk."""
LONGEST_ADDRESS = 256
"""Characters. A site file can name none of more than 200, a channel of it some more."""


def device_ids(site: Site) -> dict[tuple[str, str], str]:
    """(gateway, what the gateway calls it) → the site's name for the device."""
    default = site.gateways[0].id if site.gateways else "native"
    ids = {(device.gateway or default, device.address or device.id): device.id for device in site.devices}
    # A device that names no gateway may also speak natively: it has one name either way.
    for device in site.devices:
        if device.gateway is None:
            ids.setdefault(("native", device.address or device.id), device.id)
    return ids


class Speaker:
    """A device that was heard. `id` is the site's name for it, or one of our own making where the site has
    none.
    """

    __slots__ = ("gateway", "id", "known", "last_heard_at", "late", "late_from", "no")

    def __init__(self, no: int, gateway: str, id: str, known: bool, last_heard_at: datetime | None) -> None:
        self.no, self.gateway, self.id, self.known = no, gateway, id, known
        self.last_heard_at = last_heard_at
        self.late, self.late_from = 0, NEVER

    def is_slow(self, late: bool, received_at: datetime) -> bool:
        """Whether its clock must have been set back: late again and again, and not just in one burst of old
        news. Asked of every reading with a time of its own.
        """
        if not late:
            self.late = 0
            return False
        if not self.late:
            self.late_from = received_at
        self.late += 1
        return self.late >= SLOW_READINGS and received_at - self.late_from >= SLOW_FOR


class Registry:
    """Changes since `keep()` can be taken back with `undo()`."""

    def __init__(self, connection: sqlite3.Connection, site: Site, latest: Latest) -> None:
        self._connection, self._site = connection, site.site
        self._ids = device_ids(site)
        self._speakers: dict[tuple[str, str], Speaker] = {}
        self._new: list[tuple[str, str]] = []
        self._unknown = 0
        for heard in devices.heard(connection, self._site):
            speaker = self._speaker(heard.no, heard.gateway, heard.address, heard.last_heard_at)
            latest.load(speaker.id, _newest(latest.of(speaker.id), heard.latest))
        self.spoke: set[Speaker] = set()

    def speaker(self, gateway: str, address: str, at: datetime) -> Speaker | None:
        """Who that is; a new one gets its number, within the transaction. None: too many unknown ones."""
        found = self._speakers.get((gateway, address))
        if found is not None:
            return found
        if (gateway, address) not in self._ids and self._unknown >= UNKNOWN_KEPT:
            return None
        no = devices.add(self._connection, self._site, gateway, address, at)
        self._new.append((gateway, address))
        return self._speaker(no, gateway, address, None)

    def also_called(self, gateway: str, address: str, known_as: str) -> None:
        """From now on a device of the site speaks under another name as well: its gateway renames it."""
        id = self._ids.get((gateway, known_as))
        if id is not None and (gateway, address) not in self._speakers:
            self._ids.setdefault((gateway, address), id)

    def device_id(self, gateway: str, address: str) -> str | None:
        """The site's name for a device, None where the site has none."""
        return self._ids.get((gateway, address))

    @property
    def never_heard(self) -> set[str]:
        """Devices of the site that have not spoken yet."""
        return set(self._ids.values()) - {
            s.id for s in self._speakers.values() if s.last_heard_at is not None
        }

    def last_heard(self, devices: Collection[str]) -> dict[str, datetime]:
        """When these devices of the site spoke last, by whichever way in; without those that never did."""
        found: dict[str, datetime] = {}
        for speaker in self._speakers.values():
            if speaker.id in devices and speaker.last_heard_at is not None:
                found[speaker.id] = max(speaker.last_heard_at, found.get(speaker.id, speaker.last_heard_at))
        return found

    def clock_jumped(self, moved: Callable[[datetime], datetime]) -> None:
        """The clock was set; the newest values have been moved, and all of them are to be written."""
        for speaker in self._speakers.values():
            if speaker.last_heard_at is not None:
                speaker.last_heard_at = moved(speaker.last_heard_at)
                self.spoke.add(speaker)

    def silent_since(self, then: datetime) -> list[str]:
        """Ids of the site's devices that have spoken, but not after `then`."""
        spoke: dict[str, datetime] = {}
        for speaker in self._speakers.values():
            if speaker.known and speaker.last_heard_at is not None:
                spoke[speaker.id] = max(speaker.last_heard_at, spoke.get(speaker.id, speaker.last_heard_at))
        return [id for id, at in spoke.items() if at < then]

    def put(self, latest: Latest) -> None:
        """Write what stands for every device that spoke. Within the transaction."""
        rows = [(s.no, s.last_heard_at, latest.of(s.id)) for s in self.spoke if s.last_heard_at is not None]
        devices.put_latest(self._connection, rows)

    def keep(self) -> None:
        self._new.clear()
        self.spoke.clear()

    def undo(self) -> None:
        for name in self._new:
            if not self._speakers.pop(name).known:
                self._unknown -= 1
        self._new.clear()
        self.spoke.clear()

    def _speaker(self, no: int, gateway: str, address: str, last_heard_at: datetime | None) -> Speaker:
        id = self._ids.get((gateway, address))
        if id is None:
            self._unknown += 1
        speaker = Speaker(no, gateway, id or f"?{gateway}/{address}", id is not None, last_heard_at)
        self._speakers[gateway, address] = speaker
        return speaker


def _newest(one: devices.Newest, other: devices.Newest) -> devices.Newest:
    """Of two memories of one device, heard in more than one way, the newer value of each measure."""
    newest = dict(one)
    for measure, (value, at) in other.items():
        if measure not in newest or at > newest[measure][1]:
            newest[measure] = (value, at)
    return newest
