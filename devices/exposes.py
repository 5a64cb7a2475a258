"""What a Zigbee device announces of itself (`definition.exposes` of bridge/devices), as a table of its
properties.

The announcement says which property is measured at all and which only set, in which unit, and which of its
values is on. https://www.zigbee2mqtt.io/guide/usage/exposes.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from devices.measures import MEASURES
from devices.payload import shown
from devices.reading import Value
from devices.values import Reader, UnusableError, number
from devices.vocabulary import field_of, taken_apart

_PUBLISHED, _SET = 1, 2
_SWITCHED = frozenset(("on", "locked", "pressed"))  # the measures of what is also set
_DEEPEST = 4
_MOST = 500

Known = Mapping[str, tuple[str, Reader]]


class Table(NamedTuple):
    """`properties` count; `stand_ins` only where no property tells their measure."""

    properties: Known
    stand_ins: Known


def table_of(exposes: object, properties: Known, stand_ins: Known) -> Table:
    """The device's own table: the general ones, corrected and completed by what it announces."""
    own, own_stand_ins = dict(properties), dict(stand_ins)
    heats = _heats(exposes)
    for expose in _flat(exposes, _DEEPEST, [_MOST]):
        name = str(expose.get("property") or expose.get("name") or "")[:100]
        if not name or name == "state":
            continue
        known = properties.get(name) or stand_ins.get(name)
        found = _property(expose, name, known, heats)
        if known is not None and found is None:
            own.pop(name, None)
            own_stand_ins.pop(name, None)
        elif found is not None and name in properties:
            own[name] = found
        elif found is not None:
            own_stand_ins[name] = found
    return Table(own, own_stand_ins)


def measure_of(
    expose: Mapping[str, Any], known: tuple[str, Reader] | None, heats: bool
) -> tuple[str, Reader] | None:
    """(measure, how it is read) of one announced property; None where it is no measure."""
    return _property(expose, str(expose.get("property", "")), known, heats)


def _property(
    expose: Mapping[str, Any], name: str, known: tuple[str, Reader] | None, heats: bool
) -> tuple[str, Reader] | None:
    access = expose.get("access")
    access = access if type(access) is int else _PUBLISHED
    if not access & _PUBLISHED:
        return None
    kind = expose.get("type")
    measure, read = known or _by_name(name, heats) or ("", None)
    if read is None or (access & _SET and measure not in _SWITCHED):
        return None
    if MEASURES[measure].kind == "number":
        return (measure, _number(measure, expose)) if kind == "numeric" else None
    if kind == "binary":
        return measure, _binary(expose, read)
    return (measure, read) if kind == "enum" and _tells_apart(expose, measure, read) else None


def _by_name(name: str, heats: bool) -> tuple[str, Reader] | None:
    """By the words of the trade. A thermostat's «window open» is its guess from the cold, nobody's window."""
    words = taken_apart(name)
    while len(words) > 2 and words[0] in ("input", "channel", "zone") and words[1].isdigit():
        words = words[2:]
    field = field_of(" ".join(words))
    if field is None or (heats and field.measure == "open") or MEASURES[field.measure].kind == "event":
        return None
    return field.measure, field.read


def _number(measure: str, expose: Mapping[str, Any]) -> Reader:
    read = number(MEASURES[measure])
    if str(expose.get("unit")) not in ("°F", "F"):
        return read

    def from_fahrenheit(raw: object) -> Value | None:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < 1e9:
            return read(raw)
        return read(round((raw - 32) / 1.8, 2))

    return from_fahrenheit


def _binary(expose: Mapping[str, Any], read: Reader) -> Reader:
    """By the announced values. `contact` is on where the door stands open, as announced: its value_on is
    false.
    """
    on, off = expose.get("value_on"), expose.get("value_off")
    if on is None or off is None or on == off or isinstance(on, dict | list) or isinstance(off, dict | list):
        return read
    usual = _usual(read, on), _usual(read, off)
    if usual == (True, False) or (usual == (False, True) and _says_itself(on)):
        return read  # words such as OPEN say it themselves, whichever is called on

    def by_announcement(raw: object) -> Value | None:
        if type(raw) is type(on) and raw == on:
            return True
        if type(raw) is type(off) and raw == off:
            return False
        if raw is None or raw == "":
            return None
        raise UnusableError(f"is {shown(raw)}; expected {shown(on)} or {shown(off)}")

    return by_announcement


def _usual(read: Reader, raw: object) -> Value | None:
    try:
        return read(raw)
    except UnusableError:
        return None


def _says_itself(word: object) -> bool:
    return isinstance(word, str) and word.lower() not in ("on", "off", "true", "false", "yes", "no")


def _tells_apart(expose: Mapping[str, Any], measure: str, read: Reader) -> bool:
    """A state needs a word for true and one for false; «full, charging, missing» tell nothing of a low
    battery.
    """
    values = expose.get("values")
    if not isinstance(values, list):
        return True
    told = {_usual(read, value) for value in values[:100]} - {None}
    return {True, False} <= told if MEASURES[measure].kind == "state" else bool(told)


def _heats(exposes: object) -> bool:
    entries = exposes if isinstance(exposes, list) else []
    return any(isinstance(entry, dict) and entry.get("type") == "climate" for entry in entries)


def _flat(exposes: object, depth: int, left: list[int]) -> Iterator[dict[str, Any]]:
    for entry in exposes if isinstance(exposes, list) else ():
        left[0] -= 1
        if left[0] < 0 or not isinstance(entry, dict):
            return
        if isinstance(entry.get("features"), list):
            # what is inside a composite is not a property of the message itself
            if entry.get("type") != "composite" and depth:
                yield from _flat(entry["features"], depth - 1, left)
        else:
            yield entry
