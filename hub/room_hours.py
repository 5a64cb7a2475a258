"""A room's days hour by hour: how often something moved there, or a door was opened, and which hours nobody
could hear. From hourly values, by the site's own clock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from hub.activity import DAY_FROM, NIGHT_FROM
from hub.heard import is_in, not_there, unheard
from hub.history import History
from hub.year import OF_A_ROOM, Yearly, measure_of, serves
from rules.baseline import HEARD_ENOUGH
from rules.building import Device, Site
from rules.stretches import Stretch, common, length, within

_AN_HOUR = timedelta(hours=1)


class RoomHour(NamedTuple):
    """`hour`: by the clock on the wall; the one that comes twice when it is set back is one. `times`: None
    where it was not heard.
    """

    hour: int
    times: int | None


class RoomDay(NamedTuple):
    """`hours`: those that have begun."""

    day: date
    hours: tuple[RoomHour, ...]

    @property
    def by_day(self) -> int:
        return sum(one.times or 0 for one in self.hours if DAY_FROM <= one.hour < NIGHT_FROM)

    @property
    def by_night(self) -> int:
        """Of its hours before morning and in the late evening."""
        return sum(one.times or 0 for one in self.hours) - self.by_day

    @property
    def unheard(self) -> int:
        """Hours."""
        return sum(one.times is None for one in self.hours)

    @property
    def known(self) -> bool:
        """Heard well enough to count among the usual ones."""
        return bool(self.hours) and self.unheard <= (1 - HEARD_ENOUGH) * len(self.hours)


def days_by_hour(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: datetime,
    until: datetime,
) -> dict[Yearly, list[RoomDay]]:
    """The days between two midnights of the site, as far as they have come: `until` is now at the latest. By
    what there is a sensor for.
    """
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    own = {what: [d.id for d in devices if serves(d, what)] for what in OF_A_ROOM}
    needed = [d for d in devices if any(d.id in ids for ids in own.values())]
    if not needed or since >= until:
        return {}
    measures = {measure_of(what) for what, ids in own.items() if ids}
    told = history.hourly([d.id for d in needed], since, until, measures)
    deaf = unheard(connection, history, site, needed, since, until, by_hour=True)
    gone = not_there(connection, site, needed, since, until)
    told = [one for one in told if not is_in(gone[one.device], one.at)]
    found: dict[Yearly, list[RoomDay]] = {}
    for what, ids in own.items():
        if not ids:
            continue
        silent = [*(deaf[id] for id in ids), common((gone[id] for id in ids), Stretch(since, until))]
        times: dict[datetime, int] = {}
        for one in told:
            if one.device in ids and one.measure == measure_of(what):
                times[one.at] = times.get(one.at, 0) + one.times
        by_day: dict[date, dict[int, int | None]] = {}
        at = since
        while at < until:
            heard = _is_heard(silent, at, min(at + _AN_HOUR, until))
            local = at.astimezone(site.zone)
            hours = by_day.setdefault(local.date(), {})
            before = hours.get(local.hour, 0)
            hours[local.hour] = before + times.get(at, 0) if heard and before is not None else None
            at += _AN_HOUR
        found[what] = [
            RoomDay(day, tuple(RoomHour(*one) for one in sorted(hours.items())))
            for day, hours in by_day.items()
        ]
    return found


def _is_heard(deaf: Sequence[Sequence[Stretch]], since: datetime, until: datetime) -> bool:
    allowed = (1 - HEARD_ENOUGH) * (until - since)
    return all(length(within(own, since, until)) <= allowed for own in deaf)
