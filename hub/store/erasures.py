"""Residents whose data is deleted: who asked, who said yes, how far it has come, and the sealed receipt.

`plan` and `done` are text of hub/erasing; the plan alone says who it is, and goes when nothing is left.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal, NamedTuple

from hub.seal import Seal
from hub.store.instants import from_us, to_us

Why = Literal["moved_out", "died", "asked"]


class Erasure(NamedTuple):
    """`ended_at`: finished, or taken back where there is no `document`."""

    number: int
    site: str
    why: Why
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    plan: str | None
    done: str
    ended_at: datetime | None
    document: str | None
    seal: Seal | None


_COLUMNS = (
    "number, site, why, asked_by, asked_at, confirmed_by, confirmed_at, plan, done, ended_at, document, key,"
    " signature"
)


def add(connection: sqlite3.Connection, site: str, why: Why, by: str, at: datetime, plan: str) -> Erasure:
    cursor = connection.execute(
        "INSERT INTO erasure (site, why, asked_by, asked_at, plan, done) VALUES (?, ?, ?, ?, ?, '{}')",
        (site, why, by, to_us(at), plan),
    )
    assert cursor.lastrowid is not None
    found = get(connection, site, cursor.lastrowid)
    assert found is not None
    return found


def get(connection: sqlite3.Connection, site: str, number: int) -> Erasure | None:
    return next(iter(_many(connection, "site = ? AND number = ?", site, number)), None)


def everything(connection: sqlite3.Connection, site: str) -> list[Erasure]:
    """The newest first."""
    return _many(connection, "site = ? ORDER BY number DESC", site)


def not_ended(connection: sqlite3.Connection, site: str) -> list[Erasure]:
    return _many(connection, "site = ? AND ended_at IS NULL ORDER BY number", site)


def unconfirmed(connection: sqlite3.Connection, site: str) -> list[Erasure]:
    """Those that wait for a second person's yes."""
    return [one for one in not_ended(connection, site) if one.confirmed_at is None]


def to_be_done(connection: sqlite3.Connection) -> list[Erasure]:
    """Those that two people have said yes to, of every site."""
    return _many(connection, "ended_at IS NULL AND confirmed_at IS NOT NULL ORDER BY number")


def confirm(connection: sqlite3.Connection, number: int, by: str, at: datetime) -> None:
    connection.execute(
        "UPDATE erasure SET confirmed_by = ?, confirmed_at = ? WHERE number = ?", (by, to_us(at), number)
    )


def take_back(connection: sqlite3.Connection, number: int, at: datetime) -> None:
    """It is not done after all; the plan, which says who it was to be, goes."""
    connection.execute("UPDATE erasure SET ended_at = ?, plan = NULL WHERE number = ?", (to_us(at), number))


def put_done(connection: sqlite3.Connection, number: int, done: str) -> None:
    connection.execute("UPDATE erasure SET done = ? WHERE number = ?", (done, number))


def put_plan(connection: sqlite3.Connection, number: int, plan: str) -> None:
    connection.execute("UPDATE erasure SET plan = ? WHERE number = ?", (plan, number))


def put_receipt(connection: sqlite3.Connection, number: int, document: str, seal: Seal) -> None:
    """With it the plan goes; it is not ended before the log is empty too."""
    connection.execute(
        "UPDATE erasure SET plan = NULL, document = ?, key = ?, signature = ? WHERE number = ?",
        (document, seal.key, seal.signature, number),
    )


def end(connection: sqlite3.Connection, number: int, at: datetime) -> None:
    connection.execute("UPDATE erasure SET ended_at = ? WHERE number = ?", (to_us(at), number))


def _many(connection: sqlite3.Connection, condition: str, *values: object) -> list[Erasure]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM erasure WHERE {condition}", values)
    return [
        Erasure(
            row[0],
            row[1],
            row[2],
            row[3],
            from_us(row[4]),
            row[5],
            None if row[6] is None else from_us(row[6]),
            row[7],
            row[8],
            None if row[9] is None else from_us(row[9]),
            row[10],
            None if row[11] is None else Seal(row[11], row[12]),
        )
        for row in rows
    ]
