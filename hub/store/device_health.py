"""What is known of each device's health: figures, battery levels by day, since when it is in its place, and
until when its gateway was away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.health.figures import Figures

_decode = msgspec.json.Decoder(Figures).decode
BATTERY_DAYS_KEPT = 800


class Placed(msgspec.Struct, frozen=True):
    """`address`: gateway/address as they were then."""

    device: str
    address: str
    placed_at: datetime


def figures(connection: sqlite3.Connection, site: str) -> dict[int, Figures]:
    """By the device's number."""
    rows = connection.execute(
        "SELECT device, figures FROM device_figures JOIN device ON no = device WHERE site = ?", (site,)
    )
    return {row[0]: _decode(row[1]) for row in rows}


def figures_of(connection: sqlite3.Connection, device: int) -> Figures:
    row = connection.execute("SELECT figures FROM device_figures WHERE device = ?", (device,)).fetchone()
    return Figures() if row is None else _decode(row[0])


def put_figures(connection: sqlite3.Connection, rows: Iterable[tuple[int, Figures]]) -> None:
    connection.executemany(
        "INSERT INTO device_figures VALUES (?, ?)"
        " ON CONFLICT (device) DO UPDATE SET figures = excluded.figures",
        [(no, msgspec.json.encode(kept)) for no, kept in rows],
    )


def put_levels(connection: sqlite3.Connection, rows: Iterable[tuple[int, int, float]]) -> None:
    """(device no, day since 1970, level in %): one a day, the day's newest. What is very old goes."""
    rows = list(rows)
    connection.executemany("INSERT OR REPLACE INTO battery_day VALUES (?, ?, ?)", rows)
    connection.executemany(
        "DELETE FROM battery_day WHERE device = ? AND day < ?",
        [(device, day - BATTERY_DAYS_KEPT) for device, day, _ in rows],
    )


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """It has been in its place as long as before."""
    connection.execute(
        "UPDATE OR REPLACE device_placed SET device = ? WHERE site = ? AND device = ?", (now, site, was)
    )


def levels(connection: sqlite3.Connection, device: int) -> list[tuple[int, float]]:
    """(day since 1970, level in %), in order."""
    rows = connection.execute("SELECT day, level FROM battery_day WHERE device = ? ORDER BY day", (device,))
    return [(row[0], row[1]) for row in rows]


def placed(connection: sqlite3.Connection, site: str) -> dict[str, Placed]:
    rows = connection.execute("SELECT device, address, placed_at FROM device_placed WHERE site = ?", (site,))
    return {row[0]: Placed(row[0], row[1], from_us(row[2])) for row in rows}


def put_placed(connection: sqlite3.Connection, site: str, rows: Iterable[Placed]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO device_placed VALUES (?, ?, ?, ?)",
        [(site, row.device, row.address, to_us(row.placed_at)) for row in rows],
    )


def gateways_back(connection: sqlite3.Connection, site: str) -> dict[str, datetime]:
    rows = connection.execute("SELECT gateway, at FROM gateway_back WHERE site = ?", (site,))
    return {row[0]: from_us(row[1]) for row in rows}


def put_gateways_back(connection: sqlite3.Connection, site: str, back: Mapping[str, datetime]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO gateway_back VALUES (?, ?, ?)",
        [(site, gateway, to_us(at)) for gateway, at in back.items()],
    )
