"""Vayyar Care fall radar: `/devices/<device id>/events` and `/devices/<device id>/state`, JSON.

An event has a type and a payload. All messages of one fall carry the time of its beginning as `timestamp`. A
simulated fall (the installer's test) and one while the radar still learns the room are said, and are no fall.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devices.message import Message
from devices.payload import PayloadError, read_object, shown
from devices.reading import Decoded, Value
from devices.telling import told, when
from devices.vocabulary import squeezed

_FALL: dict[str, str | None] = {
    "fallsuspected": "suspected",
    "falldetected": "suspected",
    "fallconfirmed": "confirmed",
    "calling": "confirmed",
    "oncall": None,
    "finished": None,
    "fallexit": "cleared",
    "canceled": "cleared",
    "cancelled": "cleared",
}
"""Squeezed status → our word; None: the radar's own phone call, nothing new of the person."""

_OUT_OF_BED = frozenset(("bedexit", "outofbed"))


class Vayyar:
    """A device's name is its device id."""

    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age

    def passes_over(self, rest: str) -> bool:
        return not rest.endswith(("/events", "/state"))

    def decode(self, message: Message, rest: str) -> Decoded:
        device, _, event = rest.strip("/").rpartition("/")
        device = device.rpartition("/")[2]
        if event in ("commands", "config"):
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device or None, error=f"the payload {fault}")
        payload = said.get("payload")
        named = (payload if isinstance(payload, dict) else said).get("deviceId")
        if isinstance(named, str) and 0 < len(named) <= 100:
            device = named
        if not device:
            return Decoded(gateway=self._gateway, error=f"the topic {shown(message.topic)} names no device")
        errors = [note] if note else []
        if not isinstance(payload, dict):
            return told(self._gateway, message, device, self._state(said), errors)
        return self._event(message, device, said, payload, errors)

    def _state(self, said: dict[str, Any]) -> dict[str, Value]:
        """The radar itself, every few minutes: that it can be heard, and how well."""
        wifi = said.get("wifi")
        rssi = wifi.get("rssi") if isinstance(wifi, dict) else None
        return {"rssi": rssi} if type(rssi) is int and -120 <= rssi < 0 else {}

    def _event(
        self,
        message: Message,
        device: str,
        said: dict[str, Any],
        payload: dict[str, Any],
        errors: list[str],
    ) -> Decoded:
        values: dict[str, Value] = {}
        own = payload.get("timestampMillis", payload.get("timestamp"))
        if isinstance(payload.get("presenceDetected"), bool):
            values["presence"] = payload["presenceDetected"]
        if (status := payload.get("status")) is not None:
            own = payload.get("statusUpdateTimestamp") or own
            self._status(status, payload, values, errors)
        elif not values and "presenceDetected" in payload:
            errors.append(f"presenceDetected is {shown(payload['presenceDetected'])}; expected true or false")
        elif not values and "msg" not in payload:
            errors.append(f"an event of type {shown(said.get('type'))} is not known")
        then = when(own or None, "timestamp", message, self._believe_age, errors)
        return told(self._gateway, message, device, values, errors, then)

    def _status(
        self, status: object, payload: dict[str, Any], values: dict[str, Value], errors: list[str]
    ) -> None:
        word = squeezed(status) if isinstance(status, str) else ""
        unreal = next((flag for flag in ("isSimulated", "isLearning") if payload.get(flag) is True), None)
        if word in _OUT_OF_BED and not unreal:
            values["in_bed"] = False
        elif word not in _FALL and word not in _OUT_OF_BED:
            errors.append(f"status is {shown(status)}; expected fall_detected, fall_confirmed, fall_exit …")
        elif unreal:
            errors.append(f"{status} with {unreal}: a test of the radar, not a fall")
        elif (fall := _FALL[word]) is not None:
            values["fall"] = fall
