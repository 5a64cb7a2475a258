"""When a resident last gave a sign of life, from the history; whose one was. What one is: rules/life.py."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from devices.reading import Reading
from hub.heard import STOOD_SINCE, is_in, not_there
from hub.history import History
from hub.homes import homes_by_room
from hub.store import placements
from rules.building import Resident, Site
from rules.homes import living
from rules.life import last_sign, signs_of, whose_signs
from rules.stretches import Stretch

LOOK_BACK = (timedelta(days=1), timedelta(days=7), timedelta(days=35))
"""[default] How far, one after the other, until there is a sign."""


class WhoseSigns:
    """Whose a device's signs are: of those whose they are now, who lived where it hangs when it gave them."""

    def __init__(self, connection: sqlite3.Connection, site: Site) -> None:
        self._whose = whose_signs(site)
        self._rooms = {device.id: device.room for device in site.devices}
        self._homes = homes_by_room(connection, site.site)
        self._hung: dict[tuple[str, str], list[Stretch]] = {}
        for one in placements.everything(connection, site.site):
            hung = Stretch(one.since, one.until or datetime.max.replace(tzinfo=UTC))
            self._hung.setdefault((one.device, one.room), []).append(hung)

    def of(self, device: str, at: datetime) -> tuple[str, ...]:
        whose, room = self._whose.get(device, ()), self._rooms.get(device, "")
        hung = self._hung.get((device, room))
        if hung is not None and not is_in(hung, at):
            return ()
        there = living(self._homes.get(room, ()), at)
        return tuple(resident for resident in whose if resident in there)

    def any_of(self, residents: Iterable[str], device: str, at: datetime) -> bool:
        return not {*residents}.isdisjoint(self.of(device, at))


def last_sign_of(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    resident: Resident,
    now: datetime,
    whose: WhoseSigns | None = None,
) -> Reading | None:
    """None: none since they moved in there, or for so long that nobody remembers. What a sensor told while it
    hung elsewhere, or of whoever lived there before, is none of theirs. `whose`: of the site, where it was
    asked for already. Not within a transaction.
    """
    whose, theirs = whose or WhoseSigns(connection, site), whose_signs(site)
    devices = [device for device in site.devices if resident.id in theirs.get(device.id, ())]
    names, measures = [d.id for d in devices], {m for d in devices for m in signs_of(d)}
    for back in LOOK_BACK if devices else ():
        since = now - back
        until = now + timedelta(microseconds=1)
        gone = not_there(connection, site, devices, since - STOOD_SINCE, until)
        told = history.readings(names, since - STOOD_SINCE, until, measures)
        heard = [one for one in told if not is_in(gone[one.device], one.at)]
        found = last_sign(heard, devices, lambda one: whose.any_of([resident.id], one.device, one.at))
        if found is not None and found.at >= since:
            return found
    return None
