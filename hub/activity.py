"""Days in figures for trends: of a resident how much moved by day and by night, time in bed, use of the
bathroom; of a room how much moved and how often its doors were opened. From hourly values, and of days that
were heard well enough alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from hub.heard import is_in, not_there, unheard
from hub.history import History, Hourly
from rules.baseline import HEARD_ENOUGH, WEEKS, monday_of
from rules.building import MEASURES_OF_ROLE, Device, Site
from rules.stretches import Stretch, common, length, within

Trend = Literal["active", "restless", "bed", "bathroom", "doors", "doors_at_night"]
TRENDS: tuple[Trend, ...] = ("active", "restless", "bed", "bathroom")
"""Of a resident."""
ROOM_TRENDS: tuple[Trend, ...] = ("active", "restless", "doors", "doors_at_night")
SHOWN_WEEKS = 12
"""[default]"""
DAY_FROM, NIGHT_FROM = 7, 22
DOORS = ("outer_door", "door")
_A_DAY = timedelta(days=1)
_BY_DAY = ("active", "doors")


def days_of(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    now: datetime,
    asked: Sequence[Trend] = TRENDS,
) -> dict[Trend, dict[date, float]]:
    """By trend: a value for each day that is over and of which HEARD_ENOUGH was heard by all the trend needs.
    A night belongs to the day on which it begins. Trends that nothing serves are left out.
    """
    today = now.astimezone(site.zone).date()
    first = monday_of(today) - timedelta(weeks=SHOWN_WEEKS + WEEKS)
    since, until = _midnight(first, site), _midnight(today, site)
    measures = {"open"} if "doors" in asked else {"in_bed", "presence"}
    hours = history.hourly([d.id for d in devices], since, until, {"motion", *measures})
    deaf = unheard(connection, history, site, devices, since, until, by_hour=True)
    gone = not_there(connection, site, devices, since, until)
    hours = [hour for hour in hours if not is_in(gone[hour.device], hour.at)]
    found: dict[Trend, dict[date, float]] = {}
    for trend in asked:
        own = [device for device in devices if _serves(device, trend)]
        if not own:
            continue
        ids = {device.id for device in own}
        none = common((gone[id] for id in ids), Stretch(since, until))
        silent = [*(deaf[id] for id in ids), none]
        values = {day: 0.0 for day in _days(first, today) if _is_heard(silent, day, trend, site)}
        own_hours = [hour for hour in hours if hour.device in ids]
        spoke = min((hour.at for hour in own_hours), default=None)
        if spoke is None:
            found[trend] = {}
            continue
        if trend == "bathroom":
            own_hours = _each_once(own_hours)
        for hour in own_hours:
            _count(values, hour, trend, site)
        if trend == "bed":
            values = {day: value / 3600 for day, value in values.items()}
        # Before a first word the sensors were not there. What they never told of at night was none since.
        first_word = spoke.astimezone(site.zone).date()
        found[trend] = {day: value for day, value in values.items() if day >= first_word}
    return found


def _serves(device: Device, trend: Trend) -> bool:
    match trend:
        case "bed":
            return device.role == "bed"
        case "bathroom":
            return device.role == "bathroom_motion"
        case "doors" | "doors_at_night":
            return device.role in DOORS
        case _:
            return "motion" in MEASURES_OF_ROLE[device.role] and device.role.endswith("motion")


def _count(values: dict[date, float], hour: Hourly, trend: Trend, site: Site) -> None:
    local = hour.at.astimezone(site.zone)
    by_day = DAY_FROM <= local.hour < NIGHT_FROM
    day = local.date()
    if trend == "bed":
        # From noon to noon, so that a night is not cut in two.
        day = day if local.hour >= 12 else day - _A_DAY
        if day in values:
            values[day] += hour.seconds or 0.0
        return
    measure = "open" if trend in ("doors", "doors_at_night") else "motion"
    if hour.measure != measure or by_day != (trend in _BY_DAY):
        return
    if not by_day and local.hour < DAY_FROM:
        day -= _A_DAY
    if day in values:
        values[day] += hour.times


def _each_once(hours: Sequence[Hourly]) -> list[Hourly]:
    """The hours in which the bathroom was used: a visit is many movements, and how many is chance."""
    used = {hour.at: hour._replace(times=1) for hour in hours if hour.measure == "motion" and hour.times}
    return list(used.values())


def _is_heard(deaf: Sequence[Sequence[Stretch]], day: date, trend: Trend, site: Site) -> bool:
    midnight = _midnight(day, site)
    start, hours = NIGHT_FROM, 24 - NIGHT_FROM + DAY_FROM
    if trend == "bed":
        start, hours = 12, 24
    elif trend in _BY_DAY:
        start, hours = DAY_FROM, NIGHT_FROM - DAY_FROM
    since = midnight + timedelta(hours=start)
    until = since + timedelta(hours=hours)
    return all(length(within(own, since, until)) <= (1 - HEARD_ENOUGH) * (until - since) for own in deaf)


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]


def _midnight(day: date, site: Site) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=site.zone)
