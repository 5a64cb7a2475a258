"""A device that a technician places while everything runs is judged at once, and rules go on as they were."""

import time
from pathlib import Path

import pytest

from hub.clock import WallClock
from hub.site.change import Changed, change_site
from hub.site.edits import PlaceDevice, PutRule, ReplaceDevice
from hub.store.db import connect
from tests.end_to_end.house import House
from tests.servers import Mosquitto

pytestmark = pytest.mark.broker

SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text("utf-8")


def test_a_device_is_judged_as_soon_as_it_is_placed_and_a_running_deadline_keeps_its_time(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    house = House(tmp_path, mosquitto, SITE.replace("{rule: door-open}", "{rule: door-open, lasts: 8 s}"))
    house.start_hub()
    house.until(house.hub_is_caught_up, "a hub at work")
    gateway = house.publisher()
    gateway.publish("zigbee2mqtt/3B outer door", b'{"contact": false}', qos=1)
    house.until(lambda: bool(house.rows("SELECT 1 FROM reading")), "the door")
    ((opened_at,),) = house.rows("SELECT at FROM reading")

    connection = connect(house.database)
    edits = [
        PlaceDevice("stua knapp", "stua", "help_button", address="0x77"),
        ReplaceDevice("4A motion", "0x78"),
        PutRule({"rule": "quiet", "after": "9 h"}),
    ]
    assert isinstance(change_site(connection, "donski-small", edits, "trond", WallClock()), Changed)

    def pressed() -> bool:
        gateway.publish("zigbee2mqtt/0x77", b'{"action": "single"}', qos=1)
        time.sleep(0.05)
        return bool(alerts(house, "help-button"))

    house.until(pressed, "the press of a button that was just placed")
    ((room,),) = alerts(house, "help-button")
    assert room == "stua"
    house.until(lambda: bool(alerts(house, "door-open")), "the door that stood open all along")
    ((raised_at,),) = house.rows("SELECT raised_at FROM alert WHERE rule = 'door-open'")
    assert int(str(raised_at)) == int(str(opened_at)) + 8_000_000
    gateway.disconnect()
    gateway.loop_stop()
    house.stop_hub()
    connection.close()


def alerts(house: House, rule: str) -> list[tuple[object, ...]]:
    return house.rows("SELECT room FROM alert WHERE rule = ?", rule)
