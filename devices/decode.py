"""A message becomes readings: which gateway spoke, and is its size one we read. Never raises for any input.

What the gateways' own formats mean is in devices/gateways, one file each; which kinds there are, and on which
topics they speak, is in devices/ways_in.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from devices.codec import Codecs
from devices.gateways.homeassistant import HomeAssistant
from devices.inputs import Input, Inputs
from devices.instants import BELIEVE_AGE
from devices.message import Message
from devices.payload import shown
from devices.reading import Decoded, Value
from devices.ways_in import WAYS_IN, Gateway, Kind, filters_of

LARGEST = 256 * 1024  # bytes; a sensor's message has some hundred
LARGEST_ANNOUNCEMENT = 8 * 1024 * 1024  # all devices of a large house with their definitions, in one message


class GatewayTopic(msgspec.Struct, frozen=True):
    """A way in: gateway `id` speaks in the manner of `kind` below `topic` (no wildcard, no last slash).

    `codes`: what 433 MHz codes mean, as (device, measure, value). `inputs`: what hangs on which input.
    """

    id: str
    kind: Kind
    topic: str
    codes: Mapping[str, tuple[str, str, Value]] = {}
    inputs: Mapping[str, Input] = {}


NATIVE = GatewayTopic(id="native", kind="native", topic="vaka")


class _Way:
    """A gateway and where it is heard. `cut`: how much of a topic is the gateway's own."""

    __slots__ = ("base", "gateway", "id", "inputs", "matches", "prefix")

    def __init__(self, way_in: GatewayTopic, filter: str, gateway: Gateway, inputs: Inputs) -> None:
        self.id, self.gateway, self.inputs = way_in.id, gateway, inputs
        self.base = f"{way_in.topic}/" if way_in.topic else ""
        wild = "+" in filter or not filter.endswith("/#")
        self.prefix = "" if wild else filter[:-1]
        self.matches = re.compile(_pattern(filter)).fullmatch if wild else None

    def takes(self, topic: str) -> bool:
        return topic.startswith(self.prefix) if self.matches is None else self.matches(topic) is not None


class Decoder:
    """`believe_age`: how old a device's own time may be and still be believed. `codecs`: vendors' own, for
    LoRaWAN payloads that no network server has decoded.
    """

    def __init__(
        self,
        gateways: Sequence[GatewayTopic],
        believe_age: timedelta = BELIEVE_AGE,
        codecs: Codecs | None = None,
    ) -> None:
        self._by_first_level: dict[str, list[_Way]] = {}
        self._discovery: list[_Way] = []
        self._filters: list[str] = []
        for way_in in sorted(gateways, key=lambda g: -len(g.topic)):  # the longest topic that fits wins
            gateway = WAYS_IN[way_in.kind].make(way_in.id, believe_age, way_in.codes, codecs or Codecs())
            inputs = Inputs(way_in.inputs)
            for filter in filters_of(way_in.kind, way_in.topic):
                way = _Way(way_in, filter, gateway, inputs)
                self._by_first_level.setdefault(filter.partition("/")[0], []).append(way)
                self._filters.append(filter)
            if isinstance(gateway, HomeAssistant):
                self._discovery.append(way)

    def filters(self) -> list[str]:
        """What to listen to: where the gateways speak, and what devices have announced besides."""
        announced = [
            topic
            for way in self._discovery
            if isinstance(way.gateway, HomeAssistant)
            for topic in way.gateway.topics
            if self._way(topic) is None
        ]
        return list(dict.fromkeys((*self._filters, *announced)))

    def decode(self, message: Message) -> Decoded:
        topic = message.topic
        for way in self._by_first_level.get(topic.partition("/")[0], ()):
            if topic.startswith(way.prefix) if way.matches is None else way.matches(topic):
                break
        else:
            found = self._announced(topic) or self._way(topic)
            if found is None:
                return Decoded(error=f"no gateway is configured for the topic {shown(topic)}")
            way = found
        rest = topic[len(way.base) :] if topic.startswith(way.base) else topic
        if len(message.payload) > LARGEST and not way.gateway.passes_over(rest):
            limit = LARGEST_ANNOUNCEMENT if rest in ("bridge/devices", "bridge/info") else LARGEST
            if len(message.payload) > limit:
                return Decoded(gateway=way.id, error=_too_large(len(message.payload), limit))
        decoded = way.gateway.decode(message, rest)
        return way.inputs.told(decoded) if way.inputs else decoded

    def _announced(self, topic: str) -> _Way | None:
        for way in self._discovery:
            if isinstance(way.gateway, HomeAssistant) and way.gateway.knows(topic):
                return way
        return None

    def _way(self, topic: str) -> _Way | None:
        """By the topic's own first level, else by a filter that begins with +."""
        for first in (topic.partition("/")[0], "+"):
            for way in self._by_first_level.get(first, ()):
                if way.takes(topic):
                    return way
        return None


def _pattern(filter: str) -> str:
    levels = filter.split("/")
    last = levels.pop() if levels[-1] == "#" else None
    pattern = "/".join("[^/]+" if level == "+" else re.escape(level) for level in levels)
    return pattern + ("/.*" if last else "")


def _too_large(size: int, limit: int) -> str:
    return f"the payload has {size} bytes; at most {limit} are read"
