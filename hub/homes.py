"""Who lived in which room when, as every version of the site's file tells it, and what an erasure left."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from hub.erasing.stays import FOR_EVER, lived
from hub.store import shared_times, sites
from hub.store.instants import from_us
from rules.homes import Home

_MOST = 4
_read: dict[tuple[str, str, int | None], dict[str, list[Home]]] = {}
"""By database, site and newest version: reading all of them takes some milliseconds for each."""


def homes_by_room(connection: sqlite3.Connection, site: str) -> Mapping[str, Sequence[Home]]:
    database = connection.execute("PRAGMA database_list").fetchone()[2]
    key = (database, site, sites.newest_id(connection, site))
    found = _read.get(key)
    if found is None:
        found = _homes(connection, site)
        while len(_read) >= _MOST:
            _read.pop(next(iter(_read)), None)
        _read[key] = found
    erased = shared_times.by_room(connection, site)
    return {room: [*found.get(room, ()), *erased.get(room, ())] for room in {*found, *erased}}


def _homes(connection: sqlite3.Connection, site: str) -> dict[str, list[Home]]:
    found: dict[str, list[Home]] = {}
    for resident, stays in lived(connection, site).stays.items():
        for stay in stays:
            until = None if stay.until >= FOR_EVER else from_us(stay.until)
            found.setdefault(stay.room, []).append(Home(resident, from_us(stay.since), until))
    return found
