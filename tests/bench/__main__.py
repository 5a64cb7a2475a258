"""`make bench`: throughput, latency and memory of the hub beside a real Mosquitto, as tables and as JSON.

The broker, the load generator and the hub share the machine's cores. Everything that is said to have been
taken is committed on disk and acknowledged; latencies are from the instant a message was due to the alert's
own MQTT message.

    python -m tests.bench [--quick] [--only sustained,latency,size,naive,alone,calls,history,relay,dry run]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import tables
from tests.bench.alone import decoding, engine
from tests.bench.calls import calls
from tests.bench.dry_run import dry_runs
from tests.bench.history import beside_the_readings, history, retention_beside
from tests.bench.machine import machine
from tests.bench.relay import catching_up
from tests.bench.trial import Running, Trial, as_json, naive, vaka
from tests.servers import ROOT

RATES = (2_500, 5_000, 10_000, 15_000, 20_000)
LATENCY_RATES = (10, 100, 1_000)
SIZES = (200, 2_000, 10_000)
NAIVE_RATES = (100, 500, 1_000, 2_500, 5_000)
DEVICES = 200
FEW_OPENINGS, MANY_OPENINGS = 0.01, 0.1
"""Shares of the messages that raise an alert: one in a hundred is already far more than any house has."""


def sustained(seconds: float) -> list[Trial]:
    """Higher and higher rates, until the hub falls behind."""
    return _until_behind(vaka, RATES, seconds)


def yardstick(seconds: float) -> list[Trial]:
    """The same for the naive hub."""
    return _until_behind(naive, NAIVE_RATES, min(seconds, 10))


def latency(seconds: float) -> list[Trial]:
    with _folder() as folder, vaka(folder, DEVICES) as running:
        return [running.trial(rate, min(seconds, 30), MANY_OPENINGS) for rate in LATENCY_RATES]


def size(seconds: float) -> list[Trial]:
    """1,000 messages/s from few, many and very many devices, once all of them have been heard."""
    trials = []
    for devices in SIZES:
        with _folder() as folder, vaka(folder, devices) as running:
            running.trial(2_000, devices / 1_000 + 1, 0.0)
            trials.append(running.trial(1_000, min(seconds, 20), FEW_OPENINGS))
    return trials


def alone(seconds: float) -> dict[str, float]:
    readings = 300_000 if seconds > 10 else 100_000
    return {"engine_readings_per_second": round(engine(readings)), "decode_us": round(decoding(100_000), 2)}


def series(seconds: float) -> dict[str, Any]:
    """The embedded history: 50 million readings of 2,000 devices (quick: 4 million)."""
    whole = seconds > 10
    with _folder() as filled, _folder() as folder:
        found = history(filled, 50_000_000 if whole else 4_000_000)
        _tell(found)  # this takes half an hour: what is known is not lost with what follows
        found |= retention_beside(folder, filled, 45 if whole else 9)
        _tell(found)
    with _folder() as folder:
        return {**found, **beside_the_readings(folder, min(seconds, 20), 12_000_000 if whole else 6_000_000)}


def _tell(found: dict[str, Any]) -> None:
    print(found, file=sys.stderr, flush=True)


def relay(seconds: float) -> dict[str, Any]:
    """A backlog copied to a real InfluxDB beside live traffic; nothing where InfluxDB is absent."""
    with _folder() as folder:
        return catching_up(folder, min(seconds, 45), 4_000_000 if seconds > 10 else 1_000_000) or {}


def tried(_: float) -> dict[str, Any]:
    with _folder() as folder:
        return dry_runs(folder)


def called(seconds: float) -> dict[str, Any]:
    """200 readings/s with 50 alerts/min."""
    with _folder() as folder:
        return calls(folder, max(seconds, 30))


def _until_behind(hub: Callable[..., Any], rates: tuple[int, ...], seconds: float) -> list[Trial]:
    trials = []
    with _folder() as folder, hub(folder, DEVICES) as running:
        assert isinstance(running, Running)
        for rate in rates:
            trials.append(running.trial(rate, seconds, FEW_OPENINGS))
            if not trials[-1].kept_up:
                break
    return trials


@contextmanager
def _folder() -> Iterator[Path]:
    """On the disk that the repository is on: a memory file system would commit for nothing."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix="bench-") as folder:
        yield Path(folder)


PARTS: dict[str, tuple[Callable[[float], Any], Callable[[Any], str]]] = {
    "alone": (alone, tables.alone),
    "calls": (called, tables.calls),
    "dry run": (tried, tables.dry_run),
    "history": (series, tables.history),
    "relay": (relay, tables.relay),
    "naive": (yardstick, tables.yardstick),
    "latency": (latency, tables.latency),
    "size": (size, tables.size),
    "sustained": (sustained, tables.sustained),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="10 s a trial instead of 60")
    parser.add_argument("--only", default=",".join(PARTS), help="which tables, with commas")
    arguments = parser.parse_args()
    seconds = 10 if arguments.quick else 60
    found: dict[str, Any] = {"machine": machine(), "seconds": seconds}
    print(tables.heading(found["machine"], seconds), flush=True)
    results = {}
    for name in arguments.only.split(","):
        measure, table = PARTS[name]
        results[name] = measure(seconds)
        print(table(results[name]), flush=True)
        found[name] = (
            results[name] if isinstance(results[name], dict) else [as_json(trial) for trial in results[name]]
        )
    found["ratios"] = tables.ratios(results)
    print(tables.ratios_table(found["ratios"]), flush=True)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "bench.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
