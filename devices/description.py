"""What a device says it is: maker, model and a line of words, from what gateways announce of their devices.

Here: `bridge/devices` of Zigbee2MQTT and Home Assistant's discovery. Not here: what their properties mean
(devices/exposes.py, devices/announced.py). An announcement that is not understood describes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from devices.announced import full_keys

LONGEST = 120
MOST_DEVICES = 5000


class Description(msgspec.Struct, frozen=True):
    """`address`: what its gateway calls it. `names`: what else it goes by: its radio address, identifiers."""

    address: str
    maker: str = ""
    model: str = ""
    words: str = ""
    battery: bool | None = None
    names: tuple[str, ...] = ()

    def with_the_rest_from(self, other: Description) -> Description:
        """A device may announce itself piece by piece, and need not say each time what it is."""
        return Description(
            self.address,
            self.maker or other.maker,
            self.model or other.model,
            self.words or other.words,
            self.battery if self.battery is not None else other.battery,
            tuple(dict.fromkeys((*self.names, *other.names))),
        )


@lru_cache(maxsize=256)
def described(topic: str, payload: bytes) -> tuple[Description, ...]:
    """The devices that an announcement describes; none where it is no such announcement."""
    try:
        said = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ()
    if topic.endswith("/bridge/devices"):
        entries = said[:MOST_DEVICES] if isinstance(said, list) else []
        devices = (e for e in entries if isinstance(e, dict) and e.get("type") != "Coordinator")
        return tuple(found for entry in devices if (found := _zigbee(entry)).address)
    if topic.endswith("/config") and isinstance(said, dict):
        return tuple(_discovered(full_keys(said)))
    return ()


def _zigbee(entry: dict[str, Any]) -> Description:
    definition = entry.get("definition")
    definition = definition if isinstance(definition, dict) else {}
    source = entry.get("power_source")
    return Description(
        address=_text(entry.get("friendly_name")),
        maker=_text(definition.get("vendor")) or _text(entry.get("manufacturer")),
        model=_text(definition.get("model")) or _text(entry.get("model_id")),
        words=_text(definition.get("description")),
        battery=source == "Battery" if isinstance(source, str) and source else None,
        names=tuple(filter(None, [_text(entry.get("ieee_address"))])),
    )


def _discovered(said: dict[str, Any]) -> Iterator[Description]:
    device = said.get("device")
    if not isinstance(device, dict):
        return
    identifiers = device.get("identifiers")
    listed = identifiers if isinstance(identifiers, list) else [identifiers]
    names = [_text(name) for name in listed[:10]]
    connections = device.get("connections")
    for pair in connections[:10] if isinstance(connections, list) else ():
        if isinstance(pair, list) and len(pair) == 2:
            names.append(_text(pair[1]))
    names = [name for name in names if name]
    if names:
        yield Description(
            address=names[0],
            maker=_text(device.get("manufacturer")),
            model=_text(device.get("model")),
            words=_text(device.get("name")),
            names=tuple(names),
        )


def _text(said: object) -> str:
    return " ".join(said.split())[:LONGEST] if isinstance(said, str) else ""
