"""Bluetooth devices as JSON: BTHome (Shelly BLU by a gateway's script) and Theengs / OpenMQTTGateway.

`<topic>/…/<address>`; the device names itself by `address`, `mac` or `id`, otherwise the last level does.
https://bthome.io/format/ and https://decoder.theengs.io/
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devices.message import Message
from devices.payload import PayloadError, read_object, read_text, shown
from devices.reading import Availability, Decoded, Value
from devices.telling import told
from devices.vocabulary import meaning

_BUTTONS = {
    1: "single",
    2: "double",
    3: "triple",
    4: "hold",
    5: "long_double",
    6: "long_triple",
    128: "hold",
    254: "hold",
}
_FRAME = frozenset(
    ("encryption", "BTHome_version", "pid", "packet", "address", "mac", "id", "type", "brand", "model")
)


class Bluetooth:
    """A device's name is its address in small letters."""

    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age

    def passes_over(self, rest: str) -> bool:
        return False

    def decode(self, message: Message, rest: str) -> Decoded:
        if rest.endswith("/LWT") or rest == "LWT":
            return self._last_will(message)
        if "/commands/" in f"/{rest}/" or rest.endswith("/config"):
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, error=f"the payload {fault}")
        device = self._name(said, rest)
        if device is None:
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        errors = [note] if note else []
        return told(self._gateway, message, device, meaning_of_advertisement(said, errors), errors)

    def _last_will(self, message: Message) -> Decoded:
        word = read_text(message.payload)[0].strip().lower()
        if word not in ("online", "offline"):
            fault = f"the gateway's last will is {shown(word)}; expected online or offline"
            return Decoded(gateway=self._gateway, error=fault)
        heard = Availability(self._gateway, None, word == "online", message.received_at)
        return Decoded(gateway=self._gateway, availability=(heard,))

    def _name(self, said: dict[str, Any], rest: str) -> str | None:
        for key in ("address", "mac", "id"):
            if isinstance(said.get(key), str) and 0 < len(said[key]) <= 64:
                return str(said[key]).lower()
        last = rest.rpartition("/")[2].lower()
        plain = last.replace(":", "").replace("-", "")
        return last if len(plain) == 12 and all(c in "0123456789abcdef" for c in plain) else None


def meaning_of_advertisement(said: dict[str, Any], errors: list[str]) -> dict[str, Value]:
    """Measure → value of what a Bluetooth device says of itself, decoded by somebody to JSON."""
    values = meaning({name: raw for name, raw in said.items() if name not in _FRAME}, errors)
    if "BTHome_version" in said or "bthome" in str(said.get("model_id", "")).lower():
        _press(said.get("button"), values)
    rssi = said.get("rssi", said.get("RSSI"))
    if type(rssi) is int and -127 <= rssi < 0:
        values["rssi"] = rssi
    return values


def _press(pressed: object, values: dict[str, Value]) -> None:
    """BTHome's numbers for the manners of pressing; a list where there are several buttons."""
    for number, raw in enumerate(pressed[:8] if isinstance(pressed, list) else [pressed], 1):
        if type(raw) is int and 0 < raw < 256:
            word = _BUTTONS.get(raw, str(raw))
            values["pressed"] = f"{number}_{word}" if isinstance(pressed, list) else word
