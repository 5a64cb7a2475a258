"""What hangs on an input: a device with plain terminals (Shelly, Tasmota, ESPHome …) only says on or off, and
the site says that it is a door's contact, a cord, a float in a drain. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from devices.reading import Decoded, Reading

PRESS = "pressed"


class Input(NamedTuple):
    """`when_on`: the value of the state `measure` while the input is on. Of `pressed`: going on is a press
    where it is true, going off where it is false.
    """

    measure: str
    when_on: bool


class Inputs:
    """By the gateway's name of the input. Remembers how each stands: a press is a change."""

    def __init__(self, wired: Mapping[str, Input]) -> None:
        self._wired = wired
        self._active: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._wired)

    def told(self, decoded: Decoded) -> Decoded:
        """The same with what it means in place of on and off."""
        readings: list[Reading] = []
        for reading in decoded.readings:
            wired = self._wired.get(reading.device) if reading.measure == "on" else None
            if wired is None:
                readings.append(reading)
                continue
            active = (reading.value is True) is wired.when_on
            if wired.measure != PRESS:
                readings.append(msgspec.structs.replace(reading, measure=wired.measure, value=active))
            elif self._is_news(reading, active):
                readings.append(msgspec.structs.replace(reading, measure=PRESS, value=PRESS, cached=False))
        said = decoded.error is not None or decoded.availability or readings
        return msgspec.structs.replace(
            decoded, readings=tuple(readings), ignored=decoded.ignored if said else "no state"
        )

    def _is_news(self, reading: Reading, active: bool) -> bool:
        """The first word after a start counts as a change: better a call too many than one too few; what was
        kept from earlier, or is repeated from memory, does not.
        """
        before = self._active.get(reading.device)
        self._active[reading.device] = active
        first = before is None and not reading.cached
        return active and not reading.snapshot and (first or before is False)
