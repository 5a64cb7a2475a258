"""The numbers of rows, where a database is put back that is older than what it has given out since."""

from __future__ import annotations

import sqlite3
from datetime import datetime

AS_PEOPLE_COUNT = ("record",)
"""Signed one after the other, each naming the one before it."""


def go_beyond(connection: sqlite3.Connection, now: datetime) -> None:
    """None that was given after the database was copied is given again: receivers know messages and events by
    their number and would take a new call for one that they have. Seconds go faster than numbers are given,
    so that this holds for a database that is put back twice, too. Within a transaction.
    """
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    ).fetchall()
    given = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    beyond = int(now.timestamp())
    for (table,) in tables:
        if table not in AS_PEOPLE_COUNT and given.get(table, 0) < beyond:
            connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, beyond))
