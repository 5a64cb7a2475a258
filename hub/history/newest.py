"""The newest value of each measure: the hub keeps it with every commit, whichever store has the rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from devices.reading import Reading
from hub.history.whose import Whose
from hub.store import devices as spoken


def last_values(
    connection: sqlite3.Connection, whose: Whose, devices: Collection[str]
) -> dict[str, dict[str, Reading]]:
    found: dict[str, dict[str, Reading]] = {}
    wanted = [no for no, id in whose.now.items() if id in devices]
    for no, latest in spoken.newest_values(connection, wanted):
        id = whose.now[no]
        own = found.setdefault(id, {})
        for measure, (value, at) in latest.items():
            if measure not in own or at > own[measure].at:
                own[measure] = Reading(id, measure, value, at, at)
    return found
