"""A week held against the same person's weeks before: below, within or above their own band.

Robust on purpose: medians and the median distance from them, which a week in hospital does not move. It is no
diagnosis and never an alert; where there is too little to tell, that is said instead of a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import mean, median
from typing import Literal, NamedTuple

Verdict = Literal["below", "within", "above", "too_little"]

WEEKS = 8
"""[default] How many weeks before count as the person's own."""
LEAST_WEEKS = 4
"""[default] With fewer nothing is said."""
LEAST_DAYS = 4
"""[default] A week of which fewer days were heard tells nothing."""
HEARD_ENOUGH = 0.8
"""[default] Of a day: below it counts as not heard."""
WIDTH = 2.0
"""[default] Half the band, in standard deviations as the median distance tells them."""
_OF_A_NORMAL = 1.4826
"""Standard deviations in a median absolute deviation, for normally distributed values."""
LEAST_HALF, LEAST_STEP = 0.15, 1.0
"""[default] The band is never narrower than this share of the median to either side, nor than one time or
hour a day: what happens twice a night is not unusual when it happens three times.
"""


class Band(NamedTuple):
    middle: float
    low: float
    high: float


class Week(NamedTuple):
    """`value`: the mean of its days without the least and the most. None: too few days, or weeks before."""

    monday: date
    days: int
    value: float | None
    band: Band | None
    verdict: Verdict


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(days: Mapping[date, float], until: date) -> list[Week]:
    """Every whole week from the first day told of to the last that is over before `until`, in order.

    `days`: a value for each day that was heard well enough.
    """
    if not days:
        return []
    own: dict[date, list[float]] = {}
    for day, told in days.items():
        own.setdefault(monday_of(day), []).append(told)
    found: list[Week] = []
    monday = min(own)
    while monday + timedelta(days=7) <= until:
        values = own.get(monday, [])
        value = _of_days(values) if len(values) >= LEAST_DAYS else None
        before = [week.value for week in found[-WEEKS:] if week.value is not None]
        band = band_of(before)
        found.append(Week(monday, len(values), value, band, verdict(value, band)))
        monday += timedelta(days=7)
    return found


def _of_days(values: Sequence[float]) -> float:
    """Their mean without the least and the most: one odd day moves nothing."""
    return mean(sorted(values)[1:-1])


def band_of(values: Sequence[float]) -> Band | None:
    if len(values) < LEAST_WEEKS:
        return None
    middle = median(values)
    half = WIDTH * _OF_A_NORMAL * median(abs(value - middle) for value in values)
    half = max(half, LEAST_HALF * middle, LEAST_STEP)
    return Band(middle, max(0.0, middle - half), middle + half)


def verdict(value: float | None, band: Band | None) -> Verdict:
    if value is None or band is None:
        return "too_little"
    return "below" if value < band.low else "above" if value > band.high else "within"
