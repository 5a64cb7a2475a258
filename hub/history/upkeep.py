"""What keeps the history: readings moved out of the journal, days that are over made compact, and what is
older than it is kept deleted.

Each step is a transaction of the file it writes, and may be killed anywhere: the cursor is committed with the
readings it stands for, and the journal gives up only what the history has committed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

from hub.history import days, segments
from hub.history.block import Row
from hub.history.hours import day_of, decode, encode
from hub.history.segments import A_DAY, Moved, Series, beside, connect_history
from hub.store import history_cursor, readings
from hub.store.db import connect, transaction
from hub.store.instants import to_us

AT_ONCE = 50_000
"""Readings in one move: some 30 MB of memory and half a second."""
PRUNED_AT_ONCE = 2_000
"""Readings deleted from the journal in one transaction: a few milliseconds in which others wait to write."""
BREATH_S = 0.02
"""Between two transactions in the hub's database."""
JOURNAL_KEPT = timedelta(
    days=7
)  # [default] what an alert is explained by, and a second copy of the newest days
DAY_CLOSES_AFTER = timedelta(hours=2)  # [default] after its midnight: by then hardly anything late comes in


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept. None: for ever."""

    readings: timedelta | None
    hourly: timedelta | None
    daily: timedelta | None = None


def keep(database: Path, now: datetime, retention: Retention, relay: str | None = None) -> None:
    """All that is to be done by now. `relay`: the time series database that must have a reading before the
    journal gives it up (hub/store/history_cursor.py).
    """
    with closing(connect(database)) as journal, closing(connect_history(beside(database))) as history:
        while move(journal, history) == AT_ONCE:
            pass
        prune_journal(journal, history, now - JOURNAL_KEPT, relay)
        close_days(journal, history, now)
        days.catch_up(history)
        delete_old(history, now, retention)


def waiting(database: Path) -> tuple[int, datetime | None]:
    """How many readings of the journal are not in the history yet, and when the oldest of them came."""
    with closing(connect(database)) as journal, closing(connect_history(beside(database))) as history:
        moved = segments.cursor(history)
        return readings.newest(journal) - moved, readings.received_first_after(journal, moved)


def move(journal: sqlite3.Connection, history: sqlite3.Connection, at_once: int = AT_ONCE) -> int:
    """Move the next readings into the history, once; returns how many."""
    with transaction(history):  # the writers' lock first: two at once would move the same
        rows = list(readings.raw_after(journal, segments.cursor(history), at_once))
        if rows:
            segments.add(history, (_moved(*row) for row in rows))
            segments.put_cursor(history, rows[-1][0])
    return len(rows)


def _moved(
    seq: int, device: int, measure: int, value: int | float | str, at: int, received_at: int, flags: int
) -> Moved:
    return Moved(device, measure, Row(seq, at, value, received_at - at, flags))


def prune_journal(
    journal: sqlite3.Connection,
    history: sqlite3.Connection,
    before: datetime,
    relay: str | None = None,
    at_once: int = PRUNED_AT_ONCE,
) -> None:
    """Delete from the journal what came before then, is in the history, and is where it is relayed to; so
    many at once, and between them others have their turn.
    """
    while True:
        safe = segments.cursor(history)
        if relay is not None:
            safe = min(safe, history_cursor.of(journal, relay))
        with transaction(journal):
            deleted = readings.delete_first(journal, safe, before, at_once)
        if deleted < at_once:
            return
        sleep(BREATH_S)


def close_days(journal: sqlite3.Connection, history: sqlite3.Connection, now: datetime) -> None:
    """Make each day that is over one segment, and work out its hours."""
    today = to_us(now - DAY_CLOSES_AFTER) // A_DAY
    measures = readings.measure_names(journal)
    for day in segments.days_in_pieces(history, today):
        with transaction(history):
            series = segments.series_of_day(history, day)
            segments.rewrite(history, day, _with_hours(history, day, measures, series))


def _with_hours(
    history: sqlite3.Connection,
    day: int,
    measures: dict[int, str],
    series: Iterable[tuple[Series, list[Row]]],
) -> Iterator[tuple[Series, list[Row]]]:
    """The same series; the hours of each are written down on the way."""
    for key, rows in series:
        before = segments.hours_before(history, key, day)
        values = [(row.at - day * A_DAY, row.value) for row in sorted(rows, key=lambda row: row.at)]
        hours = day_of(measures[key[1]], values, decode(before).last if before else None)
        segments.put_hours(history, key, day, encode(hours))
        days.put(history, key, day, hours.hours)
        yield key, rows


def delete_old(history: sqlite3.Connection, now: datetime, retention: Retention) -> None:
    """Delete day by day what is older than it is kept. A clock that runs ahead deletes nothing: of two times,
    now and the newest reading's, the earlier counts.
    """
    newest = segments.newest_day(history)
    if newest is None:
        return
    today = min(to_us(now) // A_DAY, newest + 1)
    for length, delete in (
        (retention.readings, segments.delete_oldest_day),
        (retention.hourly, segments.delete_oldest_hours),
        (retention.daily, days.delete_oldest),
    ):
        deleted = length is not None
        while deleted and length is not None:
            with transaction(history):
                deleted = delete(history, today - length.days)
