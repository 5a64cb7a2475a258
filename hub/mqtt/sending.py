"""How devices say a reading over MQTT: the opposite of devices/gateways. For replays and the demo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from devices.reading import Value


class Sending(NamedTuple):
    topic: str
    payload: str


class Manner(Protocol):
    """A way to say it."""

    def say(self, device: str, said: Mapping[str, Value], at: datetime) -> Sending:
        """The message in which `device` (its gateway's name for it) tells some measures."""
        ...


class Native:
    def __init__(self, site: str) -> None:
        self._base = f"vaka/{site}/readings/"

    def say(self, device: str, said: Mapping[str, Value], at: datetime) -> Sending:
        payload = json.dumps({**said, "at": at.isoformat()}, ensure_ascii=False)
        return Sending(self._base + quote(device, safe=""), payload)


class Zigbee2Mqtt:
    """Each message repeats all that the gateway remembers of the device; a press is said once."""

    def __init__(self, topic: str = "zigbee2mqtt") -> None:
        self._base = topic + "/"
        self._remembered: dict[str, dict[str, Any]] = {}

    def say(self, device: str, said: Mapping[str, Value], at: datetime) -> Sending:
        properties = dict(_property(measure, value) for measure, value in said.items())
        remembered = self._remembered.setdefault(device, {})
        remembered.update((name, value) for name, value in properties.items() if name != "action")
        message = {**remembered, **properties, "last_seen": at.isoformat()}
        return Sending(self._base + device.translate(_NO_WILDCARDS), json.dumps(message, ensure_ascii=False))


_NO_WILDCARDS = str.maketrans("#+", "__")
_NAMES = {
    "motion": "occupancy",
    "in_bed": "bed_occupancy",
    "leak": "water_leak",
    "co": "carbon_monoxide",
    "lqi": "linkquality",
    "pressed": "action",
}
_FALL_WORDS = {"suspected": "maybe_fall", "confirmed": "fall", "cleared": "none"}


def _property(measure: str, value: Value) -> tuple[str, Value]:
    """Zigbee2MQTT's name and sense for a measure."""
    if measure == "open":
        return "contact", not value
    if measure == "on":
        return "state", "ON" if value else "OFF"
    if measure == "locked":
        return "state", "LOCK" if value else "UNLOCK"
    if measure == "fall":
        return "fall_down_status", _FALL_WORDS[str(value)]
    return _NAMES.get(measure, measure), value
