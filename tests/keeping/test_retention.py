"""What is kept how long: finite, said by the site, deleted once a night whoever lives through it."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from hub.history import days, segments
from hub.history.segments import A_DAY, beside, connect_history
from hub.history.upkeep import Retention as InHistory
from hub.history.upkeep import keep
from hub.jobs import Jobs, timetable
from hub.retention import FAMILIES, IN_THE_HISTORY, NOT_BY_AGE, days_kept, held, prune
from hub.settings import Settings
from hub.store import alert_figures, jobs, outbox, quarantine, readings, sites, tied
from hub.store.db import connect, transaction
from hub.store.instants import to_us
from hub.timetable import AGAIN_AFTER, Job, JobError, run_if_due
from rules.retention import CLASSES, DEFAULTS, LONGEST, Class, Retention, kept
from tests.keeping.old_databases import NEWEST, write
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAYS: dict[Class, int] = {name: default.days for name, default in DEFAULTS.items()}
SITE = """
site: s
name: S
units: [{id: u, name: U}]
rooms: [{id: r, unit: u}]
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "vaka.db"


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(database)
    yield opened
    opened.close()


def test_every_class_is_finite_has_a_reason_and_its_rows() -> None:
    assert set(DEFAULTS) == set(CLASSES) == {*FAMILIES, *IN_THE_HISTORY}
    for default in DEFAULTS.values():
        assert 0 < default.days <= LONGEST
        assert default.because


def test_every_table_has_an_end_or_a_reason_for_none(tmp_path: Path) -> None:
    """Those that came after the newest of the old databases are asked about when that one is written."""
    write(NEWEST, tmp_path / "vaka.db")
    with closing(sqlite3.connect(tmp_path / "vaka.db")) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        there = {name for (name,) in connection.execute(query)}
    by_age = [family.table for families in FAMILIES.values() for family in families]
    others = [table for tables in NOT_BY_AGE.values() for table in tables]
    assert len({*by_age, *others}) == len(by_age) + len(others), "one is named twice"
    assert there <= {*by_age, *others}


def test_the_site_file_comes_before_the_setting_and_the_setting_before_the_default() -> None:
    settings: dict[Class, int] = {"readings": 30, "hourly": 730}
    assert kept(Retention(), {})["readings"] == 90
    assert kept(Retention(), settings)["readings"] == 30
    assert kept(Retention(readings=14), settings)["readings"] == 14
    assert kept(Retention(readings=1000), settings)["hourly"] == 1000, "the coarser was kept shorter"


@pytest.mark.parametrize(
    "wrong",
    [
        {"readings": 0},
        {"alerts": 4000},
        {"audit": 30},
        {"hourly": 10, "readings": 20},
        {"everything": 3},
        {"daily": "for ever"},
    ],
)
def test_what_a_site_file_cannot_mean_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Retention.model_validate(wrong)


def alert(connection: sqlite3.Connection, closed_at: datetime | None, outcome: str | None = "helped") -> int:
    cursor = connection.execute(
        "INSERT INTO alert (site, rule, room, unit, residents, severity, state, raised_at, found_at,"
        " last_at, evidence, occurrences, prewarning, late, closed_at, outcome)"
        " VALUES ('s', 'fall', ?, 'u', '[\"r1\"]', 'high', ?, ?, 0, 0, '[]', 1, 0, 0, ?, ?)",
        (
            f"room {connection.execute('SELECT count(*) FROM alert').fetchone()[0]}",
            "closed" if closed_at else "open",
            to_us(closed_at or NOW),
            to_us(closed_at) if closed_at else None,
            outcome if closed_at else None,
        ),
    )
    id = int(cursor.lastrowid or 0)
    connection.execute(
        "INSERT INTO alert_event (alert, at, event, reason) VALUES (?, 0, 'raised', 'x')", (id,)
    )
    outbox.add(connection, "s", id, "mqtt", f"vaka/s/alerts/{id}", "{}", NOW)
    return id


def test_an_alert_goes_with_all_that_hangs_on_it_and_leaves_a_count(
    connection: sqlite3.Connection, database: Path
) -> None:
    too_old = NOW - timedelta(days=DAYS["alerts"], minutes=1)
    with transaction(connection):
        sites.add(connection, "s", SITE, NOW, "test")
        gone = [alert(connection, too_old, outcome) for outcome in ("helped", "helped", "false_alarm")]
        left = [alert(connection, too_old + timedelta(minutes=2)), alert(connection, None)]
    assert prune(database, DAYS, NOW)["alerts"] == len(gone)
    for table, key in (("alert", "id"), ("alert_event", "alert"), ("notification", "alert")):
        assert [row[0] for row in connection.execute(f"SELECT {key} FROM {table} ORDER BY 1")] == left
    month = f"{too_old.astimezone(ZoneInfo('Europe/Oslo')):%Y-%m}"
    assert {(m.rule, m.month, m.outcome, m.alerts) for m in alert_figures.months(connection, "s")} == {
        ("fall", month, "helped", 2),
        ("fall", month, "false_alarm", 1),
    }
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert not prune(database, DAYS, NOW)


