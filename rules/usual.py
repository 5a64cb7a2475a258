"""How a night or a day was beside the person's own others: less, about as usual, more, or nobody knows.

A personal baseline and no diagnosis: it says how much the sensors of somebody's rooms heard, not who it was
and not how they are. Pure; where the numbers come from: hub/relatives/week.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Literal, NamedTuple

Level = Literal["less", "usual", "more", "unknown"]

BASELINE = timedelta(days=28)
"""[default] Four weeks: each day of the week four times."""
ENOUGH = 10
"""[default] With fewer nights or days than this nothing is said to be usual."""
ROOM = 0.25
"""[default] The band is at least a quarter of the middle to each side: nobody lives by the clock."""
LEAST_ROOM = 2.0
"""[default] … and at least this much in the unit of the figure itself."""


class Band(NamedTuple):
    """What is usual: the middle eight of ten, widened where somebody is very regular."""

    low: float
    middle: float
    high: float


class Judged(NamedTuple):
    """A night or day. `value` None: not known. `band` None: nothing is known to be usual."""

    day: date
    value: float | None
    band: Band | None
    level: Level


def band(values: Sequence[float]) -> Band | None:
    """Of the person's own earlier values; None where they are too few."""
    if len(values) < ENOUGH:
        return None
    tenths = quantiles(values, n=10, method="inclusive")
    middle = median(values)
    room = max(ROOM * middle, LEAST_ROOM)
    return Band(max(0.0, min(tenths[0], middle - room)), middle, max(tenths[-1], middle + room))


def level(value: float | None, usual: Band | None) -> Level:
    if value is None or usual is None:
        return "unknown"
    if value < usual.low:
        return "less"
    return "more" if value > usual.high else "usual"


def judged(values: Mapping[date, float | None], days: Sequence[date]) -> list[Judged]:
    """Each of some days against the four weeks before it. `values`: what is known, by day."""
    found = []
    for day in days:
        before = (day - timedelta(days=n) for n in range(1, BASELINE.days + 1))
        usual = band([value for one in before if (value := values.get(one)) is not None])
        found.append(Judged(day, values.get(day), usual, level(values.get(day), usual)))
    return found
