"""The duty roster: who is on duty where, and whom they look after."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.duty import Shift

_names = msgspec.json.Decoder(tuple[str, ...]).decode


def add(connection: sqlite3.Connection, site: str, shift: Shift) -> Shift:
    """Store it; returns it with its id."""
    cursor = connection.execute(
        "INSERT INTO shift (site, person, units, function, starts_at, ends_at, residents, source)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            site,
            shift.person,
            msgspec.json.encode(shift.units).decode(),
            shift.function,
            to_us(shift.starts_at),
            to_us(shift.ends_at),
            msgspec.json.encode(shift.residents).decode(),
            shift.source,
        ),
    )
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(shift, id=cursor.lastrowid)


def put_roster(connection: sqlite3.Connection, site: str, found: list[Shift]) -> int:
    """Add those that are not there yet, so that the same file may come again; returns how many were new."""
    if not found:
        return 0
    there = between(connection, site, min(s.starts_at for s in found), max(s.ends_at for s in found))
    known = {msgspec.structs.replace(shift, id=0) for shift in there}
    new = [shift for shift in dict.fromkeys(found) if shift not in known]
    for shift in new:
        add(connection, site, shift)
    return len(new)


def end(connection: sqlite3.Connection, site: str, id: int, at: datetime) -> None:
    """A shift that is over earlier than planned; one that has not begun is gone."""
    connection.execute(
        "DELETE FROM shift WHERE site = ? AND id = ? AND starts_at >= ?", (site, id, to_us(at))
    )
    connection.execute(
        "UPDATE shift SET ends_at = ? WHERE site = ? AND id = ? AND ends_at > ?",
        (to_us(at), site, id, to_us(at)),
    )


def on_duty(connection: sqlite3.Connection, site: str, at: datetime) -> list[Shift]:
    """The shifts that have begun and are not over, the first to begin first."""
    return between(connection, site, at, at)


def between(connection: sqlite3.Connection, site: str, since: datetime, until: datetime) -> list[Shift]:
    """Those that hold at some time in the stretch."""
    rows = connection.execute(
        "SELECT id, person, units, function, starts_at, ends_at, residents, source FROM shift"
        " WHERE site = ? AND ends_at > ? AND starts_at <= ? ORDER BY starts_at, id",
        (site, to_us(since), to_us(until)),
    )
    return [
        Shift(r[0], r[1], _names(r[2]), r[3], from_us(r[4]), from_us(r[5]), _names(r[6]), r[7]) for r in rows
    ]
