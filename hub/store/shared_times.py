"""When somebody who is erased shared a room with others: what its sensors said then is not one person's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from hub.store.instants import from_us
from rules.homes import Home


def put(connection: sqlite3.Connection, site: str, times: Iterable[tuple[str, int, int]]) -> None:
    """(room, since, until), in µs. What is there already is not put twice."""
    connection.executemany(
        "INSERT OR IGNORE INTO shared_time (site, room, since, until) VALUES (?, ?, ?, ?)",
        [(site, *one) for one in times],
    )


def by_room(connection: sqlite3.Connection, site: str) -> dict[str, list[Home]]:
    found: dict[str, list[Home]] = {}
    for room, since, until in connection.execute(
        "SELECT room, since, until FROM shared_time WHERE site = ?", (site,)
    ):
        found.setdefault(room, []).append(Home(None, from_us(since), from_us(until)))
    return found
