"""What a Zigbee2MQTT bridge says of itself and its network: answers to requests, who joins, whether pairing
is open, which devices there are.

https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from devices.asking import LONGEST_PAIRING, Answer, Joining, Listed, Named, News, PairingState, Talk
from devices.payload import PayloadError, read_json, shown

MOST_DEVICES = 5000
_LONGEST = 200  # characters of a name, a model
_LONGEST_SAID = 500
_HEARD = frozenset(
    (
        "bridge/event",
        "bridge/info",
        "bridge/response/permit_join",
        "bridge/response/device/rename",
        "bridge/response/device/remove",
        "bridge/response/device/interview",
        "bridge/response/device/options",
    )
)
_NEWS: dict[str, News] = {
    "device_joined": "joined",
    "device_announce": "announced",
    "device_leave": "left",
    "device_interview started": "interview_started",
    "device_interview successful": "interview_successful",
    "device_interview failed": "interview_failed",
}


class BridgeError(ValueError):
    """What is wrong with what the bridge said, as a sentence."""


class _Info(msgspec.Struct):
    """Of bridge/info, which also holds all settings and their schema."""

    permit_join: bool | None = None
    permit_join_timeout: float | None = None
    permit_join_end: float | None = None


_read_info = msgspec.json.Decoder(_Info).decode


def is_heard(rest: str) -> bool:
    """Whether what is said below the base topic is of use to us."""
    return rest in _HEARD


def talk(rest: str, payload: bytes, received_at: datetime) -> Talk | None:
    """None where it is nothing new to us. Raises BridgeError."""
    if rest == "bridge/info":
        return _pairing(payload, received_at)
    what = "the event" if rest == "bridge/event" else "the answer"
    try:
        said, _ = read_json(payload)
    except PayloadError as fault:
        raise BridgeError(f"{what} {fault}") from None
    if not isinstance(said, dict):
        raise BridgeError(f"{what} is {shown(said)}; expected an object")
    return _event(said) if rest == "bridge/event" else _answer(said)


def _answer(said: dict[str, Any]) -> Answer | None:
    """None: it answers somebody who gave no transaction of our kind."""
    transaction, status = said.get("transaction"), said.get("status")
    if status not in ("ok", "error"):
        raise BridgeError(f"the answer's status is {shown(status)}; expected ok or error")
    if not isinstance(transaction, str) or not 0 < len(transaction) <= 100:
        return None
    why = said.get("error")
    return Answer(transaction, status == "ok", _text(why, _LONGEST_SAID) if status == "error" else "")


def _event(said: dict[str, Any]) -> Joining | None:
    kind, data = said.get("type"), said.get("data")
    if not isinstance(kind, str) or not kind.startswith("device_"):
        return None
    if not isinstance(data, dict):
        raise BridgeError(f"the event's data is {shown(data)}; expected an object")
    if kind == "device_interview":
        kind = f"device_interview {data.get('status')}"
    news = _NEWS.get(kind)
    address = data.get("ieee_address")
    if news is None:
        return None
    if not isinstance(address, str) or not 0 < len(address) <= 64:
        raise BridgeError(f"the event's ieee_address is {shown(address)}; expected e.g. 0x00158d00018255df")
    definition = data.get("definition")
    supported = data.get("supported")
    return Joining(
        news,
        address,
        _text(data.get("friendly_name"), _LONGEST) or address,
        _model(definition),
        supported if isinstance(supported, bool) else None,
    )


def _pairing(payload: bytes, received_at: datetime) -> PairingState | None:
    try:
        info = _read_info(payload)
    except (ValueError, RecursionError) as fault:
        raise BridgeError(f"bridge/info cannot be read ({fault})"[:300]) from None
    if info.permit_join is None:
        return None
    until = None
    if info.permit_join:
        # version 1 counts the seconds left, version 2 gives the end in ms
        if info.permit_join_timeout is not None and 0 < info.permit_join_timeout <= LONGEST_PAIRING:
            until = received_at + timedelta(seconds=info.permit_join_timeout)
        elif info.permit_join_end is not None and 0 < info.permit_join_end < 1e14:
            end = datetime.fromtimestamp(info.permit_join_end / 1000, UTC)
            # its clock may be wrong: never longer than Zigbee knows
            until = min(end, received_at + timedelta(seconds=LONGEST_PAIRING))
    return PairingState(info.permit_join, until)


def listed(said: list[Any]) -> Listed:
    """The devices of bridge/devices; what is none is left out."""
    return Listed(tuple(filter(None, map(_named, said[:MOST_DEVICES]))))


def _named(entry: object) -> Named | None:
    if not isinstance(entry, dict):
        return None
    address, name = entry.get("ieee_address"), entry.get("friendly_name")
    if not (isinstance(address, str) and isinstance(name, str) and 0 < len(address) <= 64 and name):
        return None
    interviewed, supported = entry.get("interview_completed"), entry.get("supported")
    return Named(
        address,
        name[:_LONGEST],
        _text(entry.get("type"), 40),
        _model(entry.get("definition")) or _text(entry.get("model_id"), _LONGEST),
        _text(entry.get("power_source"), 60),
        supported if isinstance(supported, bool) else None,
        interviewed if isinstance(interviewed, bool) else None,
    )


def _model(definition: object) -> str:
    if not isinstance(definition, dict):
        return ""
    return " ".join(filter(None, (_text(definition.get(key), 80) for key in ("vendor", "model"))))


def _text(raw: object, longest: int) -> str:
    """A text on one line that can be shown; empty where it is none."""
    if not isinstance(raw, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in raw[:longest]).strip()
