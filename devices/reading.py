"""What a message says, once it is understood: readings, and who can be heard.

Pure data. Instants are aware UTC datetimes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from devices.asking import Talk

Value = bool | float | str


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One measure of one device at one instant.

    `device` is the name the gateway uses for it. `at` is the device's or its gateway's own time where it
    gives one that can be believed (`own_time`), otherwise the time of arrival. `snapshot` marks a retained
    state of unknown age: it tells how things stand, never that something just happened. `cached`: the gateway
    repeats states it remembers, so the same value again is no news. `clock_wrong` says that the device's time
    was not believed.
    """

    device: str
    measure: str
    value: Value
    at: datetime
    received_at: datetime
    own_time: bool = False
    snapshot: bool = False
    cached: bool = False
    clock_wrong: bool = False


class Availability(msgspec.Struct, frozen=True, gc=False):
    """Whether a device or a whole gateway can be heard, as its gateway tells it. `device` is None for the
    gateway itself.
    """

    gateway: str
    device: str | None
    online: bool
    at: datetime


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """The outcome of one message. `error` is a sentence for a technician; readings may stand beside it (the
    rest was understood).

    `heard` names the device that spoke even when it said nothing new. `ignored` says why a message that is
    not about a person or a device's state (a bridge log, a request) was passed over without error. `talk` is
    what the gateway says to those who look after it.
    """

    gateway: str = ""
    heard: str | None = None
    readings: tuple[Reading, ...] = ()
    availability: tuple[Availability, ...] = ()
    error: str | None = None
    ignored: Literal["", "gateway's own talk", "request to a device", "discovery", "no state"] = ""
    talk: Talk | None = None
