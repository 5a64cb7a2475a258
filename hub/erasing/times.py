"""The readings of a resident's rooms and own devices while they lived there: out of the journal and the
history, with what was worked out of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from hub.erasing.stays import Span
from hub.history.block import Row, packed, unpacked
from hub.history.segments import A_DAY
from hub.store.db import transaction

AT_ONCE = 20_000
"""Numbers of the journal looked through in one transaction: some milliseconds in which others wait."""


def erase_from_journal(connection: sqlite3.Connection, spans: Sequence[Span]) -> int:
    """Delete what they said; the journal's newest reading only loses its value: the next one's number follows
    it.
    """
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS theirs (device INTEGER, since INTEGER, until INTEGER)"
    )
    connection.execute("DELETE FROM theirs")
    connection.executemany(
        "INSERT INTO theirs VALUES (?, ?, ?)", [(s.device, s.since, s.until) for s in spans]
    )
    first, last = connection.execute("SELECT min(seq), max(seq) FROM reading").fetchone()
    if first is None:
        return 0
    theirs = (
        "EXISTS (SELECT 1 FROM theirs WHERE theirs.device = reading.device AND at >= since AND at < until)"
    )
    deleted = 0
    for start in range(first, last, AT_ONCE):
        with transaction(connection):
            deleted += connection.execute(
                f"DELETE FROM reading WHERE seq >= ? AND seq < ? AND {theirs}",
                (start, min(start + AT_ONCE, last)),
            ).rowcount
    with transaction(connection):
        deleted += connection.execute(
            f"UPDATE reading SET value = 0 WHERE seq = ? AND value <> 0 AND {theirs}", (last,)
        ).rowcount
    return deleted


def erase_from_history(history: sqlite3.Connection, spans: Sequence[Span]) -> int:
    """Delete their readings, and the hours and days of each day on which there were any; how many readings.
    Of a day on which somebody moved the other's hours go too: they were worked out of both.
    """
    return sum(_erase_span(history, span) for span in spans)


def _erase_span(history: sqlite3.Connection, span: Span) -> int:
    first, last = span.since // A_DAY, (span.until - 1) // A_DAY
    deleted = 0
    with transaction(history):
        blocks = history.execute(
            "SELECT segment, measure, readings FROM segment JOIN block ON segment = no"
            " WHERE day >= ? AND day <= ? AND device = ?",
            (first, last, span.device),
        ).fetchall()
        for segment, measure, block in blocks:
            deleted += _erase_from_block(history, (segment, span.device, measure), block, span)
        for table in ("hourly", "daily"):
            history.execute(
                f"DELETE FROM {table} WHERE device = ? AND day >= ? AND day <= ?", (span.device, first, last)
            )
    return deleted


def _erase_from_block(
    history: sqlite3.Connection, key: tuple[int, int, int], block: bytes, span: Span
) -> int:
    rows = [Row(*row) for row in unpacked(block)]
    others = [row for row in rows if not span.since <= row.at < span.until]
    if not others:
        history.execute("DELETE FROM block WHERE segment = ? AND device = ? AND measure = ?", key)
    elif len(others) < len(rows):
        history.execute(
            "UPDATE block SET readings = ? WHERE segment = ? AND device = ? AND measure = ?",
            (packed(others), *key),
        )
    return len(rows) - len(others)
