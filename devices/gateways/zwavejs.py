"""Z-Wave JS UI: `<base>/[<place>/]<node>/<command class>/<endpoint>/<property>[/<key>]`.

The payload is the bare value, {"time": …, "value": …}, or the whole value with its description. A message
without a value says nothing: the door's state is unknown, not closed. Numbers of notifications are those of
the Z-Wave specification (Application Command Class, Notification types and events).
https://zwave-js.github.io/zwave-js-ui/#/guide/mqtt
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from devices.measures import MEASURES
from devices.message import Message
from devices.payload import PayloadError, read_json, shown
from devices.reading import Availability, Decoded, Value
from devices.telling import told, when
from devices.values import Reader, UnusableError, number, one_of, state
from devices.vocabulary import field_of, squeezed

_CLASSES = {
    "37": "switch", "binaryswitch": "switch", "switchbinary": "switch",
    "48": "binary", "binarysensor": "binary", "sensorbinary": "binary",
    "49": "multilevel", "multilevelsensor": "multilevel", "sensormultilevel": "multilevel",
    "50": "meter", "meter": "meter",
    "91": "scene", "centralscene": "scene",
    "98": "lock", "doorlock": "lock", "lock": "lock",
    "113": "notification", "notification": "notification",
    "128": "battery", "battery": "battery",
}  # fmt: skip
_OTHER_CLASSES = frozenset(map(str, range(32, 160))) | {
    "basic",
    "configuration",
    "version",
    "wakeup",
    "manufacturerspecific",
}

_NUMBER, _NAMED_ENDPOINT = re.compile(r"\d{1,3}"), re.compile(r"endpoint_\d{1,3}")

_OPEN: Mapping[int, Value | None] = {22: True, 23: False, 5632: True, 5633: True}
_ALARM: Mapping[int, Value | None] = {0: False, 1: True, 2: True}
_NOTIFICATIONS: Mapping[tuple[str, str], tuple[str, Mapping[int, Value | None]]] = {
    ("accesscontrol", "doorstate"): ("open", _OPEN),
    ("accesscontrol", "doorstatesimple"): ("open", _OPEN),
    ("accesscontrol", "windowstate"): ("open", _OPEN),
    ("accesscontrol", "lockstate"): (
        "locked",
        {1: True, 3: True, 5: True, 9: True, 2: False, 4: False, 6: False, 11: None},
    ),
    ("homesecurity", "motionsensorstatus"): ("motion", {0: False, 7: True, 8: True}),
    ("homesecurity", "coverstatus"): ("tamper", {0: False, 3: True}),
    ("homesecurity", "tamperingproductcoverremoved"): ("tamper", {0: False, 3: True}),
    ("smokealarm", "sensorstatus"): ("smoke", _ALARM),
    ("coalarm", "sensorstatus"): ("co", _ALARM),
    ("carbonmonoxidealarm", "sensorstatus"): ("co", _ALARM),
    ("gasalarm", "sensorstatus"): ("gas", {0: False, 1: True, 2: True, 3: True, 4: True}),
    ("wateralarm", "sensorstatus"): ("leak", _ALARM),
    ("powermanagement", "batterymaintenancestatus"): ("battery_low", {0: False, 10: True, 11: True}),
    ("powermanagement", "batteryloadstatus"): ("battery_low", {}),
    ("emergencyalarm", "alarmstatus"): ("pressed", {0: None, 1: "emergency", 2: "emergency", 3: "emergency"}),
}
_PRESSES = {0: "single", 1: "released", 2: "hold", 3: "double", 4: "triple", 5: "four_times", 6: "five_times"}
_FLAG = state()
_LOCK_MODE = {0: False, 1: False, 16: False, 17: False, 32: False, 33: False, 254: None, 255: True}


class ZWaveJs:
    """A device's name is its node's (with its place before it), or nodeID_<number>; endpoints from 2 on are
    `/<n>`.
    """

    def __init__(self, gateway: str, believe_age: timedelta) -> None:
        self._gateway = gateway
        self._believe_age = believe_age

    def passes_over(self, rest: str) -> bool:
        return rest.startswith("_") or rest.endswith("/nodeinfo")

    def decode(self, message: Message, rest: str) -> Decoded:
        if rest.startswith("_"):
            return self._own_talk(message, rest)
        if rest.endswith(("/set", "/get")):
            return Decoded(gateway=self._gateway, ignored="request to a device")
        if rest.endswith(("/nodeinfo", "/lastActive", "/hass")):
            return Decoded(gateway=self._gateway, ignored="gateway's own talk")
        if not message.payload:
            return Decoded(gateway=self._gateway, ignored="no state")
        try:
            raw, note = read_json(message.payload)
        except PayloadError as fault:
            return Decoded(gateway=self._gateway, error=f"the payload {fault}")
        if rest.endswith("/status"):
            return self._status(message, rest.removesuffix("/status"), raw)
        return self._value(message, rest, raw, [note] if note else [])

    def _own_talk(self, message: Message, rest: str) -> Decoded:
        if rest.endswith("/status") and rest.count("/") == 2:
            try:
                raw, _ = read_json(message.payload)
            except PayloadError:
                raw = None
            online = raw.get("value") if isinstance(raw, dict) else raw
            if isinstance(online, bool):
                heard = Availability(self._gateway, None, online, message.received_at)
                return Decoded(gateway=self._gateway, availability=(heard,))
        return Decoded(gateway=self._gateway, ignored="gateway's own talk")

    def _status(self, message: Message, device: str, raw: object) -> Decoded:
        """Alive, Asleep and Awake are all well; only Dead is not."""
        said = raw.get("status", raw.get("value")) if isinstance(raw, dict) else raw
        online = (
            said
            if isinstance(said, bool)
            else {"dead": False, "unknown": None}.get(squeezed(str(said)), True)
        )
        if online is None or not isinstance(said, bool | str):
            return Decoded(gateway=self._gateway, ignored="no state")
        heard = Availability(self._gateway, device, online, message.received_at)
        return Decoded(gateway=self._gateway, availability=(heard,))

    def _value(self, message: Message, rest: str, raw: object, errors: list[str]) -> Decoded:
        said = raw if isinstance(raw, dict) else {"value": raw}
        device, levels = _taken_apart(rest)
        if "commandClass" in said:
            levels = [
                str(said.get(key) if said.get(key) is not None else "")
                for key in ("commandClass", "endpoint", "propertyName", "propertyKey")
            ]
            levels[2] = levels[2] or str(said.get("property", ""))
        if not device and type(said.get("nodeId")) is int:
            device = f"nodeID_{said['nodeId']}"
        if not device or not levels:
            return Decoded(
                gateway=self._gateway,
                error=f"the topic {shown(message.topic)} names no value of a node; expected "
                "zwave/<node>/<command class>/<endpoint>/<property>",
            )
        endpoint = levels[1].removeprefix("endpoint_") if len(levels) > 1 else "0"
        if endpoint.isdecimal() and int(endpoint[:9]) > 1:
            device = f"{device}/{endpoint}"
        if said.get("value") is None:
            return Decoded(gateway=self._gateway, heard=device, ignored="no state")
        then = when(said.get("time", said.get("lastUpdate")), "time", message, self._believe_age, errors)
        name = squeezed(levels[2]) if len(levels) > 2 else ""
        key = squeezed(levels[3]) if len(levels) > 3 else ""
        values: dict[str, Value] = {}
        try:
            _READERS[_CLASSES.get(squeezed(levels[0]), "")](name, key, said, values)
        except UnusableError as fault:
            errors.append(f"{' '.join(levels[2:])} {fault}")
        return told(self._gateway, message, device, values, errors, then)


def _taken_apart(rest: str) -> tuple[str, list[str]]:
    """(node, [command class, endpoint, property, key]). Names of nodes and places may have several levels,
    and be called like a class: what is followed by an endpoint in its own manner is one for certain.
    """
    levels = rest.split("/")
    likely = [at for at in range(1, len(levels) - 1) if _is_class(squeezed(levels[at]))]
    for at in likely:
        manner = _NUMBER if levels[at].isdecimal() else _NAMED_ENDPOINT
        if manner.fullmatch(levels[at + 1]):
            return "/".join(levels[:at]), levels[at:]
    for at in likely:
        return "/".join(levels[:at]), levels[at:]
    return ("/".join(levels) if len(levels) == 1 else ""), []


def _is_class(name: str) -> bool:
    return name in _CLASSES or name in _OTHER_CLASSES


def _notification(name: str, key: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    known = _NOTIFICATIONS.get((name, key))
    if known is None:
        return
    raw = said["value"]
    if type(raw) is not int or raw not in known[1]:
        if known[1]:
            raise UnusableError(f"is {shown(raw)}; expected one of {', '.join(map(str, known[1]))}")
        return
    value = known[1][raw]
    if value is not None:
        values[known[0]] = value


def _binary(name: str, _: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    field = field_of({"doorwindow": "door window"}.get(name, name))
    if field is not None and MEASURES[field.measure].kind == "state":
        value = _FLAG(said["value"])
        if value is not None:
            values[field.measure] = value


def _multilevel(name: str, _: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    fahrenheit = squeezed(str(said.get("unit", ""))) == "f"
    field = field_of({"airtemperature": "temperature"}.get(name, name) + (" f" if fahrenheit else ""))
    if name == "power":
        values["power"] = _number("power", said["value"])
    elif field is not None and MEASURES[field.measure].kind == "number" and field.measure != "battery":
        value = field.read(said["value"])
        if value is not None:
            values[field.measure] = value


def _meter(_: str, key: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    if said.get("unit") == "W" or key == "66049":
        values["power"] = _number("power", said["value"])


def _battery(name: str, _: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    if name == "level":
        values["battery"] = _number("battery", said["value"])
    elif name == "islow":
        values["battery_low"] = bool(_FLAG(said["value"]))


def _switch(name: str, _: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    if name == "currentvalue":
        values["on"] = bool(_FLAG(said["value"]))


def _lock(name: str, _: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    readers: dict[str, tuple[str, Reader]] = {
        "boltstatus": ("locked", one_of({"locked": True, "unlocked": False})),
        "doorstatus": ("open", one_of({"open": True, "closed": False})),
    }
    value: Value | None = None
    if name in readers:
        measure, read = readers[name]
        value = read(said["value"])
    elif name == "currentmode" and type(said["value"]) is int:
        measure, value = "locked", _LOCK_MODE.get(said["value"])
    if value is not None:
        values[measure] = value


def _scene(name: str, key: str, said: Mapping[str, Any], values: dict[str, Value]) -> None:
    if name == "scene" and type(said["value"]) is int and 0 <= said["value"] < 256 and said["value"] != 1:
        press = _PRESSES.get(said["value"], str(said["value"]))
        values["pressed"] = f"{key.lstrip('0')[:20] or '0'}_{press}"


def _nothing(_: str, __: str, ___: Mapping[str, Any], ____: dict[str, Value]) -> None:
    """Other command classes tell nothing of a person."""


def _number(measure: str, raw: object) -> Value:
    value = number(MEASURES[measure])(raw)
    if value is None:
        raise UnusableError(f"is {shown(raw)}; expected a number")
    return value


_READERS = {
    "notification": _notification, "binary": _binary, "multilevel": _multilevel, "meter": _meter,
    "battery": _battery, "switch": _switch, "lock": _lock, "scene": _scene, "": _nothing,
}  # fmt: skip
