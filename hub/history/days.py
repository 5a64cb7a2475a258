"""A whole day of one series in a few numbers, made from its hours: what is kept when the hours are gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, tzinfo
from itertools import groupby
from typing import NamedTuple

import msgspec

from hub.history import Daily, Hourly, segments
from hub.history.hours import Hour, decode
from hub.store.db import transaction


class WholeDay(NamedTuple):
    """`times`: how often a state became true, else how many readings. `seconds`: how long the state was true.
    `lowest` … `highest`: a number's. `hours`: in how many hours there was anything to tell.
    """

    times: int
    hours: int
    seconds: float | None = None
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None


encode = msgspec.msgpack.Encoder().encode
decode_day = msgspec.msgpack.Decoder(WholeDay).decode


def whole_day(hours: Sequence[Hour]) -> WholeDay | None:
    """None where there is nothing to tell."""
    if not hours:
        return None
    return summed(hours)


def of_hours(hours: Sequence[Hourly], zone: tzinfo) -> list[Daily]:
    """Days from their hours, which are by device, measure and time."""
    found = []
    for (device, measure, day), own in groupby(
        hours, key=lambda one: (one.device, one.measure, one.at.astimezone(zone).date())
    ):
        found.append(daily(device, measure, day, summed(list(own))))
    return found


def daily(device: str, measure: str, day: date, whole: WholeDay) -> Daily:
    return Daily(device, measure, day, *whole)


def summed(hours: Sequence[Hour] | Sequence[Hourly]) -> WholeDay:
    times = sum([hour.times for hour in hours])
    seconds = [hour.seconds for hour in hours if hour.seconds is not None]
    if len(seconds) == len(hours):  # of a state: a year of them is worked out while somebody waits
        return WholeDay(times, len(hours), sum(seconds))
    lowest = [hour.lowest for hour in hours if hour.lowest is not None]
    highest = [hour.highest for hour in hours if hour.highest is not None]
    weighed = sum(hour.mean * hour.times for hour in hours if hour.mean is not None)
    return WholeDay(
        times,
        len(hours),
        sum(seconds) if seconds else None,
        min(lowest, default=None),
        weighed / times if lowest and times else None,
        max(highest, default=None),
    )


def catch_up(history: sqlite3.Connection) -> None:
    """Work out the days whose hours were made before there were days, from the newest back to the first."""
    oldest_hours = history.execute("SELECT min(day) FROM hourly").fetchone()[0]
    if oldest_hours is None:
        return
    first = history.execute("SELECT min(day) FROM daily").fetchone()[0]
    newest_hours = history.execute("SELECT max(day) FROM hourly").fetchone()[0]
    for day in range(newest_hours if first is None else first - 1, oldest_hours - 1, -1):
        with transaction(history):
            rows = history.execute("SELECT device, measure, hours FROM hourly WHERE day = ?", (day,))
            for device, measure, hours in rows.fetchall():
                put(history, (device, measure), day, decode(hours).hours)


def put(history: sqlite3.Connection, series: segments.Series, day: int, hours: Sequence[Hour]) -> None:
    """Within a transaction."""
    if (found := whole_day(hours)) is not None:
        history.execute("INSERT OR REPLACE INTO daily VALUES (?, ?, ?, ?)", (*series, day, encode(found)))


def days_of(history: sqlite3.Connection, series: segments.Series, days: range) -> list[tuple[int, WholeDay]]:
    rows = history.execute(
        "SELECT day, figures FROM daily WHERE device = ? AND measure = ? AND day >= ? AND day < ?"
        " ORDER BY day",
        (*series, days.start, days.stop),
    )
    return [(row[0], decode_day(row[1])) for row in rows]


def delete_oldest(history: sqlite3.Connection, before: int) -> bool:
    """Delete the oldest day before day `before`; whether there was one. Within a transaction."""
    oldest = history.execute("SELECT min(day) FROM daily").fetchone()[0]
    if oldest is None or oldest >= before:
        return False
    history.execute("DELETE FROM daily WHERE day = ?", (oldest,))
    return True
