"""A device that announces itself by Home Assistant's discovery is listened to at once, at a real broker."""

from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.house import House
from tests.servers import Mosquitto

pytestmark = pytest.mark.broker

SITE = """
site: discovery
name: Discovery
gateways: [{id: ha, kind: homeassistant}]
units: [{id: u, name: U}]
rooms: [{id: 3A, unit: u}]
devices: [{id: fridge, room: 3A, role: fridge, gateway: ha, address: esp}]
"""
STATE = "tasmota/esp/door"
CONFIG = (
    "homeassistant/binary_sensor/esp/door/config",
    b'{"dev_cla":"door","stat_t":"%s","dev":{"ids":["esp"]}}',
)


def test_what_a_device_announces_is_heard_at_once_and_after_the_hub_was_away(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    house = House(tmp_path / "house", mosquitto, SITE)
    house.start_hub()
    house.until(house.hub_is_caught_up, "the hub's first look at the broker")
    house.publish([(CONFIG[0], CONFIG[1] % STATE.encode())])
    house.until(partial(is_announced, house), "the announcement")
    house.until(partial(hears, house, 1), "the door's first word")
    house.stop_hub()
    house.publish([(STATE, b"OFF")])
    house.start_hub()
    house.until(partial(heard, house, 0), "what the door said while the hub was away")
    house.stop_hub()


def is_announced(house: House) -> bool:
    return bool(house.rows("SELECT 1 FROM announcement"))


def hears(house: House, value: int) -> bool:
    """The subscription follows the announcement's commit; a door that repeats itself is heard in the end."""
    house.publish([(STATE, b"ON" if value else b"OFF")])
    return heard(house, value)


def heard(house: House, value: int) -> bool:
    return bool(house.rows("SELECT 1 FROM reading WHERE value = ?", value))
