"""What staff are told besides calls: one message to one person by one way."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import to_us
from hub.store.structs import add, many, put

_TABLE = "staff_notice"


class StaffNotice(msgspec.Struct, frozen=True):
    """`next_at` None: nothing more is tried. Without `sent_at` `failure` says why it did not arrive."""

    id: int
    site: str
    person: str
    way: str
    address: str
    subject: str
    body: str
    created_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    failure: str | None = None


def put_in(connection: sqlite3.Connection, notice: StaffNotice) -> None:
    add(connection, _TABLE, notice)


def keep(connection: sqlite3.Connection, notice: StaffNotice) -> None:
    put(connection, _TABLE, notice)


def due(connection: sqlite3.Connection, site: str, now: datetime) -> list[StaffNotice]:
    condition = "site = ? AND next_at <= ? ORDER BY id LIMIT 100"
    return many(connection, _TABLE, StaffNotice, condition, site, to_us(now))


def lost(connection: sqlite3.Connection, site: str, since: datetime) -> list[StaffNotice]:
    """Those since then that did not arrive and are not tried any more, in their order."""
    condition = (
        "site = ? AND created_at >= ? AND next_at IS NULL AND sent_at IS NULL AND failure IS NOT NULL"
        " ORDER BY id"
    )
    return many(connection, _TABLE, StaffNotice, condition, site, to_us(since))
