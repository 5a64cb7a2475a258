"""One trial: a real Mosquitto, a hub in a process of its own, and a load on them for some seconds."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.houses import house
from tests.bench.load import Order, Result
from tests.end_to_end.house import House
from tests.servers import ROOT, Mosquitto, running_mosquitto

LOOK = 0.25  # s between two looks at what is committed
CATCH_UP = 60.0  # s for what is behind at the end
KEPT_UP = 0.25  # s: a hub that keeps up is never behind by more than this at the end

VAKA_COMMITTED = "measure = (SELECT no FROM measure WHERE name = 'lqi')"
NAIVE_COMMITTED = "measure = 'linkquality'"


@dataclass
class Trial:
    """`behind`: messages not committed when the last one was sent. `processor`: the hub's own, µs a
    message; `memory`: its resident set in MB; `load`: what the generator saw.
    """

    devices: int
    rate: float
    committed: int
    behind: int
    seconds_to_catch_up: float
    processor: float
    broker_processor: float
    memory: float
    load: Result

    @property
    def nothing_lost(self) -> bool:
        return self.committed == self.load.sent == self.load.acknowledged and not self.load.missing

    @property
    def kept_up(self) -> bool:
        return self.nothing_lost and self.behind <= KEPT_UP * self.rate

    @property
    def committed_per_second(self) -> int:
        return round(self.committed / (self.load.seconds + self.seconds_to_catch_up))


class Committed:
    """Counts committed messages as anybody may: each brought one new link quality."""

    def __init__(self, database: Path, one_a_message: str) -> None:
        self._connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
        self._query = f"SELECT max(seq), sum({one_a_message}) FROM reading WHERE seq > ?"
        self._seq = self.count = 0

    def look(self) -> int:
        seq, more = self._connection.execute(self._query, (self._seq,)).fetchone()
        self._seq, self.count = seq or self._seq, self.count + (more or 0)
        return self.count


@dataclass
class Running:
    """A hub at work beside its broker, and how to count what it has committed."""

    broker: Mosquitto
    hub: psutil.Process
    devices: int
    committed: Committed
    database: Path
    turns: int = 0

    def trial(self, rate: float, seconds: float, openings: float) -> Trial:
        """Send, wait until all is committed, and measure."""
        before = self.committed.look()
        assert self.broker.process is not None
        broker = psutil.Process(self.broker.process.pid)
        hub_before, broker_before = _processor(self.hub), _processor(broker)
        order = Order(
            port=self.broker.port,
            publisher=(self.broker.gateway_username, self.broker.gateway_password),
            subscriber=(self.broker.username, self.broker.password),
            devices=self.devices,
            rate=rate,
            seconds=seconds,
            openings=openings,
            turn=self.turns,
        )
        self.turns += 1
        looks: list[tuple[float, int]] = []
        load = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load", json.dumps(asdict(order))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        while load.poll() is None:
            looks.append((time.time(), self.committed.look() - before))
            time.sleep(LOOK)
        assert load.stdout is not None
        assert load.returncode == 0, "the load generator failed"
        result = Result(**json.loads(load.stdout.read()))
        ended = result.began + result.seconds
        looks.append((time.time(), self.committed.look() - before))
        while looks[-1][1] < result.sent and time.time() < ended + CATCH_UP:
            time.sleep(LOOK)
            looks.append((time.time(), self.committed.look() - before))
        at_end = next(count for at, count in looks if at >= ended)
        whole = next((at for at, count in looks if count >= result.sent), time.time())
        return Trial(
            devices=self.devices,
            rate=rate,
            committed=looks[-1][1],
            behind=result.sent - at_end,
            seconds_to_catch_up=round(max(0.0, whole - ended), 2) if at_end < result.sent else 0.0,
            processor=round(1e6 * (_processor(self.hub) - hub_before) / result.sent, 1),
            broker_processor=round(1e6 * (_processor(broker) - broker_before) / result.sent, 1),
            memory=round(self.hub.memory_info().rss / 1e6, 1),
            load=result,
        )


@contextmanager
def vaka(folder: Path, devices: int, **settings: str) -> Iterator[Running]:
    """A whole installation in an empty folder, ready for its first reading."""
    with running_mosquitto(folder / "mosquitto") as broker:
        installation = House(folder / "house", broker, json.dumps(house(devices)), **settings)
        hub = installation.start_hub()
        try:
            installation.until(installation.hub_is_caught_up, "the hub's first look at the broker")
            committed = Committed(installation.database, VAKA_COMMITTED)
            yield Running(broker, psutil.Process(hub.pid), devices, committed, installation.database)
        finally:
            installation.stop_hub()


@contextmanager
def naive(folder: Path, devices: int) -> Iterator[Running]:
    """The yardstick, likewise."""
    with running_mosquitto(folder / "mosquitto") as broker:
        database = folder / "naive.db"
        words = (str(broker.port), broker.username, broker.password, str(database))
        hub = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.naive", *words], cwd=ROOT, stdout=subprocess.PIPE
        )
        try:
            assert hub.stdout is not None
            assert hub.stdout.readline() == b"listening\n"
            committed = Committed(database, NAIVE_COMMITTED)
            yield Running(broker, psutil.Process(hub.pid), devices, committed, database)
        finally:
            hub.kill()
            hub.wait()


def _processor(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return times.user + times.system


def as_json(trial: Trial) -> dict[str, Any]:
    return {**asdict(trial), "kept_up": trial.kept_up, "committed_per_second": trial.committed_per_second}
