"""Until when certificates are good, as they were last seen."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.store.instants import from_us, to_us


class Certificate(NamedTuple):
    """`name`: 'broker' or 'pages'."""

    name: str
    expires_at: datetime
    seen_at: datetime


def put(connection: sqlite3.Connection, name: str, expires_at: datetime, seen_at: datetime) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO certificate (name, expires_at, seen_at) VALUES (?, ?, ?)",
        (name, to_us(expires_at), to_us(seen_at)),
    )


def everything(connection: sqlite3.Connection) -> list[Certificate]:
    rows = connection.execute("SELECT name, expires_at, seen_at FROM certificate ORDER BY name")
    return [Certificate(row[0], from_us(row[1]), from_us(row[2])) for row in rows]
