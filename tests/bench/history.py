"""The embedded history at size: moving the journal into it, asking it, deleting from it, and what readings
that come in meanwhile notice of it.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

from hub.clock import WallClock
from hub.history import segments
from hub.history.embedded import EmbeddedHistory
from hub.history.segments import beside, connect_history
from hub.history.upkeep import Retention, close_days, delete_old, move, prune_journal
from hub.history.upkeep import waiting as still_waiting
from hub.site.file import SiteFile, read_site
from hub.store import devices, readings
from hub.store.db import checkpoint, connect, transaction
from hub.store.instants import to_us
from tests.bench.houses import door, house, motion
from tests.bench.trial import Trial, vaka
from tests.servers import ROOT

DEVICES = 2_000
A_DAY = 1_600_000
"""Readings a day, 800 of each device: 50 million are 31 days."""
STEP = timedelta(days=1) / A_DAY
AT_ONCE = 50_000
EACH_S = 1.0
"""Between two days that are deleted; an installation deletes one a night."""
CARE_RATE, IN_TURNS = 200, 3
"""Messages/s of a large house, and how often what is compared is measured in turn."""
IN_TURN = 15
"""The last moves, each beside one into an empty history."""
BEGAN = datetime(2026, 9, 1, tzinfo=UTC)
_SAID = ("open", "motion"), ("battery", "lqi", "temperature")


def history(folder: Path, count: int) -> dict[str, Any]:
    """`count` readings of 2,000 devices through the journal into the history, then asked."""
    read = read_site(json.dumps(house(DEVICES)), "the bench's house")
    assert isinstance(read, SiteFile)
    database = folder / "vaka.db"
    with (
        closing(connect(database)) as journal,
        closing(connect_history(beside(database))) as store,
        closing(connect_history(folder / "empty.db")) as empty,
    ):
        rates = _fill(journal, store, empty, count)
        ended = BEGAN + count * STEP
        asked = EmbeddedHistory(journal, database, read.site)
        few = [name for flat in range(20) for name in (door(flat), motion(flat))]
        one_flat = [door(7), motion(7)]
        checkpoint(store, "RESTART")
        free = store.execute("PRAGMA freelist_count").fetchone()[0] * segments.PAGE_BYTES
        size = beside(database).stat().st_size - free
        found = {
            "readings": count,
            **rates,
            "bytes_a_reading": round(size / count, 1),
            "last_values_of_a_unit_ms": _ms(lambda: asked.last_values(few)),
            "a_day_of_a_device_ms": _ms(
                lambda: list(asked.readings([door(9)], ended - timedelta(days=2), ended - timedelta(days=1)))
            ),
            "the_day_so_far_ms": _ms(
                lambda: list(asked.readings([door(9)], ended - timedelta(hours=12), ended))
            ),
            "hourly_30_days_ms": _ms(
                lambda: asked.hourly(one_flat, ended - timedelta(days=30), ended, ["open", "motion"])
            ),
        }
        began = time.perf_counter()
        oldest = timedelta(days=round(count / A_DAY) - 1)
        delete_old(store, ended, Retention(oldest, oldest))
        found["delete_a_day_s"] = round(time.perf_counter() - began, 2)
        return found


def _fill(
    journal: sqlite3.Connection, store: sqlite3.Connection, empty: sqlite3.Connection, count: int
) -> dict[str, float]:
    """Commit, move and prune as the hub does; rates at the beginning and at the end."""
    chance = random.Random(1)
    with transaction(journal):
        numbers = readings.measure_numbers(journal)
        names = [name for flat in range(DEVICES // 2) for name in (door(flat), motion(flat))]
        nos = [devices.add(journal, "bench", "zigbee2mqtt", name, BEGAN) for name in names]
        devices.put_latest(
            journal, [(no, BEGAN, {"open": (True, BEGAN), "battery": (87, BEGAN)}) for no in nos]
        )
    appends: list[float] = []
    moves: list[float] = []
    into_empty: list[float] = []
    days: list[float] = []
    rows, steps = endless_rows(chance, nos, numbers), count // AT_ONCE
    for number in range(steps):
        some = list(islice(rows, AT_ONCE))
        began = time.perf_counter()
        for at in range(0, AT_ONCE, 1_000):
            with transaction(journal):
                readings.append(journal, some[at : at + 1_000])
        appends.append(time.perf_counter() - began)
        if number >= steps - IN_TURN:
            into_empty.append(_moved_into_empty(journal, segments.cursor(store), empty))
        began = time.perf_counter()
        while move(journal, store):
            pass
        moves.append(time.perf_counter() - began)
        checkpoint(store, "PASSIVE")  # as at the end of each child
        now = BEGAN + (number + 1) * AT_ONCE * STEP
        began = time.perf_counter()
        close_days(journal, store, now)
        if time.perf_counter() - began > 0.5:
            days.append(time.perf_counter() - began)
        prune_journal(journal, store, now - timedelta(days=1))
        checkpoint(journal, "PASSIVE")
    return {
        "appended": round(AT_ONCE / median(appends[-IN_TURN:])),
        "moved": round(AT_ONCE / median(moves[-IN_TURN:])),
        "moved_into_empty": round(AT_ONCE / median(into_empty)),
        "move_ratio": round(
            median(empty / full for empty, full in zip(into_empty, moves[-IN_TURN:], strict=True)), 2
        ),
        "close_a_day_s": round(median(days), 1) if days else 0.0,
    }


def _moved_into_empty(journal: sqlite3.Connection, moved: int, store: sqlite3.Connection) -> float:
    """Seconds for the same move into a history that holds next to nothing: both in turn, for the machine's
    speed changes.
    """
    with transaction(store):
        segments.put_cursor(store, moved)
    began = time.perf_counter()
    while move(journal, store):
        pass
    return time.perf_counter() - began


def endless_rows(chance: random.Random, nos: list[int], numbers: dict[str, int]) -> Any:
    at, step = to_us(BEGAN), STEP // timedelta(microseconds=1)
    state = dict.fromkeys(nos, False)
    while True:
        at += step
        index = chance.randrange(len(nos))
        no, delay = nos[index], 60_000 + int(chance.random() * 80_000)
        own = (at - delay) // 1000 * 1000
        if chance.random() < 0.6:
            state[no] = not state[no]
            yield no, numbers[_SAID[0][index % 2]], state[no], own, at, 4
        else:
            yield no, numbers[chance.choice(_SAID[1])], chance.randrange(60, 120), own, at, 4


def _ms(ask: Callable[[], Any]) -> float:
    """The median of eleven, the first look included."""
    times = []
    for _ in range(11):
        began = time.perf_counter()
        assert ask(), "nothing was found"
        times.append(time.perf_counter() - began)
    return round(1000 * median(times), 2)


def beside_the_readings(folder: Path, seconds: float, waiting: int) -> dict[str, Any]:
    """p99 from the sensor to the alert at 1,000 messages/s, without the child that keeps the history and with
    it at work all along: it moves what waits, makes days compact and deletes old ones.
    """
    with vaka(folder, 200) as running:
        database = running.database
        with closing(connect(database)) as journal:
            numbers = readings.measure_numbers(journal)
            nos = [devices.add(journal, "bench", "zigbee2mqtt", f"old {n}", BEGAN) for n in range(2_000)]
            rows = endless_rows(random.Random(2), nos, numbers)
            for _ in range(waiting // 10_000):
                with transaction(journal):
                    readings.append(journal, list(islice(rows, 10_000)))
        running.trial(1_000, 3, 0.01)
        alone = running.trial(1_000, seconds, 0.1)
        child = subprocess.Popen(
            [sys.executable, "-m", "hub.history", str(database), "--readings-kept", "2", "--hours-kept", "2"],
            cwd=ROOT,
        )
        before_it, _ = still_waiting(database)
        beside = running.trial(1_000, seconds, 0.1)
        after_it, _ = still_waiting(database)
        child.terminate()
        child.wait()
        # This child, or the hub's own where that came first and this one gave up waiting for it.
        assert 0 < after_it < before_it, "no child was at work all along"
        before, while_at_work = alone.load.latency["p99"], beside.load.latency["p99"]
        return {
            "p99_alone_ms": before,
            "p99_beside_ms": while_at_work,
            "p99_ratio": round(while_at_work / before, 2),
            "nothing_lost": alone.nothing_lost and beside.nothing_lost,
        }


def retention_beside(folder: Path, filled: Path, seconds: float) -> dict[str, Any]:
    """p99 from the sensor to the alert at 200 messages/s, without and while one day after the other is
    deleted from a history that `history` has filled: each by a child of its own, as in an installation.
    """
    data = folder / "house" / "data"
    data.mkdir(parents=True)
    beside(filled / "vaka.db").rename(data / "history.db")
    with closing(connect_history(data / "history.db")) as store, transaction(store):
        segments.put_cursor(store, 0)  # this hub's journal is another
        days = (to_us(WallClock().now()) - to_us(BEGAN)) // segments.A_DAY
    with vaka(folder, 200, VAKA_READINGS_KEPT="3650", VAKA_HOURS_KEPT="3650") as running:
        running.trial(CARE_RATE, 3, 0.01)
        alone: list[Trial] = []
        meanwhile: list[Trial] = []
        took: list[float] = []
        for _ in range(IN_TURNS):
            alone.append(running.trial(CARE_RATE, seconds / IN_TURNS, 0.05))
            deleting = _Deleting(running.database, days - len(took))
            meanwhile.append(running.trial(CARE_RATE, seconds / IN_TURNS, 0.05))
            took += deleting.stop()
        return {
            "days_deleted": len(took),
            "delete_a_day_child_s": round(median(took), 2),
            **in_turns("retention", alone, meanwhile),
        }


def in_turns(name: str, alone: list[Trial], meanwhile: list[Trial]) -> dict[str, Any]:
    """p99 of trials taken in turn: the machine's speed changes, and of each kind the middle one counts."""
    before, beside_it = (median(t.load.latency["p99"] for t in trials) for trials in (alone, meanwhile))
    return {
        f"{name}_p99_alone_ms": round(before, 1),
        f"{name}_p99_beside_ms": round(beside_it, 1),
        f"{name}_p99_ratio": round(beside_it / before, 2),
        f"{name}_nothing_lost": all(trial.nothing_lost for trial in alone + meanwhile),
    }


class _Deleting:
    """Deletes the oldest day again and again until it is stopped."""

    def __init__(self, database: Path, days: int) -> None:
        self._database, self._days = database, days
        self._took: list[float] = []
        self._stopping = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def stop(self) -> list[float]:
        """Seconds for each day."""
        self._stopping.set()
        self._thread.join()
        return self._took

    def _run(self) -> None:
        words = [sys.executable, "-m", "hub.history", str(self._database)]
        while not self._stopping.wait(EACH_S):
            self._days -= 1
            began = time.perf_counter()
            kept = ["--readings-kept", str(self._days), "--hours-kept", str(self._days)]
            subprocess.run([*words, *kept], cwd=ROOT, check=True)
            self._took.append(time.perf_counter() - began)
