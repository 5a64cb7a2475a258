"""What relatives looked at, and when: for the resident, the staff and themselves. Only ever added to."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import to_us
from hub.store.structs import add, many

_TABLE = "relative_view"
BY_LETTER = "letter"
"""The `page` of a week that went out as a letter."""


class View(msgspec.Struct, frozen=True):
    """One look at one resident. `shown`: the categories that were on the page, with commas."""

    id: int
    site: str
    relative: int
    resident: str
    at: datetime
    page: str
    shown: str


def note(connection: sqlite3.Connection, view: View) -> None:
    add(connection, _TABLE, view)


def of_resident(connection: sqlite3.Connection, site: str, resident: str, limit: int) -> list[View]:
    """The newest first."""
    condition = "site = ? AND resident = ? ORDER BY id DESC LIMIT ?"
    return many(connection, _TABLE, View, condition, site, resident, limit)


def by(connection: sqlite3.Connection, relative: int, limit: int) -> list[View]:
    """The newest first."""
    return many(connection, _TABLE, View, "relative = ? ORDER BY id DESC LIMIT ?", relative, limit)


def between(connection: sqlite3.Connection, relative: int, since: datetime, until: datetime) -> list[View]:
    """What they looked at from an instant on until before another."""
    condition = "relative = ? AND at >= ? AND at < ?"
    return many(connection, _TABLE, View, condition, relative, to_us(since), to_us(until))
