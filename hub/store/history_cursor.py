"""How far the journal of readings was copied to a time series database."""

from __future__ import annotations

import sqlite3


def of(connection: sqlite3.Connection, destination: str) -> int:
    """The `seq` of the last reading the destination confirmed; 0 where it has none yet."""
    row = connection.execute(
        "SELECT seq FROM history_cursor WHERE destination = ?", (destination,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def move(connection: sqlite3.Connection, destination: str, seq: int) -> None:
    connection.execute(
        "INSERT INTO history_cursor (destination, seq) VALUES (?, ?)"
        " ON CONFLICT (destination) DO UPDATE SET seq = excluded.seq",
        (destination, seq),
    )
