"""Milesight VS373 fall radar by MQTT: `<topic>/…`, JSON with `device_info` and `trigger_data`.

Its makers print the keys with underscores, with spaces and nested in another, so keys are compared without
them. Its time is local and without zone: the time of arrival counts.
https://www.milesight.com/docs/en/vs373/topic/trigger-report.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from devices.message import Message
from devices.payload import PayloadError, read_object, shown
from devices.reading import Decoded, Value
from devices.telling import told
from devices.vocabulary import meaning, squeezed

_ALARM, _RESOLVED, _IGNORED, _REPORT = 1, 2, 3, 4
_FALL = 0
_HAPPENED: Mapping[int, tuple[str, Value]] = {
    _FALL: ("fall", "confirmed"),
    3: ("in_bed", False),
    4: ("presence", True),
    5: ("presence", False),
}
_NAMES = (
    "fall",
    "motionless",
    "dwell",
    "out of bed",
    "occupancy",
    "vacant",
    "bradycardia",
    "tachypnea",
    "lying",
)


class Milesight:
    """A device's name is its serial number."""

    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age

    def passes_over(self, rest: str) -> bool:
        return False

    def decode(self, message: Message, rest: str) -> Decoded:
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, error=f"the payload {fault}")
        found = {squeezed(name): value for name, value in _all_fields(said, 4)}
        device = next((found[k] for k in ("devicesn", "devicemac", "sn", "mac") if found.get(k)), None)
        if not isinstance(device, str) or len(device) > 100:
            missing = "names no device; expected device_info with device_sn"
            return Decoded(gateway=self._gateway, error=f"the payload {missing}")
        errors = [note] if note else []
        values: dict[str, Value] = {}
        if "event" in found:
            self._trigger(found.get("event"), found.get("status"), values, errors)
        else:
            values = meaning(said, errors)
        return told(self._gateway, message, device, values, errors)

    def _trigger(self, event: object, status: object, values: dict[str, Value], errors: list[str]) -> None:
        if type(event) is not int or not 0 <= event < len(_NAMES):
            errors.append(f"the event {shown(event)} is not known")
        elif type(status) is not int or status not in (_ALARM, _RESOLVED, _IGNORED, _REPORT):
            errors.append(f"the status of {_NAMES[event]} is {shown(status)}; expected 1 to 4")
        elif status in (_RESOLVED, _IGNORED):
            if event == _FALL and status == _RESOLVED:
                values["fall"] = "cleared"
        elif event in _HAPPENED:
            values[_HAPPENED[event][0]] = _HAPPENED[event][1]
        else:
            errors.append(f"{_NAMES[event]} is no measure here")


def _all_fields(said: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in list(said.items())[:100]:
        if isinstance(value, dict) and depth:
            yield from _all_fields(value, depth - 1)
        else:
            yield name, value
