"""The kinds of gateways there are, and on which topics each speaks: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal, NamedTuple, Protocol, get_args

from devices.codec import Codecs
from devices.gateways.bluetooth import Bluetooth
from devices.gateways.chirpstack import ChirpStack
from devices.gateways.homeassistant import HomeAssistant
from devices.gateways.milesight import Milesight
from devices.gateways.native import Native
from devices.gateways.shelly import Shelly
from devices.gateways.tasmota import Code, Tasmota
from devices.gateways.thethingsstack import TheThingsStack
from devices.gateways.vayyar import Vayyar
from devices.gateways.zigbee2mqtt import Zigbee2Mqtt
from devices.gateways.zwavejs import ZWaveJs
from devices.message import Message
from devices.reading import Decoded

Kind = Literal[
    "zigbee2mqtt",
    "chirpstack",
    "thethingsstack",
    "shelly",
    "tasmota",
    "homeassistant",
    "zwavejs",
    "bluetooth",
    "vayyar",
    "milesight",
    "native",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Gateway(Protocol):
    def decode(self, message: Message, rest: str) -> Decoded:
        """`rest` is the topic below the gateway's own; the whole topic where it has none."""

    def passes_over(self, rest: str) -> bool:
        """Whether a message there is never read, however large it is."""


Codes = Mapping[str, Code]


class WayIn(NamedTuple):
    """`topic`: the base topic its maker gives it. `filters`: what is subscribed to below a base topic (`{}`),
    and, where it is `topic`, what else is.
    """

    topic: str
    make: Callable[[str, timedelta, Codes, Codecs], Gateway]
    filters: tuple[str, ...] = ("{}/#",)
    usual: tuple[str, ...] = ()


def _plain(kind: Callable[[str, timedelta], Gateway]) -> Callable[[str, timedelta, Codes, Codecs], Gateway]:
    return lambda id, believe_age, _, __: kind(id, believe_age)


WAYS_IN: Mapping[str, WayIn] = {
    "zigbee2mqtt": WayIn("zigbee2mqtt", _plain(Zigbee2Mqtt)),
    "chirpstack": WayIn("application", lambda id, age, _, codecs: ChirpStack(id, age, codecs)),
    "thethingsstack": WayIn("v3", lambda id, age, _, codecs: TheThingsStack(id, age, codecs)),
    # the later generations have no base topic unless they are given one
    "shelly": WayIn("shellies", _plain(Shelly), usual=("+/events/rpc", "+/status/+", "+/online")),
    "tasmota": WayIn("", lambda id, age, codes, _: Tasmota(id, age, codes), ("{}/tele/#", "{}/stat/#")),
    "homeassistant": WayIn("homeassistant", _plain(HomeAssistant)),
    "zwavejs": WayIn("zwave", _plain(ZWaveJs)),
    "bluetooth": WayIn("home", _plain(Bluetooth)),
    "vayyar": WayIn("", _plain(Vayyar), ("{}/devices/+/events", "{}/devices/+/state")),
    "milesight": WayIn("milesight", _plain(Milesight)),
    "native": WayIn("vaka", _plain(Native)),
}


def filters_of(kind: str, topic: str) -> tuple[str, ...]:
    """The MQTT filters of what a gateway of this kind says. Vayyar's topics begin with a slash where it has
    no base.
    """
    way = WAYS_IN[kind]
    below = tuple(
        filter.removeprefix("{}/") if not topic and kind != "vayyar" else filter.format(topic)
        for filter in way.filters
    )
    return below + (way.usual if topic == way.topic else ())
