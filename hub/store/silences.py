"""When a part (broker, gateway:…, device:…) could not be heard: what is over, and what lasts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.store.instants import from_us, to_us


class Silence(NamedTuple):
    """`until` is None while it lasts."""

    part: str
    since: datetime
    until: datetime | None


def add(connection: sqlite3.Connection, site: str, ended: Iterable[tuple[str, datetime, datetime]]) -> None:
    """(part, since, until) of those that were heard again."""
    connection.executemany(
        "INSERT INTO silence (site, part, since, until) VALUES (?, ?, ?, ?)",
        [(site, part, to_us(since), to_us(until)) for part, since, until in ended],
    )


def since(connection: sqlite3.Connection, site: str, then: datetime) -> list[Silence]:
    """Those that had not ended by then, the ones that last included, by their beginning."""
    rows = connection.execute(
        "SELECT part, since, until FROM silence WHERE site = :site AND until >= :then"
        " UNION ALL SELECT part, since, NULL FROM unheard WHERE site = :site ORDER BY 2",
        {"site": site, "then": to_us(then)},
    )
    return [Silence(row[0], from_us(row[1]), None if row[2] is None else from_us(row[2])) for row in rows]


def delete(connection: sqlite3.Connection, before: datetime, limit: int) -> int:
    """Delete those that ended before then; returns how many."""
    return connection.execute(
        "DELETE FROM silence WHERE rowid IN (SELECT rowid FROM silence WHERE until < ? LIMIT ?)",
        (to_us(before), limit),
    ).rowcount


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """When it could not be heard stays so under its new name."""
    connection.execute(
        "UPDATE silence SET part = ? WHERE site = ? AND part = ?", (f"device:{now}", site, f"device:{was}")
    )
