"""The native way in: `vaka/<site>/readings/<device>` with `{"open": true, "at": "2026-11-23T02:10:00Z"}`.

Measures by their own names, strictly typed. The device's name is one topic level, percent-encoded.
"""

from __future__ import annotations

import re
from datetime import timedelta

from devices.instants import InstantError, believed, read_instant
from devices.message import Message
from devices.payload import PayloadError, read_object, sentence, shown
from devices.reading import Decoded, Reading
from devices.values import EVENTS, STRICT, UnusableError

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_EXPECTED_TOPIC = "expected vaka/<site>/readings/<device>, with / in a device's name written as %2F"


class Native:
    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age

    def passes_over(self, rest: str) -> bool:
        return rest.partition("/")[2].partition("/")[0] != "readings"

    def decode(self, message: Message, rest: str) -> Decoded:
        if self.passes_over(rest):
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        device = device_name(rest.split("/", 2)[2] if rest.count("/") >= 2 else "")
        if device is None:
            return Decoded(
                gateway=self._gateway,
                error=f"the topic {shown(message.topic)} names no device; {_EXPECTED_TOPIC}",
            )
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device, error=f"the payload {fault}")
        return self._readings(message, device, said, note)

    def _readings(self, message: Message, device: str, said: dict[str, object], note: str | None) -> Decoded:
        errors = [note] if note else []
        at, own_time, clock_wrong = message.received_at, False, False
        if (own := said.pop("at", None)) is not None:
            try:
                at, own_time, clock_wrong = believed(
                    read_instant(own), message.received_at, message.retained, self._believe_age
                )
            except InstantError as fault:
                errors.append(f"at {fault}; the time of arrival is used")
        readings = []
        for name, raw in said.items():
            if (read := STRICT.get(name)) is None:
                errors.append(f"{shown(name)} is not a measure")
            elif raw is not None and not (message.retained and name in EVENTS):
                try:
                    value = read(raw)
                except UnusableError as fault:
                    errors.append(f"{name} {fault}")
                    continue
                if value is not None:
                    readings.append(
                        Reading(
                            device,
                            name,
                            value,
                            at,
                            message.received_at,
                            own_time,
                            message.retained,
                            False,
                            clock_wrong,
                        )
                    )
        return Decoded(
            gateway=self._gateway,
            heard=device,
            readings=tuple(readings),
            error=sentence(errors),
            ignored="" if readings or errors else "no state",
        )


def device_name(level: str) -> str | None:
    """`D%C3%B8r%201` → `Dør 1`; None where it is empty, several levels, or not UTF-8 behind its escapes."""
    if not level or "/" in level:
        return None
    if "%" not in level:
        return level
    try:
        return _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), level.encode()).decode()
    except UnicodeError:
        return None
