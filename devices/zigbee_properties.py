"""Which of Zigbee2MQTT's properties is which measure, and in which sense.

Names, values and sense are those that its converters expose
(https://www.zigbee2mqtt.io/guide/usage/exposes.html). Others are passed over quietly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.exposes import Table
from devices.measures import MEASURES
from devices.reading import Value
from devices.values import (
    Reader,
    SentinelError,
    UnusableError,
    disbelieve_states,
    number,
    one_of,
    state,
    word,
)

_OPEN_WORDS = {"open": True, "opened": True, "close": False, "closed": False}
_PRESENT = {"none": False, "absence": False, "no_presence": False} | dict.fromkeys(
    ("presence", "peaceful", "static", "small", "medium", "large", "near", "far", "active", "motion", "move",
     "small_movement", "large_movement"), True,
)  # fmt: skip
_ALARM_WORDS: dict[str, Value | None] = {
    "alarm": True,
    "none": False,
    "normal": False,
    "detecting": None,
    "unknown": None,
}

_NOT_BY_HAND = frozenset(
    (
        "none",
        "unknown",
        "static",
        "auto_lock",
        "schedule_lock",
        "schedule_unlock",
        "entry_delay",
        "exit_delay",
    )
)
_read_pressed = word(MEASURES["pressed"])


def _read_action(raw: object) -> Value | None:
    """What a lock or an alarm panel does by itself tells of nobody's hand."""
    value = _read_pressed(raw)
    return None if value in _NOT_BY_HAND else value


def _read_sos(raw: object) -> Value | None:
    return "emergency" if _read_flag(raw) else None


_read_flag = state()
_read_charge = one_of(
    {"low": True}
    | dict.fromkeys(("medium", "middle", "high", "normal", "full"), False)
    | dict.fromkeys(("usb", "charging", "discharging", "missing", "unknown"), None)
)
# What a property says. `illuminance_lux` goes before `illuminance`, which is a raw count where both are sent.
PROPERTIES: Mapping[str, tuple[str, Reader]] = {
    "contact": ("open", state(_OPEN_WORDS, inverted=True)),
    "occupancy": ("motion", state()),
    "presence": ("presence", state()),
    "in_bed": ("in_bed", state()),
    "vibration": ("vibration", state()),
    "water_leak": ("leak", state()),
    "smoke": ("smoke", state()),
    "gas": ("gas", state()),
    "carbon_monoxide": ("co", state()),
    "tamper": ("tamper", state()),
    "battery_low": ("battery_low", state()),
    "lock_state": (
        "locked",
        one_of({"locked": True, "unlocked": False, "not_fully_locked": False, "unknown": None}),
    ),
    "action": ("pressed", _read_action),
    "temperature": ("temperature", number(MEASURES["temperature"])),
    "humidity": ("humidity", number(MEASURES["humidity"])),
    "illuminance_lux": ("illuminance", number(MEASURES["illuminance"])),
    "power": ("power", number(MEASURES["power"])),
    "battery": ("battery", number(MEASURES["battery"])),
    "linkquality": ("lqi", number(MEASURES["lqi"])),
}