def test_messages_go_after_they_were_sent_and_never_before_they_were(
    connection: sqlite3.Connection, database: Path
) -> None:
    limit = timedelta(days=DAYS["messages"])
    with transaction(connection):
        alert(connection, None)
        for _ in range(2):
            outbox.add(connection, "s", 1, "mqtt", "vaka/s/alerts/1", "{}", NOW - 2 * limit)
        outbox.mark_sent(connection, [1], NOW - limit - timedelta(minutes=1))
        outbox.mark_sent(connection, [2], NOW - limit + timedelta(minutes=1))
    prune(database, DAYS, NOW)
    assert [row[0] for row in connection.execute("SELECT id FROM notification ORDER BY id")] == [2, 3]


def test_what_was_set_aside_goes_a_month_after_it_last_came(
    connection: sqlite3.Connection, database: Path
) -> None:
    long_ago = NOW - timedelta(days=DAYS["quarantine"], minutes=1)
    with transaction(connection):
        for topic in ("gone", "again"):
            quarantine.add(connection, "s", topic, "why", b"x", long_ago)
        quarantine.add(connection, "s", "again", "why", b"x", long_ago + timedelta(minutes=2))
    prune(database, DAYS, NOW)
    (left,) = quarantine.everything(connection, "s")
    assert (left.topic, left.count) == ("again", 2)


def test_how_a_resident_stands_now_is_kept_however_long_ago_it_began(
    connection: sqlite3.Connection, database: Path
) -> None:
    with transaction(connection):
        for since in (1, 2):
            connection.execute(
                "INSERT INTO protection (site, resident, state, why, since)"
                " VALUES ('s', 'r1', 'protected', '[]', ?)",
                (since,),
            )
    prune(database, DAYS, NOW)
    assert [row[0] for row in connection.execute("SELECT since FROM protection")] == [2]


def test_every_family_of_rows_can_be_deleted_from_a_full_table(
    connection: sqlite3.Connection, database: Path
) -> None:
    """Each statement at least runs, and a fresh database loses nothing."""
    assert not prune(database, DAYS, NOW)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for families in FAMILIES.values():
        assert {family.table for family in families} <= tables
    assert {r.table for r in tied.references(connection, "alert")} >= {
        "alert_event",
        "alert_sensors",
        "summons",
    }


def test_a_day_remains_in_a_few_numbers_when_its_hours_are_gone(database: Path) -> None:
    with closing(connect(database)) as journal, transaction(journal):
        number = readings.measure_numbers(journal)
        monday = NOW - timedelta(days=10)
        rows = [
            (1, number["open"], n % 2, to_us(monday) + n * 600_000_000, to_us(monday) + n * 600_000_000, 0)
            for n in range(1, 13)
        ]
        degrees = [(1, number["temperature"], 20.0 + n, row[3], row[4], 0) for n, row in enumerate(rows)]
        readings.append(journal, [*rows, *degrees])
    keep(database, NOW, InHistory(timedelta(days=5), timedelta(days=5), timedelta(days=20)))
    day = to_us(monday) // A_DAY
    with closing(connect_history(beside(database))) as history:
        assert history.execute("SELECT count(*) FROM hourly").fetchone()[0] == 2, "a clock that runs ahead"
        ((_, doors),) = days.days_of(history, (1, number["open"]), range(day, day + 1))
        ((_, warm),) = days.days_of(history, (1, number["temperature"]), range(day, day + 1))
    assert (doors.times, doors.seconds) == (6, 3600.0)
    assert (warm.times, warm.lowest, warm.mean, warm.highest) == (12, 20.0, 25.5, 31.0)


def test_days_of_hours_that_were_there_before_are_worked_out_once(database: Path) -> None:
    with closing(connect(database)) as journal, transaction(journal):
        readings.measure_numbers(journal)
    with closing(connect_history(beside(database))) as history:
        with transaction(history):
            for day in (100, 101, 103):
                segments.put_hours(history, (1, 1), day, hours_of_a_day())
        days.catch_up(history)
        found = days.days_of(history, (1, 1), range(90, 110))
        assert [day for day, _ in found] == [100, 101, 103]
        assert {whole.times for _, whole in found} == {3}


def hours_of_a_day() -> bytes:
    from hub.history.hours import Day, Hour, encode

    return encode(Day(False, [Hour(3, 1, 60.0), Hour(4, 2, 5.0)]))


