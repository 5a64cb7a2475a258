"""What a point in the time series says of where it comes from: site, unit, room, device, resident.

The site's own ids and pseudonyms alone, no names. The site file that was in force when the reading came in
decides, not the newest: the same reading is described in the same words each time it is written.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from hub.history.line_protocol import tag_set
from hub.registry import device_ids
from hub.site.file import SiteFile, read_site
from hub.store import devices, sites
from hub.store.readings import Stored
from rules.building import Device, Room, Site

_REMEMBERED = 20_000
"""Tag sets, one for each device, day and site file."""


class Places:
    """Not for two threads at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._devices: dict[int, tuple[str, str, str]] = {}
        self._versions: dict[str, list[_Version]] = {}
        self._newest_device = self._newest_version = 0
        self._remembered = lru_cache(_REMEMBERED)(_tags)

    def refresh(self) -> None:
        """Learn of the devices and site files that came since. Once a batch, after reading it."""
        for no, site, gateway, address in devices.names(self._connection, self._newest_device):
            self._devices[no] = (site, gateway, address)
            self._newest_device = no
        for version in sites.versions(self._connection, self._newest_version):
            known = _Version(version.imported_at, version.document)
            self._versions.setdefault(version.site, []).append(known)
            self._newest_version = version.id

    def tags(self, reading: Stored) -> str:
        """The tag set of a reading, for `line_protocol.line`."""
        site, gateway, address = self._devices[reading.device]
        version = self._in_force(site, reading.received_at)
        if version is None or version.site is None:
            return tag_set({"site": site, "device": _unnamed(reading.device)})
        day = reading.at.astimezone(version.site.zone).date()
        return self._remembered(version, reading.device, gateway, address, day)

    def _in_force(self, site: str, at: datetime) -> _Version | None:
        """The newest version imported by then; before the first import (a replay of old times), the first."""
        versions = self._versions.get(site, [])
        return next((v for v in reversed(versions) if v.imported_at <= at), versions[0] if versions else None)


@dataclass(frozen=True, eq=False)
class _Version:
    """One site file and what hangs where in it; read when it is first asked for."""

    imported_at: datetime
    document: str

    @cached_property
    def site(self) -> Site | None:
        """None where the file does not hold together by what we know today."""
        read = read_site(self.document, f"the site file of {self.imported_at}")
        return read.site if isinstance(read, SiteFile) else None

    @cached_property
    def devices(self) -> dict[tuple[str, str], Device]:
        """(gateway, address) → device"""
        assert self.site is not None
        by_id = {device.id: device for device in self.site.devices}
        return {name: by_id[id] for name, id in device_ids(self.site).items()}

    @cached_property
    def rooms(self) -> dict[str, Room]:
        assert self.site is not None
        return {room.id: room for room in self.site.rooms}


def _tags(version: _Version, no: int, gateway: str, address: str, day: date) -> str:
    site = version.site
    assert site is not None
    device = version.devices.get((gateway, address))
    if device is None:
        return tag_set({"site": site.site, "device": _unnamed(no)})
    return tag_set(
        {
            "site": site.site,
            "unit": version.rooms[device.room].unit,
            "room": device.room,
            "device": device.id,
            # Whose reading it is in a room of two, nobody knows: it is about both.
            "resident": "+".join(sorted(resident.id for resident in site.residents_of(device.room, day))),
        }
    )


def _unnamed(no: int) -> str:
    """The site names no such device; its gateway's name for it may be a person's and stays here."""
    return f"unnamed-{no}"
