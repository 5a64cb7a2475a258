"""Which devices are or were under test, and what they said meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from devices.measures import MEASURES
from devices.reading import Reading
from hub.store.instants import from_us, to_us
from hub.store.readings import CLOCK_WRONG, OWN_TIME, SNAPSHOT
from rules.walk_test import Test

CACHED = 64
MOST_READINGS = 2000
"""Of one test. A device that says more is understood by then."""

_FIELDS = ("site", "device", "person", "started_at", "ends_at", "ended_at", "ended_by")
_COLUMNS = ", ".join(_FIELDS)
_INSTANTS = ("started_at", "ends_at", "ended_at")


class Heard(NamedTuple):
    """One reading of a device under test. `stored_at`: right before it was committed."""

    seq: int
    reading: Reading
    stored_at: datetime


def running(connection: sqlite3.Connection, site: str) -> list[Test]:
    """The tests that nobody ended, also those whose time is up."""
    return _many(connection, "site = ? AND ended_at IS NULL", site)


def of(connection: sqlite3.Connection, site: str, device: str) -> Test | None:
    """The newest test of a device."""
    found = _many(connection, "site = ? AND device = ? ORDER BY id DESC LIMIT 1", site, device)
    return found[0] if found else None


def get(connection: sqlite3.Connection, site: str, id: int) -> Test | None:
    found = _many(connection, "site = ? AND id = ?", site, id)
    return found[0] if found else None


def newest(connection: sqlite3.Connection, site: str) -> list[Test]:
    """Of each device the newest."""
    per_device = "id IN (SELECT max(id) FROM walk_test WHERE site = ? GROUP BY device)"
    return _many(connection, per_device, site)


def since(connection: sqlite3.Connection, site: str, then: datetime) -> list[Test]:
    """Those that had not ended by then."""
    return _many(connection, "site = ? AND (ended_at IS NULL OR ended_at >= ?)", site, to_us(then))


def add(connection: sqlite3.Connection, test: Test) -> Test:
    """Store a new one; returns it with its id. sqlite3.IntegrityError where one of the device runs."""
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO walk_test ({_COLUMNS}) VALUES ({marks})", _row(test))
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(test, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, test: Test) -> None:
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(f"UPDATE walk_test SET {assignments} WHERE id = ?", (*_row(test), test.id))


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """Also what is over, and with it the sealed records, which say the name of then."""
    connection.execute("UPDATE walk_test SET device = ? WHERE site = ? AND device = ?", (now, site, was))


def clock_jumped(connection: sqlite3.Connection, site: str, moved: Callable[[datetime], datetime]) -> None:
    """Tests that run last as long as they would have. Within a transaction."""
    for test in running(connection, site):
        by = moved(test.started_at) - test.started_at
        put(
            connection,
            msgspec.structs.replace(test, started_at=test.started_at + by, ends_at=test.ends_at + by),
        )


def append(connection: sqlite3.Connection, heard: Iterable[tuple[int, Reading]], at: datetime) -> None:
    """What devices said, each with the number of its test, up to MOST_READINGS of a test."""
    connection.executemany(
        "INSERT INTO walk_test_reading (test, measure, value, at, received_at, stored_at, flags)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
        " WHERE (SELECT count(*) FROM walk_test_reading WHERE test = ?1) < ?8",
        [
            (test, r.measure, r.value, to_us(r.at), to_us(r.received_at), to_us(at), _flags(r), MOST_READINGS)
            for test, r in heard
        ],
    )


def heard(connection: sqlite3.Connection, test: Test, after: int = 0) -> list[Heard]:
    """What the device said, from the first after `after`, in the order in which it came in."""
    rows = connection.execute(
        "SELECT seq, measure, value, at, received_at, stored_at, flags FROM walk_test_reading"
        " WHERE test = ? AND seq > ? ORDER BY seq",
        (test.id, after),
    )
    return [_heard(test.device, *row) for row in rows]


def _heard(
    device: str, seq: int, measure: str, value: object, at: int, received_at: int, stored_at: int, flags: int
) -> Heard:
    said = bool(value) if MEASURES[measure].kind == "state" else value
    assert isinstance(said, bool | float | int | str)
    reading = Reading(
        device,
        measure,
        said,
        from_us(at),
        from_us(received_at),
        own_time=bool(flags & OWN_TIME),
        snapshot=bool(flags & SNAPSHOT),
        cached=bool(flags & CACHED),
        clock_wrong=bool(flags & CLOCK_WRONG),
    )
    return Heard(seq, reading, from_us(stored_at))


def _flags(reading: Reading) -> int:
    return (
        (SNAPSHOT if reading.snapshot else 0)
        | (OWN_TIME if reading.own_time else 0)
        | (CLOCK_WRONG if reading.clock_wrong else 0)
        | (CACHED if reading.cached else 0)
    )


def _many(connection: sqlite3.Connection, condition: str, *values: object) -> list[Test]:
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM walk_test WHERE {condition}", values)
    return [_test(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _test(fields: dict[str, object]) -> Test:
    for name in _INSTANTS:
        instant = fields[name]
        fields[name] = from_us(instant) if isinstance(instant, int) else None
    return msgspec.convert(fields, Test)


def _row(test: Test) -> list[object]:
    values = (getattr(test, name) for name in _FIELDS)
    return [to_us(value) if isinstance(value, datetime) else value for value in values]
