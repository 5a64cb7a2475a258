"""Devices that were heard and are not ours."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us


class Ignored(msgspec.Struct, frozen=True):
    """`by`: a person's id."""

    reason: str
    at: datetime
    by: str


def put(
    connection: sqlite3.Connection, site: str, gateway: str, address: str, reason: str, at: datetime, by: str
) -> None:
    connection.execute(
        "INSERT INTO ignored_device VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " reason = excluded.reason, ignored_at = excluded.ignored_at, ignored_by = excluded.ignored_by",
        (site, gateway, address, reason, to_us(at), by),
    )


def remove(connection: sqlite3.Connection, site: str, gateway: str, address: str) -> bool:
    """Whether it was ignored."""
    query = "DELETE FROM ignored_device WHERE site = ? AND gateway = ? AND address = ?"
    return connection.execute(query, (site, gateway, address)).rowcount > 0


def everything(connection: sqlite3.Connection, site: str) -> dict[tuple[str, str], Ignored]:
    """By (gateway, address)."""
    rows = connection.execute(
        "SELECT gateway, address, reason, ignored_at, ignored_by FROM ignored_device WHERE site = ?", (site,)
    )
    return {(row[0], row[1]): Ignored(row[2], from_us(row[3]), row[4]) for row in rows}
