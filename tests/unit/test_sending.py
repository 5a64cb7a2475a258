"""What plays devices says readings as devices would: decoded again they are what they were."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.measures import MEASURES
from devices.message import Message
from devices.reading import Decoded, Value
from hub.mqtt.sending import Manner, Native, Sending, Zigbee2Mqtt

AT = datetime(2026, 11, 23, 2, 10, 0, 250_000, UTC)
DECODER = Decoder([GatewayTopic("z", "zigbee2mqtt", "zigbee2mqtt"), NATIVE])
EXAMPLES: dict[str, list[Value]] = {"state": [True, False], "event": ["single"], "number": [15.5]}
SAID = [
    (name, value)
    for name, measure in MEASURES.items()
    for value in (list(measure.words) or EXAMPLES[measure.kind])
]
NOT_IN_ZIGBEE2MQTT = ("rssi", "snr", "sitting_up")  # LoRaWAN's, and a bed sensor's that speaks natively
ZIGBEE = [(name, value) for name, value in SAID if name not in NOT_IN_ZIGBEE2MQTT]


def heard(sending: Sending) -> Decoded:
    received_at = AT + timedelta(seconds=1)
    return DECODER.decode(Message(sending.topic, sending.payload.encode(), received_at))


@pytest.mark.parametrize(("measure", "value"), SAID)
@pytest.mark.parametrize("device", ["door", "12:Front door", "67:Bathroom/Cabinet A", "Dør#1+%"])
def test_a_reading_said_natively_is_heard_as_it_was(device: str, measure: str, value: Value) -> None:
    decoded = heard(Native("house").say(device, {measure: value}, AT))
    assert decoded.error is None
    assert [(r.device, r.measure, r.value, r.at) for r in decoded.readings] == [(device, measure, value, AT)]


@pytest.mark.parametrize(("measure", "value"), ZIGBEE)
def test_a_reading_said_as_zigbee2mqtt_does_is_heard_as_it_was(measure: str, value: Value) -> None:
    decoded = heard(Zigbee2Mqtt().say("67:Bathroom/Cabinet A", {measure: value}, AT))
    assert decoded.error is None
    assert [(r.device, r.measure, r.value, r.at) for r in decoded.readings] == [
        ("67:Bathroom/Cabinet A", measure, value, AT)
    ]


def test_zigbee2mqtt_repeats_what_it_remembers_but_never_a_press() -> None:
    manner: Manner = Zigbee2Mqtt()
    manner.say("button", {"battery": 80.0}, AT)
    pressed = heard(manner.say("button", {"pressed": "single"}, AT))
    after = heard(manner.say("button", {"lqi": 100.0}, AT))
    assert {r.measure for r in pressed.readings} == {"battery", "pressed"}
    assert {r.measure for r in after.readings} == {"battery", "lqi"}


def test_a_name_with_wildcards_makes_a_topic_that_a_broker_takes() -> None:
    assert Zigbee2Mqtt("z").say("a#b+c", {"open": True}, AT).topic == "z/a_b_c"
