"""How the sensors of a rule were when its alert was raised."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub.store.instants import to_us
from rules.sensors import Sensor

_sensors = msgspec.json.Decoder(tuple[Sensor, ...]).decode


def put(connection: sqlite3.Connection, alert: int, at: datetime, sensors: Sequence[Sensor]) -> None:
    """Raised again, it is as they are then. Within a transaction."""
    connection.execute(
        "INSERT INTO alert_sensors (alert, at, sensors) VALUES (?, ?, ?)"
        " ON CONFLICT (alert) DO UPDATE SET at = excluded.at, sensors = excluded.sensors",
        (alert, to_us(at), msgspec.json.encode(sensors).decode()),
    )


def get(connection: sqlite3.Connection, alert: int) -> tuple[Sensor, ...]:
    """Empty for what no sensor tells of, and for alerts of an earlier version."""
    row = connection.execute("SELECT sensors FROM alert_sensors WHERE alert = ?", (alert,)).fetchone()
    return () if row is None else _sensors(row[0])


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """It was this device, under whatever name."""
    rows = connection.execute(
        "SELECT alert, sensors FROM alert_sensors JOIN alert ON alert.id = alert"
        " WHERE site = ? AND instr(sensors, ?)",
        (site, msgspec.json.encode(was).decode()),
    ).fetchall()
    for alert, kept in rows:
        named = [
            msgspec.structs.replace(one, device=now) if one.device == was else one for one in _sensors(kept)
        ]
        connection.execute(
            "UPDATE alert_sensors SET sensors = ? WHERE alert = ?",
            (msgspec.json.encode(named).decode(), alert),
        )
