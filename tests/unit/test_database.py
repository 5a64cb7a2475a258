"""Opening the database: made if absent, never half made, never opened by a Vaka that is too old for it."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hub.store import sites
from hub.store.db import NewerDatabaseError, connect, transaction
from hub.store.instants import from_us, to_us
from tests.keeping.old_databases import digests, landed
from tests.patience import PATIENCE

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def test_no_schema_file_is_other_than_it_landed() -> None:
    told = "python -m tests.keeping.old_databases, where a file is new; one that landed is never changed"
    assert digests() == landed(), told


def test_a_database_is_made_with_its_folder_and_opened_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "data" / "vaka.db"
    first = connect(path)
    with transaction(first):
        sites.add(first, "donski", "site: donski\n", AT, "kari")
    first.close()
    again = connect(path)
    version = sites.newest(again, "donski")
    assert version is not None
    assert (version.document, version.imported_at, version.imported_by) == ("site: donski\n", AT, "kari")
    again.close()


def test_what_is_committed_is_on_the_disk_and_references_are_kept(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    pragmas = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    connection.close()


def test_processes_that_open_a_new_database_at_the_same_time_all_find_it_whole(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from hub.store.db import connect; sys.stdin.readline();"
        "print(connect(pathlib.Path(sys.argv[1])).execute('SELECT count(*) FROM alert').fetchone()[0])"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "vaka.db")]
    openers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [opener.communicate(timeout=PATIENCE)[0] for opener in openers] == ["0\n"] * 4


def test_a_database_of_a_newer_vaka_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "vaka.db"
    connection = connect(path)
    connection.execute("PRAGMA user_version = 4711")
    connection.close()
    with pytest.raises(NewerDatabaseError, match=r"newer Vaka \(its schema is 4711"):
        connect(path)
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA user_version").fetchone()[0] == 4711
    raw.close()


def test_a_transaction_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")

    def add_and_fail() -> None:
        with transaction(connection):
            sites.add(connection, "donski", "site: donski\n", AT, "kari")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert sites.sites(connection) == ()
    connection.close()


def test_the_newest_version_of_each_site_is_in_force(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    with transaction(connection):
        sites.add(connection, "b", "first", AT, "kari")
        sites.add(connection, "b", "second", AT, "kari")
        sites.add(connection, "a", "other", AT, "ola")
    assert sites.sites(connection) == ("a", "b")
    newest = sites.newest(connection, "b")
    assert newest is not None
    assert newest.document == "second"
    assert sites.newest(connection, "c") is None
    connection.close()


@pytest.mark.parametrize(
    "at",
    [
        AT,
        datetime(2026, 3, 29, 3, 0, 0, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_from_the_database_to_the_microsecond(at: datetime) -> None:
    assert from_us(to_us(at)) == at


def test_a_naive_instant_is_our_own_mistake() -> None:
    with pytest.raises(TypeError):
        to_us(datetime(2026, 1, 1))  # noqa: DTZ001
