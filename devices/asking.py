"""What people ask a gateway of devices to do (start pairing, rename, remove …), and what it answers. Pure
data.

Which kinds of gateways take such requests over MQTT, and how each wants them worded, is below; a kind that is
not here is asked in its own pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

import msgspec

LONGEST_PAIRING = 254
"""Seconds: the longest that Zigbee itself knows (Mgmt_Permit_Joining_req, one byte; 255 is for ever)."""


class StartPairing(msgspec.Struct, frozen=True, tag="start_pairing"):
    """`router`: the one device through which others may join; None: any."""

    seconds: int
    router: str | None = None


class StopPairing(msgspec.Struct, frozen=True, tag="stop_pairing"):
    pass


class Rename(msgspec.Struct, frozen=True, tag="rename"):
    device: str
    to: str


class Remove(msgspec.Struct, frozen=True, tag="remove"):
    """`force`: forget it without its consent. `block`: and send it away whenever it comes again."""

    device: str
    force: bool = False
    block: bool = False


class Interview(msgspec.Struct, frozen=True, tag="interview"):
    """Ask the device once more what it is and can do."""

    device: str


class SetOptions(msgspec.Struct, frozen=True, tag="set_options"):
    device: str
    options: dict[str, Any]


Ask = StartPairing | StopPairing | Rename | Remove | Interview | SetOptions
Act = Literal["start_pairing", "stop_pairing", "rename", "remove", "interview", "set_options"]
ACTS: tuple[Act, ...] = get_args(Act)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A gateway's word on the request that carried `transaction`. `said`: why not, in its own words."""

    transaction: str
    ok: bool
    said: str = ""


News = Literal["joined", "announced", "interview_started", "interview_successful", "interview_failed", "left"]


class Joining(msgspec.Struct, frozen=True, gc=False):
    """A step of a device on its way into a gateway's network, or out of it.

    `address` is the device's for ever, `name` what its gateway calls it now. `supported`: None where the
    gateway does not say it yet.
    """

    news: News
    address: str
    name: str
    model: str = ""
    supported: bool | None = None


class PairingState(msgspec.Struct, frozen=True, gc=False):
    """Whether others may join now, and until when where the gateway says it."""

    open: bool
    until: datetime | None = None


class Named(msgspec.Struct, frozen=True, gc=False):
    """A device in a gateway's list. `kind`: Router, EndDevice or Coordinator."""

    address: str
    name: str
    kind: str = ""
    model: str = ""
    power: str = ""
    supported: bool | None = None
    interviewed: bool | None = None


class Listed(msgspec.Struct, frozen=True, gc=False):
    """All devices of a gateway, as it names them now."""

    devices: tuple[Named, ...]


Talk = Answer | Joining | PairingState | Listed
"""What a gateway says to those who look after it."""


class Request(NamedTuple):
    """What is published to have something done."""

    topic: str
    payload: bytes


Wording = Callable[[str, Ask, str], Request]
"""(base topic, what is asked, transaction) → what is published."""


def _zigbee2mqtt(base: str, ask: Ask, transaction: str) -> Request:
    """https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html. Version 1 wants `value` for
    pairing, version 2 `time`: each passes over the other.
    """
    what: str
    said: dict[str, Any]
    match ask:
        case StartPairing(seconds, router):
            what, said = "permit_join", {"value": True, "time": seconds}
            if router is not None:
                said["device"] = router
        case StopPairing():
            what, said = "permit_join", {"value": False, "time": 0}
        case Rename(device, to):
            what, said = "device/rename", {"from": device, "to": to, "homeassistant_rename": False}
        case Remove(device, force, block):
            what, said = "device/remove", {"id": device, "force": force, "block": block}
        case Interview(device):
            what, said = "device/interview", {"id": device}
        case SetOptions(device, options):
            what, said = "device/options", {"id": device, "options": options}
    payload = msgspec.json.encode({**said, "transaction": transaction})
    return Request(f"{base}/bridge/request/{what}", payload)


WORDINGS: Mapping[str, tuple[Wording, frozenset[Act]]] = {"zigbee2mqtt": (_zigbee2mqtt, frozenset(ACTS))}
"""By kind of gateway: how it is asked, and what for."""


def can(kind: str) -> frozenset[Act]:
    """What a gateway of this kind can be asked to do."""
    return WORDINGS[kind][1] if kind in WORDINGS else frozenset()


def act_of(ask: Ask) -> Act:
    return type(ask).__struct_config__.tag  # type: ignore[return-value]
