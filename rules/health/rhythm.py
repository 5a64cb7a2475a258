"""How long a device stays silent when all is well, learned from its own gaps.

Most devices speak by themselves every so often: their longest ordinary gaps are all alike, because a timer
makes them. Such a pile of like gaps is the heartbeat. What a person's use makes is spread out and forms no
pile: a sensor that speaks only when it is used has no heartbeat, and its silence says little.
"""

from __future__ import annotations

from datetime import timedelta
from math import floor, log2
from typing import Literal, NamedTuple

import msgspec

A_DAY = 86_400.0
UNLEARNED = timedelta(hours=25)
"""[default] Devices on batteries speak at least once a day: so long without a word, one is taken to be dead.
"""
MAINS = timedelta(minutes=10)
"""[default] A device on mains power; and nothing is said of any device before."""
GATEWAY = timedelta(minutes=2)
MARGIN = timedelta(minutes=1)
MARK = 60.0  # s; gaps are noted once a minute at most, so that a talkative device costs nothing

BINS = 16
"""Bins an octave of the histogram: each is 4.4 % wide."""
KEPT_A_DAY = 0.92
"""[default] What a gap still counts after each further day on which the device spoke: half after 8 days."""
_LONGEST = UNLEARNED.total_seconds()
_LEAST_BEATS = 12
_LEAST_ANNOUNCED = A_DAY / 2
"""[default] Not every device keeps to what it announces: so long it must have been listened to."""
_LEAST_TIME = 2 * A_DAY
"""[default] Two nights: what people do by day may look regular."""
_BEATS_A_DAY = 1.5
"""Fewer may be a person's daily habit."""
_SHARE = 0.5
_SHOULDER = 1.5
_AGAIN = 1.5
"""Gaps, as they still count: seen twice within some days."""

_LENGTHS = (120.0, 600.0, 1800.0, 3600.0, 10_800.0, 28_800.0, 43_200.0, A_DAY, 1.1 * _LONGEST)

Reason = Literal["heartbeat", "announced", "not learned", "only when used"]


class Rhythm(msgspec.Struct, gc=False):
    """The gaps between a device's messages: bin → how many, older ones counting less. `day`: since 1970."""

    gaps: dict[int, float] = {}
    day: int = 0

    def note(self, gap: float, at: float) -> None:
        """A gap of so many seconds that ended at `at` (s since 1970), in which it could be heard."""
        day = int(at // A_DAY)
        if day > self.day:
            self._age()
            self.day = day
        bin = _bin(min(max(gap, MARK), _LONGEST))
        self.gaps[bin] = self.gaps.get(bin, 0.0) + 1.0

    def _age(self) -> None:
        self.gaps = {bin: kept for bin, n in self.gaps.items() if (kept := n * KEPT_A_DAY) >= 0.05}

    def lengths(self) -> list[tuple[timedelta, float]]:
        """(length, how many gaps up to it and longer than the one before), as they still count."""
        found, before = [], 0.0
        for most in _LENGTHS:
            upto = sum(n for bin, n in self.gaps.items() if before < _seconds(bin) <= most)
            found.append((timedelta(seconds=most), upto))
            before = most
        return found

    def heard_for(self) -> float:
        """Seconds of listening that the gaps stand for."""
        return sum(n * _seconds(bin) for bin, n in self.gaps.items())

    def heartbeat(self) -> float | None:
        """Seconds; None where no pile of like gaps stands out, or too little was heard.

        Of all time spent in gaps as long or longer, at least half is in the pile: two neighbouring bins.
        """
        spent = {bin: n * _seconds(bin) for bin, n in self.gaps.items()}
        in_all = sum(spent.values())
        if in_all < _LEAST_TIME:
            return None
        for top in sorted(self.gaps, reverse=True):
            beats = self.gaps[top] + self.gaps.get(top - 1, 0.0)
            if beats < max(_LEAST_BEATS, _BEATS_A_DAY * in_all / A_DAY):
                continue
            shoulder = top - floor(BINS * log2(_SHOULDER))
            as_long = sum(time for bin, time in spent.items() if bin >= shoulder)
            if spent[top] + spent.get(top - 1, 0.0) >= _SHARE * as_long:
                return _upper(top)
        return None

    def came_back_from(self) -> float:
        """The longest gap (s) that it has come back from twice lately; 0 where there is none."""
        seen = 0.0
        for bin in sorted(self.gaps, reverse=True):
            seen += self.gaps[bin]
            if seen >= _AGAIN:
                return _upper(bin)
        return 0.0


class Deadline(NamedTuple):
    """After so long a silence a device is taken to be dead, and why then. None: silence says nothing."""

    after: timedelta | None
    reason: Reason
    heartbeat: timedelta | None = None


def deadline(rhythm: Rhythm, announced: timedelta | None = None, mains: bool = False) -> Deadline:
    """2 × the heartbeat + the gateway's 2 min + 1 min, and never less than half again what the device has
    come back from twice. `announced`: the heartbeat that the device or its profile gives of itself; of it and
    the learned one the longer counts. On mains 10 min; not learned 25 h.
    """
    learned, again = rhythm.heartbeat(), timedelta(seconds=1.5 * rhythm.came_back_from())
    if again >= 1.5 * UNLEARNED:
        return Deadline(None, "only when used")
    if rhythm.heard_for() < _LEAST_ANNOUNCED:
        announced = None
    if learned is None and announced is None:
        return Deadline(max(UNLEARNED, again), "not learned")
    heartbeat = max(timedelta(seconds=learned or 0), announced or timedelta(0))
    after = max(2 * heartbeat, again) + (timedelta(0) if mains else GATEWAY + MARGIN)
    reason: Reason = "heartbeat" if learned is not None else "announced"
    return Deadline(min(max(after, MAINS), UNLEARNED), reason, heartbeat)


def _bin(seconds: float) -> int:
    return floor(BINS * log2(seconds))


def _seconds(bin: int) -> float:
    return float(2 ** ((bin + 0.5) / BINS))


def _upper(bin: int) -> float:
    return float(2 ** ((bin + 1) / BINS))
