"""What some devices said in a stretch of time, out of the journal. It has no index by device: the stretch is
found by the order in which readings were committed, and read through.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime

from devices.measures import MEASURES
from hub.store.instants import from_us, to_us
from hub.store.readings import Stored

_COLUMNS = "seq, device, name, value, at, received_at, flags"


def between(
    connection: sqlite3.Connection, devices: Collection[int], since: datetime, until: datetime
) -> Iterator[Stored]:
    """What came in from these (their numbers) in the stretch, in the order in which it was committed."""
    yield from _read(connection, devices, since, until, _COLUMNS, "ORDER BY seq")


def standing_at(
    connection: sqlite3.Connection, devices: Collection[int], since: datetime, at: datetime
) -> Iterator[Stored]:
    """The last that each of them said of each measure before an instant, as far back as `since`."""
    yield from _read(
        connection, devices, since, at, _COLUMNS.replace("seq", "max(seq)", 1), "GROUP BY device, measure"
    )


def _read(
    connection: sqlite3.Connection,
    devices: Collection[int],
    since: datetime,
    until: datetime,
    columns: str,
    end: str,
) -> Iterator[Stored]:
    marks = ", ".join("?" * len(devices))
    rows = connection.execute(
        f"SELECT {columns} FROM reading JOIN measure ON measure.no = reading.measure"
        f" WHERE seq >= ? AND seq < ? AND device IN ({marks}) {end}",
        (_seq_at(connection, since), _seq_at(connection, until), *devices),
    )
    for row in rows:
        value = bool(row[3]) if MEASURES[row[2]].kind == "state" else row[3]
        yield Stored(row[0], row[1], row[2], value, from_us(row[4]), from_us(row[5]), row[6])


def _seq_at(connection: sqlite3.Connection, at: datetime) -> int:
    """The first `seq` that came in at an instant or later: some twenty look-ups by the key."""
    us = to_us(at)
    low, high = connection.execute(
        "SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) + 1 FROM reading"
    ).fetchone()
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            "SELECT seq, received_at FROM reading WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)
        ).fetchone()
        if row is None or row[1] >= us:
            high = middle
        else:
            low = row[0] + 1
    return int(low)
