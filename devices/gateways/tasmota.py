"""Tasmota: `tele/<device>/…` and `stat/<device>/…`: its own switches and sensors, Zigbee behind it, and 433
MHz.

Its `Time` is local and without zone: the time of arrival counts. What `tele` says is repeated every few
minutes. Zigbee devices go by their name there, or short address. A 433 MHz device sends only a code: the site
says whose. https://tasmota.github.io/docs/MQTT/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from devices.message import Message
from devices.payload import PayloadError, read_object, read_text, sentence, shown
from devices.reading import Availability, Decoded, Reading, Value
from devices.telling import readings_of, told, when
from devices.vocabulary import Field, meaning, reader, squeezed

Code = tuple[str, str, Value]
"""(device, measure, value): what a 433 MHz code means."""

_WORDS = {"ON": True, "OFF": False}
_OWN_FIELDS: dict[str, tuple[Field, ...]] = {
    "power": (Field("power", reader("power", {})),),
    "esp32": (),
    "battery": (Field("battery", reader("battery", {})),),
}
_ZIGBEE: dict[str, tuple[Field, ...]] = {
    # of the zone's alarm bit: 1 is open
    "contact": (Field("open", reader("open", {"reads": "flag"})),),
    "power": (Field("on", reader("on", {})),),
    "batterypercentage": (Field("battery", reader("battery", {})),),
    "linkquality": (Field("lqi", reader("lqi", {})),),
    "click": (Field("pressed", reader("pressed", {})),),
    "water": (Field("leak", reader("leak", {})),),
    "co": (Field("co", reader("co", {})),),
    "fire": (Field("smoke", reader("smoke", {})),),
    "occupancy": (Field("motion", reader("motion", {"reads": "count"})),),
}

# Cluster 6 (on/off), received as a command: https://tasmota.github.io/docs/Zigbee/
_COMMANDS = {"0006!00": "off", "0006!01": "on", "0006!02": "toggle"}


class Tasmota:
    def __init__(self, gateway: str, believe_age: timedelta, codes: Mapping[str, Code] | None = None) -> None:
        self._gateway = gateway
        self._believe_age = believe_age
        self._codes = {code.upper(): meant for code, meant in (codes or {}).items()}

    def passes_over(self, rest: str) -> bool:
        return "/INFO" in rest or rest.startswith("cmnd/")

    def decode(self, message: Message, rest: str) -> Decoded:
        manner, _, below = rest.partition("/")
        device, _, what = below.rpartition("/")
        if manner == "cmnd":
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if manner not in ("tele", "stat") or not device:
            return Decoded(
                gateway=self._gateway,
                error=f"the topic {shown(message.topic)} names no device; expected tele/<device>/SENSOR",
            )
        if what == "LWT":
            return self._last_will(message, device)
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        if what.startswith("POWER"):
            return self._power(message, device, what)
        if what not in ("STATE", "SENSOR", "RESULT", "STATUS8", "STATUS10", "STATUS11"):
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device, error=f"the payload {fault}")
        return self._said(message, device, said, [note] if note else [], cached=manner == "tele")

    def _last_will(self, message: Message, device: str) -> Decoded:
        said = read_text(message.payload)[0].strip().lower()
        if said not in ("online", "offline"):
            fault = f"the last will of {shown(device)} is {shown(said)}; expected Online or Offline"
            return Decoded(gateway=self._gateway, error=fault)
        heard = Availability(self._gateway, device, said == "online", message.received_at)
        return Decoded(gateway=self._gateway, availability=(heard,))

    def _power(self, message: Message, device: str, what: str) -> Decoded:
        word = read_text(message.payload)[0].strip().upper()
        if word not in _WORDS:
            fault = f"{what} is {shown(word)}; expected ON or OFF"
            return Decoded(gateway=self._gateway, heard=device, error=fault)
        return told(self._gateway, message, _part(device, what), {"on": _WORDS[word]}, [])

    def _said(
        self, message: Message, device: str, said: dict[str, Any], errors: list[str], cached: bool
    ) -> Decoded:
        for zigbee in ("ZbReceived", "ZbInfo"):
            if isinstance(said.get(zigbee), dict):
                return self._zigbee(message, said[zigbee], errors, cached=zigbee == "ZbInfo")
        if isinstance(said.get("RfReceived"), dict):
            return self._radio(message, device, said["RfReceived"], errors)
        for inner in ("StatusSNS", "StatusSTS"):
            if isinstance(said.get(inner), dict):
                said = said[inner]
        readings: tuple[Reading, ...] = ()
        for part, values in self._parts(device, said, errors):
            readings += readings_of(message, part, values, None, cached)
        return self._decoded(device, readings, errors)

    def _parts(
        self, device: str, said: dict[str, Any], errors: list[str]
    ) -> Iterator[tuple[str, dict[str, Value]]]:
        fahrenheit = said.get("TempUnit") == "F"
        sensors: dict[str, Any] = {}
        for name, raw in list(said.items())[:100]:
            if name.startswith(("POWER", "Switch")):
                action = raw.get("Action") if isinstance(raw, dict) else raw
                if isinstance(action, str) and action.upper() in _WORDS:
                    yield _part(device, name), {"on": _WORDS[action.upper()]}
            elif name.startswith("Button") and isinstance(raw, dict):
                if isinstance(raw.get("Action"), str) and raw["Action"] and raw["Action"].isprintable():
                    yield _part(device, name, first="Button1"), {"pressed": raw["Action"].lower()[:64]}
            elif name == "Wifi" and isinstance(raw, dict):
                signal = raw.get("Signal")
                if type(signal) is int and -127 <= signal < 0:
                    yield device, {"rssi": signal}
            elif (
                isinstance(raw, dict) and isinstance(raw.get("mac"), str) and raw["mac"]
            ):  # Bluetooth behind it
                yield raw["mac"].lower()[:64], _advertised(raw, fahrenheit, errors)
            elif isinstance(raw, dict) and not name.startswith("ESP32"):
                sensors[name] = _in_celsius(raw, fahrenheit)
        if sensors and (values := meaning(sensors, errors, _OWN_FIELDS)):
            yield device, values

    def _zigbee(self, message: Message, said: dict[str, Any], errors: list[str], cached: bool) -> Decoded:
        readings: tuple[Reading, ...] = ()
        heard = None
        for name, content in list(said.items())[:100]:
            if not isinstance(content, dict):
                continue
            device = next(
                (content[k] for k in ("Name", "Device") if isinstance(content.get(k), str) and content[k]),
                name,
            )[:200]
            heard = heard or device
            then = when(content.get("LastSeenEpoch"), "LastSeenEpoch", message, self._believe_age, errors)
            command = next((_COMMANDS[key] for key in content if key in _COMMANDS), None)
            if command is not None:  # the device orders another one: a button, whose Power is that order
                content = {key: value for key, value in content.items() if key != "Power"}
            values = meaning(content, errors, _ZIGBEE)
            if command is not None:
                values.setdefault("pressed", command)
            readings += readings_of(message, device, values, then, cached)
        return self._decoded(heard, readings, errors)

    def _radio(self, message: Message, device: str, said: dict[str, Any], errors: list[str]) -> Decoded:
        code = said.get("Data")
        if not isinstance(code, str) or not code or len(code) > 64:
            errors.append(f"the 433 MHz code is {shown(code)}; expected hexadecimal digits as text")
            return self._decoded(device, (), errors)
        if (meant := self._codes.get(code.upper().removeprefix("0X"))) is None:
            errors.append(f"the 433 MHz code {shown(code)} is none that the site names under codes")
            return self._decoded(f"{device}/{code}" if code.isalnum() else device, (), errors)
        whose, measure, value = meant
        return told(self._gateway, message, whose, {measure: value}, errors)

    def _decoded(self, heard: str | None, readings: tuple[Reading, ...], errors: list[str]) -> Decoded:
        return Decoded(
            gateway=self._gateway,
            heard=heard,
            readings=readings,
            error=sentence(errors),
            ignored="" if readings or errors else "no state",
        )


def _part(device: str, name: str, first: str = "POWER1") -> str:
    """POWER and POWER1 are the device itself; another relay or a switch is one of its own."""
    return device if name in ("POWER", first) else f"{device}/{name}"


def _advertised(raw: dict[str, Any], fahrenheit: bool, errors: list[str]) -> dict[str, Value]:
    values = meaning(_in_celsius(raw, fahrenheit), errors, _OWN_FIELDS)
    rssi = raw.get("RSSI")
    return {**values, "rssi": rssi} if type(rssi) is int and -127 <= rssi < 0 else values


def _in_celsius(sensor: dict[str, Any], fahrenheit: bool) -> dict[str, Any]:
    if not fahrenheit:
        return sensor
    return {f"{name}_f" if squeezed(name) == "temperature" else name: raw for name, raw in sensor.items()}
