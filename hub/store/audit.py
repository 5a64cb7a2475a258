"""Who did or saw what, besides the steps of an alert (those are in its own trail). Only ever added to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

import msgspec

from hub.store.instants import to_us


def add(
    connection: sqlite3.Connection,
    site: str,
    at: datetime,
    by: str | None,
    what: str,
    detail: Mapping[str, object],
) -> None:
    """`by`: a person's id, None for nobody known."""
    connection.execute(
        "INSERT INTO audit (site, at, by, what, detail) VALUES (?, ?, ?, ?, ?)",
        (site, to_us(at), by, what, msgspec.json.encode(detail).decode()),
    )
