"""A day of one series hour by hour: what is kept when the readings themselves are gone.

A state: how often it became true, and how long it was. An event: how often it happened. A number: how many
readings, the lowest, the mean and the highest. Hours are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from devices.measures import MEASURES

AN_HOUR = 3_600_000_000
"""µs"""
HOURS = 24


class Hour(NamedTuple):
    """One hour of one series. `times`: how often a state became true, else how many readings. `seconds`: how
    long the state was true (what nobody heard is taken to be unchanged). `lowest` … `highest`: a number's.
    """

    hour: int
    times: int
    seconds: float | None = None
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None


class Day(msgspec.Struct, frozen=True, array_like=True):
    """The hours in which there is anything to tell, and the last value of the day, for the day after."""

    last: Any
    hours: list[Hour]


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Day).decode


def day_of(
    measure: str, values: Iterable[tuple[int, Any]], before: object = None, until: int | None = None
) -> Day:
    """The day of a series from its (µs since midnight, value) in order of time. `before`: the value with
    which the day began, None where nobody knows. `until`: how far the day has come, where it is not over.
    """
    values = list(values)
    last = values[-1][1] if values else before
    match MEASURES[measure].kind:
        case "state":
            return Day(last, _state(values, bool(before), HOURS * AN_HOUR if until is None else until))
        case "event":
            return Day(last, [Hour(hour, len(own)) for hour, own in _by_hour(values)])
        case _:
            return Day(last, [_number(hour, own) for hour, own in _by_hour(values)])


def _state(values: list[tuple[int, Any]], value: bool, until: int) -> list[Hour]:
    counts, lengths = [0] * HOURS, [0] * HOURS
    since = 0
    for at, new in (*values, (until, None)):
        if value:
            _spread(lengths, since, at)
        if new and not value:
            counts[at // AN_HOUR] += 1
        value, since = bool(new), at
    return [
        Hour(hour, counts[hour], lengths[hour] / 1e6)
        for hour in range(HOURS)
        if counts[hour] or lengths[hour]
    ]


def _spread(lengths: list[int], since: int, until: int) -> None:
    for hour in range(since // AN_HOUR, min((until - 1) // AN_HOUR, HOURS - 1) + 1):
        lengths[hour] += min(until, (hour + 1) * AN_HOUR) - max(since, hour * AN_HOUR)


def _by_hour(values: list[tuple[int, Any]]) -> list[tuple[int, list[Any]]]:
    hours: dict[int, list[Any]] = {}
    for at, value in values:
        hours.setdefault(at // AN_HOUR, []).append(value)
    return sorted(hours.items())


def _number(hour: int, values: list[float]) -> Hour:
    return Hour(hour, len(values), None, min(values), sum(values) / len(values), max(values))
