"""The figures that are kept of a device, and how what it says changes them: a few additions a message.

They are written down now and then, not with every message: what a crash costs is some minutes of counting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from devices.measures import MEASURES
from devices.reading import Value
from rules.health.flutter import Flutter
from rules.health.rhythm import Rhythm

_STATES = frozenset(m.name for m in MEASURES.values() if m.kind == "state")
OF_THE_DEVICE = frozenset(("battery_low", "tamper"))
"""What it tells of itself; everything else that is no number tells of somebody's doing."""
LINK = ("lqi", "rssi", "snr")
_SMOOTH = 0.2  # what a new value of the link counts beside the old ones
_ONCE_IN = timedelta(minutes=1)


class ByHour(msgspec.Struct, gc=False):
    """How often something was in each of the last 24 hours. Hours since 1970."""

    hours: dict[int, int] = {}

    def note(self, at: datetime) -> None:
        hour = int(at.timestamp() // 3600)
        if hour not in self.hours:
            self.hours = {h: n for h, n in self.hours.items() if h > hour - 24}
        self.hours[hour] = self.hours.get(hour, 0) + 1

    def in_a_day(self, now: datetime) -> int:
        hour = int(now.timestamp() // 3600)
        return sum(n for h, n in self.hours.items() if h > hour - 24)


class Figures(msgspec.Struct, gc=False):
    """`changed`: since when a state is what it is. `used_at`: when it last told of somebody's doing."""

    rhythm: Rhythm = msgspec.field(default_factory=Rhythm)
    changed: dict[str, datetime] = {}
    used_at: datetime | None = None
    flutter: dict[str, Flutter] = {}
    clock_wrong: ByHour = msgspec.field(default_factory=ByHour)
    clock_wrong_at: datetime | None = None
    comings: ByHour = msgspec.field(default_factory=ByHour)
    link: dict[str, float] = {}
    link_at: datetime | None = None

    def note_news(self, measure: str, value: Value, at: datetime) -> None:
        """A state that became another, or something that happened. Not what was kept from earlier."""
        if measure in _STATES:
            self.changed[measure] = at
        if measure not in OF_THE_DEVICE:
            self.used_at = at
            if value is not False:
                flutter = self.flutter.get(measure)
                if flutter is None:
                    flutter = self.flutter[measure] = Flutter()
                flutter.note(at.timestamp())

    def note_clock_wrong(self, at: datetime) -> None:
        """One message may hold several readings: counted once a minute."""
        if self.clock_wrong_at is None or abs(at - self.clock_wrong_at) >= _ONCE_IN:
            self.clock_wrong.note(at)
            self.clock_wrong_at = at

    def note_link(self, latest: dict[str, tuple[Value, datetime]]) -> None:
        newest = self.link_at
        for measure in LINK:
            value, at = latest.get(measure, (None, None))
            if not isinstance(value, int | float) or at is None or (self.link_at and at <= self.link_at):
                continue
            before = self.link.get(measure, value)
            self.link[measure] = before + _SMOOTH * (value - before)
            newest = max(newest or at, at)
        self.link_at = newest

    def clock_jumped(self, moved: Callable[[datetime], datetime]) -> None:
        self.changed = {measure: moved(at) for measure, at in self.changed.items()}
        self.used_at = moved(self.used_at) if self.used_at else None
        self.clock_wrong_at = moved(self.clock_wrong_at) if self.clock_wrong_at else None
        self.link_at = moved(self.link_at) if self.link_at else None
