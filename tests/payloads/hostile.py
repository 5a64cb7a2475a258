"""Hostile and broken messages for every way in; `make fuzz` tries a million.

Real messages are cut, doubled, garbled, nested and given values of any kind; what comes out must be legal and
said aloud.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.inputs import Input
from devices.measures import MEASURES
from devices.message import Message
from devices.reading import Decoded

ARRIVED = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
WAYS = [
    GatewayTopic("z2m", "zigbee2mqtt", "zigbee2mqtt"),
    GatewayTopic("chirpstack", "chirpstack", "application"),
    GatewayTopic("ttn", "thethingsstack", "v3"),
    GatewayTopic(
        "shelly",
        "shelly",
        "shellies",
        inputs={
            "shellyplus1-a8/input:0": Input("open", False),
            "shellyplus1-a8/bthomesensor:200": Input("leak", True),
            "door/input:0": Input("pressed", True),
        },
    ),
    GatewayTopic("tasmota", "tasmota", "", {"81FEE7": ("door", "open", True)}),
    GatewayTopic("ha", "homeassistant", "homeassistant"),
    GatewayTopic("zwave", "zwavejs", "zwave"),
    GatewayTopic("ble", "bluetooth", "home"),
    GatewayTopic("vayyar", "vayyar", ""),
    GatewayTopic("radar", "milesight", "milesight"),
    NATIVE,
]

_EXPOSES = [{"type": "binary", "property": "contact", "access": 1, "value_on": False, "value_off": True}]
GOOD: list[tuple[str, Any]] = [
    ("zigbee2mqtt/door", {"contact": False, "battery": 90, "last_seen": "2026-11-23T02:09:00Z"}),
    ("zigbee2mqtt/bridge/devices", [{"friendly_name": "door", "definition": {"exposes": _EXPOSES}}]),
    ("zigbee2mqtt/door/availability", {"state": "online"}),
    ("zigbee2mqtt/bridge/response/permit_join", {"data": {"time": 60}, "status": "ok", "transaction": "x"}),
    (
        "zigbee2mqtt/bridge/response/device/remove",
        {"data": {}, "status": "error", "error": "it sleeps", "transaction": "x"},
    ),
    (
        "zigbee2mqtt/bridge/event",
        {
            "type": "device_interview",
            "data": {"friendly_name": "door", "ieee_address": "0x1", "status": "successful"},
        },
    ),
    (
        "zigbee2mqtt/bridge/info",
        {"permit_join": True, "permit_join_timeout": 60, "permit_join_end": 1795399800123},
    ),
    (
        "application/1/device/0101/event/up",
        {
            "time": "2026-11-23T02:09:00.123456789+00:00",
            "deviceInfo": {"devEui": "01", "deviceProfileName": "Browan TBDW100"},
            "object": {"status": 1, "temperature": {"value": 21, "unit": "°C"}},
            "rxInfo": [{"rssi": -36, "snr": 10.5}],
            "fPort": 1,
            "data": "qg==",
        },
    ),
    ("application/1/device/0101/event/up", {"devEUI": "0101", "objectJSON": '{"door": 1}', "fPort": 2}),
    ("application/1/node/0101/rx", {"object": {"pir": "trigger"}}),
    ("application/1/device/0101/event/status", {"batteryLevel": 88.3, "margin": 10}),
    (
        "v3/app@ttn/devices/door/up",
        {
            "uplink_message": {
                "f_port": 5,
                "decoded_payload": {"door": "open"},
                "rx_metadata": [{"rssi": -99, "snr": 11}],
                "version_ids": {"brand_id": "netvox", "model_id": "r311a"},
                "received_at": "2026-11-23T02:09:00Z",
            }
        },
    ),
    ("shellies/door/sensor/state", "open"),
    ("shellies/door/input_event/0", {"event": "SS", "event_cnt": 2}),
    ("shellies/pir/status", {"motion": True, "active": True, "lux": 12, "bat": 90}),
    (
        "shellyplus1-a8/events/rpc",
        {
            "src": "a",
            "method": "NotifyStatus",
            "params": {"ts": 1795399800.12, "switch:0": {"output": True, "apower": 3.1}},
        },
    ),
    (
        "shellyplus1-a8/events/rpc",
        {
            "method": "NotifyEvent",
            "params": {
                "ts": 1795399800.12,
                "events": [
                    {"component": "input:0", "event": "double_push"},
                    {
                        "component": "script:1",
                        "event": "shelly-blu",
                        "data": {
                            "BTHome_version": 2,
                            "window": 1,
                            "button": [1, 0],
                            "address": "0c:ef:f6:aa:bb:cc",
                        },
                    },
                ],
            },
        },
    ),
    ("shellyplus1-a8/status/devicepower:0", {"battery": {"percent": 81}}),
    ("shellyplus1-a8/status/input:0", {"id": 0, "state": True}),
    ("shellyplus1-a8/status/bthomesensor:200", {"id": 200, "value": True}),
    ("tele/plug/STATE", {"POWER": "ON", "Wifi": {"Signal": -78}}),
    ("tele/plug/SENSOR", {"TempUnit": "F", "AM2301": {"Temperature": 70.1, "Humidity": 40}, "Switch1": "ON"}),
    (
        "tele/zb/SENSOR",
        {
            "ZbReceived": {
                "0x12": {"Name": "door", "Contact": 1, "LinkQuality": 70, "LastSeenEpoch": 1795399800}
            }
        },
    ),
    ("tele/rf/RESULT", {"RfReceived": {"Data": "81FEE7", "RfKey": 3}}),
    ("stat/plug/RESULT", {"Button1": {"Action": "DOUBLE"}}),
    (
        "homeassistant/binary_sensor/x/door/config",
        {
            "dev_cla": "door",
            "stat_t": "~/state",
            "~": "esp/door",
            "val_tpl": "{{ value_json.c | default(1) }}",
            "pl_on": 1,
            "pl_off": 0,
            "dev": {"ids": ["esp"]},
            "avty_t": "esp/status",
            "uniq_id": "u",
        },
    ),
    (
        "homeassistant/device/x/config",
        {
            "cmps": {"t": {"p": "sensor", "device_class": "temperature", "state_topic": "esp/t"}},
            "dev": {"ids": "esp"},
        },
    ),
    ("esp/door/state", {"c": 1}),
    ("esp/status", "online"),
    ("esp/t", "21.5"),
    ("zwave/place/node/113/0/Access_Control/Door_state", {"time": 1795399800123, "value": 22}),
    ("zwave/node/notification/endpoint_0/Home_Security/Motion_sensor_status", 8),
    ("zwave/node/sensor_multilevel/endpoint_0/Air_temperature", {"value": 68, "unit": "°F"}),
    ("zwave/node/central_scene/endpoint_0/scene/001", {"value": 3}),
    ("zwave/node/status", {"status": "Dead"}),
    (
        "home/gw/BTtoMQTT/0CEFF6AABBCC",
        {"tempc": 21.5, "hum": 40, "batt": 81, "open": True, "button": 1, "rssi": -50},
    ),
    ("home/gw/LWT", "online"),
    (
        "/devices/radar/events",
        {
            "type": 5,
            "payload": {"status": "fall_confirmed", "timestamp": 1795399800123, "isSimulated": False},
        },
    ),
    ("/devices/radar/state", {"status": "monitoring", "wifi": {"rssi": -50}}),
    ("milesight/x", {"device_info": {"device_sn": "68"}, "trigger_data": {"event": 0, "status": 1}}),
    ("vaka/hus/readings/door", {"open": True, "at": "2026-11-23T02:09:00Z"}),
]

_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    3,
    255,
    999,
    -999,
    10**400,
    -(10**30),
    0.5,
    1e308,
    "",
    " ",
    "nan",
    "NaN",
    "ON",
    "open",
    "1",
    "0x10",
    "\x00",
    "\ud7ff",
    "{{ 9**9**9 }}",
    "{% for x in y %}{% endfor %}",
    "{{ value_json.a.b.c[0] }}",
    "{{ value * 10 }}",
    [],
    {},
    [[]],
    [1],
    "x" * 300,
    {"value": {}},
    {"value": 1, "unit": []},
    "2026-11-23 02:09:00",
    "9999-12-31T23:59:59-23:59",
    1795399800123,
    -5,
    [None, {}],
    "+/#",
    {"a": {"b": {"c": {"d": {"e": 1}}}}},
    "~",
    "fall_detected",
    "SS",
    "emergency",
]
_NAMES = [
    "temperature",
    "battery",
    "contact",
    "door",
    "value",
    "unit",
    "status",
    "event",
    "payload",
    "params",
    "object",
    "data",
    "time",
    "ts",
    "Name",
    "device",
    "ids",
    "stat_t",
    "val_tpl",
    "components",
    "state",
    "motion",
    "sos",
    "fall",
    "button",
    "commandClass",
    "nodeId",
]


def hostile(chance: random.Random) -> tuple[str, bytes]:
    """A topic and a payload that somebody could send."""
    topic, said = chance.choice(GOOD)
    if chance.random() < 0.15:
        topic = chance.choice(GOOD)[0]
    if chance.random() < 0.15:
        levels = topic.split("/")
        levels[chance.randrange(len(levels))] = chance.choice(
            ["", "x", "bridge", "set", "config", "+", "é", "1", "status", "event", "0" * 50]
        )
        topic = "/".join(levels)
    said = _changed(said, chance)
    payload = as_bytes(said) if isinstance(said, str) and chance.random() < 0.7 else _json(said)
    kind = chance.random()
    if kind < 0.08:
        payload = payload[: chance.randrange(len(payload) + 1)]
    elif kind < 0.12:
        payload = payload + payload
    elif kind < 0.2 and payload:
        at = chance.randrange(len(payload))
        payload = payload[:at] + bytes([chance.randrange(256)]) + payload[at + 1 :]
    elif kind < 0.22:
        payload = bytes(chance.randrange(256) for _ in range(chance.randrange(40)))
    elif kind < 0.225:
        payload = b"[" * chance.choice([50, 5000, 60_000])
    elif kind < 0.23:
        payload = b'{"a":' * 2000 + b"1" + b"}" * 2000
    return topic, payload


def as_bytes(said: Any) -> bytes:
    """Text as it stands, anything else as JSON."""
    return said.encode("utf-8", "surrogatepass") if isinstance(said, str) else _json(said)


def _json(said: Any) -> bytes:
    try:
        return json.dumps(said).encode("utf-8", "surrogatepass")
    except ValueError:  # whole numbers too long to write
        return b"1" * 5000


def _changed(said: Any, chance: random.Random, depth: int = 0) -> Any:
    if chance.random() < 0.12:
        return chance.choice(_VALUES)
    if isinstance(said, dict):
        changed = {
            (chance.choice(_NAMES) if chance.random() < 0.06 else name): _changed(value, chance, depth + 1)
            for name, value in said.items()
            if chance.random() > 0.06
        }
        if chance.random() < 0.2:
            changed[chance.choice(_NAMES)] = chance.choice(_VALUES)
        return changed
    return [_changed(value, chance, depth + 1) for value in said] if isinstance(said, list) else said


def is_legal(decoded: Decoded) -> None:
    """Every value in its measure's range, every outcome with something said."""
    for reading in decoded.readings:
        measure = MEASURES[reading.measure]
        if measure.kind == "state":
            assert reading.value is True or reading.value is False, reading
        elif measure.kind == "number":
            assert type(reading.value) in (int, float), reading
            assert measure.lowest <= float(reading.value) <= measure.highest, reading
        else:
            assert isinstance(reading.value, str), reading
            assert 0 < len(reading.value) <= 80, reading
            assert reading.value.isprintable(), reading
            assert reading.value in measure.words or not measure.words, reading
        assert isinstance(reading.device, str), reading
        assert 0 < len(reading.device) <= 600, reading
        assert reading.at <= reading.received_at, reading
    assert decoded.readings or decoded.availability or decoded.error or decoded.ignored
    assert decoded.error is None or len(decoded.error) < 3000


def tried(seed: int, cases: int) -> Iterator[tuple[str, bytes, Decoded]]:
    """A decoder that lives through all of them: what it learned from one meets the next."""
    chance = random.Random(seed)
    decoder = Decoder(WAYS)
    for n in range(cases):
        topic, payload = hostile(chance)
        decoded = decoder.decode(Message(topic, payload, ARRIVED, retained=n % 7 == 0))
        try:
            is_legal(decoded)
        except AssertionError:
            print(topic, payload[:500], decoded)
            raise
        yield topic, payload, decoded
