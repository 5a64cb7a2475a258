"""What a device announces of its power and of how often it speaks by itself.

Zigbee2MQTT lists both in bridge/devices: `power_source`, and of each endpoint the reporting that was agreed
with the device (a device reports a value at the latest after `maximum_report_interval`, Zigbee Cluster
Library, 2.5.7).
https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html#zigbee2mqtt-bridge-devices
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any, Literal, NamedTuple, cast

from devices.payload import PayloadError, read_json
from devices.profiles import load
from devices.vocabulary import squeezed

BatteryType = Literal["alkaline", "lithium_coin", "lithium_primary", "rechargeable", "unknown"]

_SHORTEST, _LONGEST = 60, 86_400  # s; what is agreed beyond them tells nothing of a heartbeat
_MOST_DEVICES, _MOST = 5000, 100


class Supply(NamedTuple):
    """`mains`: None where it is not told. `heartbeat`: it speaks at least that often by itself. `model`:
    maker and model. `battery`: what its maker puts in (devices/profiles/batteries.yaml).
    """

    mains: bool | None = None
    heartbeat: timedelta | None = None
    model: str = ""
    battery: BatteryType = "unknown"


def announced(payload: bytes) -> dict[str, Supply]:
    """By the device's name, of all that Zigbee2MQTT lists; empty where it is no such list."""
    try:
        said, _ = read_json(payload)
    except PayloadError:
        return {}
    entries = said[:_MOST_DEVICES] if isinstance(said, list) else []
    return {
        entry["friendly_name"]: Supply(
            _mains(entry), _heartbeat(entry), _model(entry), battery_of(_model(entry))
        )
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("friendly_name"), str)
    }


@cache
def _batteries() -> tuple[tuple[str, BatteryType], ...]:
    listed = load("batteries")["types"]
    return tuple(
        (squeezed(model), cast(BatteryType, type)) for type, models in listed.items() for model in models
    )


def battery_of(model: str) -> BatteryType:
    """By the name of the model, which may stand anywhere in the text."""
    name = squeezed(model)
    return next((type for known, type in _batteries() if known in name), "unknown")


def _mains(entry: dict[str, Any]) -> bool | None:
    source = entry.get("power_source")
    if not isinstance(source, str) or source.lower().startswith("unknown"):
        return None
    return not source.lower().startswith("battery")


def _model(entry: dict[str, Any]) -> str:
    definition = entry.get("definition")
    named = definition if isinstance(definition, dict) else {}
    return " ".join(str(named[key])[:100] for key in ("vendor", "model") if isinstance(named.get(key), str))


def _heartbeat(entry: dict[str, Any]) -> timedelta | None:
    longest = [seconds for seconds in _reported(entry) if _SHORTEST <= seconds <= _LONGEST]
    return timedelta(seconds=min(longest)) if longest else None


def _reported(entry: dict[str, Any]) -> Iterator[int]:
    endpoints = entry.get("endpoints")
    for endpoint in list(endpoints.values())[:_MOST] if isinstance(endpoints, dict) else ():
        agreed = endpoint.get("configured_reportings") if isinstance(endpoint, dict) else None
        for one in agreed[:_MOST] if isinstance(agreed, list) else ():
            seconds = one.get("maximum_report_interval") if isinstance(one, dict) else None
            if type(seconds) is int:
                yield seconds
