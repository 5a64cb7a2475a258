"""The newest value of each measure of each device, and what a further reading is beside it: new, a repeat,
late, a duplicate.

Law of time: late is not live. A reading older than the last one judged changes nothing that stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal

from devices.measures import MEASURES
from devices.reading import Reading, Value

Standing = Literal["first", "new", "repeat", "late", "duplicate"]

_EVENTS = frozenset(m.name for m in MEASURES.values() if m.kind == "event")
_ENDED_BY_A_WORD = frozenset(m.name for m in MEASURES.values() if m.kind == "event" and m.words)
"""A fall stands until it is cleared: the same word from a gateway's memory is no second fall. What ends a
call for help nobody says, so one said again may be a second call.
"""


class Latest:
    """Per device: measure → (value, at). Changes since `keep()` can be taken back with `undo()`."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, tuple[Value, datetime]]] = {}
        self._before: dict[str, dict[str, tuple[Value, datetime]] | None] = {}

    def of(self, device: str) -> dict[str, tuple[Value, datetime]]:
        return self._values.get(device, {})

    def load(self, device: str, values: dict[str, tuple[Value, datetime]]) -> None:
        """What was committed earlier."""
        self._values[device] = values

    def forget(self, device: str, measures: Collection[str]) -> None:
        """What the device says next of these measures is its first word of them."""
        known = self.of(device)
        self._values[device] = {measure: known[measure] for measure in known if measure not in measures}

    def note(self, reading: Reading) -> Standing:
        """Take the reading in and say what it is beside what was known."""
        standing = self.standing(reading)
        if standing == "late" or standing == "duplicate":
            return standing
        known = self._values.get(reading.device)
        if reading.device not in self._before:
            self._before[reading.device] = known
            known = dict(known) if known is not None else {}
            self._values[reading.device] = known
        assert known is not None
        known[reading.measure] = (reading.value, reading.at)
        return standing

    def standing(self, reading: Reading) -> Standing:
        """What the reading is beside what is known, without taking it in."""
        previous = self.of(reading.device).get(reading.measure)
        if previous is None:
            return "first"
        value, at = previous
        if reading.at < at:
            return "late"
        if reading.at == at and reading.value == value and reading.own_time:
            return "duplicate"
        if reading.value != value:
            return "new"
        if reading.measure not in _EVENTS or (reading.cached and reading.measure in _ENDED_BY_A_WORD):
            return "repeat"
        return "new"

    @property
    def changed(self) -> tuple[str, ...]:
        """Devices with a change since the last `keep()`."""
        return tuple(self._before)

    def keep(self) -> None:
        self._before.clear()

    def undo(self) -> None:
        for device, values in self._before.items():
            if values is None:
                del self._values[device]
            else:
                self._values[device] = values
        self._before.clear()

    def move(self, moved: Callable[[datetime], datetime]) -> None:
        """The clock that stamped these was off: put them where it should have put them."""
        for device, values in self._values.items():
            self._before.setdefault(device, values)
            self._values[device] = {measure: (value, moved(at)) for measure, (value, at) in values.items()}
