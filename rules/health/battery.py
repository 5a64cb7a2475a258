"""How many days a battery still lasts, with how sure that is, from one level a day.

What devices call % is mostly their voltage. Each type of battery gives it up in its own way, so a level is
first read as the share of the charge that is left (CURVES), and a line is laid through that: the median of
all slopes between two days (Theil-Sen), which single wrong values do not move. Where nothing can be told it
says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import combinations, pairwise
from statistics import median
from typing import Literal, NamedTuple

import msgspec

from devices.supply import BatteryType

Told = Literal["told", "too little history", "no fall yet", "no level", "rechargeable"]


class Battery(NamedTuple):
    """`curve`: (level in %, share of the charge left), falling. `unsure`: what the days left may be times:
    how far batteries of this type stray from their curve [default].
    """

    curve: tuple[tuple[float, float], ...]
    unsure: tuple[float, float]


# From the makers' discharge curves at small loads, level = voltage between full and the device's own end.
CURVES: dict[BatteryType, Battery] = {
    # 1.5 V falls steadily to 0.9 V a cell, a little faster in the beginning and towards the end
    "alkaline": Battery(((0, 0.0), (20, 0.1), (40, 0.3), (60, 0.55), (80, 0.8), (100, 1.0)), (0.6, 1.4)),
    # 3.0 V holds for most of the life, then falls: low levels go by quickly
    "lithium_coin": Battery(((0, 0.0), (30, 0.05), (60, 0.13), (80, 0.3), (90, 0.6), (100, 1.0)), (0.5, 1.5)),
    # Li-SOCl2: 3.6 V until the last tenth, then the cliff; a level below 80 % is nearly the end
    "lithium_primary": Battery(((0, 0.0), (50, 0.03), (80, 0.1), (95, 0.4), (100, 1.0)), (0.4, 1.8)),
    "unknown": Battery(((0, 0.0), (100, 1.0)), (0.5, 1.7)),
}
NEW_FROM = 20.0  # points upwards that stay: somebody put in a new one
LEAST_DAYS = 14
"""[default] With less nothing is said of the days left."""
WINDOWS = (45, 90, 180, 730)  # days: the shortest in which enough has gone tells the most of what is now
_LEAST_FALL = 4.0  # % of charge, and more than two steps of a coarse meter
_MOST_POINTS = 60
FARTHEST = 1500  # days; nobody knows farther


class Forecast(msgspec.Struct, frozen=True):
    """`days` left at the pace so far, between `low` and `high` in 8 of 10 cases; None where it cannot be
    told, and `told` says why. `level`: % now. `began`: the day (since 1970) since which this battery is in.
    """

    told: Told
    level: float | None = None
    days: float | None = None
    low: float | None = None
    high: float | None = None
    began: int | None = None


def forecast(history: Sequence[tuple[int, float]], type: BatteryType = "unknown") -> Forecast:
    """`history`: (day since 1970, level in %), one a day at most, in order; days may be missing."""
    points = _this_battery(_believed(history))
    if not points:
        return Forecast("no level")
    began, level = points[0][0], median(value for _, value in points[-3:])
    if type == "rechargeable":
        return Forecast("rechargeable", level, began=began)
    if points[-1][0] - began < LEAST_DAYS:
        return Forecast("too little history", level, began=began)
    battery = CURVES[type]
    charges = [(day, 100 * _charge(battery, value)) for day, value in points]
    step = _step(points)
    for window in WINDOWS:
        kept = [point for point in charges if point[0] > charges[-1][0] - window]
        levels = [value for day, value in points if day > charges[-1][0] - window]
        fell = _level_of(kept[:3]) - _level_of(kept[-3:])
        if (
            kept[-1][0] - kept[0][0] >= LEAST_DAYS
            and fell >= _LEAST_FALL
            and max(levels) - level > 1.5 * step
        ):
            return _line(_thinned(kept), battery, level, step, began)
    return Forecast("no fall yet", level, began=began)


def _line(
    points: Sequence[tuple[int, float]], battery: Battery, level: float, step: float, began: int
) -> Forecast:
    span = points[-1][0] - points[0][0]
    slopes = sorted(
        (a[1] - b[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] - a[0] > span / 4
    )
    pace = median(slopes)
    left = 100 * _charge(battery, level)
    if pace <= 0:
        return Forecast("no fall yet", level, began=began)
    unsure = (100 * _charge(battery, min(100.0, level + step / 2)) - left) / span
    fast = slopes[int(0.9 * (len(slopes) - 1))] + unsure
    slow = max(slopes[int(0.1 * (len(slopes) - 1))] - unsure, pace / 4)
    days = left / pace
    return Forecast(
        "told",
        level,
        min(days, FARTHEST),
        min(left / fast, days * battery.unsure[0], FARTHEST),
        min(max(left / slow, days * battery.unsure[1]), FARTHEST),
        began,
    )


def _believed(history: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Without what no meter says, and with lone values brought back to their neighbours (median of three)."""
    points = [(day, float(level)) for day, level in history if 0 <= level <= 100]
    if len(points) < 3:
        return points
    inner = [
        (points[i][0], median((points[i - 1][1], points[i][1], points[i + 1][1])))
        for i in range(1, len(points) - 1)
    ]
    last = points[-1] if abs(points[-1][1] - inner[-1][1]) < NEW_FROM else (points[-1][0], inner[-1][1])
    first = points[0] if abs(points[0][1] - inner[0][1]) < NEW_FROM else (points[0][0], inner[0][1])
    return [first, *inner, last]


def _this_battery(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Since it was put in: after the last rise that stayed."""
    for i in range(len(points) - 1, 0, -1):
        before = _level_of(points[max(0, i - 3) : i])
        after = _level_of(points[i : i + 3])
        if after - before >= NEW_FROM and points[i][1] - before >= NEW_FROM:
            return points[i:]
    return points


def _level_of(points: Sequence[tuple[int, float]]) -> float:
    return median(value for _, value in points)


def _charge(battery: Battery, level: float) -> float:
    levels = [point[0] for point in battery.curve]
    at = min(max(bisect_right(levels, level), 1), len(levels) - 1)
    (low, below), (high, above) = battery.curve[at - 1], battery.curve[at]
    return below + (above - below) * (level - low) / (high - low)


def _step(points: Sequence[tuple[int, float]]) -> float:
    """How coarse the meter is: the smallest change it ever showed, 1 where it showed none."""
    values = sorted({value for _, value in points})
    steps = [b - a for a, b in pairwise(values) if b - a > 0.01]
    return min(steps, default=1.0)


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most so many, each the median of its stretch."""
    size = -(-len(points) // _MOST_POINTS)
    groups = [points[i : i + size] for i in range(0, len(points), size)]
    return [(group[len(group) // 2][0], _level_of(group)) for group in groups]
