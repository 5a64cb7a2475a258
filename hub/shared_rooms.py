"""Since when a room is nobody's home. What is shown of a shared room begins there: earlier it would be about
somebody who lived in it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hub.erasing.stays import Stay, lived, versions
from hub.history.whose import Whose
from hub.store import erased_times, placements
from hub.store.db import connect
from hub.store.instants import from_us, to_us
from rules.building import Device, Site


class Homes(NamedTuple):
    """`stays`: by room. `own`: devices that ever were one resident's. `known_from`: of the time before, some
    version of the site's file cannot be read any more (µs).
    """

    stays: dict[str, list[Stay]]
    own: frozenset[str]
    known_from: int


@lru_cache(maxsize=2)
def homes(database: Path, site: str, version: int) -> Homes:
    """As every version of the site's file up to `version` (the newest) tells it. Some milliseconds for each
    version, and once for all of them.
    """
    with closing(connect(database)) as connection:
        found = lived(connection, site)
        unread = [v.until for v in versions(connection, site) if v.file is None and v.id <= version]
    by_room: dict[str, list[Stay]] = {}
    for stay in (stay for own in found.stays.values() for stay in own):
        by_room.setdefault(stay.room, []).append(stay)
    return Homes(by_room, frozenset(id for own in found.own.values() for id in own), max(unread, default=0))


def nobodys_since(
    connection: sqlite3.Connection,
    site: Site,
    known: Homes,
    room: str,
    devices: tuple[Device, ...],
    now: datetime,
) -> datetime | None:
    """1970 where it always was. None: somebody lives there. `devices`: those that are shown of it; what one
    told while it hung elsewhere, or of somebody who is erased, is not the room's.
    """
    at = to_us(now)
    stays = known.stays.get(room, [])
    if any(s.since <= at < s.until for s in stays) or site.residents_of(
        room, now.astimezone(site.zone).date()
    ):
        return None
    ends = [known.known_from, *(s.until for s in stays if s.until <= at)]
    names = {device.id for device in devices}
    for placed in placements.everything(connection, site.site):
        if placed.device in names and placed.room != room and placed.until is not None:
            ends.append(to_us(placed.until))
    erased = erased_times.by_device(connection, site.site)
    for number in Whose(connection, site).numbers(names) if erased else ():
        ends += [to_us(one.until) for one in erased.get(number, ())]
    return from_us(max(ends))
