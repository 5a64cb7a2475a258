"""How much was heard in a resident's own rooms, by night and by day: sums for a personal baseline.

Here: from the history's hours to a figure for each night and day, None where nobody can know. Not here: what
is usual (rules/usual.py), its words (rules/wording/relatives.py). Nothing of it is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from hub.heard import is_in, not_there, not_yet
from hub.history import History, Hourly
from hub.spells import spells
from rules.backtest import Spell
from rules.building import Device, Resident, Site
from rules.telling_relatives import at_local
from rules.usual import BASELINE, Judged, judged

EVENING, MORNING = time(22), time(7)
"""[default] The night is from ten to seven; it belongs to the day on which it ends."""
HEARD_ROLES = frozenset({"motion", "bathroom_motion", "bedroom_motion", "kitchen_motion", "fall_detector"})
STIRRING = ("motion", "presence")
MISSED = timedelta(hours=1)
"""[default] A night or day of which so much could not be heard is not known."""


class Rhythm(NamedTuple):
    """Each night and day that was asked for, the oldest first, beside the person's own four weeks before."""

    nights: list[Judged]
    days: list[Judged]
    in_bed: list[Judged]
    """Hours in bed at night; empty where there is no bed sensor."""


def rhythm(
    connection: sqlite3.Connection,
    history: History,
    site: Site,
    resident: Resident,
    days: Sequence[date],
    counts: Callable[[date], bool],
) -> Rhythm:
    """`days`: whole ones that are over, each with the night before it. `counts`: of which days what was heard
    may count at all, in the baseline too. Not within a transaction.
    """
    devices = own_devices(site, resident)
    first = min(days) - BASELINE
    since, until = at_local(first - timedelta(days=1), EVENING, site.zone), _ends(max(days), site)
    names = [device.id for device in devices]
    gone = not_there(connection, site, devices, since, until)
    told = history.hourly(names, since, until, (*STIRRING, "in_bed"))
    hours = [hour for hour in told if not is_in(gone[hour.device], hour.at)]
    every = [first + timedelta(days=n) for n in range((max(days) - first).days + 1)]
    lost = _lost(connection, site, devices, resident, since)
    # What waits for a fall may never have spoken and be well.
    telling = [device for device in devices if device.role != "fall_detector"]
    for id, waited in not_yet(connection, site, telling, since, until).items():
        lost += [Spell("unheard", f"device:{id}", "", *stretch) for stretch in waited]
    begins = min((hour.at for hour in hours), default=None)
    theirs = [day for day in every if _is_theirs(day, resident) and counts(day)]
    known_days = {day for day in theirs if _is_known(_daytime(day, site), begins, lost)}
    known_nights = {day for day in theirs if _is_known(_night(day, site), begins, lost)}
    stirred = _sums((h for h in hours if h.measure in STIRRING), site, lambda hour: float(hour.times))
    lain = _sums((h for h in hours if h.measure == "in_bed"), site, lambda hour: (hour.seconds or 0) / 3600)
    by_day = {day: stirred.get(("day", day)) if day in known_days else None for day in every}
    nights = {
        day: stirred.get(("night", day), 0.0)
        if day in known_nights and (by_day.get(day) or by_day.get(day - timedelta(days=1)))
        else None
        for day in every
    }
    in_bed = {day: lain.get(("night", day)) if day in known_nights else None for day in every}
    has_bed = any(device.role == "bed" for device in devices)
    return Rhythm(judged(nights, days), judged(by_day, days), judged(in_bed, days) if has_bed else [])


def own_devices(site: Site, resident: Resident) -> list[Device]:
    """Those of the resident's own room; of one who shares it, not what is the other's own."""
    return [
        device
        for device in site.devices
        if device.room == resident.room
        and device.resident in (None, resident.id)
        and (device.role in HEARD_ROLES or device.role == "bed")
    ]


def _night(day: date, site: Site) -> tuple[datetime, datetime]:
    return at_local(day - timedelta(days=1), EVENING, site.zone), at_local(day, MORNING, site.zone)


def _daytime(day: date, site: Site) -> tuple[datetime, datetime]:
    return at_local(day, MORNING, site.zone), _ends(day, site)


def _ends(day: date, site: Site) -> datetime:
    return at_local(day, EVENING, site.zone)


def _sums(
    hours: Iterable[Hourly], site: Site, figure: Callable[[Hourly], float]
) -> dict[tuple[str, date], float]:
    found: dict[tuple[str, date], float] = {}
    for hour in hours:
        local = hour.at.astimezone(site.zone)
        if local.time() >= EVENING:
            key = ("night", local.date() + timedelta(days=1))
        else:
            key = ("night" if local.time() < MORNING else "day", local.date())
        found[key] = found.get(key, 0.0) + figure(hour)
    return found


def _lost(
    connection: sqlite3.Connection, site: Site, devices: Sequence[Device], resident: Resident, since: datetime
) -> list[Spell]:
    """When nothing could be heard of these devices, or nobody was at home."""
    parts = {"broker", *(f"device:{d.id}" for d in devices)}
    parts |= {f"gateway:{site.gateway_of(device)}" for device in devices}
    names = {device.id for device in devices}
    return [
        spell
        for spell in spells(connection, site, since)
        if (spell.kind == "unheard" and spell.what in parts)
        or (spell.kind == "aside" and spell.what in names)
        or (spell.kind == "away" and spell.room == resident.room)
    ]


def _is_theirs(day: date, resident: Resident) -> bool:
    """Whether they lived here on the whole day and in the night before it. What was heard in the room before
    that is another's.
    """
    return resident.lives_here(day - timedelta(days=1)) and resident.lives_here(day)


def _is_known(stretch: tuple[datetime, datetime], begins: datetime | None, lost: Iterable[Spell]) -> bool:
    began, ended = stretch
    if begins is None or began < begins - timedelta(hours=1):
        return False
    return all(min(ended, spell.until or ended) - max(began, spell.since) < MISSED for spell in lost)
