"""A year of somebody's days: which of them were heard, and what each month comes to.

A day on which nobody could hear, on which nobody was at home, or before there was anything to hear with, has
no value: it is not a quiet one. The last of these is counted nowhere.
Not here: what the days are made of (hub/year.py). Its weeks against the weeks before: rules/baseline.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from statistics import mean
from typing import Literal, NamedTuple

from rules.baseline import HEARD_ENOUGH
from rules.stretches import Stretch, length, within

Told = Literal["heard", "away", "unheard", "before"]
MONTHS = 12
AWAY_ENOUGH = 0.5
"""[default] Of a day: from here on it tells of an empty flat."""


class Day(NamedTuple):
    """`value`: None unless it was heard and somebody was at home."""

    day: date
    told: Told
    value: float | None


class Month(NamedTuple):
    """`first`: its first day. `mean`: of its days that have a value; None without any."""

    first: date
    heard: int
    away: int
    unheard: int
    mean: float | None


def day_told(whole: Stretch, away: Sequence[Stretch], deaf: Iterable[Sequence[Stretch]]) -> Told:
    """`deaf`: of each device that the value is made of, when it could not be heard. That somebody was away is
    said first: it was written down by a human.
    """
    lasts = whole.until - whole.since
    if length(within(away, *whole)) >= AWAY_ENOUGH * lasts:
        return "away"
    allowed = (1 - HEARD_ENOUGH) * lasts
    return "heard" if all(length(within(own, *whole)) <= allowed for own in deaf) else "unheard"


def first_shown(last: date) -> date:
    """The first day of the MONTHS months that end with the month of `last`."""
    months = last.year * 12 + last.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def last_shown(first: date) -> date:
    """The last day of the MONTHS months that begin with `first`, a first of a month."""
    return date(first.year + 1, first.month, 1) - timedelta(days=1)


def months(days: Iterable[Day]) -> list[Month]:
    """By month, in order. `days`: in order."""
    found = []
    for first, group in groupby(days, key=lambda one: one.day.replace(day=1)):
        own = list(group)
        values = [one.value for one in own if one.value is not None]
        told = [one.told for one in own]
        found.append(
            Month(
                first,
                told.count("heard"),
                told.count("away"),
                told.count("unheard"),
                mean(values) if values else None,
            )
        )
    return found
