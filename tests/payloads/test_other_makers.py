"""What makers say whom nobody here had in mind: general rules read them, or leave them alone."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.lorawan import meaning_of_object
from devices.message import Message
from devices.reading import Value
from devices.ways_in import KINDS, WAYS_IN

ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def meaning(said: dict[str, Any], model: str = "") -> dict[str, Value]:
    errors: list[str] = []
    found = meaning_of_object(said, model, errors)
    assert errors == []
    return found


def heard(topic: str, said: Any) -> dict[str, Value]:
    ways = [GatewayTopic(kind, kind, WAYS_IN[kind].topic) for kind in KINDS if kind != "native"]
    decoded = Decoder([*ways, NATIVE]).decode(Message(topic, json.dumps(said).encode(), ARRIVED))
    assert decoded.error is None
    return {r.measure: r.value for r in decoded.readings}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"contact": {"event": "Contacts Opened"}}, {"open": True}),
        ({"contact": {"event": "contact closed"}}, {"open": False}),
        ({"door": "Door Opened"}, {"open": True}),
        ({"water": {"event": "Water Present", "relative": 99}}, {"leak": True}),
        ({"water": {"event": "Water Not Present", "relative": 0}}, {"leak": False}),
        ({"smoke_alarm_status": "not_activated"}, {"smoke": False}),
    ],
)
def test_a_value_may_repeat_the_words_of_its_field(said: dict[str, Any], means: dict[str, Value]) -> None:
    assert meaning(said) == means


def test_a_button_that_is_let_go_calls_nobody() -> None:
    assert meaning({"button": {"event": "Button 1", "state": "Pressed"}})["pressed"] == "Button 1"
    assert meaning({"button": {"event": "Button 1", "state": "Released"}}) == {}
    assert meaning({"button_1": "pressed", "button_2": "released"}) == {"pressed": "pressed"}


def test_an_alarm_may_name_the_call_for_help_as_its_value_and_other_alarms_call_nobody() -> None:
    for said in ({"alarm_type": "SOS"}, {"event_type": "SOS alarm"}, {"sosFlag": 1}, {"alarm": "panic"}):
        assert meaning(said) == {"pressed": "emergency"}
    for said in ({"alarm_type": "geofence"}, {"event_type": 3}, {"sosFlag": 0}, {"alarm": True}):
        assert meaning(said) == {}


def test_an_event_may_name_the_fall_as_its_value() -> None:
    assert meaning({"event": "fall_detected"}) == {"fall": "confirmed"}
    assert meaning({"alarm_type": "possible fall"}) == {"fall": "suspected"}
    assert meaning({"alert": "fall cancelled"}) == {"fall": "cleared"}
    for said in ({"event": "heartbeat"}, {"event": 7}, {"alarm": True}, {"event": ""}):
        assert meaning(said) == {}


def test_a_doors_alarm_that_is_off_does_not_say_that_the_door_is_shut() -> None:
    assert meaning({"door_alarm": False}) == {}
    assert meaning({"door_alarm": True}) == {"open": True}
    assert meaning({"door": "open", "door_alarm": False}) == {"open": True}


def test_pairs_of_name_and_value_may_lie_in_a_list_of_lists() -> None:
    said = {"messages": [[{"measurementId": "4097", "measurementValue": 21.5}]]}
    assert meaning(said, "sensecap t1000") == {"temperature": 21.5}
    moved = {"messages": [[{"measurementId": "4200", "measurementValue": [{"eventName": "Shock event."}]}]]}
    assert meaning(moved, "sensecap t1000") == {}


@pytest.mark.parametrize(("order", "word"), [("0006!00", "off"), ("0006!01", "on"), ("0006!02", "toggle")])
def test_a_zigbee_button_behind_tasmota_gives_orders_and_is_no_switch(order: str, word: str) -> None:
    said = {"ZbReceived": {"0x5E54": {"Name": "knapp", order: "", "Power": 2, "LinkQuality": 128}}}
    assert heard("tele/bridge/SENSOR", said) == {"pressed": word, "lqi": 128}


def test_what_else_these_ways_in_tell() -> None:
    tag = {"ATC1": {"mac": "a4c138aabbcc", "Temperature": 22.1, "RSSI": -70}}
    assert heard("tele/ble/SENSOR", tag) == {"temperature": 22.1, "rssi": -70}
    motion = {"motion": False, "active": True, "bat": 88, "tmp": {"value": 21.3, "units": "C"}}
    assert heard("shellies/shellymotion2-a/status", motion) == {
        "motion": False,
        "battery": 88,
        "temperature": 21.3,
    }
    assert heard("zwave/hall/lock/endpoint_0/currentMode", {"value": 255}) == {"locked": True}
    assert heard("zwave/hall/lock/98/0/currentMode", {"value": 0}) == {"locked": False}
