"""One entity of Home Assistant's discovery: which measure it is, on which topic, how its payload is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from devices.measures import MEASURES
from devices.payload import shown
from devices.reading import Value
from devices.template import UnusableTemplateError, compiled
from devices.template_functions import MISSING
from devices.values import UnusableError, number, word

# https://www.home-assistant.io/integrations/mqtt/#supported-abbreviations-in-mqtt-discovery-messages
_SHORT = {
    "~": "~",
    "atype": "automation_type",
    "avty": "availability",
    "avty_mode": "availability_mode",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "cmps": "components",
    "cns": "connections",
    "dev": "device",
    "dev_cla": "device_class",
    "evt_typ": "event_types",
    "ids": "identifiers",
    "mdl": "model",
    "mf": "manufacturer",
    "p": "platform",
    "pl": "payload",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "stat_clsd": "state_closed",
    "stat_locked": "state_locked",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_open": "state_open",
    "stat_t": "state_topic",
    "stat_unlocked": "state_unlocked",
    "stat_val_tpl": "state_value_template",
    "stype": "subtype",
    "t": "topic",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}

_BINARY: Mapping[str, tuple[str, bool]] = {
    "door": ("open", False),
    "window": ("open", False),
    "garage_door": ("open", False),
    "opening": ("open", False),
    "motion": ("motion", False),
    "occupancy": ("presence", False),
    "presence": ("presence", False),
    "moisture": ("leak", False),
    "smoke": ("smoke", False),
    "gas": ("gas", False),
    "carbon_monoxide": ("co", False),
    "tamper": ("tamper", False),
    "vibration": ("vibration", False),
    "battery": ("battery_low", False),
    "lock": ("locked", True),  # on means unlocked
}
_SENSORS: Mapping[str, str] = {
    "temperature": "temperature",
    "humidity": "humidity",
    "illuminance": "illuminance",
    "power": "power",
    "battery": "battery",
    "signal_strength": "rssi",
}
_UNITS: Mapping[str, Callable[[float], float]] = {
    "°F": lambda f: (f - 32) / 1.8,
    "K": lambda k: k - 273.15,
    "kW": lambda kw: kw * 1000,
    "mW": lambda mw: mw / 1000,
}
_DOORS = frozenset(("door", "garage", "gate", "window"))
_read_word = word(MEASURES["pressed"])

Read = Callable[[str, Any], Value | None]


class Sign(NamedTuple):
    """A topic by which a device says whether it can be heard."""

    topic: str
    online: str
    offline: str
    template: Any


class Entity(NamedTuple):
    """`measure` is empty where the entity tells nothing of a person; it may still say whether it can be
    heard.
    """

    device: str
    object_id: str
    measure: str
    state_topic: str
    read: Read
    availability: tuple[Sign, ...]
    source: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)


def full_keys(said: Mapping[str, Any]) -> dict[str, Any]:
    """Abbreviations written out, and `~` put in for the base topic."""
    full = {_SHORT.get(key, key): value for key, value in said.items()}
    base = full.get("~")
    if isinstance(base, str):
        full = {key: _based(key, value, base) for key, value in full.items()}
    for key in ("device", "availability"):
        inner = full.get(key)
        if isinstance(inner, dict):
            full[key] = {_SHORT.get(k, k): v for k, v in inner.items()}
        elif isinstance(inner, list):
            entries = [entry for entry in inner[:20] if isinstance(entry, dict)]
            full[key] = [{_SHORT.get(k, k): v for k, v in entry.items()} for entry in entries]
    return full


def _based(key: str, value: Any, base: str) -> Any:
    if not isinstance(value, str) or not key.endswith("topic"):
        return value
    if value.startswith("~"):
        return base + value[1:]
    return value[:-1] + base if value.endswith("~") else value


def read_entity(component: str, name: str, said: Mapping[str, Any], errors: list[str]) -> Iterator[Entity]:
    """The entity, none where it is nothing that is heard. What is not understood of it is in `errors`."""
    device = _device(said, name)
    try:
        found = _understood(component, said)
        availability = tuple(_availability(said))
    except UnusableTemplateError as fault:
        errors.append(f"value_template of {shown(name)} {fault}")
        return
    if found is None and component == "binary_sensor" and not said.get("device_class"):
        what = said.get("name") or name.rpartition("/")[2]
        errors.append(f"{shown(what)} names no device class: what its on and off mean is not known")
    measure, topic, read = found or ("", "", _says_nothing)
    if not _is_topic(topic):
        measure = topic = ""
    object_id = name.rpartition("/")[2]
    source = repr((component, name, sorted((k, repr(v)) for k, v in said.items())))
    yield Entity(device, object_id[:100], measure, topic, read, availability, source)


def _device(said: Mapping[str, Any], name: str) -> str:
    device = said.get("device")
    device = device if isinstance(device, dict) else {}
    identifiers = device.get("identifiers")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else identifiers
    connections = device.get("connections")
    if not isinstance(first, str) and isinstance(connections, list) and connections:
        pair = connections[0]
        first = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
    for candidate in (first, device.get("name"), name.partition("/")[0]):
        if isinstance(candidate, str) and candidate.strip():
            return candidate.strip()[:200]
    return name[:200]


def _understood(component: str, said: Mapping[str, Any]) -> tuple[str, str, Read] | None:
    """(measure, state topic, how it is read)"""
    device_class = str(said.get("device_class") or "")
    topic = str(said.get("state_topic") or "")
    template = _template(said.get("value_template"))
    if component == "binary_sensor" and device_class in _BINARY:
        measure, inverted = _BINARY[device_class]
        return measure, topic, _state(said, "payload_on", "ON", "payload_off", "OFF", template, inverted)
    if component == "sensor" and device_class in _SENSORS:
        return _SENSORS[device_class], topic, _number(_SENSORS[device_class], said, template)
    if component in ("switch", "light"):
        on, off = said.get("payload_on", "ON"), said.get("payload_off", "OFF")
        template = _template(said.get("state_value_template")) or template
        return "on", topic, _state(said, "state_on", on, "state_off", off, template, False)
    if component == "lock":
        return (
            "locked",
            topic,
            _state(said, "state_locked", "LOCKED", "state_unlocked", "UNLOCKED", template, False),
        )
    if component == "cover" and device_class in _DOORS:
        return "open", topic, _state(said, "state_open", "open", "state_closed", "closed", template, False)
    if component == "event":
        return "pressed", topic, _event(template)
    if component == "device_automation" and said.get("automation_type") == "trigger":
        return "pressed", str(said.get("topic") or ""), _trigger(said, template)
    return None


def _template(source: object) -> Callable[[str, Any], Any] | None:
    return compiled(source) if isinstance(source, str) and source.strip() else None


def _rendered(template: Callable[[str, Any], Any] | None, text: str, content: Any) -> Any:
    said = template(text, content) if template is not None else text.strip()
    if (
        said is MISSING
        or said is None
        or (isinstance(said, str) and said in ("", "None", "unknown", "unavailable"))
    ):
        return None
    return said


def _state(
    said: Mapping[str, Any],
    on_key: str,
    on_usual: Any,
    off_key: str,
    off_usual: Any,
    template: Any,
    inverted: bool,
) -> Read:
    on, off = _word(said.get(on_key, on_usual)), _word(said.get(off_key, off_usual))

    def read(text: str, content: Any) -> Value | None:
        raw = _rendered(template, text, content)
        if raw is None:
            return None
        if _word(raw) == on:
            return not inverted
        if _word(raw) == off:
            return inverted
        raise UnusableError(f"is {shown(raw)}; expected {on} or {off}")

    return read


def _word(raw: object) -> str:
    if isinstance(raw, float) and abs(raw) < 1e9 and raw == int(raw):
        raw = int(raw)
    return shown(raw) if isinstance(raw, int) and abs(raw) >= 1e9 else str(raw).strip().lower()


def _number(measure: str, said: Mapping[str, Any], template: Any) -> Read:
    read_number = number(MEASURES[measure])
    convert = _UNITS.get(str(said.get("unit_of_measurement", "")))

    def read(text: str, content: Any) -> Value | None:
        raw = _rendered(template, text, content)
        if raw is None or (isinstance(raw, str) and raw.lower() == "nan"):
            return None
        if convert is None:
            return read_number(raw)
        if isinstance(raw, bool | dict | list) or not abs(value := float(str(raw)[:64])) < 1e9:
            raise UnusableError(f"is {shown(raw)}; expected a number")
        return read_number(round(convert(value), 3))

    return read


def _event(template: Any) -> Read:
    def read(text: str, content: Any) -> Value | None:
        if template is not None:
            raw = template(text, content)
            content = raw if isinstance(raw, dict) else content
        said = content.get("event_type") if isinstance(content, dict) else None
        return None if said is None else _read_word(said)

    return read


def _trigger(said: Mapping[str, Any], template: Any) -> Read:
    expected = said.get("payload")
    pressed = " ".join(str(said[key]) for key in ("subtype", "type") if isinstance(said.get(key), str))[:60]

    def read(text: str, content: Any) -> Value | None:
        raw = _rendered(template, text, content)
        if raw is None or (expected is not None and _word(raw) != _word(expected)):
            return None
        return pressed or "pressed"

    return read


def _says_nothing(_: str, __: Any) -> Value | None:
    return None


def _availability(said: Mapping[str, Any]) -> Iterator[Sign]:
    listed = said.get("availability")
    entries = listed if isinstance(listed, list) else [listed] if isinstance(listed, dict) else []
    if isinstance(said.get("availability_topic"), str):
        alone = {"topic": said["availability_topic"], "value_template": said.get("availability_template")}
        shared = {key: said[key] for key in ("payload_available", "payload_not_available") if key in said}
        entries = [*entries, {**shared, **alone}]
    for entry in entries:
        topic = entry.get("topic")
        if isinstance(topic, str) and _is_topic(topic):
            online = str(entry.get("payload_available", "online"))
            offline = str(entry.get("payload_not_available", "offline"))
            yield Sign(topic, online, offline, _template(entry.get("value_template")))


def _is_topic(topic: str) -> bool:
    return 0 < len(topic) <= 500 and not set("+#\0") & set(topic) and not topic.startswith(("$", "vaka/"))
