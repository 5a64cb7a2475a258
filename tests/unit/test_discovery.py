"""A device that nobody has placed yet: heard, described as it announces itself, found by its label."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.labels import Label, read_label
from hub.discovery import Discovered, discovered, ignore, named_by, placed_by, take_back, waiting
from tests.world import World, read

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = """
site: hus
name: Huset
gateways:
  - {id: zigbee2mqtt}
  - {id: ha, kind: homeassistant}
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}]
devices: [{id: 3A ytterdør, room: 3A, role: outer_door, address: "0x00158d0001a2b3c4"}]
"""
DEVICES = [
    {"type": "Coordinator", "ieee_address": "0x00124b0000000000", "friendly_name": "Coordinator"},
    {
        "type": "EndDevice",
        "ieee_address": "0x00158d00deadbeef",
        "friendly_name": "gangen",
        "power_source": "Battery",
        "definition": {"vendor": "Aqara", "model": "MCCGQ11LM", "description": "Door and window sensor"},
    },
    {"type": "EndDevice", "ieee_address": "0x00158d00cafecafe", "friendly_name": "0x00158d00cafecafe"},
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, SITE, NOON)
    yield world
    world.stop()


def found(world: World) -> list[Discovered]:
    return discovered(world.connection, read(SITE))


def label(text: str) -> Label:
    read = read_label(text)
    assert isinstance(read, Label)
    return read


def test_a_device_that_the_site_does_not_name_is_discovered_with_what_it_says(world: World) -> None:
    world.hears("zigbee2mqtt/0x00158d0001a2b3c4", '{"contact":true}')
    world.hears("zigbee2mqtt/gangen", '{"contact":false,"battery":87}')
    (device,) = found(world)
    assert (device.gateway, device.address) == ("zigbee2mqtt", "gangen")
    assert {measure: value for measure, (value, _) in device.latest.items()} == {"open": True, "battery": 87}
    assert device.last_heard_at == world.clock.now()


def test_it_is_described_as_its_gateway_announces_it_also_before_it_speaks(world: World) -> None:
    world.hears("zigbee2mqtt/bridge/devices", json.dumps(DEVICES), retained=True)
    world.hears("zigbee2mqtt/gangen", '{"contact":false}')
    spoke, silent = found(world)
    assert (spoke.description.maker, spoke.description.model) == ("Aqara", "MCCGQ11LM")
    assert spoke.description.battery is True
    assert (silent.address, silent.last_heard_at) == ("0x00158d00cafecafe", None)


def test_home_assistants_discovery_describes_a_device(world: World) -> None:
    said = {
        "dev_cla": "door",
        "stat_t": "esp/door",
        "dev": {"ids": ["esp-1"], "mf": "Espressif", "mdl": "C3"},
    }
    world.hears("homeassistant/binary_sensor/esp/door/config", json.dumps(said), retained=True)
    (device,) = found(world)
    assert (device.gateway, device.address, device.description.maker) == ("ha", "esp-1", "Espressif")


def test_a_label_finds_it_by_its_radio_address_though_it_was_renamed(world: World) -> None:
    world.hears("zigbee2mqtt/bridge/devices", json.dumps(DEVICES), retained=True)
    world.hears("zigbee2mqtt/gangen", '{"contact":false}')
    by_label = named_by(label("00:15:8D:00:DE:AD:BE:EF"), found(world))
    assert [device.address for device in by_label] == ["gangen"]
    assert named_by(label("00:15:8D:00:DE:AD:BE:EE"), found(world)) == []


def test_a_label_of_a_device_in_its_place_says_so(world: World) -> None:
    assert placed_by(world.connection, label("00158D0001A2B3C4"), read(SITE)) == ["3A ytterdør"]


def test_a_neighbours_device_is_ignored_with_a_reason_and_can_be_taken_back(world: World) -> None:
    world.hears("zigbee2mqtt/nabo", '{"temperature":21}')
    now = world.clock.now()
    ignore(world.connection, "hus", "zigbee2mqtt", "nabo", "naboens", now, "tor")
    (device,) = found(world)
    assert device.ignored is not None
    assert (device.ignored.reason, device.ignored.by) == ("naboens", "tor")
    assert waiting(found(world), now) == []
    assert take_back(world.connection, "hus", "zigbee2mqtt", "nabo", now, "tor")
    assert not take_back(world.connection, "hus", "zigbee2mqtt", "nabo", now, "tor")
    assert [device.address for device in waiting(found(world), now)] == ["nabo"]
    trail = [row["what"] for row in world.connection.execute("SELECT what FROM audit WHERE by = 'tor'")]
    assert trail == ["device ignored", "device taken back"]


def test_who_has_been_silent_for_a_day_waits_for_nobody(world: World) -> None:
    world.hears("zigbee2mqtt/gammel", '{"contact":true}')
    assert waiting(found(world), world.clock.now() + timedelta(hours=23))
    assert not waiting(found(world), world.clock.now() + timedelta(hours=25))
