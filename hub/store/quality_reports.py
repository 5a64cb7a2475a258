"""The monthly reports of how good a unit's alarms were, as they were made."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import to_us
from hub.store.structs import add, many

_TABLE = "quality_report"
_FIELDS = "id, site, unit, month, made_at"


class Report(msgspec.Struct, frozen=True):
    """`month`: `2026-10`."""

    id: int
    site: str
    unit: str
    month: str
    made_at: datetime


class Document(Report, frozen=True):
    """With the document itself."""

    pdf: bytes


def put_in(connection: sqlite3.Connection, document: Document) -> bool:
    """Whether it is new: a month is reported once."""
    return add(connection, _TABLE, document, unless_there=True).id > 0


def of(connection: sqlite3.Connection, site: str) -> list[Report]:
    """The newest month first."""
    return many(connection, _TABLE, Report, "site = ? ORDER BY month DESC, unit", site)


def made_since(connection: sqlite3.Connection, site: str, at: datetime) -> list[Report]:
    condition = "site = ? AND made_at > ? ORDER BY month DESC, unit"
    return many(connection, _TABLE, Report, condition, site, to_us(at))


def get(connection: sqlite3.Connection, site: str, unit: str, month: str) -> Document | None:
    found = many(connection, _TABLE, Document, "site = ? AND unit = ? AND month = ?", site, unit, month)
    return found[0] if found else None
