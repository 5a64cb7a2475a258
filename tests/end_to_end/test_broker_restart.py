"""The broker goes and comes back while readings flow: what it had confirmed is there, once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.house import House
from tests.end_to_end.sensors import SITE, Sensors, assert_all_there_once, journal
from tests.servers import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.fixture
def house(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[House]:
    """With a hub at work, at the end of the broker's backlog."""
    made = House(tmp_path / "house", mosquitto, json.dumps(SITE))
    made.start_hub()
    made.until(made.hub_is_caught_up, "the hub's first look at the broker")
    yield made
    made.stop_hub()


def flowing(house: House, sensors: Sensors, more: int = 300) -> Callable[[], bool]:
    """Whether so many more readings than now are in the journal."""
    wanted = len(journal(house)) + more
    return lambda: len(journal(house)) >= wanted


def test_a_broker_restarted_under_load_loses_and_doubles_nothing(house: House, mosquitto: Mosquitto) -> None:
    sensors = Sensors(house)
    sensors.start()
    for _ in range(3):
        house.until(flowing(house, sensors), "readings")
        mosquitto.restart()
    house.until(flowing(house, sensors), "readings after the last restart")
    sensors.be_silent(house)
    assert_all_there_once(house, sensors.confirmed, sensors)
    assert len(sensors.confirmed) == len(sensors.said) > 1000


def test_a_broker_killed_under_load_loses_nothing_that_it_had_saved_and_doubles_nothing(
    house: House, mosquitto: Mosquitto
) -> None:
    sensors = Sensors(house)
    sensors.start()
    saved = set()
    for _ in range(3):
        house.until(flowing(house, sensors), "readings")
        saved |= set(sensors.confirmed)
        mosquitto.wait_until_saved()
        mosquitto.kill()
        mosquitto.start()
    house.until(flowing(house, sensors), "readings after the last death")
    sensors.be_silent(house)
    assert_all_there_once(house, saved, sensors)


def test_what_a_killed_broker_had_saved_for_a_hub_that_was_away_comes_once(
    house: House, mosquitto: Mosquitto
) -> None:
    house.stop_hub()
    sensors = Sensors(house)
    sensors.speak(2000)
    sensors.be_silent(house)
    mosquitto.wait_until_saved()
    mosquitto.kill()
    mosquitto.start()
    assert not journal(house)
    house.start_hub()
    assert_all_there_once(house, set(sensors.said), sensors)
