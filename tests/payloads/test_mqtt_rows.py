"""Messages shown by users, vendors and documentation: each means what its source says, or is refused with the
right reason.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded
from tests.payloads.rows import ARRIVED, needs_payloads, rows, said

pytestmark = [pytest.mark.data, needs_payloads]

ROWS = [row for row in rows("mqtt_messages.jsonl") if row["integration"] != "zigbee2mqtt"]

# What a technician writes into the site: which 433 MHz code is whose.
CODES = {
    "81FEE7": ("entrance", "open", True),
    "81FEEE": ("entrance", "open", False),
    "81FEEB": ("entrance", "tamper", True),
}
GATEWAYS = [
    GatewayTopic("z2m", "zigbee2mqtt", "zigbee2mqtt"),
    GatewayTopic("chirpstack", "chirpstack", "application"),
    GatewayTopic("ttn", "thethingsstack", "v3"),
    GatewayTopic("shelly", "shelly", "shellies"),
    GatewayTopic("tasmota", "tasmota", "", CODES),
    GatewayTopic("ha", "homeassistant", "homeassistant"),
    GatewayTopic("zwave", "zwavejs", "zwave"),
    GatewayTopic("ble", "bluetooth", "home"),
    GatewayTopic("vayyar", "vayyar", ""),
    GatewayTopic("radar", "milesight", "milesight"),
    NATIVE,
]
TOPICS = {  # of rows whose source does not name one
    "zwave-js-ui": "zwave/nodeID_26/113/0/Access_Control/Door_state",
    "bthome-json": "home/gateway/BTtoMQTT/0CEFF6AABBCC",
    "milesight-mqtt": "milesight/radar",
    "chirpstack-old": "application/1/device/0000000079250001/event/up",
    "ttn-v3": "v3/piegn@ttn/devices/lht52-temp-1/up",
    "vayyar-mqtt": "/devices/id_radar/events",
}
OPEN = {"open": True, "closed": False}
YES = {"trigger": True, "motion": True, "no motion": False, "present": True, "absent": False, "vacant": False}

# The sources' words for a meaning → ours. What is no measure of ours is named with None.
Meaning = Callable[[Any], dict[str, Any]]
MEANINGS: dict[str, Meaning] = {
    "contact": lambda v: {"open": OPEN.get(v)},
    "occupancy": lambda v: {"motion": YES[v]},
    "presence": lambda v: {"presence": YES[v]},
    "temperature_c": lambda v: {"temperature": v},
    "humidity_pct": lambda v: {"humidity": v},
    "battery_pct": lambda v: {"battery": v},
    "illuminance_lx": lambda v: {"illuminance": v},
    "vibration": lambda v: {"vibration": v},
    "tamper": lambda v: {"tamper": v},
    "water_leak": lambda v: {"leak": v},
    "smoke": lambda v: {"smoke": v},
    "switch1": lambda v: {"on": v == "ON"},
}
RADAR: dict[str, dict[str, Any]] = {
    "fall": {"fall": "confirmed"},
    "occupancy": {"presence": True},
    "out_of_bed": {"in_bed": False},
}
NO_MEASURE = frozenset(
    [
        "last_seen_epoch_s",
        "last_seen_age_s",
        "heartbeat",
        "local_time_no_zone",
        "periodic_repeat",
        "online",
        "tilt_deg",
        "input",
        "event",
        "ts_epoch_s",
        "packet_id",
        "trigger_id",
        "sub_region",
        "status",
        "location_raw",
        "description",
        "dev_eui",
        "fcnt",
        "device_id",
        "f_port",
        "f_cnt",
        "decoded",
        "entity",
        "on_means",
    ]
)


def meaning_of(row: dict[str, Any]) -> dict[str, Any]:
    meaning: dict[str, Any] = {}
    expected = row["expected"]
    if row["integration"] == "milesight-mqtt":
        return dict(RADAR.get(expected["event"], {}))
    if row["integration"] == "shelly-gen2" and "event" in expected:
        return {"pressed": expected["event"]}
    for name, value in expected.items():
        assert name in MEANINGS or name in NO_MEASURE, name
        meaning |= MEANINGS[name](value) if name in MEANINGS else {}
    return {measure: value for measure, value in meaning.items() if value is not None}


def decoded_row(row: dict[str, Any], arrived: datetime = ARRIVED) -> Decoded:
    topic = row["topic"] or TOPICS[row["integration"]]
    return Decoder(GATEWAYS).decode(Message(topic, row["payload_raw"].encode(), arrived))


def test_all_rows_are_here() -> None:
    assert len(ROWS) == 39


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{n}-{row['integration']}-{row['model']}" for n, row in enumerate(ROWS)]
)
def test_a_real_message_means_what_its_source_says(row: dict[str, Any]) -> None:
    decoded = decoded_row(row)
    meaning = meaning_of(row)
    found = said(decoded)
    for measure, value in meaning.items():
        assert found.get(measure) == value, (measure, found, decoded.error)
    # what comes out besides is told in so many words
    for measure in found.keys() - meaning.keys():
        assert measure in ("battery", "illuminance", "rssi", "snr", "lqi", "on"), (measure, found)
    if not meaning:
        assert decoded.error or decoded.ignored or decoded.availability or decoded.heard
    assert "no gateway" not in (decoded.error or "")


def row_of(integration: str, part: str) -> dict[str, Any]:
    return next(row for row in ROWS if row["integration"] == integration and part in row["payload_raw"])


def test_a_433_mhz_code_that_the_site_does_not_name_is_refused_with_the_code() -> None:
    row = row_of("tasmota-rf", "81FEE7")
    decoder = Decoder([GatewayTopic("tasmota", "tasmota", "")])
    decoded = decoder.decode(Message(row["topic"], row["payload_raw"].encode(), ARRIVED))
    assert decoded.readings == ()
    assert "'81FEE7' is none that the site names" in (decoded.error or "")
    assert decoded.heard == "rf-bridge/81FEE7"


def test_a_z_wave_value_without_value_says_nothing_of_the_door() -> None:
    decoded = decoded_row(row_of("zwave-js-ui", "Door state"))
    assert (decoded.readings, decoded.ignored, decoded.heard) == ((), "no state", "nodeID_26")


def test_a_radar_s_dwell_alarm_is_named_and_is_no_fall() -> None:
    decoded = decoded_row(row_of("milesight-mqtt", '"event": 2'))
    assert (decoded.readings, decoded.error) == ((), "dwell is no measure here")


def test_a_local_time_without_zone_is_not_taken_for_utc() -> None:
    for integration in ("tasmota", "milesight-mqtt"):
        for row in (row for row in ROWS if row["integration"] == integration):
            assert all(
                reading.at == ARRIVED and not reading.own_time for reading in decoded_row(row).readings
            )


def test_a_time_with_nanoseconds_or_as_a_float_is_the_devices_own() -> None:
    for integration, part, at in (
        ("ttn-v3", "lht52", datetime(2022, 8, 29, 8, 54, 11, 965576, tzinfo=UTC)),
        ("shelly-gen2", "double_push", datetime(2022, 3, 10, 20, 58, 2, 470000, tzinfo=UTC)),
        ("tasmota-zigbee", "ZbInfo", datetime(2024, 3, 2, 18, 43, tzinfo=UTC)),
    ):
        decoded = decoded_row(row_of(integration, part), at + timedelta(seconds=2))
        assert {(reading.at, reading.own_time) for reading in decoded.readings} == {(at, True)}


def test_what_zigbee2mqtt_announces_for_home_assistant_means_the_same_as_it_says_itself() -> None:
    decoder = Decoder([GatewayTopic("ha", "homeassistant", "homeassistant")])
    for row in (row for row in ROWS if row["integration"] == "homeassistant-discovery"):
        assert decoder.decode(Message(row["topic"], row["payload_raw"].encode(), ARRIVED)).error is None
    for payload, meaning in (
        (b'{"contact":false,"battery":97}', {"open": True, "battery": 97}),
        (b'{"contact":true}', {"open": False}),
        (b'{"battery":5}', {"battery": 5}),
    ):
        assert said(decoder.decode(Message("zigbee2mqtt/porte", payload, ARRIVED))) == meaning
    topic = "zigbee2mqtt/0x00124b00168change"
    assert said(decoder.decode(Message(topic, b'{"smoke":true}', ARRIVED))) == {"smoke": True}
    assert set(decoder.filters()) >= {"homeassistant/#", topic, f"{topic}/availability", "zigbee2mqtt/porte"}
