"""What a point in the time series says of where it comes from: site, unit, room, device, resident.

The site's own ids and pseudonyms alone, no names. The site file that was in force when the reading came in
decides, not the newest: the same reading is described in the same words each time it is written.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from functools import lru_cache

from hub.history.line_protocol import tag_set
from hub.registry import device_ids
from hub.site.file import SiteFile, read_site
from hub.store import devices, sites
from hub.store.readings import Stored
from rules.building import Site

_REMEMBERED = 20_000
"""Tag sets, one for each device, day and version."""
_VERSIONS = 4
"""Of the site at hand: readings come in order, and a house is edited many times a day."""


class Places:
    """Not for two threads at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._devices: dict[int, tuple[str, str, str]] = {}
        self._versions: dict[str, list[tuple[datetime, int]]] = {}
        self._newest_device = self._newest_version = 0
        self._remembered = lru_cache(_REMEMBERED)(self._tags)
        self._version = lru_cache(_VERSIONS)(self._read)

    def refresh(self) -> None:
        """Learn of the devices and site files that came since. Once a batch, after reading it."""
        for no, site, gateway, address in devices.names(self._connection, self._newest_device):
            self._devices[no] = (site, gateway, address)
            self._newest_device = no
        for id, site, imported_at in sites.numbers(self._connection, self._newest_version):
            self._versions.setdefault(site, []).append((imported_at, id))
            self._newest_version = id

    def tags(self, reading: Stored) -> str:
        """The tag set of a reading, for `line_protocol.line`."""
        site, gateway, address = self._devices[reading.device]
        id = self._in_force(site, reading.received_at)
        version = self._version(id) if id is not None else None
        if id is None or version is None:
            return tag_set({"site": site, "device": _unnamed(reading.device)})
        day = reading.at.astimezone(version.site.zone).date()
        return self._remembered(id, reading.device, gateway, address, day)

    def of_room(self, site: str, room: str, at: datetime) -> dict[str, str]:
        """Tags of what happens in a room, by the site file of that time. Where it has no such room (the hub's
        own worries have none), the site alone.
        """
        id = self._in_force(site, at)
        version = self._version(id) if id is not None else None
        if version is None or room not in version.units:
            return {"site": site}
        return version.of_room(room, at.astimezone(version.site.zone).date())

    def _in_force(self, site: str, at: datetime) -> int | None:
        """The newest version imported by then; before the first import (a replay of old times), the first."""
        versions = self._versions.get(site, [])
        since_then = (id for imported_at, id in reversed(versions) if imported_at <= at)
        return next(since_then, versions[0][1] if versions else None)

    def _read(self, id: int) -> _Version | None:
        """None where it does not hold together by what we know today."""
        read = read_site(sites.document(self._connection, id), f"version {id}", coverage=False)
        return _Version(read.site) if isinstance(read, SiteFile) else None

    def _tags(self, id: int, no: int, gateway: str, address: str, day: date) -> str:
        version = self._version(id)
        assert version is not None
        site, device = version.site, version.devices.get((gateway, address))
        if device is None:
            return tag_set({"site": site.site, "device": _unnamed(no)})
        return tag_set(version.of_room(device.room, day) | {"device": device.id})


class _Version:
    """One version of a site, and what hangs where in it: `devices` by (gateway, address), `units` by room."""

    def __init__(self, site: Site) -> None:
        self.site = site
        by_id = {device.id: device for device in site.devices}
        self.devices = {name: by_id[id] for name, id in device_ids(site).items()}
        self.units = {room.id: room.unit for room in site.rooms}

    def of_room(self, room: str, day: date) -> dict[str, str]:
        return {
            "site": self.site.site,
            "unit": self.units[room],
            "room": room,
            # Whose reading it is in a room of two, nobody knows: it is about both.
            "resident": "+".join(sorted(resident.id for resident in self.site.residents_of(room, day))),
        }


def _unnamed(no: int) -> str:
    """The site names no such device; its gateway's name for it may be a person's and stays here."""
    return f"unnamed-{no}"