# What stands in where the property above is absent. Of several for one state, one that is true is enough.
STAND_INS: Mapping[str, tuple[str, Reader]] = {
    "illuminance": ("illuminance", number(MEASURES["illuminance"])),
    "local_temperature": ("temperature", number(MEASURES["temperature"])),
    "door_state": ("open", one_of({**_OPEN_WORDS, "undefined": None})),
    "garage_door_contact": ("open", state(_OPEN_WORDS, inverted=True)),
    "handle_position": ("open", one_of({**_OPEN_WORDS, "tilted": True})),
    "motion": ("motion", state()),
    "motion_status": ("motion", state()),
    "pir_detection": ("motion", state()),
    "movement": (
        "motion",
        one_of(
            {
                "movement": True,
                "no_movement": False,
                "no_presence": False,
                "unknown_0": None,
                "unknown_1": None,
            }
        ),
    ),
    "presence_state": ("presence", one_of(_PRESENT)),
    "motion_state": ("presence", one_of(_PRESENT)),
    "human_motion_state": ("presence", one_of(_PRESENT)),
    "bed_occupancy": ("in_bed", state()),
    "pressure_state": ("in_bed", one_of({"none": False, "sit": True, "sedentary": True})),
    "work_state": (
        "in_bed",
        one_of(
            dict.fromkeys(("presence", "presence_5min", "presence_30min"), True)
            | dict.fromkeys(("none", "none_5min", "none_30min"), False)
        ),
    ),
    "active_water_leak": ("leak", state()),
    "water": ("leak", state()),
    "water_leakage_state": ("leak", one_of({"water_leakage_yes": True, "water_leakage_no": False})),
    "smoke_state": ("smoke", one_of(_ALARM_WORDS)),
    "fall_down_status": ("fall", one_of({"none": "cleared", "maybe_fall": "suspected", "fall": "confirmed"})),
    "fall_status": (
        "fall",
        one_of(
            {"normal": "cleared", "fall_warning": "suspected", "fall_alarm": "confirmed", "unknown": None}
        ),
    ),
    "battery_state": ("battery_low", _read_charge),
    "battery_level": ("battery_low", _read_charge),
    "click": ("pressed", _read_action),
    "sos": ("pressed", _read_sos),
    **{
        f"{name}{endpoint}": PROPERTIES[name]
        for name in ("occupancy", "water_leak", "smoke", "gas", "carbon_monoxide")
        for endpoint in ("_1", "_2", "_alarm_1", "_alarm_2")
    },
}

# `state` is that of a switch, a lock, a presence radar … A blind's OPEN or CLOSE is nobody's door.
STATE_WORDS: Mapping[str, tuple[str, bool]] = {
    "on": ("on", True), "off": ("on", False),
    "lock": ("locked", True), "unlock": ("locked", False),
    "locked": ("locked", True), "unlocked": ("locked", False),
    "presence": ("presence", True), "move": ("presence", True),
    "none": ("presence", False), "absence": ("presence", False),
}  # fmt: skip


GENERAL = Table(PROPERTIES, STAND_INS)


def meaning(said: Mapping[str, Any], errors: list[str], table: Table = GENERAL) -> dict[str, Value]:
    """Measure → value. A property that says nothing, or nonsense (then in `errors`), silences no other."""
    values: dict[str, Value] = {}
    stand_ins = False
    sentinels: list[str] = []
    properties, others = table
    for name, raw in said.items():
        known = properties.get(name)
        if known is None:
            stand_ins = stand_ins or name in others or name == "state"
        elif raw is not None:
            try:
                value = known[1](raw)
            except UnusableError as fault:
                (sentinels if isinstance(fault, SentinelError) else errors).append(f"{name} {fault}")
            else:
                if value is not None:
                    values[known[0]] = value
    if stand_ins:
        _fill_in(values, said, others, errors, sentinels)
    if sentinels:
        errors += sentinels
        disbelieve_states(values, errors)
    return values


def _fill_in(
    values: dict[str, Value],
    said: Mapping[str, Any],
    others: Mapping[str, tuple[str, Reader]],
    errors: list[str],
    sentinels: list[str],
) -> None:
    given = frozenset(values)
    for name, (measure, read) in others.items():
        raw = said.get(name)
        if raw is not None and measure not in given:
            try:
                value = read(raw)
            except UnusableError as fault:
                (sentinels if isinstance(fault, SentinelError) else errors).append(f"{name} {fault}")
            else:
                if value is not None and (measure not in values or value is True):
                    values[measure] = value
    known = STATE_WORDS.get(_word_of(said.get("state")))
    if known is not None:
        values.setdefault(*known)


def _word_of(raw: object) -> str:
    if isinstance(raw, bool):
        return "on" if raw else "off"
    return raw.strip().lower() if isinstance(raw, str) else ""
