"""A dry run at size: a home's 90 days of 2,000 events a day, under ten rules, out of the embedded history."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from hub.dry_run import DryRuns
from hub.history.embedded import EmbeddedHistory
from hub.history.upkeep import Retention, keep
from hub.site.file import SiteFile, read_site
from hub.store import devices, readings
from hub.store.db import connect, transaction
from hub.store.instants import to_us
from rules.backtest import backtest
from rules.catalogue import catalogue
from rules.dry_run import DryRun
from rules.rulebook import rulebook

DAYS, A_DAY = 90, 2_000
BEGAN = datetime(2026, 8, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(days=DAYS)
_SENSORS = (
    ("door", "outer_door", "open", 2), ("hall", "motion", "motion", 20), ("living", "motion", "motion", 20),
    ("kitchen", "kitchen_motion", "motion", 15), ("bath", "bathroom_motion", "motion", 10),
    ("bedroom", "bedroom_motion", "motion", 15), ("bed", "bed", "in_bed", 6), ("fridge", "fridge", "open", 5),
    ("stove", "stove", "on", 2), ("button", "help_button", "pressed", 0),
)  # fmt: skip
"""(device, role, what it says, how often beside the others)"""
_RULES = ("night-exit", "door-open", "quiet", "not-up", "not-back", "stove", "help-button")
_CHOSEN = ("out-of-bed", "bathroom", "fridge")
HOME = {
    "site": "bench",
    "name": "Bench",
    "units": [{"id": "u", "name": "U"}],
    "rooms": [{"id": "flat", "unit": "u"}],
    "residents": [{"id": "r", "name": "R", "room": "flat"}],
    "devices": [{"id": name, "room": "flat", "role": role} for name, role, _, _ in _SENSORS],
    "rules": [*({"rule": rule} for rule in _RULES), *({"rule": rule, "rooms": ["flat"]} for rule in _CHOSEN)],
}


def dry_runs(folder: Path) -> dict[str, Any]:
    """Seconds: ten rules over 90 days, one with another value over 14 (as the slider moves), a suggestion."""
    read = read_site(json.dumps(HOME), "the bench's home")
    assert isinstance(read, SiteFile)
    site, database = read.site, folder / "vaka.db"
    with closing(connect(database)) as connection:
        _live(connection)
        keep(database, ENDED, Retention(None, None))
        book = rulebook(site, catalogue(), ENDED.date())
        assert len(book.watches) == len(HOME["rules"])
        history = EmbeddedHistory(connection, database, site)
        names = [device.id for device in site.devices]

        def ten_rules() -> int:
            kept = history.readings(names, BEGAN, ENDED)
            return sum(1 for _ in backtest(site, catalogue(), kept, (), ENDED))

        runs = DryRuns(connection, history, book, catalogue(), ENDED)

        def slider() -> bool:
            return isinstance(runs.run("quiet", "flat", {"after": "4 h"}), DryRun)

        return {
            "readings": DAYS * A_DAY,
            "ten_rules_90_days": _seconds(ten_rules),
            "slider_14_days": _seconds(slider),
            "suggestion": _seconds(lambda: runs.tuning("not-back", "flat")),
        }


def _live(connection: Any) -> None:
    chance = random.Random(1)
    state = dict.fromkeys((name for name, *_ in _SENSORS), False)
    with transaction(connection):
        measures = readings.measure_numbers(connection)
        numbers = {name: devices.add(connection, "bench", "zigbee2mqtt", name, BEGAN) for name in state}
        rows = []
        for number in range(DAYS * A_DAY):
            at = to_us(BEGAN + timedelta(days=1) * number / A_DAY)
            name, _, measure, _ = chance.choices(_SENSORS, [often for *_, often in _SENSORS])[0]
            state[name] = not state[name]
            rows.append((numbers[name], measures[measure], state[name], at, at + 90_000, 4))
        readings.append(connection, rows)


def _seconds(ask: Callable[[], object]) -> dict[str, float]:
    """By the clock and of processor time, the median of five each."""
    clock, processor = [], []
    for _ in range(5):
        began, busy = time.perf_counter(), time.process_time()
        assert ask()
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - busy)
    return {"clock_s": round(median(clock), 3), "processor_s": round(median(processor), 3)}
