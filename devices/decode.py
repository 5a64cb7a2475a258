"""A message becomes readings: which gateway spoke, and is its size one we read. Never raises for any input.

What the gateways' own formats mean is in devices/gateways, one file each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal, Protocol

import msgspec

from devices.gateways.native import Native
from devices.gateways.zigbee2mqtt import Zigbee2Mqtt
from devices.instants import BELIEVE_AGE
from devices.message import Message
from devices.payload import shown
from devices.reading import Decoded

LARGEST = 256 * 1024  # bytes; a sensor's message has some hundred


class GatewayTopic(msgspec.Struct, frozen=True):
    """A way in: gateway `id` speaks in the manner of `kind` below `topic` (no wildcard, no last slash)."""

    id: str
    kind: Literal["zigbee2mqtt", "native"]
    topic: str


NATIVE = GatewayTopic(id="native", kind="native", topic="vaka")


class Gateway(Protocol):
    def decode(self, message: Message, rest: str) -> Decoded:
        """`rest` is the topic below the gateway's own."""

    def passes_over(self, rest: str) -> bool:
        """Whether a message there is never read, however large it is."""


_KINDS: dict[str, Callable[[str, timedelta], Gateway]] = {"zigbee2mqtt": Zigbee2Mqtt, "native": Native}


class Decoder:
    """`believe_age`: how old a device's own time may be and still be believed."""

    def __init__(self, gateways: Sequence[GatewayTopic], believe_age: timedelta = BELIEVE_AGE) -> None:
        self._by_first_level: dict[str, list[tuple[str, str, Gateway]]] = {}
        for way_in in sorted(gateways, key=lambda g: -len(g.topic)):  # the longest topic that fits wins
            gateway = _KINDS[way_in.kind](way_in.id, believe_age)
            first_level = way_in.topic.partition("/")[0]
            self._by_first_level.setdefault(first_level, []).append((way_in.topic + "/", way_in.id, gateway))

    def decode(self, message: Message) -> Decoded:
        topic = message.topic
        for prefix, name, gateway in self._by_first_level.get(topic.partition("/")[0], ()):
            if topic.startswith(prefix):
                rest = topic[len(prefix) :]
                if len(message.payload) > LARGEST and not gateway.passes_over(rest):
                    return Decoded(gateway=name, error=_too_large(len(message.payload)))
                return gateway.decode(message, rest)
        return Decoded(error=f"no gateway is configured for the topic {shown(topic)}")


def _too_large(size: int) -> str:
    return f"the payload has {size} bytes; at most {LARGEST} are read"
