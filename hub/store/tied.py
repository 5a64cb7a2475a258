"""Deleting rows with all that hangs on them: which tables refer to which, the schema itself says."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple


class Reference(NamedTuple):
    """`column` of `table` says which row of another table it belongs to, by that one's `key`."""

    table: str
    column: str
    key: str


def references(connection: sqlite3.Connection, table: str) -> list[Reference]:
    """Who refers to a table."""
    found = []
    for (other,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in connection.execute(f"PRAGMA foreign_key_list({other})"):
            if row[2] == table:
                found.append(Reference(other, row[3], row[4]))
    return found


def delete(connection: sqlite3.Connection, table: str, key: str, values: Sequence[int | str]) -> Counter[str]:
    """Delete the rows of those keys and, first, what refers to them; returns how many of each table. The
    caller holds the transaction.
    """
    deleted: Counter[str] = Counter()
    if not values:
        return deleted
    marks = ", ".join("?" * len(values))
    for reference in references(connection, table):
        theirs = [
            row[0]
            for row in connection.execute(
                f"SELECT {reference.key} FROM {table} WHERE {key} IN ({marks})", tuple(values)
            )
        ]
        deleted += delete(connection, reference.table, reference.column, theirs)
    deleted[table] += connection.execute(
        f"DELETE FROM {table} WHERE {key} IN ({marks})", tuple(values)
    ).rowcount
    return deleted
