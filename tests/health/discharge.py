"""Batteries that run down in a made-up year, to see how well the days left are foretold: an open second
opinion with voltages, loads, temperatures and meters of its own. `python -m tests.health.discharge` prints
the table of errors.

The voltage curves are drawn after the makers' data sheets at small loads (share used → volts a cell); nothing
here is taken from rules/health/battery.py.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from devices.supply import BatteryType
from rules.health.battery import forecast

VOLTS: dict[BatteryType, tuple[tuple[float, float], ...]] = {
    "alkaline": (
        (0.0, 1.58), (0.05, 1.47), (0.2, 1.37), (0.4, 1.28), (0.6, 1.21), (0.8, 1.12), (0.9, 1.04),
        (1.0, 0.88),
    ),
    "lithium_coin": (
        (0.0, 3.05), (0.05, 2.98), (0.3, 2.93), (0.6, 2.87), (0.75, 2.8), (0.88, 2.65), (0.95, 2.4),
        (1.0, 2.0),
    ),
    "lithium_primary": (
        (0.0, 3.66), (0.05, 3.63), (0.5, 3.61), (0.8, 3.58), (0.9, 3.52), (0.96, 3.3), (1.0, 2.6),
    ),
}  # fmt: skip
FULL_AND_END = {"alkaline": (1.5, 0.9), "lithium_coin": (3.0, 2.1), "lithium_primary": (3.6, 2.8)}
STEPS = (0.5, 1.0, 5.0, 10.0)
LEFT = (120, 60, 30, 14, 7)


class Life(NamedTuple):
    """A device's battery: level by day until the day it died. `nonsense`: wrong values among them."""

    type: BatteryType
    levels: list[tuple[int, float]]
    died: int
    step: float


def life(type: BatteryType, seed: int) -> Life:
    chance = random.Random(f"{type} {seed}")
    lasts = chance.uniform(120, 700)
    step = chance.choice(STEPS)
    full, end = FULL_AND_END[type]
    used, day, warmth = 0.0, 0, chance.uniform(0, 6.28)
    levels: list[tuple[int, float]] = []
    pace = 1.0
    while True:
        if day % 7 == 0:
            pace = chance.lognormvariate(0, 0.25)  # some weeks somebody moves more
        used += pace / lasts
        volts = _between(VOLTS[type], min(used, 1.0)) - 0.01 * (1 + math.sin(warmth + day / 58))
        volts += chance.gauss(0, 0.004 * full)
        if used >= 1.0 or volts < end:
            return Life(type, levels, day, step)
        if chance.random() < 0.9:  # some days it says nothing of its battery
            level = 100 * (volts - end) / (full - end)
            level = min(100.0, max(0.0, math.floor(level / step) * step))
            levels.append((day, chance.choice((0.0, 100.0)) if chance.random() < 0.005 else level))
        day += 1


def _between(curve: tuple[tuple[float, float], ...], used: float) -> float:
    for (low, high_volts), (high, low_volts) in pairwise(curve):
        if used <= high:
            return high_volts + (low_volts - high_volts) * (used - low) / (high - low)
    return curve[-1][1]


class Told(NamedTuple):
    """What was said with so many days left."""

    said: float | None
    low: float | None
    high: float | None
    left: int


def foretold(one: Life, left: int, type: BatteryType | None = None) -> Told:
    until = [point for point in one.levels if point[0] <= one.died - left]
    found = forecast(until, type or one.type)
    return Told(found.days, found.low, found.high, left)


class Warned(NamedTuple):
    """`ahead`: days before its end on which a battery was first said to last 14 days or less; None: never."""

    ahead: int | None


def warned(one: Life, days: float = 14) -> Warned:
    for at in range(15, len(one.levels) + 1):
        found = forecast(one.levels[:at], one.type)
        if (
            found.days is not None and found.low is not None and (found.days <= days or found.low <= days / 2)
        ) or (found.level is not None and found.level <= 5):
            return Warned(one.died - one.levels[at - 1][0])
    return Warned(None)


def table(lives: int = 60) -> Iterator[str]:
    yield f"{lives} batteries of each type, levels in steps of 0.5 to 10 %, 0.5 % of the values nonsense"
    yield ""
    yield "| type | days left | told | median said | median error | 9 of 10 within | inside the band |"
    yield "|---|---|---|---|---|---|---|"
    for type in VOLTS:
        made = [life(type, seed) for seed in range(lives)]
        for left in LEFT:
            told = [foretold(one, left) for one in made if one.died > left + 30]
            said = [t for t in told if t.said is not None]
            if not said:
                yield f"| {type} | {left} | 0 of {len(told)} | | | | |"
                continue
            errors = sorted(abs(t.said - left) for t in said if t.said is not None)
            inside = sum(t.low <= left <= t.high for t in said if t.low is not None and t.high is not None)
            yield (
                f"| {type} | {left} | {len(said)} of {len(told)}"
                f" | {median(t.said for t in said if t.said is not None):.0f} d | {median(errors):.0f} d"
                f" | {errors[int(0.9 * (len(errors) - 1))]:.0f} d | {100 * inside / len(said):.0f} % |"
            )
    yield ""
    yield "| type | warned at all | median days ahead | earliest tenth | latest tenth |"
    yield "|---|---|---|---|---|"
    for type in VOLTS:
        ahead = sorted(w.ahead for seed in range(lives) if (w := warned(life(type, seed))).ahead is not None)
        yield (
            f"| {type} | {len(ahead)} of {lives} | {median(ahead):.0f} d"
            f" | {ahead[int(0.9 * (len(ahead) - 1))]} d | {ahead[int(0.1 * (len(ahead) - 1))]} d |"
        )


if __name__ == "__main__":
    print("\n".join(table()))
