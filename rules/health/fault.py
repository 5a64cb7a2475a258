"""What is wrong with a device: the fault, and all that is known of the device when it is judged."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from devices.reading import Value
from rules.building import Device
from rules.health.battery import Forecast
from rules.health.flutter import Flutter
from rules.health.thresholds import AnyFaultRule, FaultKind

Figure = float | str
R = TypeVar("R", bound=AnyFaultRule)


class Fault(msgspec.Struct, frozen=True):
    """`device` has this fault since an instant (aware UTC). `reason` names why; `figures` are what it was
    decided upon.
    """

    kind: FaultKind
    device: str
    since: datetime
    reason: str
    figures: dict[str, Figure] = {}


class Known(msgspec.Struct, frozen=True):
    """A device of the site as it stands at an instant. Instants are aware UTC.

    `latest`: measure → (value, at). `changed`: since when a state is what it is. `used_at`: when it last told
    of anybody's doing. `clock_wrong`: how often in a day, and when last. `link`: lqi, rssi, snr, smoothed.
    `comings`: how often it was lost and found again in a day. `silent_since`: it cannot be heard.
    """

    device: Device
    way_in: str
    placed_at: datetime
    heard_at: datetime | None = None
    silent_since: datetime | None = None
    latest: dict[str, tuple[Value, datetime]] = {}
    changed: dict[str, datetime] = {}
    used_at: datetime | None = None
    flutter: dict[str, Flutter] = {}
    clock_wrong_times: int = 0
    clock_wrong_at: datetime | None = None
    link: dict[str, float] = {}
    comings: int = 0
    battery: Forecast | None = None
    occupied: bool = True


class Case(NamedTuple, Generic[R]):
    """A device, the values in force where it is, the instant (aware UTC), and the fault as it stands already:
    what was bad may have to become well, not only better, to be mended.
    """

    known: Known
    rule: R
    now: datetime
    standing: Fault | None = None
