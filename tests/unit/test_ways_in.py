"""Devices of other makers in the house: from their own messages to an alert, also after a restart."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.decode import NATIVE, Decoder, GatewayTopic
from devices.message import Message
from devices.reading import Decoded
from devices.ways_in import KINDS, WAYS_IN, filters_of
from hub.site.file import SiteFile, read_site
from rules.building import Gateway, GatewayKind
from tests.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = """
site: hus
name: Huset
gateways:
  - {id: ha, kind: homeassistant}
  - {id: shelly, kind: shelly}
  - id: tasmota
    kind: tasmota
    codes:
      81FEE7: {device: entrance, measure: open, value: true}
      81FEEE: {device: entrance, measure: open, value: false}
  - {id: radar, kind: vayyar}
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}]
residents: [{id: r1, name: R, room: 3A}]
devices:
  - {id: fridge, room: 3A, role: fridge, gateway: ha, address: esp-fridge}
  - {id: cord, room: 3A, role: help_button, gateway: shelly, address: "shellyplusi4-1/input:2"}
  - {id: door, room: 3A, role: outer_door, gateway: tasmota, address: entrance}
  - {id: radar, room: 3A, role: fall_detector, gateway: radar, address: id_42}
rules: [{rule: help-button}, {rule: fall}, {rule: door-open}]
"""
CONFIG = "homeassistant/binary_sensor/esp/door/config"
ANNOUNCED = '{"dev_cla":"door","stat_t":"esp/door","dev":{"ids":["esp-fridge"]},"uniq_id":"1"}'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NOON)
    yield made
    made.stop()


def values(house: World) -> list[tuple[str, object]]:
    return [(reading.measure, reading.value) for reading in house.readings()]


def test_what_was_announced_is_still_understood_after_a_restart_before_it_is_announced_again(
    house: World,
) -> None:
    house.hears("esp/door", "ON")
    assert "no gateway is configured" in house.quarantined()[0].reason
    house.hears(CONFIG, ANNOUNCED, retained=True)
    assert "esp/door" in house.pipeline.filters()
    house.restart()
    assert "esp/door" in house.pipeline.filters()
    house.hears("esp/door", "ON")
    assert values(house) == [("open", True)]


def test_what_is_taken_back_is_no_longer_listened_to(house: World) -> None:
    house.hears(CONFIG, ANNOUNCED, retained=True)
    told = house.pipeline.announced
    house.hears(CONFIG, ANNOUNCED, retained=True)
    assert house.pipeline.announced == told
    house.hears(CONFIG, "")
    assert house.pipeline.announced > told
    assert "esp/door" not in house.pipeline.filters()
    house.restart()
    assert "esp/door" not in house.pipeline.filters()


def test_one_of_four_inputs_is_a_cord_of_its_own(house: World) -> None:
    event = (
        '{{"method":"NotifyEvent","params":{{"events":[{{"component":"input:{}","event":"single_push"}}]}}}}'
    )
    house.hears("shellyplusi4-1/events/rpc", event.format(1))
    assert house.alerts() == []
    house.hears("shellyplusi4-1/events/rpc", event.format(2))
    assert house.alert("help-button").room == "3A"


def test_a_433_mhz_door_is_open_and_closed_by_its_codes(house: World) -> None:
    received = '{{"RfReceived":{{"Data":"{}","RfKey":3}}}}'
    house.hears("tele/rf/RESULT", received.format("81FEE7"))
    house.passes(timedelta(minutes=6))
    house.alert("door-open")
    house.hears("tele/rf/RESULT", received.format("81FEEE"))
    assert values(house) == [("open", True), ("open", False)]


def fall(status: str, **flags: bool) -> str:
    said = ",".join(f'"{name}":{str(value).lower()}' for name, value in flags.items())
    at = int(NOON.timestamp() * 1000)
    return f'{{"type":5,"payload":{{"status":"{status}","timestamp":{at}{"," if said else ""}{said}}}}}'


def test_a_simulated_fall_pages_nobody_and_is_kept_with_its_reason(house: World) -> None:
    house.hears("/devices/id_42/events", fall("fall_confirmed", isSimulated=True))
    assert house.alerts() == []
    assert any("isSimulated: a test of the radar" in aside.reason for aside in house.quarantined())


def test_one_fall_in_all_its_messages_is_one_alert(house: World) -> None:
    for status in ("fall_detected", "fall_confirmed", "calling", "on_call", "fall_exit"):
        house.hears("/devices/id_42/events", fall(status))
    assert len(house.alerts()) == 1
    assert [value for measure, value in values(house) if measure == "fall"] == [
        "suspected",
        "confirmed",
        "cleared",
    ]


# Topics


def test_every_kind_that_a_site_may_name_is_a_way_in() -> None:
    assert set(KINDS) == set(WAYS_IN) == {*GatewayKind.__args__, "native"}  # type: ignore[attr-defined]
    for kind in KINDS:
        for base in (WAYS_IN[kind].topic, "house/1"):
            assert Decoder([GatewayTopic("x", kind, base)]).filters() == list(filters_of(kind, base))  # type: ignore[arg-type]


def test_a_gateway_without_topic_listens_where_its_maker_puts_it() -> None:
    assert Gateway(id="x").filters == ("zigbee2mqtt/#",)
    assert Gateway(id="x", kind="tasmota").filters == ("tele/#", "stat/#")
    assert Gateway(id="x", kind="tasmota", topic="hus").filters == ("hus/tele/#", "hus/stat/#")
    assert Gateway(id="x", kind="vayyar").filters == ("/devices/+/events", "/devices/+/state")
    assert Gateway(id="x", kind="shelly", topic="shelly").filters == ("shelly/#",)
    assert "+/events/rpc" in Gateway(id="x", kind="shelly").filters


def test_a_topic_of_another_gateway_is_never_taken_by_one_that_listens_everywhere() -> None:
    ways = [GatewayTopic("s", "shelly", "shellies"), GatewayTopic("z", "zigbee2mqtt", "zigbee2mqtt"), NATIVE]
    for order in (ways, ways[::-1]):
        assert Decoder(order).decode(Message("zigbee2mqtt/online", b'{"contact":false}', NOON)).gateway == "z"
        assert Decoder(order).decode(Message("plug/online", b"true", NOON)).gateway == "s"


@pytest.mark.parametrize(
    ("gateways", "wrong"),
    [
        ("[{id: a, kind: tasmota}, {id: b, kind: tasmota}]", "is also that of gateway 'a'"),
        ("[{id: a, kind: chirpstack, topic: z}, {id: b, topic: z}]", "topic 'z' is also that of gateway 'a'"),
        ("[{id: a, codes: {81FEE7: {device: d, measure: open, value: true}}}]", "codes"),
        ("[{id: a, kind: tasmota, codes: {81FEE7: {device: d, measure: open, value: maybe}}}]", "maybe"),
        (
            "[{id: a, kind: tasmota, codes: {81FEE7: {device: d, measure: temperature, value: x}}}]",
            "temperature",
        ),
        ("[{id: a, kind: tasmota, codes: {XYZ: {device: d, measure: open, value: true}}}]", "XYZ"),
        ("[{id: a, kind: knx}]", "knx"),
    ],
)
def test_a_mistake_in_a_gateway_is_said(gateways: str, wrong: str) -> None:
    units = "units: [{id: u, name: U}]\nrooms: [{id: 3A, unit: u}]\n"
    read = read_site(f"site: hus\nname: Huset\ngateways: {gateways}\n{units}", "hus.yaml")
    assert not isinstance(read, SiteFile)
    assert any(wrong in str(problem) for problem in read), [str(problem) for problem in read]


def test_an_older_chirpstack_says_the_same_in_its_own_form() -> None:
    decoder = Decoder([GatewayTopic("lora", "chirpstack", "application")])
    for topic, payload in (
        ("application/1/device/A1/event/up", b'{"objectJSON":"{\\"door\\":\\"open\\"}"}'),
        ("application/1/node/A1/rx", b'{"object":{"door":"open"}}'),
        ("application/1/device/A1/event/up", b'{"deviceInfo":{"devEui":"A1"},"object":{"door":"open"}}'),
    ):
        (reading,) = decoder.decode(Message(topic, payload, NOON)).readings
        assert (reading.device, reading.measure, reading.value) == ("a1", "open", True)


def test_a_first_generation_shellys_input_is_not_taken_for_its_relay() -> None:
    decoder = Decoder([GatewayTopic("s", "shelly", "shellies")])
    for topic, payload, device in (
        ("shellies/plug/relay/0", b"on", "plug"),
        ("shellies/plug/relay/1", b"on", "plug/relay:1"),
        ("shellies/plug/input/0", b"1", "plug/input:0"),
    ):
        (reading,) = decoder.decode(Message(topic, payload, NOON)).readings
        assert (reading.device, reading.measure, reading.value) == (device, "on", True)


@pytest.mark.parametrize("payload", ["-1", "999", "unknown"])
def test_a_shelly_that_has_just_woken_up_tells_no_battery_or_temperature_of_no_value(payload: str) -> None:
    decoder = Decoder([GatewayTopic("s", "shelly", "shellies")])
    for sensor in ("battery", "lux", "state") + (() if payload == "-1" else ("temperature",)):
        assert decoder.decode(
            Message(f"shellies/d/sensor/{sensor}", payload.encode(), NOON)
        ).readings == () or (sensor == "lux" and payload == "999")


def test_an_uplink_that_somebody_simulated_in_the_console_is_no_reading() -> None:
    uplink = {"f_port": 1, "decoded_payload": {"fall": "fallen"}, "received_at": "2026-11-23T02:09:00Z"}
    decoder = Decoder([GatewayTopic("ttn", "thethingsstack", "v3")])

    def said(topic: str, **more: object) -> Decoded:
        payload = json.dumps({"uplink_message": uplink, **more}).encode()
        at = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
        return decoder.decode(Message(f"v3/app@ttn/devices/radar/{topic}", payload, at))

    assert [r.value for r in said("up").readings] == ["confirmed"]
    assert said("up", simulated=True).readings == ()
    assert "simulated in the console" in (said("up", simulated=True).error or "")
    assert said("up/normalized").ignored == "gateway's own talk"


def test_what_an_entity_without_a_device_class_means_is_not_guessed_and_it_is_named() -> None:
    mat = b'{"name": "Sengematte", "stat_t": "esp/mat/state", "uniq_id": "m", "dev": {"ids": ["esp"]}}'
    decoder = Decoder([GatewayTopic("ha", "homeassistant", "homeassistant", {})])
    at = datetime(2026, 11, 24, 1, tzinfo=UTC)
    told = decoder.decode(Message("homeassistant/binary_sensor/esp/mat/config", mat, at))
    assert told.error == "'Sengematte' names no device class: what its on and off mean is not known"
    assert told.readings == ()
