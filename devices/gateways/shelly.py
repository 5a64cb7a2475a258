"""Shelly: `shellies/<device>/…` of the first generation (bare values), and of the later ones
`<device>/events/rpc`, `<device>/status/<component>` and `<device>/online` (JSON).

Component number 0 is the device itself; others are devices of their own, `<device>/<component>`. So is the
state of an input, which would otherwise be taken for that of the switch beside it.
https://shelly-api-docs.shelly.cloud/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from devices.gateways.bluetooth import meaning_of_advertisement
from devices.measures import MEASURES
from devices.message import Message
from devices.payload import PayloadError, read_object, read_text, sentence, shown
from devices.reading import Availability, Decoded, Reading, Value
from devices.telling import When, readings_of, told, when
from devices.values import Reader, UnusableError, number, one_of, state, word

_FLAG = state()
_WORD = word(MEASURES["pressed"])
_WATTS = number(MEASURES["power"])
_TEMPERATURE = number(MEASURES["temperature"])
_PRESSES = {
    "S": "single",
    "SS": "double",
    "SSS": "triple",
    "L": "long",
    "SL": "single_long",
    "LS": "long_single",
}

# First generation: below `sensor/`.
_SENSORS: Mapping[str, tuple[str, Reader]] = {
    "state": ("open", one_of({"open": True, "close": False, "closed": False, "unknown": None, "-1": None})),
    "vibration": ("vibration", _FLAG),
    "motion": ("motion", _FLAG),
    "flood": ("leak", _FLAG),
    "smoke": ("smoke", _FLAG),
    "gas": ("gas", one_of({"none": False, "mild": True, "heavy": True, "test": None, "unknown": None})),
    "tamper": ("tamper", _FLAG),
    "lux": ("illuminance", number(MEASURES["illuminance"])),
    "battery": ("battery", number(MEASURES["battery"])),
    "temperature": ("temperature", _TEMPERATURE),
    "humidity": ("humidity", number(MEASURES["humidity"])),
}
_MOTION_STATUS = {
    "motion": "motion",
    "vibration": "vibration",
    "lux": "lux",
    "bat": "battery",
    "tamper": "tamper",
    "temperature": "temperature",
}

# Later generations: by component and property. A dot leads into an object.
_COMPONENTS: Mapping[str, Mapping[str, tuple[str, Reader]]] = {
    "switch": {"output": ("on", _FLAG), "apower": ("power", _WATTS)},
    "light": {"output": ("on", _FLAG), "apower": ("power", _WATTS)},
    "pm1": {"apower": ("power", _WATTS)},
    "input": {"state": ("on", _FLAG)},
    "temperature": {"tC": ("temperature", _TEMPERATURE)},
    "humidity": {"rh": ("humidity", number(MEASURES["humidity"]))},
    "illuminance": {"lux": ("illuminance", number(MEASURES["illuminance"]))},
    "smoke": {"alarm": ("smoke", _FLAG)},
    "flood": {"alarm": ("leak", _FLAG)},
    "motion": {"motion": ("motion", _FLAG), "state": ("motion", _FLAG)},
    "presence": {"state": ("presence", _FLAG), "presence": ("presence", _FLAG)},
    "presencezone": {"state": ("presence", _FLAG), "value": ("presence", _FLAG)},
    "devicepower": {"battery.percent": ("battery", number(MEASURES["battery"]))},
    "wifi": {"rssi": ("rssi", number(MEASURES["rssi"]))},
    "bthomedevice": {
        "battery": ("battery", number(MEASURES["battery"])),
        "rssi": ("rssi", number(MEASURES["rssi"])),
    },
}
_PRESSED = frozenset(
    (
        "single_push",
        "double_push",
        "triple_push",
        "long_push",
        "long_double_push",
        "long_triple_push",
        "hold_press",
    )
)


class Shelly:
    """A device's name is its topic prefix, by default its id."""

    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age

    def passes_over(self, rest: str) -> bool:
        return rest.endswith(("/announce", "/info", "/debug/log", "/rpc")) and not rest.endswith(
            "/events/rpc"
        )

    def decode(self, message: Message, rest: str) -> Decoded:
        if rest.startswith("/") or ("/" not in rest and rest not in ("announce", "command")):
            return Decoded(gateway=self._gateway, error=f"the topic {shown(message.topic)} names no device")
        if rest == "announce" or rest.endswith(("/announce", "/info", "/debug/log")) or "/debug/" in rest:
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        if rest.endswith(("/command", "/command/sys", "/set")) or rest in ("command",) or "/command/" in rest:
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if rest.endswith("/events/rpc"):
            return self._rpc(message, rest.removesuffix("/events/rpc"))
        if rest.endswith("/rpc"):
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if rest.endswith("/online"):
            return self._online(message, rest.removesuffix("/online"))
        device, found, component = rest.partition("/status/")
        if found:
            return self._status(message, device, component)
        device, _, below = rest.partition("/")
        if not device or not below:
            return Decoded(gateway=self._gateway, error=f"the topic {shown(message.topic)} names no device")
        return self._first_generation(message, device, below)

    # First generation

    def _online(self, message: Message, device: str) -> Decoded:
        said = read_text(message.payload)[0].strip().lower()
        if said not in ("true", "false"):
            fault = f"online is {shown(said)}; expected true or false"
            return Decoded(gateway=self._gateway, error=fault)
        heard = Availability(self._gateway, device, said == "true", message.received_at)
        return Decoded(gateway=self._gateway, availability=(heard,))

    def _first_generation(self, message: Message, device: str, below: str) -> Decoded:
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        text, note = read_text(message.payload)
        errors = [note] if note else []
        values: dict[str, Value] = {}
        kind, _, number_or_name = below.partition("/")
        if kind == "sensor":
            _read(_SENSORS.get(number_or_name), number_or_name, text, values, errors)
        elif kind == "relay" and number_or_name.isdecimal():
            if text in ("on", "off"):
                values["on"] = text == "on"
            device = _part(device, "relay", number_or_name)
        elif kind == "relay" and number_or_name.endswith("/power"):
            _read(("power", _WATTS), below, text, values, errors)
            device = _part(device, "relay", number_or_name.removesuffix("/power"))
        elif kind == "input":
            _read(("on", _FLAG), below, text, values, errors)
            device = f"{device}/input:{number_or_name}"[:200]
        elif kind == "input_event":
            device = _part(device, "input", number_or_name)
            self._press(message, values, errors)
        elif below == "status":
            self._motion_status(message, values, errors)
        return told(self._gateway, message, device, values, errors)

    def _press(self, message: Message, values: dict[str, Value], errors: list[str]) -> None:
        try:
            said, _ = read_object(message.payload)
        except PayloadError as fault:
            errors.append(f"the payload {fault}")
            return
        event = said.get("event")
        if event is not None:
            known = _PRESSES.get(event, event) if isinstance(event, str) else event
            _read(("pressed", _WORD), "event", known, values, errors)

    def _motion_status(self, message: Message, values: dict[str, Value], errors: list[str]) -> None:
        """The motion sensor says all at once, as JSON."""
        try:
            said, _ = read_object(message.payload)
        except PayloadError as fault:
            errors.append(f"the payload {fault}")
            return
        if said.get("active") is False:
            said.pop("motion", None)
        inside = said.get("tmp")
        if isinstance(inside, dict) and inside.get("units") == "C" and inside.get("is_valid") is not False:
            said["temperature"] = inside.get("value")
        for name, sensor in _MOTION_STATUS.items():
            if said.get(name) is not None:
                _read(_SENSORS[sensor], name, said[name], values, errors)

    # Later generations

    def _rpc(self, message: Message, device: str) -> Decoded:
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device, error=f"the payload {fault}")
        errors = [note] if note else []
        params = said.get("params")
        method = said.get("method")
        if not isinstance(params, dict) or method not in ("NotifyStatus", "NotifyFullStatus", "NotifyEvent"):
            return Decoded(gateway=self._gateway, heard=device, ignored="gateway's own talk")
        then = when(params.get("ts"), "ts", message, self._believe_age, errors)
        if method == "NotifyEvent":
            parts = list(self._events(device, params.get("events"), errors))
        else:
            parts = list(_components(device, params, errors))
        return self._told(message, device, parts, errors, then)

    def _status(self, message: Message, device: str, component: str) -> Decoded:
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            said, note = read_object(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, heard=device, error=f"the payload {fault}")
        errors = [note] if note else []
        return self._told(message, device, list(_components(device, {component: said}, errors)), errors, None)

    def _events(
        self, device: str, events: object, errors: list[str]
    ) -> Iterator[tuple[str, dict[str, Value]]]:
        for event in events[:50] if isinstance(events, list) else ():
            if not isinstance(event, dict):
                continue
            name, data = event.get("event"), event.get("data")
            if isinstance(data, dict) and _is_name(data.get("address")):
                yield data["address"].lower()[:64], meaning_of_advertisement(data, errors)
            elif isinstance(name, str) and name in _PRESSED:
                component, _, own_number = str(event.get("component", "")).partition(":")
                yield _part(device, component, own_number), {"pressed": name}

    def _told(
        self,
        message: Message,
        device: str,
        parts: list[tuple[str, dict[str, Value]]],
        errors: list[str],
        then: When | None,
    ) -> Decoded:
        readings: tuple[Reading, ...] = ()
        for part, values in parts:
            readings += readings_of(message, part, values, then)
        return Decoded(
            gateway=self._gateway,
            heard=device,
            readings=readings,
            error=sentence(errors),
            ignored="" if readings or errors else "no state",
        )


