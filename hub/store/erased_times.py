"""When devices told of somebody who is erased: by number and time alone. Goes by age (hub/retention.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from hub.store.instants import from_us
from rules.stretches import Stretch


def put(connection: sqlite3.Connection, site: str, times: Iterable[tuple[int, int, int]]) -> None:
    """(device, since, until), in µs. What is there already is not put twice."""
    connection.executemany(
        "INSERT OR IGNORE INTO erased_time (site, device, since, until) VALUES (?, ?, ?, ?)",
        [(site, *one) for one in times],
    )


def by_device(connection: sqlite3.Connection, site: str) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = {}
    for device, since, until in connection.execute(
        "SELECT device, since, until FROM erased_time WHERE site = ?", (site,)
    ):
        found.setdefault(device, []).append(Stretch(from_us(since), from_us(until)))
    return found
