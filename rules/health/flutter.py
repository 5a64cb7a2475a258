"""Chattering: the same thing again and again within a minute (ISA-18.2: the same alarm ≥ 3 times in 60 s).

Counted are the minutes in which it chattered, by the hour: a door used three times in a minute now and then
is no fault.
"""

from __future__ import annotations

import msgspec

TIMES, WITHIN = 3, 60.0  # s
KEPT = 25  # hours


class Flutter(msgspec.Struct, gc=False):
    """`last`: the last instants (s since 1970) at which it began. `minutes`: hour → chattering minutes."""

    last: tuple[float, float] = (0.0, 0.0)
    minute: int = 0
    minutes: dict[int, int] = {}

    def note(self, at: float) -> None:
        """It began again at `at` (s since 1970)."""
        first, second = self.last
        self.last = (second, at)
        minute = int(at // 60)
        if at - first <= WITHIN and minute != self.minute:
            self.minute = minute
            hour = minute // 60
            if hour not in self.minutes:
                self.minutes = {h: n for h, n in self.minutes.items() if h > hour - KEPT}
            self.minutes[hour] = self.minutes.get(hour, 0) + 1

    def in_a_day(self, now: float) -> int:
        """Chattering minutes in the 24 hours before."""
        hour = int(now // 3600)
        return sum(n for h, n in self.minutes.items() if hour - 24 < h <= hour)
