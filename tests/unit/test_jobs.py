"""What is done beside the readings: the log is moved into the database, and what nobody needs is deleted."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.jobs import Jobs, checkpoint_log
from hub.settings import Settings
from hub.store.db import LOG_PAGES, PAGE_BYTES, connect, transaction


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "vaka.db"


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(database)
    yield opened
    opened.close()


def log_bytes(database: Path) -> int:
    return database.with_name("vaka.db-wal").stat().st_size


def fill_log(connection: sqlite3.Connection, pages: int) -> None:
    for _ in range(pages // 100):
        with transaction(connection):
            connection.executemany(
                "INSERT INTO audit (site, at, by, what, detail) VALUES ('s', 0, NULL, 'test', ?)",
                [("x" * (PAGE_BYTES - 200),) for _ in range(100)],
            )


def test_a_log_that_has_become_long_begins_anew(connection: sqlite3.Connection, database: Path) -> None:
    fill_log(connection, LOG_PAGES + 500)
    long = log_bytes(database)
    assert long > LOG_PAGES * PAGE_BYTES
    checkpoint_log(database)
    fill_log(connection, 1000)
    assert log_bytes(database) <= long, "the log went on growing behind what was moved"
    rows = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
    assert rows == (LOG_PAGES + 500) // 100 * 100 + 1000


def test_a_log_is_moved_by_the_clock_not_by_the_one_who_commits(
    connection: sqlite3.Connection, database: Path
) -> None:
    fill_log(connection, 2000)
    assert database.stat().st_size < 1000 * PAGE_BYTES
    jobs = Jobs(Settings(data=database.parent))
    jobs.start()
    try:
        deadline = datetime.now(UTC) + timedelta(seconds=20)
        while database.stat().st_size < 2000 * PAGE_BYTES:
            assert datetime.now(UTC) < deadline, "nobody moved the log"
    finally:
        jobs.stop()
