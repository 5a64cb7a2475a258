"""Lengths of time, windows of the day and local times, as people write them: `1 h 30 min`, `22:00-07:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)\b\s*")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=366)


def parse_duration(text: object) -> timedelta:
    """`30 s`, `5 min`, `12 h`, `1 h 30 min`, `2 d` → timedelta. Raises ValueError in a technician's words."""
    if isinstance(text, timedelta):
        return text
    if isinstance(text, str):
        found = list(_PART.finditer(text.strip()))
        if found and "".join(m.group(0) for m in found) == text.strip():
            seconds = sum(float(m.group(1)) * _SECONDS[m.group(2)] for m in found)
            if seconds > _LONGEST.total_seconds():
                raise ValueError(f"{text!r} is too long; expected at most {_LONGEST.days} d")
            return timedelta(seconds=seconds)
    raise ValueError(f"{text!r} is not a length of time; expected e.g. 30 s, 5 min, 12 h or 1 h 30 min")


def write_duration(length: timedelta) -> str:
    """The shortest form that parse_duration reads back to the same length."""
    rest = length.total_seconds()
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count = rest // size if unit != "s" else rest
        if count:
            parts.append(f"{count:g} {unit}")
            rest -= count * size
    return " ".join(parts) or "0 s"


Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration, return_type=str)
]


@dataclass(frozen=True, slots=True)
class Window:
    """A daily stretch of local time, `start` included, `end` not; it crosses midnight where end ≤ start;
    start = end is the whole day.
    """

    start: time
    end: time

    def contains(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the wall clock at `at` shows a time inside the window (both passes of the doubled hour
        count alike).
        """
        clock = at.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def first_inside(self, at: datetime, zone: ZoneInfo) -> datetime:
        """`at` itself where it lies inside, otherwise the next opening of the window (aware UTC)."""
        if self.contains(at, zone):
            return at
        day = at.astimezone(zone).date()
        while True:
            for opening in sorted((*_instants(day, self.start, zone), *_set_back(day, zone))):
                if opening > at and self.contains(opening, zone):
                    return opening
            day += timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def next_local(clock: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant strictly after `after` at which the wall clock in `zone` reaches `clock` (aware UTC).

    A time that the change to summer time skips is reached when the skipping is; of a doubled time the first
    pass counts.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        candidate = _instants(day, clock, zone)[0]
        if candidate > after:
            return candidate
        day += timedelta(days=1)


def day_or_night(
    began: datetime, by_day: timedelta, by_night: timedelta, night: Window, zone: ZoneInfo
) -> datetime:
    """When the time is up for what began then: `by_night` within the night, else `by_day`, but from the
    night's beginning on no longer than `by_night`.
    """
    if night.contains(began, zone):
        return began + by_night
    return min(began + by_day, next_local(night.start, began, zone) + by_night)


def _set_back(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the wall is set back on that day (aware UTC), if it is: a window may open once more by that."""
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time(), zone).replace(fold=1).astimezone(UTC)
    before, after = low.astimezone(zone).utcoffset(), high.astimezone(zone).utcoffset()
    assert before is not None
    assert after is not None
    return (_change(low, high, before, zone),) if before > after else ()


def _change(low: datetime, high: datetime, before: timedelta, zone: ZoneInfo) -> datetime:
    """The first whole second between the two instants at which the offset is no longer `before`."""
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


@lru_cache(maxsize=4096)
def _instants(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the wall shows that time on that day (aware UTC): once, twice where it is doubled; where it is
    skipped, the instant of the skipping.
    """
    first = datetime.combine(day, clock, zone)
    second = first.replace(fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None
    assert after is not None
    if before == after:
        return (first.astimezone(UTC),)
    if before > after:
        return first.astimezone(UTC), second.astimezone(UTC)
    return (_change(second.astimezone(UTC), first.astimezone(UTC), before, zone),)


def parse_window(text: object) -> Window:
    """`22:00-07:00` → Window. Raises ValueError in a technician's words."""
    if isinstance(text, Window):
        return text
    if isinstance(text, str):
        found = re.fullmatch(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", text.strip())
        if found:
            h1, m1, h2, m2 = (int(g) for g in found.groups())
            if (
                h1 <= 24
                and h2 <= 24
                and m1 < 60
                and m2 < 60
                and not (h1 == 24 and m1)
                and not (h2 == 24 and m2)
            ):
                return Window(time(h1 % 24, m1), time(h2 % 24, m2))
    raise ValueError(f"{text!r} is not a window of the day; expected e.g. 22:00-07:00")


def parse_clock(text: object) -> time:
    """`07:30` → time. YAML 1.1's sexagesimal integers are refused with the cure. Raises ValueError."""
    if isinstance(text, time):
        return text
    if isinstance(text, str) and re.fullmatch(r"\d{1,2}:\d{2}", text.strip()):
        hours, minutes = (int(part) for part in text.strip().split(":"))
        if hours < 24 and minutes < 60:
            return time(hours, minutes)
    raise ValueError(f'{text!r} is not a time of day; expected e.g. "07:30", in quotes')


def local_instant(text: str, zone: ZoneInfo) -> datetime:
    """`2026-12-26T18:00` or `2026-12-26 18:00` by the wall clock in `zone` → aware UTC. Of a doubled time the
    first pass counts. Raises ValueError in a technician's words.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text.strip()):
        try:
            at = datetime.fromisoformat(text.strip())
            return _instants(at.date(), at.time(), zone)[0]
        except (ValueError, OverflowError):  # the calendar's first and last hours are not in every zone
            pass
    raise ValueError(f"{text!r} is not a time; expected e.g. 2026-12-26T18:00")


def _write_clock(clock: time) -> str:
    return f"{clock:%H:%M}"


WindowText = Annotated[
    Window,
    BeforeValidator(parse_window),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["22:00-07:00"]}),
]
ClockText = Annotated[time, BeforeValidator(parse_clock), PlainSerializer(_write_clock, return_type=str)]
