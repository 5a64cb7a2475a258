"""Zigbee2MQTT: `<base>/<friendly name>` with the device's whole remembered state as JSON.

Here: its topics. Which property is which measure is in devices/zigbee_properties.py, what the bridge says of
itself in zigbee2mqtt_bridge.py beside this.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devices.exposes import Table, table_of
from devices.gateways import zigbee2mqtt_bridge as bridge
from devices.gateways.zigbee2mqtt_bridge import MOST_DEVICES
from devices.instants import InstantError, believed, read_instant
from devices.message import Message
from devices.payload import PayloadError, read_json, read_text, sentence, shown
from devices.reading import Availability, Decoded, Reading
from devices.values import EVENTS
from devices.zigbee_properties import GENERAL, PROPERTIES, STAND_INS, meaning


class Zigbee2Mqtt:
    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age
        self._tables: dict[str, Table] = {}  # by the device's name, of those that were announced

    def passes_over(self, rest: str) -> bool:
        return rest.startswith("bridge/") and not (
            rest in ("bridge/state", "bridge/devices") or bridge.is_heard(rest)
        )

    def decode(self, message: Message, rest: str) -> Decoded:
        if "/" in rest:
            if rest.startswith("bridge/"):
                if rest == "bridge/state":
                    return self._availability(message, None)
                if rest == "bridge/devices":
                    return self._announcement(message)
                return self._own_talk(message, rest)
            if rest.endswith("/availability"):
                return self._availability(message, rest.removesuffix("/availability"))
            if rest.endswith(("/set", "/get")) or "/set/" in rest or "/get/" in rest:
                return Decoded(gateway=self._gateway, ignored="request to a device")
        if not rest:
            return Decoded(gateway=self._gateway, error=f"the topic {shown(message.topic)} names no device")
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        return self._device(message, rest)

    def _own_talk(self, message: Message, rest: str) -> Decoded:
        if not bridge.is_heard(rest) or not message.payload:
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        try:
            said = bridge.talk(rest, message.payload, message.received_at)
        except bridge.BridgeError as fault:
            return Decoded(gateway=self._gateway, error=str(fault))
        return Decoded(gateway=self._gateway, ignored="gateway's own talk", talk=said)

    def _announcement(self, message: Message) -> Decoded:
        """All devices there are, with what each can say."""
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="discovery")
        try:
            said, _ = read_json(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, error=f"the list of devices {fault}")
        if not isinstance(said, list):
            fault_found = f"the list of devices is {shown(said)}; expected a list"
            return Decoded(gateway=self._gateway, error=fault_found)
        tables: dict[str, Table] = {}
        by_exposes: dict[str, Table] = {}
        for entry in said[:MOST_DEVICES]:
            definition = entry.get("definition") if isinstance(entry, dict) else None
            if isinstance(definition, dict) and isinstance(entry.get("friendly_name"), str):
                exposes = definition.get("exposes")
                key = repr(exposes)
                if key not in by_exposes:
                    by_exposes[key] = table_of(exposes, PROPERTIES, STAND_INS)
                tables[entry["friendly_name"]] = by_exposes[key]
        self._tables = tables
        return Decoded(gateway=self._gateway, ignored="discovery", talk=bridge.listed(said))

    def _device(self, message: Message, rest: str) -> Decoded:
        fault = note = None
        try:
            said, note = read_json(message.payload)
        except PayloadError as unreadable:
            fault = str(unreadable)
            text, note = read_text(message.payload)
            said = text.strip()
        if isinstance(said, dict) and fault is None:
            return self._readings(message, rest, said, note)
        # A device may be set to publish each property below its own topic, as a bare value.
        device, _, name = rest.rpartition("/")
        if device and (name in PROPERTIES or name in STAND_INS or name == "state") and _is_bare(said):
            return self._readings(message, device, {name: said}, note)
        fault = fault or f'is {shown(said)}; expected a JSON object such as {{"battery": 87}}'
        return Decoded(gateway=self._gateway, heard=rest, error=f"the payload {fault}")

    def _readings(self, message: Message, device: str, said: dict[str, Any], note: str | None) -> Decoded:
        errors = [note] if note else []
        received_at, retained = message.received_at, message.retained
        at, own_time, clock_wrong = received_at, False, False
        if (seen := said.get("last_seen")) is not None:
            try:
                at, own_time, clock_wrong = believed(
                    read_instant(seen), received_at, retained, self._believe_age
                )
            except InstantError as fault:
                errors.append(f"last_seen {fault}; the time of arrival is used")
        news = "action" in said or "click" in said
        readings = tuple(
            [
                Reading(
                    device, measure, value, at, received_at, own_time, retained,
                    not (news and measure == "pressed"), clock_wrong,
                )
                for measure, value in meaning(said, errors, self._tables.get(device, GENERAL)).items()
                if not (retained and measure in EVENTS)
            ]
        )  # fmt: skip
        return Decoded(
            gateway=self._gateway,
            heard=device,
            readings=readings,
            error=sentence(errors) if errors else None,
            ignored="" if readings or errors else "no state",
        )

    def _availability(self, message: Message, device: str | None) -> Decoded:
        """`online` or `offline`, bare (before 1.17) or as {"state": "online"}."""
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, _ = read_json(message.payload)
        except PayloadError:
            said = read_text(message.payload)[0].strip()
        word_said = said.get("state") if isinstance(said, dict) else said
        if word_said == "online" or word_said == "offline":
            heard = Availability(self._gateway, device, word_said == "online", message.received_at)
            return Decoded(gateway=self._gateway, availability=(heard,))
        whose = f"of {shown(device)}" if device else "of the gateway"
        fault = f"the availability {whose} is {shown(word_said)}; expected online or offline"
        return Decoded(gateway=self._gateway, error=fault)


def _is_bare(said: object) -> bool:
    if isinstance(said, str):
        return not said.startswith(("{", "["))
    return said is None or isinstance(said, bool | int | float)
