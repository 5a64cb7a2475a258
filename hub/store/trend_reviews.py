"""What staff said of a week of a trend, a resident's or that of a room in which nobody lives: useful or not.
Pseudonyms only.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date, datetime
from typing import Literal, NamedTuple

from hub.store.instants import from_us, to_us

Opinion = Literal["useful", "not_useful"]
Of = Literal["resident", "room"]
_TABLE: dict[Of, str] = {"resident": "trend_review", "room": "room_trend_review"}
"""Its column of that name says whose trend it is."""


class Review(NamedTuple):
    trend: str
    week: date
    opinion: Opinion
    by: str


def put(connection: sqlite3.Connection, site: str, of: Of, whose: str, review: Review, at: datetime) -> None:
    """A second opinion of the same week takes the first one's place. The caller holds the transaction."""
    connection.execute(
        f"INSERT INTO {_TABLE[of]} (site, {of}, trend, week, opinion, by, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        f" ON CONFLICT (site, {of}, trend, week)"
        " DO UPDATE SET opinion = excluded.opinion, by = excluded.by, at = excluded.at",
        (site, whose, review.trend, review.week.isoformat(), review.opinion, review.by, to_us(at)),
    )


def given(connection: sqlite3.Connection, site: str, of: Of, whose: str) -> list[Review]:
    """By week."""
    rows = connection.execute(
        f"SELECT trend, week, opinion, by FROM {_TABLE[of]} WHERE site = ? AND {of} = ? ORDER BY week, trend",
        (site, whose),
    )
    return [Review(row[0], date.fromisoformat(row[1]), row[2], row[3]) for row in rows]


def counted(connection: sqlite3.Connection, site: str, of: Of) -> dict[tuple[str, Opinion], int]:
    """How many of each trend were called what, of all residents or rooms."""
    return counted_between(connection, site, of, from_us(0), from_us(2**53))


def counted_between(
    connection: sqlite3.Connection,
    site: str,
    of: Of,
    since: datetime,
    until: datetime,
    some: frozenset[str] | None = None,
) -> dict[tuple[str, Opinion], int]:
    """The same of what was said in a stretch of time about some of them (None: about all)."""
    rows = connection.execute(
        f"SELECT trend, opinion, {of} FROM {_TABLE[of]} WHERE site = ? AND at >= ? AND at < ?",
        (site, to_us(since), to_us(until)),
    )
    return Counter((row[0], row[1]) for row in rows if some is None or row[2] in some)
