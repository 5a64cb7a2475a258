"""Gaps in who would be told, as tasks: found, somebody's, and gone when they are no longer found."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.db import LARGEST_ID
from hub.store.instants import from_us, to_us
from rules.reach import Reason


class GapTask(msgspec.Struct, frozen=True):
    """`next_at`: when it begins next. `gone_at` None: it is there still."""

    id: int
    site: str
    unit: str
    reason: Reason
    subject: str
    found_at: datetime
    next_at: datetime
    hours: int
    residents: int
    warning: bool
    owner: str | None = None
    due: datetime | None = None
    gone_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.unit, self.reason, self.subject)


_FIELDS = tuple(name for name in GapTask.__struct_fields__ if name != "id")
_COLUMNS = ", ".join(_FIELDS)
_INSTANTS = frozenset({"found_at", "next_at", "due", "gone_at"})


def standing(connection: sqlite3.Connection, site: str) -> list[GapTask]:
    """What is not gone: what nobody is told in first, the nearest hour first."""
    return _many(connection, "gone_at IS NULL ORDER BY warning, next_at, id", site, ())


def gone_since(connection: sqlite3.Connection, site: str, at: datetime) -> list[GapTask]:
    """What was closed since then, the newest first."""
    return _many(connection, "gone_at >= ? ORDER BY gone_at DESC, id DESC", site, (to_us(at),))


def get(connection: sqlite3.Connection, site: str, id: int) -> GapTask | None:
    if not 0 < id <= LARGEST_ID:
        return None
    return next(iter(_many(connection, "id = ?", site, (id,))), None)


def add(connection: sqlite3.Connection, task: GapTask) -> GapTask:
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO gap ({_COLUMNS}) VALUES ({marks})", _row(task))
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(task, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, task: GapTask) -> None:
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(f"UPDATE gap SET {assignments} WHERE id = ?", (*_row(task), task.id))


def _many(
    connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]
) -> list[GapTask]:
    rows = connection.execute(
        f"SELECT id, {_COLUMNS} FROM gap WHERE site = ? AND {condition}", (site, *values)
    )
    return [_task(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _task(fields: dict[str, Any]) -> GapTask:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return GapTask(**{**fields, "warning": bool(fields["warning"])})


def _row(task: GapTask) -> list[Any]:
    values = (getattr(task, name) for name in _FIELDS)
    return [to_us(value) if isinstance(value, datetime) else value for value in values]