def _components(
    device: str, said: Mapping[str, Any], errors: list[str]
) -> Iterator[tuple[str, dict[str, Value]]]:
    for name, content in list(said.items())[:100]:
        component, _, own_number = name.partition(":")
        if not isinstance(content, dict):
            continue
        if component == "bthomesensor":
            yield from _bluetooth_sensor(device, name, content.get("value"), errors)
            continue
        values: dict[str, Value] = {}
        for key, field in _COMPONENTS.get(component, {}).items():
            raw: Any = content
            for level in key.split("."):
                raw = raw.get(level) if isinstance(raw, dict) else None
            if raw is not None:
                _read(field, f"{name} {key}", raw, values, errors)
        if values:
            alone = f"{device}/{name}" if component == "input" else _part(device, component, own_number)
            yield alone, values


def _bluetooth_sensor(
    device: str, name: str, raw: object, errors: list[str]
) -> Iterator[tuple[str, dict[str, Value]]]:
    """A Bluetooth device's value without its name: the site may say what one that is true or false means."""
    if isinstance(raw, bool):
        yield f"{device}/{name}"[:200], {"on": raw}
    elif raw is not None:
        errors.append(f"{shown(name)} has a value, but only the device's own settings tell of what")


def _part(device: str, component: str, own_number: str) -> str:
    return (
        device
        if own_number in ("", "0") or not own_number.isdecimal()
        else f"{device}/{component}:{own_number}"
    )


def _read(
    field: tuple[str, Reader] | None, name: str, raw: object, values: dict[str, Value], errors: list[str]
) -> None:
    if field is None:
        return
    try:
        value = field[1](raw)
    except UnusableError as fault:
        errors.append(f"{name} {fault}")
        return
    if value is not None:
        values[field[0]] = value


def _is_name(address: object) -> bool:
    return isinstance(address, str) and bool(address.strip())
