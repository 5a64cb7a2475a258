"""What Zigbee devices announce of themselves decides what their properties mean."""

import json
from collections import defaultdict
from typing import Any

import pytest

from devices.decode import Decoder
from devices.message import Message
from tests.payloads.rows import ARRIVED, ZIGBEE2MQTT, needs_payloads, said
from tests.payloads.z2m_exposes import all_rows, expose, outcomes

LEAST_RIGHT = 0.99


@pytest.mark.data
@needs_payloads
def test_announced_properties_are_the_right_measures_in_the_right_sense() -> None:
    every = [outcome for outcome in outcomes() if outcome.expected or outcome.found]
    assert len(every) > 2000
    wrong = [outcome for outcome in every if not outcome.right]
    for outcome in wrong:
        print(outcome.expected, outcome.found, outcome.right_sense, outcome.row)
    assert 1 - len(wrong) / len(every) >= LEAST_RIGHT


@pytest.mark.data
@needs_payloads
def test_a_house_with_every_model_is_learned_and_each_says_what_it_announced() -> None:
    models: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in all_rows():
        models[f"{row['vendor']} {row['model']}".replace("/", "-")].append(row)
    announced = [
        {"friendly_name": name, "definition": {"exposes": [expose(row) for row in rows]}}
        for name, rows in models.items()
    ]
    decoder = learned(announced)
    for name, rows in models.items():
        contacts = [
            expose(row) for row in rows if row["property"] == "contact" and row["access"] in ("1", "5")
        ]
        for contact in contacts:
            for value, opened in ((contact["value_on"], True), (contact["value_off"], False)):
                payload = json.dumps({"contact": value}).encode()
                decoded = decoder.decode(Message(f"zigbee2mqtt/{name}", payload, ARRIVED))
                assert said(decoded) == {"open": opened}, (name, value)


def learned(announced: Any) -> Decoder:
    decoder = Decoder([ZIGBEE2MQTT])
    payload = json.dumps(announced).encode()
    decoded = decoder.decode(Message("zigbee2mqtt/bridge/devices", payload, ARRIVED, retained=True))
    assert (decoded.ignored, decoded.error, decoded.readings) == ("discovery", None, ())
    return decoder


def device(*exposes: dict[str, Any]) -> Decoder:
    return learned([{"friendly_name": "door", "definition": {"exposes": list(exposes)}}])


def hears(decoder: Decoder, payload: str) -> dict[str, Any]:
    return said(decoder.decode(Message("zigbee2mqtt/door", payload.encode(), ARRIVED)))


def test_a_contact_that_announces_on_for_open_is_open_when_it_says_on() -> None:
    exposed = {"type": "binary", "property": "contact", "access": 5, "value_on": "ON", "value_off": "OFF"}
    assert hears(device(exposed), '{"contact":"ON"}') == {"open": True}
    assert hears(Decoder([ZIGBEE2MQTT]), '{"contact":"ON"}') == {"open": False}


def test_a_property_that_is_set_and_not_measured_tells_nothing() -> None:
    exposed = {"type": "binary", "property": "vibration", "access": 3, "value_on": "ON", "value_off": "OFF"}
    assert hears(device(exposed), '{"vibration":"ON","battery":80}') == {"battery": 80}


def test_a_property_that_nobody_knew_is_understood_by_its_announced_name_and_values() -> None:
    exposed = {
        "type": "binary",
        "property": "input_2_leak_detect",
        "access": 1,
        "value_on": "Leak",
        "value_off": "Dry",
    }
    assert hears(device(exposed), '{"input_2_leak_detect":"Leak"}') == {"leak": True}
    assert hears(device(exposed), '{"input_2_leak_detect":"Dry"}') == {"leak": False}
    assert hears(Decoder([ZIGBEE2MQTT]), '{"input_2_leak_detect":"Leak"}') == {}


def test_degrees_fahrenheit_are_announced_and_converted() -> None:
    exposed = {"type": "numeric", "property": "temperature", "access": 1, "unit": "°F"}
    assert hears(device(exposed), '{"temperature":68}') == {"temperature": 20.0}


def test_a_thermostats_guess_of_an_open_window_is_no_open_window() -> None:
    window = {"type": "binary", "property": "window", "access": 1, "value_on": "OPEN", "value_off": "CLOSE"}
    assert hears(device(window), '{"window":"OPEN"}') == {"open": True}
    assert hears(device(window, {"type": "climate", "features": []}), '{"window":"OPEN"}') == {}


def test_a_list_of_devices_larger_than_any_other_message_is_learned_and_one_beyond_reason_is_refused() -> (
    None
):
    filler = [{"friendly_name": f"device {n}", "definition": None, "note": "x" * 1000} for n in range(2000)]
    exposed = {"type": "numeric", "property": "temperature", "access": 1, "unit": "°F"}
    decoder = learned([*filler, {"friendly_name": "door", "definition": {"exposes": [exposed]}}])
    assert hears(decoder, '{"temperature":68}') == {"temperature": 20.0}
    huge = decoder.decode(Message("zigbee2mqtt/bridge/devices", b"[" + b" " * 9_000_000 + b"]", ARRIVED))
    assert "at most 8388608 are read" in (huge.error or "")
    assert hears(decoder, '{"temperature":68}') == {"temperature": 20.0}
