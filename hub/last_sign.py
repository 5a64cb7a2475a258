"""When a resident last gave a sign of life, from the history. What one is: rules/life.py."""

from __future__ import annotations

import sqlite3
from datetime import datetime, time, timedelta

from devices.reading import Reading
from hub.heard import STOOD_SINCE, is_in, not_there
from hub.history import History
from rules.building import Resident, Site
from rules.life import last_sign, signs_of, whose_signs

LOOK_BACK = (timedelta(days=1), timedelta(days=7), timedelta(days=35))
"""[default] How far, one after the other, until there is a sign."""


def last_sign_of(
    connection: sqlite3.Connection, history: History, site: Site, resident: Resident, now: datetime
) -> Reading | None:
    """None: none since they moved in, or for so long that nobody remembers. What a sensor told while it hung
    elsewhere is none of theirs. Not within a transaction.
    """
    whose = whose_signs(site)
    devices = [device for device in site.devices if resident.id in whose.get(device.id, ())]
    names, measures = [d.id for d in devices], {m for d in devices for m in signs_of(d)}
    home = datetime.combine(resident.moved_in, time(), site.zone) if resident.moved_in is not None else None
    for back in LOOK_BACK if devices else ():
        since = now - back
        until = now + timedelta(microseconds=1)
        gone = not_there(connection, site, devices, since - STOOD_SINCE, until)
        told = history.readings(names, since - STOOD_SINCE, until, measures)
        found = last_sign([one for one in told if not is_in(gone[one.device], one.at)], devices)
        if found is not None and home is not None and found.at < home:
            return None
        if found is not None and found.at >= since:
            return found
    return None
