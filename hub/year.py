"""A year in daily values: movement, time in bed, use of the bathroom, doors opened.

Days are the site's, from midnight to midnight; where only whole days are kept any more they are UTC's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub.activity import DOORS
from hub.heard import away_of, is_in, not_there, silent_or_not_yet
from hub.history import Daily, History
from hub.store import sites
from rules.building import MEASURES_OF_ROLE, Device, Site
from rules.stretches import Stretch, common
from rules.year import Day, Told, day_told

Yearly = Literal["movement", "in_bed", "bathroom_hours", "openings"]
OF_A_RESIDENT: tuple[Yearly, ...] = ("movement", "in_bed", "bathroom_hours")
OF_A_ROOM: tuple[Yearly, ...] = ("movement", "openings")
_A_DAY = timedelta(days=1)


def year_of(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    since: date,
    until: date,
    asked: Sequence[Yearly] = OF_A_RESIDENT,
) -> dict[Yearly, list[Day]]:
    """Each day from `since` to before `until`, by what is asked for and there is a sensor for. Movement: how
    often it was seen that day; in bed: hours; the bathroom: in how many hours of the day it was used;
    openings: how often a door was opened. Without days where none is over yet.
    """
    own = {what: [d for d in devices if serves(d, what)] for what in asked}
    needed = list(dict.fromkeys(d for each in own.values() for d in each))
    if not needed or since >= until:
        return {what: [] for what, each in own.items() if each}
    told = history.daily([d.id for d in needed], since, until, {measure_of(what) for what in own}, site.zone)
    days = [_day(since + n * _A_DAY, site.zone) for n in range((until - since).days)]
    gone = not_there(connection, site, needed, days[0].since, days[-1].until)
    told = [one for one in told if not is_in(gone[one.device], _day(one.day, site.zone).since)]
    deaf = silent_or_not_yet(connection, history, site, needed, days[0].since, days[-1].until)
    away = away_of(connection, site, needed, days[0].since, days[-1].until)
    begun = min(_first_day(connection, site, until), min((one.day for one in told), default=until))
    return {
        what: _days(
            _values(told, what, {d.id for d in each}),
            away,
            [deaf[d.id] for d in each],
            common((gone[d.id] for d in each), Stretch(days[0].since, days[-1].until)),
            begun,
            since,
            days,
        )
        for what, each in own.items()
        if each
    }


def _first_day(connection: sqlite3.Connection, site: Site, otherwise: date) -> date:
    """On which the hub began to be the site's."""
    at = sites.first_imported(connection, site.site)
    return otherwise if at is None else at.astimezone(site.zone).date()


def serves(device: Device, what: Yearly) -> bool:
    match what:
        case "in_bed":
            return device.role == "bed"
        case "bathroom_hours":
            return device.role == "bathroom_motion"
        case "movement":
            return "motion" in MEASURES_OF_ROLE[device.role] and device.role.endswith("motion")
        case "openings":
            return device.role in DOORS


def measure_of(what: Yearly) -> str:
    return {"in_bed": "in_bed", "openings": "open"}.get(what, "motion")


def _values(told: Sequence[Daily], what: Yearly, devices: set[str]) -> dict[date, float]:
    """Of days on which there was anything to tell."""
    values: dict[date, float] = {}
    for one in told:
        if one.device not in devices or one.measure != measure_of(what):
            continue
        before = values.get(one.day, 0.0)
        match what:
            case "in_bed":
                values[one.day] = before + (one.seconds or 0.0) / 3600
            case "bathroom_hours":  # two sensors of one bathroom see the same hours
                values[one.day] = max(before, float(one.hours))
            case "movement" | "openings":
                values[one.day] = before + one.times
    return values


def _days(
    values: dict[date, float],
    away: Sequence[Stretch],
    deaf: Sequence[Sequence[Stretch]],
    gone: Sequence[Stretch],
    begun: date,
    since: date,
    days: Sequence[Stretch],
) -> list[Day]:
    """`begun`: the first day of the hub, `gone`: when none of the sensors hung there; then there was
    nothing to hear with. Before anything was told after that nothing came of them, or it is no longer kept.
    """
    began = min(values, default=date.max)
    found = []
    for n, whole in enumerate(days):
        day = since + n * _A_DAY
        if day < begun or is_in(gone, whole.since):
            told: Told = "before"
        else:
            told = day_told(whole, away, deaf) if day >= began else "unheard"
        found.append(Day(day, told, values.get(day, 0.0) if told == "heard" else None))
    return found


def _day(day: date, zone: ZoneInfo) -> Stretch:
    """23, 24 or 25 hours."""
    since, until = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + _A_DAY))
    return Stretch(since, until)
