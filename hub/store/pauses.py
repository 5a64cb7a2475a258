"""What is switched off, and what was."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us
from rules.pause import Pause

_FIELDS = tuple(name for name in Pause.__struct_fields__ if name != "id")
_COLUMNS = ", ".join(_FIELDS)


def active(connection: sqlite3.Connection, site: str) -> list[Pause]:
    """What is off now, the first to end first."""
    return _many(connection, "ended_at IS NULL ORDER BY ends_at, id", site, ())


def of(connection: sqlite3.Connection, site: str, rule: str, room: str) -> Pause | None:
    """The pause of a rule in a room, None where it is not off."""
    condition = "ended_at IS NULL AND device IS NULL AND rule = ? AND room = ?"
    found = _many(connection, condition, site, (rule, room))
    return found[0] if found else None


def of_device(connection: sqlite3.Connection, site: str, device: str) -> Pause | None:
    """The pause of a device, None where it is not off."""
    found = _many(connection, "ended_at IS NULL AND device = ?", site, (device,))
    return found[0] if found else None


def devices(connection: sqlite3.Connection, site: str) -> list[Pause]:
    """The pauses of devices that nobody ended, also those whose time is up."""
    return _many(connection, "ended_at IS NULL AND device IS NOT NULL", site, ())


def last_of_device(connection: sqlite3.Connection, site: str, device: str) -> Pause | None:
    """The newest pause of a device, over or not."""
    found = _many(connection, "device = ? ORDER BY id DESC LIMIT 1", site, (device,))
    return found[0] if found else None


def get(connection: sqlite3.Connection, site: str, id: int) -> Pause | None:
    found = _many(connection, "id = ?", site, (id,))
    return found[0] if found else None


def ended(connection: sqlite3.Connection, site: str, since: datetime) -> list[Pause]:
    """What went on again since then, newest first: for the hand-over."""
    return _many(connection, "ended_at >= ? ORDER BY ended_at DESC, id DESC", site, (to_us(since),))


def add(connection: sqlite3.Connection, pause: Pause) -> Pause:
    """Store a new one; returns it with its id. sqlite3.IntegrityError where it is off already."""
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO pause ({_COLUMNS}) VALUES ({marks})", _row(pause))
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(pause, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, pause: Pause) -> None:
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(f"UPDATE pause SET {assignments} WHERE id = ?", (*_row(pause), pause.id))


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """Also what is over: it was this device's."""
    connection.execute("UPDATE pause SET device = ? WHERE site = ? AND device = ?", (now, site, was))


def _many(connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]) -> list[Pause]:
    rows = connection.execute(
        f"SELECT id, {_COLUMNS} FROM pause WHERE site = ? AND {condition}", (site, *values)
    )
    return [_pause(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


_INSTANTS = ("paused_at", "until", "ends_at", "reminded_at", "ended_at")


def _pause(fields: dict[str, Any]) -> Pause:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return Pause(**fields)


def _row(pause: Pause) -> list[Any]:
    values = (getattr(pause, name) for name in _FIELDS)
    return [to_us(value) if isinstance(value, datetime) else value for value in values]
