"""The file of the embedded history: segments of blocks by day, hourly values, and how far the journal was
moved here.

Here: the SQL. Not here: when and how much is moved (hub/history/upkeep.py), what is asked of it
(hub/history/embedded.py). Days are UTC, counted from 1970-01-01.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from hub.history.block import Row, packed, unpacked
from hub.store.db import connect, expect_not_older

FILE = "history.db"
SCHEMA = files("hub.history") / "schema"
PAGE_BYTES = 16_384
"""A day of one measure of one device seldom takes more than a quarter of it, the most a page holds whole."""
A_DAY = 86_400_000_000
"""µs"""

Series = tuple[int, int]
"""(device no, measure no)"""


class Moved(NamedTuple):
    """A reading on its way out of the journal."""

    device: int
    measure: int
    row: Row


def beside(database: Path) -> Path:
    """Where the history of a database is."""
    return database.with_name(FILE)


def connect_history(path: Path) -> sqlite3.Connection:
    """Open the history, made if absent. Raises what `connect` raises."""
    return connect(path, SCHEMA, PAGE_BYTES)


def expect_history_not_older(path: Path) -> None:
    """For who stands beside the hub (hub/site/installed.py). Raises what `expect_not_older` raises."""
    if path.exists():
        expect_not_older(path, SCHEMA)


def cursor(connection: sqlite3.Connection) -> int:
    """The `seq` of the last reading of the journal that is here; 0 where there is none."""
    return int(connection.execute("SELECT seq FROM moved").fetchone()[0])


def put_cursor(connection: sqlite3.Connection, seq: int) -> None:
    """Within the transaction that adds the readings."""
    connection.execute("UPDATE moved SET seq = ?", (seq,))


def add(connection: sqlite3.Connection, readings: Iterable[Moved]) -> None:
    """Add readings in the journal's order as a segment for each of their days. Within a transaction."""
    days: dict[int, dict[Series, list[Row]]] = {}
    for device, measure, row in readings:
        days.setdefault(row.at // A_DAY, {}).setdefault((device, measure), []).append(row)
    for day, series in sorted(days.items()):
        _add_segment(connection, day, ((key, packed(rows)) for key, rows in sorted(series.items())))


def days_in_pieces(connection: sqlite3.Connection, before: int) -> list[int]:
    """Days before day `before` that have more than one segment, or no hourly values yet."""
    rows = connection.execute(
        "SELECT day FROM segment WHERE day < ? GROUP BY day"
        " HAVING count(*) > 1 OR NOT EXISTS (SELECT 1 FROM hourly WHERE hourly.day = segment.day)"
        " ORDER BY day",
        (before,),
    )
    return [int(row[0]) for row in rows]


def series_of_day(connection: sqlite3.Connection, day: int) -> Iterator[tuple[Series, list[Row]]]:
    """All of a day, series by series; each in the journal's order."""
    blocks = connection.execute(
        "SELECT device, measure, readings FROM segment CROSS JOIN block ON segment = no WHERE day = ?"
        " ORDER BY device, measure, segment",
        (day,),
    )
    for (device, measure), group in groupby(blocks, key=lambda block: (block[0], block[1])):
        rows = [Row(*row) for block in group for row in unpacked(block[2])]
        yield (device, measure), sorted(rows)


def rewrite(connection: sqlite3.Connection, day: int, series: Iterable[tuple[Series, list[Row]]]) -> None:
    """Put one segment in the place of all that a day has. Within a transaction, the iteration included."""
    old = by_day(connection, range(day, day + 1))[day]
    _add_segment(connection, day, ((key, packed(rows)) for key, rows in series))
    _delete(connection, old)


def by_day(connection: sqlite3.Connection, days: range) -> dict[int, list[int]]:
    """The segments of each of those days."""
    found: dict[int, list[int]] = {}
    for no, day in connection.execute(
        "SELECT no, day FROM segment WHERE day >= ? AND day < ? ORDER BY no", (days.start, days.stop)
    ):
        found.setdefault(day, []).append(no)
    return found


def blocks(
    connection: sqlite3.Connection, segment: int, devices: Collection[int]
) -> Iterator[tuple[int, int, bytes]]:
    """(device, measure, block) of some devices in a segment."""
    marks = ", ".join("?" * len(devices))
    yield from connection.execute(
        f"SELECT device, measure, readings FROM block WHERE segment = ? AND device IN ({marks})",
        (segment, *devices),
    )


def newest_day(connection: sqlite3.Connection) -> int | None:
    return connection.execute("SELECT max(day) FROM segment").fetchone()[0]  # type: ignore[no-any-return]


def oldest_day(connection: sqlite3.Connection) -> int | None:
    return connection.execute("SELECT min(day) FROM segment").fetchone()[0]  # type: ignore[no-any-return]


def oldest_day_of_hours(connection: sqlite3.Connection) -> int | None:
    return connection.execute("SELECT min(day) FROM hourly").fetchone()[0]  # type: ignore[no-any-return]


def delete_oldest_day(connection: sqlite3.Connection, before: int) -> bool:
    """Delete the oldest day before day `before`; whether there was one. Within a transaction."""
    oldest = oldest_day(connection)
    if oldest is None or oldest >= before:
        return False
    _delete(connection, by_day(connection, range(oldest, oldest + 1))[oldest])
    return True


def delete_oldest_hours(connection: sqlite3.Connection, before: int) -> bool:
    """The same for the hourly values."""
    oldest = oldest_day_of_hours(connection)
    if oldest is None or oldest >= before:
        return False
    connection.execute("DELETE FROM hourly WHERE day = ?", (oldest,))
    return True


def put_hours(connection: sqlite3.Connection, series: Series, day: int, hours: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO hourly VALUES (?, ?, ?, ?)", (*series, day, hours))


def hours_before(connection: sqlite3.Connection, series: Series, day: int) -> bytes | None:
    """The newest hourly values of a series before a day."""
    row = connection.execute(
        "SELECT hours FROM hourly WHERE device = ? AND measure = ? AND day < ? ORDER BY day DESC LIMIT 1",
        (*series, day),
    ).fetchone()
    return None if row is None else row[0]


def hours_of(connection: sqlite3.Connection, series: Series, days: range) -> list[tuple[int, bytes]]:
    """(day, hourly values) of those days that have any."""
    rows = connection.execute(
        "SELECT day, hours FROM hourly WHERE device = ? AND measure = ? AND day >= ? AND day < ?",
        (*series, days.start, days.stop),
    )
    return [(row[0], row[1]) for row in rows]


def _add_segment(connection: sqlite3.Connection, day: int, blocks: Iterable[tuple[Series, bytes]]) -> None:
    no = connection.execute("INSERT INTO segment (day) VALUES (?)", (day,)).lastrowid
    connection.executemany(
        "INSERT INTO block (segment, device, measure, readings) VALUES (?, ?, ?, ?)",
        ((no, *key, block) for key, block in blocks),
    )


def _delete(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    for no in numbers:
        connection.execute("DELETE FROM block WHERE segment = ?", (no,))
        connection.execute("DELETE FROM segment WHERE no = ?", (no,))
