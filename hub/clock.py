"""The only "now" of the project. Everything else is given the time, or a clock.

`WallClock` runs steadily between looks at the wall and never backwards by itself; a jump of the wall (set by
hand, or by NTP) is noticed and said. `ReadingsClock` stands where the readings are: for replays of
recordings.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

JUMP = timedelta(seconds=2)
"""A wall clock that moves this far against the steady one was set, not slewed (NTP slews 0.5 ms a second)."""


class Clock(Protocol):
    """Where the hub gets its time. `follows_readings`: time passes only as readings come."""

    follows_readings: bool

    def now(self) -> datetime:
        """Aware UTC."""
        ...


def _awake_or_asleep() -> float:
    """Seconds that only ever grow, those included in which the machine slept: then no clock was set."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class WallClock:
    """`since`: from when on its stamps follow one another steadily, as it counts now."""

    follows_readings = False

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = _awake_or_asleep,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._anchor = (wall(), steady())
        self._last = self.since = self._anchor[0]

    def now(self) -> datetime:
        wall, steady = self._anchor
        self._last = max(self._last, wall + timedelta(seconds=self._steady() - steady))
        return self._last

    def look_at_the_wall(self) -> timedelta | None:
        """Follow the wall clock; returns how far it jumped where it did. To be called about once a second."""
        before = self.now()
        wall = self._wall()
        self._anchor = (wall, self._steady())
        if abs(wall - before) <= JUMP:
            return None
        self._last = wall
        self.since += wall - before
        return wall - before


NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class ReadingsClock:
    """Stands where the newest reading is; before the first one at `NEVER`."""

    follows_readings = True

    def __init__(self, start: datetime = NEVER) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, at: datetime) -> None:
        self._now = max(self._now, at)


def now() -> datetime:
    """The wall clock, for commands that run once."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds that only ever grow: for how long something took."""
    return time.monotonic()


class Pace:
    """Plays instants of the past back as they came, their gaps divided by `speed`."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._first: tuple[datetime, float] | None = None

    def wait_for(self, at: datetime) -> None:
        """Returns when `at` is due; the first one is due at once, and so is one before the latest."""
        if self._first is None:
            self._first = (at, steady())
        first, began = self._first
        wait = (at - first).total_seconds() / self._speed - (steady() - began)
        if wait > 0:
            time.sleep(wait)
