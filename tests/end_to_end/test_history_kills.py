"""The child that keeps the history is killed again and again, while readings come in: all are there, once."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from hub.history.embedded import EmbeddedHistory
from hub.history.segments import beside, connect_history, cursor
from hub.site.file import SiteFile, read_site
from hub.store import devices, readings
from hub.store.db import connect, transaction
from hub.store.instants import from_us, to_us
from tests.servers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SITE = """
site: s
name: S
units: [{id: u, name: U}]
rooms: [{id: a, unit: u}]
devices: [{id: one, room: a, role: motion}, {id: two, room: a, role: motion}, {id: three, room: a, role: bed}]
"""
NAMES = ("one", "two", "three")
A_MONTH_AGO = datetime.now(UTC) - timedelta(days=30)
Reading = tuple[str, str, object, datetime]


class Hub:
    """Commits to the journal as the pipeline does."""

    def __init__(self, database: Path) -> None:
        self.connection = connect(database)
        with transaction(self.connection):
            numbers = readings.measure_numbers(self.connection)
            self._measures = [(name, numbers[name]) for name in ("motion", "in_bed", "battery")]
            self._devices = [
                (name, devices.add(self.connection, "s", "zigbee2mqtt", name, A_MONTH_AGO)) for name in NAMES
            ]
        self._chance = random.Random(4)
        self.committed: Counter[Reading] = Counter()

    def commit(self, count: int, at: datetime, step: timedelta) -> None:
        rows = []
        for number in range(count):
            name, device = self._chance.choice(self._devices)
            measure, no = self._chance.choice(self._measures)
            value = self._chance.randrange(100) if measure == "battery" else number % 2 == 0
            us = to_us(at + number * step)
            rows.append((device, no, value, us, us + self._chance.choice((0, 120_000, 7_200_000_000)), 4))
            self.committed[name, measure, value, from_us(us)] += 1
        with transaction(self.connection):
            readings.append(self.connection, rows)


def a_child(database: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "hub.history", str(database)], cwd=ROOT)


def found(database: Path) -> Counter[Reading]:
    read = read_site(SITE, "the test's site")
    assert isinstance(read, SiteFile)
    with closing(connect(database)) as connection:
        history = EmbeddedHistory(connection, database, read.site)
        told = history.readings(NAMES, A_MONTH_AGO - timedelta(days=1), datetime.now(UTC) + timedelta(days=1))
        return Counter((r.device, r.measure, r.value, r.at) for r in told)


def test_killed_at_any_time_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    hub = Hub(database)
    hub.commit(250_000, A_MONTH_AGO, timedelta(seconds=9))
    stopping = Event()

    def goes_on() -> None:
        while not stopping.wait(0.01):
            hub.commit(20, datetime.now(UTC), timedelta(microseconds=300))

    writer = Thread(target=goes_on)
    writer.start()
    chance = random.Random(5)
    killed = 0
    try:
        for _ in range(20):
            child = a_child(database)
            time.sleep(chance.uniform(0.2, 1.5))
            child.send_signal(signal.SIGKILL)
            killed += child.wait() == -signal.SIGKILL
    finally:
        stopping.set()
        writer.join()
    assert killed >= 3, "it was too quick to be killed"
    assert found(database) == hub.committed
    assert a_child(database).wait() == 0
    assert found(database) == hub.committed
    with closing(connect_history(beside(database))) as history:
        assert cursor(history) == readings.newest(hub.connection)
        assert [row[0] for row in history.execute("PRAGMA integrity_check")] == ["ok"]
    left = hub.connection.execute("SELECT count(*) FROM reading").fetchone()[0]
    assert left < 100_000, "the journal gave up nothing"
    hub.connection.close()


def test_two_at_once_move_each_reading_once(tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    hub = Hub(database)
    hub.commit(150_000, A_MONTH_AGO, timedelta(seconds=9))
    assert [child.wait() for child in [a_child(database), a_child(database)]] == [0, 0]
    assert found(database) == hub.committed
    hub.connection.close()


def test_whoever_asks_meanwhile_sees_each_reading_once(tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    hub = Hub(database)
    hub.commit(120_000, A_MONTH_AGO, timedelta(seconds=9))
    child = a_child(database)
    looks = 0
    while child.poll() is None:
        assert found(database) == hub.committed
        looks += 1
    assert looks >= 1
    assert child.returncode == 0
    hub.connection.close()


def test_a_history_that_cannot_be_written_leaves_the_journal_whole(tmp_path: Path) -> None:
    database = tmp_path / "vaka.db"
    hub = Hub(database)
    hub.commit(1000, A_MONTH_AGO, timedelta(seconds=9))
    beside(database).write_bytes(b"this is no database" * 1000)
    assert a_child(database).wait() != 0
    with pytest.raises(sqlite3.DatabaseError):
        found(database)
    assert hub.connection.execute("SELECT count(*) FROM reading").fetchone()[0] == 1000
    hub.connection.close()