def test_an_older_database_beside_a_newer_history_sets_it_back(database: Path) -> None:
    from hub.history.older_journal import set_back

    def says(first: int, last: int) -> None:
        with closing(connect(database)) as journal, transaction(journal):
            readings.measure_numbers(journal)
            readings.append(
                journal, [(1, 1, n % 2, to_us(NOW) + n, to_us(NOW) + n, 0) for n in range(first, last)]
            )

    says(0, 10)
    keep(database, NOW, InHistory(None, None))
    with closing(connect(database)) as journal:
        older = database.with_name("older.db")
        with closing(sqlite3.connect(older)) as copy:
            journal.backup(copy)
    says(10, 30)
    keep(database, NOW, InHistory(None, None))
    for end in ("", "-wal", "-shm"):
        database.with_name(f"vaka.db{end}").unlink(missing_ok=True)
    older.rename(database)
    assert set_back(database) == 20
    assert set_back(database) == 0
    says(100, 105)
    keep(database, NOW, InHistory(None, None))
    with closing(connect_history(beside(database))) as history:
        assert segments.cursor(history) == 15
        kept_rows = [row for _, rows in segments.series_of_day(history, to_us(NOW) // A_DAY) for row in rows]
    assert [row.seq for row in kept_rows] == list(range(1, 16))
    assert [row.at - to_us(NOW) for row in kept_rows] == [*range(10), *range(100, 105)]


# Jobs


def hourly(work: list[str], fails: bool = False) -> Job:
    def do(at: datetime) -> str:
        work.append(f"{at:%H:%M}")
        if fails:
            raise JobError("the disk is full")
        return "done"

    return Job("test", lambda at: at + timedelta(hours=1), do)


def test_a_job_runs_once_when_it_is_due_and_a_missed_one_is_caught_up_once(database: Path) -> None:
    work: list[str] = []
    job = hourly(work)
    for minutes in (0, 10, 59, 60, 61, 600, 601):
        run_if_due(database, job, lambda at=NOW + timedelta(minutes=minutes): at)
    assert work == ["02:30", "03:30", "12:30"]
    with closing(connect(database)) as connection:
        row = jobs.get(connection, "test")
    assert row is not None
    assert (row.done_at, row.due, row.failed_at) == (
        NOW + timedelta(hours=10),
        NOW + timedelta(hours=11),
        None,
    )


def test_a_job_that_fails_says_why_and_is_tried_again_soon(database: Path) -> None:
    work: list[str] = []
    assert not run_if_due(database, hourly(work, fails=True), lambda: NOW)
    with closing(connect(database)) as connection:
        row = jobs.get(connection, "test")
    assert row is not None
    assert (row.failed_at, row.said, row.due) == (NOW, "the disk is full", NOW + AGAIN_AFTER)
    assert run_if_due(database, hourly(work), lambda: NOW + AGAIN_AFTER)


def test_a_clock_that_was_years_ahead_does_not_put_a_job_off_for_years(database: Path) -> None:
    work: list[str] = []
    run_if_due(database, hourly(work), lambda: NOW + timedelta(days=2000))
    assert run_if_due(database, hourly(work), lambda: NOW)


AT_WORK = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from hub.timetable import Job, run_if_due
def work(at):
    print("at work", flush=True)
    sys.stdin.readline()
    return "done"
job = Job("test", lambda at: at + timedelta(hours=1), work)
now = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
print(run_if_due(Path(sys.argv[1]), job, lambda: now), flush=True)
"""


def test_of_two_processes_one_does_it_and_after_a_kill_in_the_middle_the_next(database: Path) -> None:
    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", AT_WORK, str(database)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    first, second = begin(), None
    assert first.stdout is not None
    assert first.stdout.readline() == "at work\n"
    second = begin()
    assert second.communicate(timeout=PATIENCE)[0] == "False\n", "two were at it"
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=PATIENCE)
    third = begin()
    assert third.communicate("\n", timeout=PATIENCE)[0] == "at work\nTrue\n", (
        "the killed run was taken for done"
    )
    assert begin().communicate(timeout=PATIENCE)[0] == "False\n", "it was done twice"


def test_the_hub_s_timetable_prunes_at_the_start_what_a_missed_night_left(
    connection: sqlite3.Connection, database: Path
) -> None:
    with transaction(connection):
        sites.add(connection, "s", SITE + "retention: {quarantine: 3}\n", NOW, "test")
        quarantine.add(connection, "s", "old", "why", b"x", datetime.now(UTC) - timedelta(days=4))
    settings = Settings(data=database.parent)
    assert days_kept(connection, settings)["quarantine"] == 3
    at_work = Jobs(settings)
    at_work.start()
    try:
        deadline = datetime.now(UTC) + timedelta(seconds=20)
        while (row := jobs.get(connection, "retention")) is None or row.done_at is None:
            assert datetime.now(UTC) < deadline, "nobody deleted anything"
    finally:
        at_work.stop()
    assert row.said == "deleted: 1 quarantine"
    assert row.due.astimezone(ZoneInfo("Europe/Oslo")).strftime("%H:%M") == "03:30"
    shown = {one.name: one for one in held(database, settings)}
    assert (shown["quarantine"].days, shown["quarantine"].said_by, shown["quarantine"].rows) == (
        3,
        "site file",
        0,
    )
    assert set(shown) == set(CLASSES)


def test_a_replay_deletes_nothing(database: Path) -> None:
    assert timetable(Settings(data=database.parent, clock="readings"), lambda *_: "") == []
