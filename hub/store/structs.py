"""A msgspec struct as a row of a table and back: columns are its fields, instants whole microseconds, dates
ISO text. Here: nothing of any table.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from hub.store.instants import from_us, to_us

Row = TypeVar("Row", bound=msgspec.Struct)


def add(connection: sqlite3.Connection, table: str, row: Row, unless_there: bool = False) -> Row:
    """Store a new one; returns it with its id. sqlite3.IntegrityError where the table refuses it;
    `unless_there`: nothing is stored then, and its id stays 0.
    """
    names = [name for name in row.__struct_fields__ if name != "id"]
    marks = ", ".join("?" for _ in names)
    otherwise = " ON CONFLICT DO NOTHING" if unless_there else ""
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}){otherwise}"
    cursor = connection.execute(statement, [_column(getattr(row, name)) for name in names])
    if cursor.rowcount == 0:
        return row
    return msgspec.structs.replace(row, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, table: str, row: msgspec.Struct) -> None:
    """Store a change."""
    names = [name for name in row.__struct_fields__ if name != "id"]
    assignments = ", ".join(f"{name} = ?" for name in names)
    values = [_column(getattr(row, name)) for name in names]
    connection.execute(f"UPDATE {table} SET {assignments} WHERE id = ?", (*values, row.id))  # type: ignore[attr-defined]


def many(
    connection: sqlite3.Connection, table: str, kind: type[Row], condition: str, *values: Any
) -> list[Row]:
    """Those of a table for which `condition` holds (with its ORDER BY, where the order matters)."""
    names = kind.__struct_fields__
    rows = connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {condition}", values)
    sorts = _sorts(kind)
    return [kind(**{n: _field(sorts.get(n), v) for n, v in zip(names, row, strict=True)}) for row in rows]


def _column(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_us(value)
    return value.isoformat() if isinstance(value, date) else value


def _field(sort: type | None, value: Any) -> Any:
    if value is None or sort is None:
        return value
    if sort is datetime:
        return from_us(value)
    return date.fromisoformat(value) if sort is date else bool(value)


@cache
def _sorts(kind: type[msgspec.Struct]) -> dict[str, type]:
    """The fields that a row keeps as something else."""
    found = {}
    for name, hint in get_type_hints(kind).items():
        own = [part for part in (get_args(hint) or (hint,)) if part is not NoneType]
        if len(own) == 1 and own[0] in (datetime, date, bool):
            found[name] = own[0]
    return found
