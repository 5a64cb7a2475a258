"""Who had access to another unit, or a room there, in an emergency, why and until when."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import to_us
from hub.store.structs import add, many, put

_TABLE = "emergency_access"


class Emergency(msgspec.Struct, frozen=True):
    """`seen_by`: who looked at it afterwards; None: nobody yet. `room`: those who live there; None: the
    unit.
    """

    id: int
    site: str
    person: str
    unit: str
    reason: str
    began_at: datetime
    ends_at: datetime
    seen_by: str | None = None
    seen_at: datetime | None = None
    room: str | None = None

    def opens(self, room: str, unit: str) -> bool:
        """A room stays open to them where it becomes another unit's."""
        return self.unit == unit if self.room is None else self.room == room


def put_in(connection: sqlite3.Connection, emergency: Emergency) -> Emergency:
    return add(connection, _TABLE, emergency)


def keep(connection: sqlite3.Connection, emergency: Emergency) -> None:
    put(connection, _TABLE, emergency)


def active(connection: sqlite3.Connection, site: str, now: datetime) -> list[Emergency]:
    return many(connection, _TABLE, Emergency, "site = ? AND ends_at > ? ORDER BY id", site, to_us(now))


def since(connection: sqlite3.Connection, site: str, at: datetime) -> list[Emergency]:
    """Those that began since then, the newest first."""
    condition = "site = ? AND began_at >= ? ORDER BY id DESC"
    return many(connection, _TABLE, Emergency, condition, site, to_us(at))


def unseen(connection: sqlite3.Connection, site: str, at: datetime) -> list[Emergency]:
    """Of those that began since then: what nobody has looked at, the longest wait first."""
    condition = "site = ? AND began_at >= ? AND seen_by IS NULL ORDER BY id"
    return many(connection, _TABLE, Emergency, condition, site, to_us(at))


def get(connection: sqlite3.Connection, site: str, id: int) -> Emergency | None:
    return next(iter(many(connection, _TABLE, Emergency, "site = ? AND id = ?", site, id)), None)
