"""A resident's days in figures for their trends: how much moved by day and by night, time in bed, visits to
the bathroom. From hourly values, and of days that were heard well enough alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from hub.heard import unheard
from hub.history import History, Hourly
from rules.baseline import HEARD_ENOUGH, WEEKS, monday_of
from rules.building import MEASURES_OF_ROLE, Device, Site
from rules.stretches import Stretch, length, within

Trend = Literal["active", "restless", "bed", "bathroom"]
TRENDS: tuple[Trend, ...] = get_args(Trend)
SHOWN_WEEKS = 12
"""[default]"""
DAY_FROM, NIGHT_FROM = 7, 22
_A_DAY = timedelta(days=1)


def days_of(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    devices: Sequence[Device],
    now: datetime,
) -> dict[Trend, dict[date, float]]:
    """By trend: a value for each day that is over and of which HEARD_ENOUGH was heard by all the trend needs.
    A night belongs to the day on which it begins. Trends that nothing serves are left out.
    """
    today = now.astimezone(site.zone).date()
    first = monday_of(today) - timedelta(weeks=SHOWN_WEEKS + WEEKS)
    since, until = _midnight(first, site), _midnight(today, site)
    hours = history.hourly([d.id for d in devices], since, until, ("motion", "in_bed", "presence"))
    deaf = unheard(connection, history, site, devices, since, until)
    found: dict[Trend, dict[date, float]] = {}
    for trend in TRENDS:
        own = [device for device in devices if _serves(device, trend)]
        if not own:
            continue
        ids = {device.id for device in own}
        values = {
            day: 0.0 for day in _days(first, today) if _is_heard([deaf[id] for id in ids], day, trend, site)
        }
        for hour in hours:
            if hour.device in ids:
                _count(values, hour, trend, site)
        if trend == "bed":
            values = {day: value / 3600 for day, value in values.items()}
        found[trend] = _since_the_first_word(values)
    return found


def _serves(device: Device, trend: Trend) -> bool:
    match trend:
        case "bed":
            return device.role == "bed"
        case "bathroom":
            return device.role == "bathroom_motion"
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
    if hour.measure != "motion" or by_day != (trend == "active"):
        return
    if not by_day and local.hour < DAY_FROM:
        day -= _A_DAY
    if day in values:
        values[day] += hour.times


def _is_heard(deaf: Sequence[Sequence[Stretch]], day: date, trend: Trend, site: Site) -> bool:
    midnight = _midnight(day, site)
    start = {"active": DAY_FROM, "bed": 12}.get(trend, NIGHT_FROM)
    hours = {"active": NIGHT_FROM - DAY_FROM, "bed": 24}.get(trend, 24 - NIGHT_FROM + DAY_FROM)
    since = midnight + timedelta(hours=start)
    until = since + timedelta(hours=hours)
    return all(length(within(own, since, until)) <= (1 - HEARD_ENOUGH) * (until - since) for own in deaf)


def _since_the_first_word(values: dict[date, float]) -> dict[date, float]:
    """Before anything was ever counted the sensors were not there."""
    first = min((day for day, value in values.items() if value), default=None)
    return {} if first is None else {day: value for day, value in values.items() if day >= first}


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]


def _midnight(day: date, site: Site) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=site.zone)
