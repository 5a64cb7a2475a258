"""Who is away, and who was."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us
from rules.absence import Absence

_FIELDS = tuple(name for name in Absence.__struct_fields__ if name != "id")
_COLUMNS = ", ".join(_FIELDS)


def active(connection: sqlite3.Connection, site: str) -> list[Absence]:
    """Who is away or will be, the first to come back first."""
    return _many(connection, "ended_at IS NULL ORDER BY back_by, id", site, ())


def of(connection: sqlite3.Connection, site: str, resident: str) -> Absence | None:
    """The absence of a resident that has not ended, None where there is none."""
    found = _many(connection, "ended_at IS NULL AND resident = ?", site, (resident,))
    return found[0] if found else None


def ended(connection: sqlite3.Connection, site: str, since: datetime) -> list[Absence]:
    """Who came back since then, newest first."""
    return _many(connection, "ended_at >= ? ORDER BY ended_at DESC, id DESC", site, (to_us(since),))


def add(connection: sqlite3.Connection, absence: Absence) -> Absence:
    """Store a new one; returns it with its id. sqlite3.IntegrityError where the resident is away already."""
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO absence ({_COLUMNS}) VALUES ({marks})", _row(absence))
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(absence, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, absence: Absence) -> None:
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(f"UPDATE absence SET {assignments} WHERE id = ?", (*_row(absence), absence.id))


def _many(
    connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]
) -> list[Absence]:
    rows = connection.execute(
        f"SELECT id, {_COLUMNS} FROM absence WHERE site = ? AND {condition}", (site, *values)
    )
    return [_absence(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


_INSTANTS = ("registered_at", "away_from", "back_by", "reminded_at", "ended_at")


def _absence(fields: dict[str, Any]) -> Absence:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    return Absence(**fields)


def _row(absence: Absence) -> list[Any]:
    values = (getattr(absence, name) for name in _FIELDS)
    return [to_us(value) if isinstance(value, datetime) else value for value in values]
