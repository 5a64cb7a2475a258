"""An older database put back beside a newer history: what the history holds of a future that the database
does not know is taken out again, and its cursor set back.

Otherwise new readings would get numbers that the history takes for known, and would never be moved there; and
devices that the older database does not know yet would lend their numbers to others.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hub.history import segments
from hub.history.block import Row, packed, unpacked
from hub.history.segments import beside, connect_history
from hub.store import readings
from hub.store.db import connect, transaction


def set_back(database: Path) -> int:
    """Before the hub takes anything. Returns how many readings were taken out; 0 where all is well."""
    with closing(connect(database)) as journal, closing(connect_history(beside(database))) as history:
        newest = readings.newest(journal)
        if segments.cursor(history) <= newest:
            return 0
        taken = 0
        with transaction(history):
            for day in [row[0] for row in history.execute("SELECT DISTINCT day FROM segment")]:
                taken += _cut(history, day, newest)
            segments.put_cursor(history, newest)
        return taken


def _cut(history: sqlite3.Connection, day: int, newest: int) -> int:
    """Take what is newer than a number out of a day, and forget what was worked out of it."""
    taken = 0
    blocks = history.execute(
        "SELECT segment, device, measure, readings FROM segment JOIN block ON segment = no WHERE day = ?",
        (day,),
    ).fetchall()
    for segment, device, measure, block in blocks:
        rows = list(unpacked(block))
        known = [row for row in rows if row[0] <= newest]
        if len(known) == len(rows):
            continue
        taken += len(rows) - len(known)
        key = (segment, device, measure)
        if known:
            history.execute(
                "UPDATE block SET readings = ? WHERE segment = ? AND device = ? AND measure = ?",
                (packed([Row(*row) for row in known]), *key),
            )
        else:
            history.execute("DELETE FROM block WHERE segment = ? AND device = ? AND measure = ?", key)
    if taken:  # upkeep works them out anew
        history.execute("DELETE FROM hourly WHERE day = ?", (day,))
        history.execute("DELETE FROM daily WHERE day = ?", (day,))
    return taken
