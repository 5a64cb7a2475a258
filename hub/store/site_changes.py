"""What was changed in the parts of a site's document, by which version. Only ever added to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us

Value = dict[str, Any]


class SiteChange(msgspec.Struct, frozen=True):
    """One part as one version changed it. `before` and `after`: as the document said it, None where it was
    not there. `by`: a person's id, or who imported the file.
    """

    section: str
    id: str
    before: Value | None
    after: Value | None
    version: int
    by: str
    at: datetime


Row = tuple[str, str, Value | None, Value | None]
"""section, id, before, after"""


def add(connection: sqlite3.Connection, site: str, version: int, rows: Iterable[Row]) -> None:
    """The caller holds the transaction."""
    connection.executemany(
        "INSERT INTO site_change (site, version, section, part, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (site, version, section, part, _write(before), _write(after))
            for section, part, before, after in rows
        ],
    )


_SELECT = (
    "SELECT section, part, before, after, version, imported_by, imported_at FROM site_change"
    " JOIN site_version ON site_version.id = version"
    " WHERE site_change.site = ? AND section = ? AND version > ?"
)


def of_part(
    connection: sqlite3.Connection, site: str, section: str, id: str, after: int = 0
) -> list[SiteChange]:
    """What happened to a part, in order, from the first version after `after`."""
    rows = connection.execute(f"{_SELECT} AND part = ? ORDER BY version", (site, section, after, id))
    return [_change(row) for row in rows]


def of_section(connection: sqlite3.Connection, site: str, section: str, after: int) -> list[SiteChange]:
    """What happened to all parts of a list since then; the newest change of each."""
    rows = connection.execute(f"{_SELECT} ORDER BY version", (site, section, after))
    return list({change.id: change for change in map(_change, rows)}.values())


def of_version(connection: sqlite3.Connection, site: str, section: str, version: int) -> list[SiteChange]:
    """What one version changed in a section."""
    rows = connection.execute(f"{_SELECT} AND version = ?", (site, section, 0, version))
    return [_change(row) for row in rows]


def names_of_removed(connection: sqlite3.Connection, site: str, section: str) -> dict[str, str]:
    """By id, what each part of a list was called that was ever taken out, the last time; also where it came
    back.
    """
    rows = connection.execute(
        "SELECT part, json_extract(before, '$.name'), max(version) FROM site_change"
        " WHERE site = ? AND section = ? AND after IS NULL GROUP BY part",
        (site, section),
    )
    return {row[0]: str(row[1] or row[0]) for row in rows}


def _change(row: sqlite3.Row) -> SiteChange:
    return SiteChange(row[0], row[1], _read(row[2]), _read(row[3]), row[4], row[5], from_us(row[6]))


def _write(value: Value | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _read(text: str | None) -> Value | None:
    return None if text is None else msgspec.json.decode(text, type=Value)
