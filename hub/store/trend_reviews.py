"""What staff said of a week of a resident's trend: useful or not. Pseudonyms only."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Literal, NamedTuple, get_args

from hub.store.instants import to_us

Opinion = Literal["useful", "not_useful"]
OPINIONS: tuple[Opinion, ...] = get_args(Opinion)


class Review(NamedTuple):
    trend: str
    week: date
    opinion: Opinion
    by: str


def put(connection: sqlite3.Connection, site: str, resident: str, review: Review, at: datetime) -> None:
    """A second opinion of the same week takes the first one's place. The caller holds the transaction."""
    connection.execute(
        "INSERT INTO trend_review (site, resident, trend, week, opinion, by, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site, resident, trend, week)"
        " DO UPDATE SET opinion = excluded.opinion, by = excluded.by, at = excluded.at",
        (site, resident, review.trend, review.week.isoformat(), review.opinion, review.by, to_us(at)),
    )


def of(connection: sqlite3.Connection, site: str, resident: str) -> list[Review]:
    """By week."""
    rows = connection.execute(
        "SELECT trend, week, opinion, by FROM trend_review WHERE site = ? AND resident = ?"
        " ORDER BY week, trend",
        (site, resident),
    )
    return [Review(row[0], date.fromisoformat(row[1]), row[2], row[3]) for row in rows]


def counted(connection: sqlite3.Connection, site: str) -> dict[tuple[str, Opinion], int]:
    """How many of each trend were called what, of all residents."""
    rows = connection.execute(
        "SELECT trend, opinion, count(*) FROM trend_review WHERE site = ? GROUP BY trend, opinion", (site,)
    )
    return {(row[0], row[1]): row[2] for row in rows}
