"""What is done beside the readings: the log is moved into the database, and what nobody needs is deleted."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.jobs import NOTIFICATIONS_KEPT, QUARANTINE_KEPT, Jobs, checkpoint_log, prune
from hub.settings import Settings
from hub.store import outbox, quarantine
from hub.store.db import LOG_PAGES, PAGE_BYTES, connect, transaction
from hub.store.instants import to_us

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


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


def test_notifications_are_deleted_a_week_after_they_were_sent_and_never_before_they_were(
    connection: sqlite3.Connection, database: Path
) -> None:
    ages = {1: NOTIFICATIONS_KEPT + timedelta(minutes=1), 2: NOTIFICATIONS_KEPT - timedelta(minutes=1)}
    with transaction(connection):
        connection.execute(
            "INSERT INTO alert (id, site, rule, room, unit, residents, severity, state, raised_at, found_at,"
            " last_at, evidence, occurrences, prewarning, late)"
            " VALUES (1, 's', 'r', '1', 'u', '[]', 'low', 'open', 0, 0, 0, '[]', 1, 0, 0)"
        )
        for _ in range(3):
            outbox.add(connection, "s", 1, "mqtt", "vaka/s/alerts/1", "{}", NOW - timedelta(days=90))
        for id, age in ages.items():
            outbox.mark_sent(connection, [id], NOW - age)
    prune(database, NOW)
    assert [row[0] for row in connection.execute("SELECT id FROM notification ORDER BY id")] == [2, 3]


def test_what_was_set_aside_is_deleted_a_month_after_it_last_came(
    connection: sqlite3.Connection, database: Path
) -> None:
    def came(topic: str, at: datetime) -> None:
        with transaction(connection):
            quarantine.add(connection, "s", topic, "why", b"x", at)

    long_ago = NOW - QUARANTINE_KEPT - timedelta(minutes=1)
    for topic in ("gone", "again"):
        came(topic, long_ago)
    came("again", NOW - QUARANTINE_KEPT + timedelta(minutes=1))
    prune(database, NOW)
    (left,) = quarantine.everything(connection, "s")
    assert (left.topic, left.count, to_us(left.first_received_at)) == ("again", 2, to_us(long_ago))
