"""Copying to a real InfluxDB at size: how fast a backlog is caught up with beside live traffic, and what
alerts notice of it.
"""

from __future__ import annotations

import random
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

from hub.store import devices, history_cursor, readings
from hub.store.db import connect, transaction
from tests.bench.history import BEGAN, CARE_RATE, IN_TURNS, endless_rows, in_turns
from tests.bench.trial import Trial, vaka
from tests.influx_server import influxd, running_influxdb

LOOK_S = 0.25


def catching_up(folder: Path, seconds: float, waiting: int) -> dict[str, Any] | None:
    """p99 from the sensor to the alert while InfluxDB is away, and while `waiting` readings and all that
    comes in are copied to it. None where InfluxDB is not on this machine.
    """
    if not influxd().exists():
        return None
    with running_influxdb(folder / "influxdb") as server:
        token = folder / "token"
        token.write_text(server.write_token()[1])
        server.stop()
        told = {"VAKA_INFLUX_URL": server.url, "VAKA_INFLUX_TOKEN_FILE": str(token)}
        destination = f"{server.url}/{server.org}/{server.bucket}"
        with vaka(folder, 200, **told) as running:
            _fill(running.database, waiting)
            running.trial(CARE_RATE, 3, 0.01)
            away: list[Trial] = []
            copying: list[Trial] = []
            paces: list[int] = []
            for _ in range(IN_TURNS):
                away.append(running.trial(CARE_RATE, seconds / IN_TURNS, 0.05))
                server.start()
                _until_it_copies(running.database, destination)
                pace = _Pace(running.database, destination)
                copying.append(running.trial(CARE_RATE, seconds / IN_TURNS, 0.05))
                paces.append(pace.stop())
                server.stop()
            return {
                "waiting": waiting,
                "points_per_second": round(median(paces)),
                **in_turns("relay", away, copying),
            }


class _Pace:
    """Watches the cursor from its first move until it has caught up, or is stopped."""

    def __init__(self, database: Path, destination: str) -> None:
        self._database, self._destination = database, destination
        self._looks: list[tuple[float, int]] = []
        self._stopping = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Readings a second."""
        self._stopping.set()
        self._thread.join()
        moving = [look for look in self._looks if look[1] > self._looks[0][1]]
        assert len(moving) > 4, "nothing was copied"
        (began, first), (ended, last) = moving[0], moving[-1]
        return round((last - first) / (ended - began))

    def _watch(self) -> None:
        with closing(connect(self._database)) as connection:
            while not self._stopping.wait(LOOK_S):
                cursor = history_cursor.of(connection, self._destination)
                self._looks.append((time.perf_counter(), cursor))
                if readings.newest(connection) - cursor < 5_000:
                    return


def _until_it_copies(database: Path, destination: str) -> None:
    """The relay asks again at most half a minute after InfluxDB is back."""
    with closing(connect(database)) as connection:
        before = history_cursor.of(connection, destination)
        deadline = time.perf_counter() + 60
        while history_cursor.of(connection, destination) == before:
            assert time.perf_counter() < deadline, "nothing was copied"
            time.sleep(0.02)


def _fill(database: Path, count: int) -> None:
    with closing(connect(database)) as journal:
        numbers = readings.measure_numbers(journal)
        nos = [devices.add(journal, "bench", "zigbee2mqtt", f"old {n}", BEGAN) for n in range(2_000)]
        rows = endless_rows(random.Random(3), nos, numbers)
        for _ in range(count // 10_000):
            with transaction(journal):
                readings.append(journal, list(islice(rows, 10_000)))
