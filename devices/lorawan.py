"""What an uplink says that a network server has decoded: its object, and how well it was heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.measures import MEASURES
from devices.reading import Value
from devices.values import UnusableError, number
from devices.vendors import own_fields
from devices.vocabulary import meaning

_LINK = {"rssi": number(MEASURES["rssi"]), "snr": number(MEASURES["snr"])}


def meaning_of_object(said: Mapping[str, Any], model: str, errors: list[str]) -> dict[str, Value]:
    """Measure → value. A codec may wrap its object in `data`, as TS013 does."""
    inner = said.get("data")
    if isinstance(inner, dict) and not said.keys() - {"data", "errors", "warnings"}:
        said = inner
    said, own = own_fields(model, said)
    return meaning(said, errors, own)


def link(receptions: object) -> dict[str, Value]:
    """rssi and snr at the gateway that heard it best. What is no number is no matter."""
    best: dict[str, Value] = {}
    for reception in receptions[:100] if isinstance(receptions, list) else ():
        if not isinstance(reception, dict):
            continue
        heard: dict[str, Value] = {}
        for name, read in _LINK.items():
            try:
                value = read(reception[name]) if reception.get(name) is not None else None
            except UnusableError:
                continue
            if value is not None:
                heard[name] = value
        if "rssi" in heard and ("rssi" not in best or heard["rssi"] > best["rssi"]):  # type: ignore[operator]
            best = heard
    return best
