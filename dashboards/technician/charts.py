"""Charts as SVG, drawn on the server: plain shapes with classes; the same figures stand as a table beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rules.health.battery import Forecast

WIDTH, HEIGHT = 400, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 18, 12, 30


class Line(NamedTuple):
    """What a battery's chart is made of, in the SVG's own units. `days`: (x, day since 1970) below it."""

    levels: str
    band: str
    forecast: str
    empty_at: float
    grid: list[tuple[float, int]]
    days: list[tuple[float, int]]
    now: float


def battery_line(levels: Sequence[tuple[int, float]], outlook: Forecast, today: int) -> Line | None:
    """None where there is nothing to draw. What is to come takes up to half of the width."""
    if len(levels) < 2:
        return None
    first = levels[0][0]
    ahead = min(outlook.high or 0, 2.0 * max(30, today - first)) if outlook.days is not None else 0.0
    last = max(today, levels[-1][0]) + ahead
    scale = (WIDTH - _LEFT - _RIGHT) / max(1.0, last - first)

    def x(day: float) -> float:
        return round(_LEFT + (min(day, last) - first) * scale, 1)

    def y(level: float) -> float:
        return round(_TOP + (100 - level) * (HEIGHT - _TOP - _BOTTOM) / 100, 1)

    line = " ".join(f"{x(day)},{y(level)}" for day, level in levels)
    band = course = ""
    if outlook.days is not None and outlook.level is not None:
        begin = levels[-1][0]
        at = f"{x(begin)},{y(outlook.level)}"
        low, high = begin + (outlook.low or 0), begin + (outlook.high or 0)
        reached = outlook.level * max(0.0, 1 - (last - begin) / (high - begin)) if high > last else 0.0
        band = f"{at} {x(high)},{y(reached)} {x(high)},{y(0)} {x(low)},{y(0)}"
        gone = begin + outlook.days
        left = outlook.level * max(0.0, 1 - (last - begin) / outlook.days) if gone > last else 0.0
        course = f"{at} {x(gone)},{y(left)}"
    marks = [first + round((last - first) * part / 3) for part in range(4)]
    return Line(
        line,
        band,
        course,
        y(0),
        [(y(level), level) for level in (0, 50, 100)],
        [(x(day), day) for day in marks],
        x(today),
    )


class Bar(NamedTuple):
    """One bar of so many, `share` of the longest in %."""

    label: str
    times: int
    share: int


def bars(counts: Sequence[tuple[str, float]]) -> list[Bar]:
    most = max((count for _, count in counts), default=0.0)
    return [Bar(label, round(count), round(100 * count / most) if most else 0) for label, count in counts]
