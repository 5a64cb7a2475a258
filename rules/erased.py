"""Times of a device that were somebody's who is erased: what it tells of them afterwards is not kept.

A device that kept its readings to itself tells them a day later, when the erasing is done. They are judged
as ever: a clock that was set back must not silence a device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from devices.reading import Reading
from rules.stretches import Stretch


def of_erased_time(reading: Reading, device: int, times: Mapping[int, Sequence[Stretch]]) -> bool:
    """`times`: by the device's number in the journal. A device without a clock of its own tells of now."""
    return reading.own_time and any(one.since <= reading.at < one.until for one in times.get(device, ()))
