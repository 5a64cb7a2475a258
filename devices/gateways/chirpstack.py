"""ChirpStack v4: `application/<application>/device/<dev eui>/event/<event>`, JSON.

An `up` with a decoded object tells measures; `status` tells the battery. The rest is the network's own talk.
Format: https://www.chirpstack.io/docs/chirpstack/integrations/events.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devices.codec import Codecs
from devices.lorawan import link, meaning_of_object
from devices.message import Message
from devices.payload import PayloadError, read_object, shown
from devices.reading import Decoded, Value
from devices.telling import told, when
from devices.values import UnusableError
from devices.vocabulary import field_of

_OWN_TALK = frozenset(("join", "ack", "txack", "log", "location", "integration"))
_battery = field_of("battery percent")


class ChirpStack:
    """A device's name is its EUI in small letters, as ChirpStack writes it."""

    def __init__(self, gateway: str, believe_age: timedelta, codecs: Codecs | None = None) -> None:
        self._gateway = gateway
        self._believe_age = believe_age
        self._codecs = codecs or Codecs()

    def passes_over(self, rest: str) -> bool:
        return not rest.endswith(("/event/up", "/event/status"))

    def decode(self, message: Message, rest: str) -> Decoded:
        levels = rest.split("/")
        if len(levels) == 4 and levels[3] == "rx":  # before version 3
            levels[3:] = ["event", "up"]
        if (
            len(levels) != 5
            or levels[1] not in ("device", "node")
            or not levels[2]
            or levels[3] not in ("event", "command", "state")
        ):
            return Decoded(
                gateway=self._gateway,
                error=f"the topic {shown(message.topic)} is none of ChirpStack's; expected "
                "application/<id>/device/<dev eui>/event/up",
            )
        if levels[3] == "command":
            return Decoded(gateway=self._gateway, ignored="request to a device")
        event = levels[4]
        device = levels[2].lower()
        if event in _OWN_TALK or levels[3] == "state":
            return Decoded(gateway=self._gateway, heard=device or None, ignored="gateway's own talk")
        if event not in ("up", "status"):
            return Decoded(gateway=self._gateway, error=f"the event {shown(event)} is not known")
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device, error=f"the payload {fault}")
        return self._event(message, event, device, said, [note] if note else [])

    def _event(
        self, message: Message, event: str, device: str, said: dict[str, Any], errors: list[str]
    ) -> Decoded:
        info = said.get("deviceInfo")
        info = info if isinstance(info, dict) else {}
        eui = info.get("devEui")
        if isinstance(eui, str) and 0 < len(eui) <= 64:
            device = eui.lower()
        then = when(said.get("time"), "time", message, self._believe_age, errors)
        if event == "status":
            values = self._status(said, errors)
        else:
            values = self._up(said, str(info.get("deviceProfileName") or ""), device, errors)
        return told(self._gateway, message, device, values, errors, then)

    def _up(self, said: dict[str, Any], model: str, device: str, errors: list[str]) -> dict[str, Value]:
        values = link(said.get("rxInfo"))
        content = said.get("object")
        if content is None and isinstance(said.get("objectJSON"), str):  # version 3
            try:
                content = read_object(said["objectJSON"].encode())[0]
            except PayloadError as fault:
                errors.append(f"objectJSON {fault}")
        if not isinstance(content, dict) or (not content and self._codecs.know(model, device)):
            content = self._codecs.decode(model, device, said.get("fPort", 0), said.get("data"), errors)
        return {**meaning_of_object(content, model, errors), **values} if content else values

    def _status(self, said: dict[str, Any], errors: list[str]) -> dict[str, Value]:
        level = said.get("batteryLevel")
        if level is None or said.get("externalPowerSource") or said.get("batteryLevelUnavailable"):
            return {}
        try:
            assert _battery is not None
            value = _battery.read(level)
        except UnusableError as fault:
            errors.append(f"batteryLevel {fault}")
            return {}
        return {} if value is None else {"battery": value}
