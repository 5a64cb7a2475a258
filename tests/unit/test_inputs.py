"""What hangs on an input is said by the site, never guessed: a door, a cord, a float in a drain."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from devices.decode import Decoder
from devices.message import Message
from rules.building import Gateway

ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
DOOR = "shellyplusi4-a8/input:0"
CORD = "shellyplusi4-a8/input:1"


def gateway(kind: str, inputs: dict[str, Any]) -> Gateway:
    return Gateway.model_validate({"id": "g", "kind": kind, "inputs": inputs})


def decoder(kind: str, inputs: dict[str, Any]) -> Decoder:
    return Decoder([gateway(kind, inputs).way_in])


def said(decoder: Decoder, topic: str, payload: Any, retained: bool = False) -> list[tuple[str, str, object]]:
    raw = payload if isinstance(payload, str) else json.dumps(payload)
    decoded = decoder.decode(Message(topic, raw.encode(), ARRIVED, retained=retained))
    assert decoded.error is None
    return [(r.device, r.measure, r.value) for r in decoded.readings]


def test_without_a_word_from_the_site_an_input_is_only_on_or_off() -> None:
    assert said(decoder("shelly", {}), "shellies/shelly1-b/input/0", "1") == [
        ("shelly1-b/input:0", "on", True)
    ]


@pytest.mark.parametrize(
    ("kind", "address", "topic", "on", "off"),
    [
        ("shelly", "shelly1-b/input:0", "shellies/shelly1-b/input/0", "1", "0"),
        ("shelly", DOOR, "shellyplusi4-a8/status/input:0", {"state": True}, {"state": False}),
        (
            "shelly",
            "gw/bthomesensor:201",
            "gw/status/bthomesensor:201",
            {"id": 201, "value": True},
            {"id": 201, "value": False},
        ),
        (
            "tasmota",
            "plug/Switch1",
            "stat/plug/RESULT",
            {"Switch1": {"Action": "ON"}},
            {"Switch1": {"Action": "OFF"}},
        ),
        ("tasmota", "plug/Switch2", "tele/plug/SENSOR", {"Switch2": "ON"}, {"Switch2": "OFF"}),
    ],
)
def test_the_site_says_that_an_input_is_a_doors_contact(
    kind: str, address: str, topic: str, on: Any, off: Any
) -> None:
    opens = decoder(kind, {address: {"measure": "open"}})
    assert said(opens, topic, on) == [(address, "open", True)]
    assert said(opens, topic, off) == [(address, "open", False)]
    closes = decoder(kind, {address: {"measure": "open", "when_on": False}})
    assert said(closes, topic, on) == [(address, "open", False)]
    assert said(closes, topic, on, retained=True) == [(address, "open", False)]


def test_a_cord_on_an_input_is_a_press_when_it_is_pulled_and_only_then() -> None:
    cord = decoder("shelly", {CORD: {"measure": "pressed"}})
    topic = "shellyplusi4-a8/status/input:1"
    pulled = [(CORD, "pressed", "pressed")]
    assert said(cord, topic, {"state": True}) == pulled  # the first word may be the call itself
    assert said(cord, topic, {"state": True}) == []
    assert said(cord, topic, {"state": False}) == []
    assert said(cord, topic, {"state": True}, retained=True) == []
    assert said(cord, topic, {"state": False}) == []
    assert said(cord, topic, {"state": True}) == pulled


def test_a_cord_that_opens_its_circuit_is_pressed_when_it_goes_off() -> None:
    cord = decoder("shelly", {CORD: {"measure": "pressed", "when_on": False}})
    topic = "shellyplusi4-a8/status/input:1"
    assert said(cord, topic, {"state": True}) == []
    assert said(cord, topic, {"state": False}) == [(CORD, "pressed", "pressed")]


def test_what_is_repeated_from_memory_is_no_press() -> None:
    cord = decoder("tasmota", {"plug/Switch1": {"measure": "pressed"}})
    assert said(cord, "tele/plug/SENSOR", {"Switch1": "ON"}) == []
    assert said(cord, "tele/plug/SENSOR", {"Switch1": "OFF"}) == []
    assert said(cord, "stat/plug/RESULT", {"Switch1": {"Action": "ON"}}) == [
        ("plug/Switch1", "pressed", "pressed")
    ]


def test_the_relay_beside_an_input_keeps_its_own_meaning() -> None:
    both = decoder("shelly", {DOOR: {"measure": "open"}})
    params = {"ts": 1795399800.1, "switch:0": {"output": True}, "input:0": {"state": True}}
    assert said(both, "shellyplusi4-a8/events/rpc", {"method": "NotifyStatus", "params": params}) == [
        ("shellyplusi4-a8", "on", True),
        (DOOR, "open", True),
    ]


def test_a_bluetooth_sensors_number_without_its_name_is_shown_and_not_guessed() -> None:
    decoded = decoder("shelly", {}).decode(Message("gw/status/bthomesensor:202", b'{"value":21.5}', ARRIVED))
    assert decoded.readings == ()
    assert "only the device's own settings tell of what" in (decoded.error or "")


def test_a_button_of_a_bluetooth_device_known_to_a_shelly_is_a_press() -> None:
    events = [
        {"component": "bthomedevice:200", "id": 200, "event": "double_push", "idx": 0},
        {"component": "bthomesensor:203", "id": 203, "event": "long_push"},
    ]
    frame = {"method": "NotifyEvent", "params": {"ts": 1795399800.1, "events": events}}
    assert said(decoder("shelly", {}), "gw/events/rpc", frame) == [
        ("gw/bthomedevice:200", "pressed", "double_push"),
        ("gw/bthomesensor:203", "pressed", "long_push"),
    ]


@pytest.mark.parametrize("measure", ["temperature", "fall", "opened"])
def test_an_input_cannot_tell_a_number_or_a_fall(measure: str) -> None:
    with pytest.raises(ValidationError, match="is no measure that an input can tell"):
        gateway("shelly", {DOOR: {"measure": measure}})
