"""A number that the audit trail, an address or a follower knows is never given to another row."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hub.store.db import connect
from tests.keeping.old_databases import write

BEFORE = 51
ONCE = {
    "shift": "INSERT INTO shift (site, person, units, function, starts_at, ends_at, residents, source)"
    " VALUES ('granly', 'kari', '[]', 'carer', 0, 9, '[]', 'roster')",
    "staff_absence": "INSERT INTO staff_absence (site, person, starts_at, ends_at, said_by)"
    " VALUES ('granly', 'kari', 0, 9, 'kari')",
    "hand_over_note": "INSERT INTO hand_over_note (site, unit, words, written_by, written_at, ends_at)"
    " VALUES ('granly', 'vest', 'Sov godt', 'kari', 0, 9)",
    "held_roster": "INSERT INTO held_roster (site, calendar, at, lost, total, units)"
    " VALUES ('granly', 'ny', 0, 1, 2, '')",
    "protection": "INSERT INTO protection (site, resident, state, why, since)"
    " VALUES ('granly', 'r-1', 'protected', '', 0)",
    "alert_event": "INSERT INTO alert_event (alert, at, event, reason) VALUES (2, 0, 'called', '')",
    "summons": "INSERT INTO summons"
    " (site, alert, event, person, way, address, urgent, subject, body, created_at)"
    " SELECT 'granly', 2, max(seq), 'kari', 'email', hex(randomblob(9)), 1, '', '', 0 FROM alert_event",
}


def number(connection: sqlite3.Connection, table: str) -> int:
    """Of a new row."""
    given = connection.execute(ONCE[table]).lastrowid
    assert given is not None
    return given


@pytest.mark.parametrize("table", ONCE)
def test_the_number_of_a_row_that_was_deleted_is_not_given_again(table: str, tmp_path: Path) -> None:
    write(BEFORE, tmp_path / "vaka.db")
    with closing(connect(tmp_path / "vaka.db")) as connection:
        first = number(connection, table)
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (first,))
        assert number(connection, table) > first


def test_nor_is_one_that_was_deleted_before_while_anything_still_tells_of_it(tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    write(BEFORE, database)
    with closing(sqlite3.connect(database)) as old:
        told = "INSERT INTO audit (site, at, by, what, detail) VALUES ('granly', 0, 'lise', ?, ?)"
        old.execute(told, ("shift removed", '{"shift": 105}'))
        old.execute(told, ("shift added", '{"erased": "1"}'))
        old.execute(told, ("note ended", '{"note": 31}'))
        old.execute("INSERT OR REPLACE INTO summons_cursor VALUES ('granly', 907)")
        old.execute("INSERT OR REPLACE INTO event_cursor VALUES ('granly', 'protection', 55)")
        old.execute("UPDATE sqlite_sequence SET seq = 812 WHERE name = 'summons'")
        old.commit()
    with closing(connect(database)) as connection:
        given = {table: number(connection, table) for table in ONCE}
    expected = {"shift": 106, "hand_over_note": 32, "alert_event": 908, "protection": 56, "summons": 813}
    assert {table: given[table] for table in expected} == expected
