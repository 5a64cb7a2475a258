"""How the sensors of a rule were at an instant: what is written down beside an alert when it is raised.

Health may be better or worse an hour later; who asks why an alert came, or why none came, asks what was known
then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from rules.building import Device, Site
from rules.latest import Latest

BATTERY_LOW = 10.0
"""%, as in rules/health: a device may fall silent any day."""
LINK_WEAK = 30.0
"""LQI of 255, as in rules/health: messages are lost."""
SPEAKS_WITHIN = timedelta(hours=25)
"""[default] Devices on batteries speak at least once a day."""


class Sensor(msgspec.Struct, frozen=True):
    """One device at one instant. `silent_since`: it, its gateway or the broker could not be heard.
    `aside_since`: it is under test or paused. `lqi`: the radio's link quality, 0 to 255. None: not known.
    """

    device: str
    heard_at: datetime | None = None
    silent_since: datetime | None = None
    battery: float | None = None
    battery_low: bool = False
    lqi: float | None = None
    aside_since: datetime | None = None

    def is_deaf(self, at: datetime) -> bool:
        """Whether silence from it says nothing."""
        return bool({"not_heard", "never_heard", "silent_long", "aside"} & set(self.faults(at)))

    def faults(self, at: datetime) -> tuple[str, ...]:
        """What was wrong with it, by name, the gravest first."""
        found = []
        if self.silent_since is not None:
            found.append("not_heard")
        elif self.heard_at is None:
            found.append("never_heard")
        elif at - self.heard_at > SPEAKS_WITHIN:
            found.append("silent_long")
        if self.aside_since is not None:
            found.append("aside")
        if self.battery_low or (self.battery is not None and self.battery <= BATTERY_LOW):
            found.append("battery_low")
        if self.lqi is not None and self.lqi < LINK_WEAK:
            found.append("weak_link")
        return tuple(found)


def sensors_at(
    site: Site,
    devices: Iterable[Device],
    latest: Latest,
    heard_at: Mapping[str, datetime],
    unheard: Mapping[str, datetime],
    aside: Mapping[str, datetime],
) -> tuple[Sensor, ...]:
    """The sensors as they are now. `unheard`: parts that cannot be heard, and since when; `aside`:
    devices under test or paused.
    """
    found = []
    for device in devices:
        known = latest.of(device.id)
        parts = ("broker", f"gateway:{site.gateway_of(device)}", f"device:{device.id}")
        silent = [unheard[part] for part in parts if part in unheard]
        found.append(
            Sensor(
                device.id,
                heard_at.get(device.id),
                min(silent, default=None),
                _number(known.get("battery")),
                known.get("battery_low", (False,))[0] is True,
                _number(known.get("lqi")),
                aside.get(device.id),
            )
        )
    return tuple(found)


def _number(known: tuple[object, datetime] | None) -> float | None:
    value = known[0] if known is not None else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
