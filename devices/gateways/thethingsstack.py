"""The Things Stack v3: `v3/<application>@<tenant>/devices/<device id>/up`, JSON.

Fields whose value is "", 0 or false are left out by it: a missing f_port is port 0.
Format: https://www.thethingsindustries.com/docs/integrations/other-integrations/mqtt/
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devices.codec import Codecs
from devices.lorawan import link, meaning_of_object
from devices.message import Message
from devices.payload import PayloadError, read_object, shown
from devices.reading import Decoded
from devices.telling import told, when

_OWN_TALK = frozenset(("join", "service", "location"))


class TheThingsStack:
    """A device's name is its device id in the console."""

    def __init__(self, gateway: str, believe_age: timedelta, codecs: Codecs | None = None) -> None:
        self._gateway = gateway
        self._believe_age = believe_age
        self._codecs = codecs or Codecs()

    def passes_over(self, rest: str) -> bool:
        return not rest.endswith("/up")

    def decode(self, message: Message, rest: str) -> Decoded:
        levels = rest.split("/")
        if len(levels) < 4 or levels[1] != "devices" or not levels[2]:
            return Decoded(
                gateway=self._gateway,
                error=f"the topic {shown(message.topic)} is none of The Things Stack's; expected "
                "v3/<application>@<tenant>/devices/<device id>/up",
            )
        device, event = levels[2], levels[3]
        if event == "down":
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if event in _OWN_TALK or len(levels) > 4:  # …/up/normalized says the same once more
            return Decoded(gateway=self._gateway, heard=device, ignored="gateway's own talk")
        if event != "up":
            return Decoded(gateway=self._gateway, error=f"the event {shown(event)} is not known")
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device, error=f"the payload {fault}")
        return self._up(message, device, said, [note] if note else [])

    def _up(self, message: Message, device: str, said: dict[str, Any], errors: list[str]) -> Decoded:
        uplink = said.get("uplink_message")
        if not isinstance(uplink, dict):
            fault = f"uplink_message is {shown(uplink)}; expected an object"
            return Decoded(gateway=self._gateway, heard=device, error=fault)
        if said.get("simulated") is True:
            fault = "the uplink was simulated in the console: it tells nothing of a person"
            return Decoded(gateway=self._gateway, error=fault)
        then = when(
            uplink.get("received_at", said.get("received_at")),
            "received_at",
            message,
            self._believe_age,
            errors,
        )
        version = uplink.get("version_ids")
        version = version if isinstance(version, dict) else {}
        model = f"{version.get('brand_id', '')} {version.get('model_id', '')}"
        values = link(uplink.get("rx_metadata"))
        content = uplink.get("decoded_payload")
        if not isinstance(content, dict) or (not content and self._codecs.know(model, device)):
            content = self._codecs.decode(
                model, device, uplink.get("f_port", 0), uplink.get("frm_payload"), errors
            )
        if content:
            values = {**meaning_of_object(content, model, errors), **values}
        return told(self._gateway, message, device, values, errors, then)
