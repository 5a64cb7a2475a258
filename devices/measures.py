"""The fixed list of measures: what a device can tell of a person or of itself.

Here: names, types, units and legal ranges. Not here: which vendor field is which measure (gateways,
profiles). The sense is the person's: a door that stands open is `open = true`, whatever the vendor calls it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `kind` is `state` (true or false until told otherwise), `event` (a word, at an instant) or
    `number`.
    """

    name: str
    kind: Literal["state", "event", "number"]
    unit: str = ""
    lowest: float = -math.inf
    highest: float = math.inf
    words: tuple[str, ...] = ()


_STATES = (
    "open",
    "motion",
    "presence",
    "in_bed",
    "sitting_up",
    "vibration",
    "leak",
    "smoke",
    "gas",
    "co",
    "tamper",
    "battery_low",
    "locked",
    "on",
)

MEASURES: dict[str, Measure] = {
    **{name: Measure(name, "state") for name in _STATES},
    "pressed": Measure("pressed", "event"),
    "fall": Measure("fall", "event", words=("suspected", "confirmed", "cleared")),
    "temperature": Measure("temperature", "number", "°C", -60, 150),
    "humidity": Measure("humidity", "number", "%", 0, 100),
    "illuminance": Measure("illuminance", "number", "lx", 0, 200_000),
    "power": Measure("power", "number", "W", -100_000, 100_000),
    "battery": Measure("battery", "number", "%", 0, 100),
    "lqi": Measure("lqi", "number", "", 0, 255),
    "rssi": Measure("rssi", "number", "dBm", -200, 20),
    "snr": Measure("snr", "number", "dB", -50, 50),
}
