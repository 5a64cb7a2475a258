"""Devices as they were heard: their numbers in the journal, and what stands for each now."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from devices.reading import Value
from hub.store.instants import from_us, to_us

Newest = dict[str, tuple[Value, datetime]]
"""Measure → (value, at)"""


class HeardDevice(msgspec.Struct, frozen=True):
    no: int
    gateway: str
    address: str
    first_heard_at: datetime
    last_heard_at: datetime | None
    latest: Newest


def heard(connection: sqlite3.Connection, site: str) -> list[HeardDevice]:
    """Every device that ever spoke on this site, with its newest values."""
    rows = connection.execute(
        "SELECT no, gateway, address, first_heard_at, last_heard_at, latest"
        " FROM device LEFT JOIN device_latest ON device = no WHERE site = ? ORDER BY no",
        (site,),
    )
    return [
        HeardDevice(
            row[0],
            row[1],
            row[2],
            from_us(row[3]),
            None if row[4] is None else from_us(row[4]),
            {} if row[5] is None else _read(row[5]),
        )
        for row in rows
    ]


def newest_values(connection: sqlite3.Connection, numbers: Collection[int]) -> list[tuple[int, Newest]]:
    """(number, newest value of each measure) of some devices."""
    marks = ", ".join("?" * len(numbers))
    rows = connection.execute(
        f"SELECT device, latest FROM device_latest WHERE device IN ({marks})", tuple(numbers)
    )
    return [(row[0], _read(row[1])) for row in rows]


def names(connection: sqlite3.Connection, after: int = 0) -> list[tuple[int, str, str, str]]:
    """(number, site, gateway, address) of every device ever heard, from the first after number `after`."""
    rows = connection.execute(
        "SELECT no, site, gateway, address FROM device WHERE no > ? ORDER BY no", (after,)
    )
    return [tuple(row) for row in rows]


def first_heard(connection: sqlite3.Connection, site: str) -> dict[int, int]:
    """When each device first spoke, in µs, by number. Left out: of which no value is known."""
    rows = connection.execute(
        "SELECT no, first_heard_at FROM device JOIN device_latest ON device = no"
        " WHERE site = ? AND length(latest) > 2",
        (site,),
    )
    return {row[0]: row[1] for row in rows}


def add(connection: sqlite3.Connection, site: str, gateway: str, address: str, at: datetime) -> int:
    """A device that spoke for the first time; returns its number."""
    cursor = connection.execute(
        "INSERT INTO device (site, gateway, address, first_heard_at) VALUES (?, ?, ?, ?)",
        (site, gateway, address, to_us(at)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def put_latest(connection: sqlite3.Connection, rows: Iterable[tuple[int, datetime, Newest]]) -> None:
    """(number, last heard at, newest values) for each device that spoke."""
    connection.executemany(
        "INSERT INTO device_latest (device, last_heard_at, latest) VALUES (?, ?, ?)"
        " ON CONFLICT (device) DO UPDATE"
        " SET last_heard_at = excluded.last_heard_at, latest = excluded.latest",
        [(no, to_us(at), _write(latest)) for no, at, latest in rows],
    )


def _write(latest: Newest) -> bytes:
    return msgspec.json.encode({measure: (value, to_us(at)) for measure, (value, at) in latest.items()})


_decoder = msgspec.json.Decoder(dict[str, tuple[bool | float | str, int]])


def _read(blob: bytes) -> Newest:
    return {measure: (value, from_us(at)) for measure, (value, at) in _decoder.decode(blob).items()}
