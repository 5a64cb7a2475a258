"""The append-only journal of readings, and the memory of which messages it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from devices.measures import MEASURES
from devices.reading import Value
from hub.store.instants import from_us, to_us

LATE, SNAPSHOT, OWN_TIME, CLOCK_WRONG = 1, 2, 4, 8
TESTED, PAUSED = 16, 32
"""Of a device under test, or paused: no rule has judged it, and none is to in hindsight."""
NOT_JUDGED = TESTED | PAUSED

Row = tuple[int, int, Value, int, int, int]
"""device no, measure no, value, at (µs), received at (µs), flags"""


Raw = tuple[int, int, int, int | float | str, int, int, int]
"""seq, device no, measure no, value, at (µs), received at (µs), flags"""
_RAW = "seq, device, measure, value, at, received_at, flags"


class Stored(NamedTuple):
    seq: int
    device: int
    measure: str
    value: Value
    at: datetime
    received_at: datetime
    flags: int


def measure_numbers(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of each measure in the journal; new measures get theirs. Within a transaction."""
    connection.executemany("INSERT OR IGNORE INTO measure (name) VALUES (?)", [(name,) for name in MEASURES])
    return {row[0]: row[1] for row in connection.execute("SELECT name, no FROM measure")}


def append(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    connection.executemany(
        "INSERT INTO reading (device, measure, value, at, received_at, flags) VALUES (?, ?, ?, ?, ?, ?)", rows
    )


def newest_at(connection: sqlite3.Connection) -> datetime | None:
    """The time of the reading that was committed last."""
    row = connection.execute("SELECT at FROM reading ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else from_us(row[0])


def after(connection: sqlite3.Connection, seq: int, limit: int) -> Iterator[Stored]:
    """Readings in the order in which they were committed, from the first after `seq`."""
    rows = connection.execute(
        "SELECT seq, device, name, value, at, received_at, flags FROM reading"
        " JOIN measure ON measure.no = reading.measure WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, limit),
    )
    for row in rows:
        value = bool(row[3]) if MEASURES[row[2]].kind == "state" else row[3]
        yield Stored(row[0], row[1], row[2], value, from_us(row[4]), from_us(row[5]), row[6])


def newest(connection: sqlite3.Connection) -> int:
    """The `seq` of the reading committed last; 0 where there is none."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM reading").fetchone()[0])


def raw_after(connection: sqlite3.Connection, seq: int, limit: int) -> Iterator[Raw]:
    """The same as they stand in the journal."""
    yield from connection.execute(
        f"SELECT {_RAW} FROM reading WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    )


def of_devices(
    connection: sqlite3.Connection, seq: int, devices: Collection[int], since: int, until: int
) -> list[Raw]:
    """The same for some devices, from `since` to before `until` (µs): looks through all after `seq`."""
    marks = ", ".join("?" * len(devices))
    return connection.execute(
        f"SELECT {_RAW} FROM reading"
        f" WHERE seq > ? AND device IN ({marks}) AND at >= ? AND at < ? ORDER BY seq",
        (seq, *devices, since, until),
    ).fetchall()


def received_first_after(connection: sqlite3.Connection, seq: int) -> datetime | None:
    """When the first reading after `seq` came in; None where there is none."""
    row = connection.execute(
        "SELECT received_at FROM reading WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)
    ).fetchone()
    return None if row is None else from_us(row[0])


def delete_first(connection: sqlite3.Connection, upto: int, before: datetime, limit: int) -> int:
    """Delete the first readings of the journal, up to number `upto` and as far as they came before then;
    returns how many. The newest always stays: the next one's number follows it. Within a transaction.
    """
    first = connection.execute(
        "SELECT seq, received_at FROM reading WHERE seq <= ? AND seq < (SELECT max(seq) FROM reading)"
        " ORDER BY seq LIMIT ?",
        (upto, limit),
    )
    last = None
    for seq, received_at in first:
        if received_at >= to_us(before):
            break
        last = seq
    if last is None:
        return 0
    return connection.execute("DELETE FROM reading WHERE seq <= ?", (last,)).rowcount


def measure_names(connection: sqlite3.Connection) -> dict[int, str]:
    """The measure of each number in the journal."""
    return {row[0]: row[1] for row in connection.execute("SELECT no, name FROM measure")}


def oldest_at(connection: sqlite3.Connection) -> datetime | None:
    """The time of the journal's first reading."""
    row = connection.execute("SELECT at FROM reading ORDER BY seq LIMIT 1").fetchone()
    return None if row is None else from_us(row[0])
