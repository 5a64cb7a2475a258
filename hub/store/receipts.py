"""How far each message to somebody has come (rules/receipts.py): receipts as they come in, in any order and
any number of times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from hub.store.instants import from_us, to_us
from rules.receipts import RECEIPTS, Ladder, Receipt, noted


def note_sent(connection: sqlite3.Connection, summonses: Iterable[int], at: datetime) -> None:
    """The way out took these. Nothing more is tried. Within a transaction."""
    for id in summonses:
        _note(connection, "id = ?", (id,), "sent", at)


def note_delivered(connection: sqlite3.Connection, summons: int, at: datetime) -> bool:
    """The way says that it reached them; also of a message that was not marked as sent yet. Whether that is
    news. Within a transaction.
    """
    return (
        _note(
            connection,
            "id = ? OR bundle = (SELECT bundle FROM summons WHERE id = ?)",
            (summons, summons),
            "delivered",
            at,
        )
        > 0
    )


def note_seen(connection: sqlite3.Connection, alert: int, person: str, at: datetime) -> int:
    """They had the alert before them; returns for how many messages to them that is news. Within a
    transaction.
    """
    return _note(connection, "alert = ? AND person = ? AND seen_at IS NULL", (alert, person), "seen", at)


def note_accepted(connection: sqlite3.Connection, alert: int, person: str, at: datetime) -> int:
    """They took it. Within a transaction."""
    return _note(
        connection, "alert = ? AND person = ? AND accepted_at IS NULL", (alert, person), "accepted", at
    )


def unseen(connection: sqlite3.Connection, person: str, alerts: Iterable[int]) -> list[int]:
    """Those of the alerts that they were called for and have not seen: asked before anything is written."""
    wanted = list(alerts)
    marks = ", ".join("?" for _ in wanted)
    rows = connection.execute(
        f"SELECT DISTINCT alert FROM summons WHERE alert IN ({marks}) AND person = ? AND seen_at IS NULL",
        (*wanted, person),
    )
    return [row[0] for row in rows]


def _note(
    connection: sqlite3.Connection, condition: str, values: tuple[object, ...], receipt: Receipt, at: datetime
) -> int:
    columns = ", ".join(f"{r}_at" for r in RECEIPTS)
    rows = connection.execute(f"SELECT id, {columns} FROM summons WHERE {condition}", values).fetchall()
    news = 0
    for id, *instants in rows:
        before = Ladder(*(None if us is None else from_us(us) for us in instants))
        after, reason = noted(before, receipt, at)
        if reason != "known":
            _put(connection, id, after)
            news += 1
    return news


def _put(connection: sqlite3.Connection, summons: int, ladder: Ladder) -> None:
    """What was sent is not waiting: of one that a receipt proves to have arrived nothing more is tried."""
    instants = [None if (at := getattr(ladder, r)) is None else to_us(at) for r in RECEIPTS]
    assignments = ", ".join(f"{r}_at = ?" for r in RECEIPTS)
    connection.execute(
        f"UPDATE summons SET {assignments}, next_at = iif(?, NULL, next_at), failure = iif(?, NULL, failure)"
        " WHERE id = ?",
        (*instants, ladder.sent is not None, ladder.sent is not None, summons),
    )
