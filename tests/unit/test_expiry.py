"""What is off for a while is on again when its time is up, whatever happens meanwhile."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rules.absence import Absence
from rules.pause import Pause
from rules.walk_test import Test
from tests.world import World

HOUSE = """
site: house
name: A house
units: [{id: u, name: U}]
rooms: [{id: 3B, unit: u}, {id: 4A, unit: u}]
residents:
  - {id: r-anna, name: Anna, room: 3B}
  - {id: r-olav, name: Olav, room: 4A}
  - {id: r-odd, name: Odd, room: 4A}
devices:
  - {id: 3B door, room: 3B, role: outer_door, gateway: native}
  - {id: 3B fall, room: 3B, role: fall_detector, gateway: native}
  - {id: 4A door, room: 4A, role: outer_door, gateway: native}
people:
  - {id: kari, name: Kari, role: carer}
  - {id: tor, name: Tor, role: technician}
rules: [{rule: night-exit}, {rule: fall}]
"""
AUTUMN_NIGHT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Oslo, for the first time
MINUTE = timedelta(minutes=1)
LENGTH = 10 * MINUTE


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, HOUSE, AUTUMN_NIGHT - 5 * MINUTE)
    for door in ("3B door", "4A door"):
        world.says(door, open=False)
    world.says("3B fall", fall="cleared")
    world.until(AUTUMN_NIGHT)
    yield world
    if world.running:
        world.stop()


def tests_the_door(world: World) -> None:
    assert isinstance(world.walk_tests.start("3B door", "tor", LENGTH), Test)


def pauses_the_door(world: World) -> None:
    until = world.clock.now() + LENGTH
    assert isinstance(world.pauses.pause_device("3B door", "kari", "bytter lås", until), Pause)


def pauses_the_rule(world: World) -> None:
    until = world.clock.now() + LENGTH
    assert isinstance(world.pauses.pause("night-exit", "3B", "kari", "besøk", until), Pause)


SWITCHING_OFF = [tests_the_door, pauses_the_door, pauses_the_rule]
off_in_some_way = pytest.mark.parametrize("switch_off", SWITCHING_OFF)


def goes_out(world: World, room: str = "3B") -> list[str]:
    """The door is opened now, and shut: which grave alerts that raises."""
    before = {alert.id for alert in world.alerts()}
    world.says(f"{room} door", open=True)
    world.says(f"{room} door", open=False)
    return [a.rule for a in world.alerts() if a.id not in before and a.severity == "high"]


@off_in_some_way
def test_what_ends_while_the_hub_is_stopped_is_on_again_when_it_is_back(
    world: World, switch_off: Callable[[World], None]
) -> None:
    switch_off(world)
    world.passes(MINUTE)
    assert goes_out(world) == []
    world.stop()
    world.clock.at += LENGTH
    world.start()
    assert goes_out(world) == ["night-exit"]


@off_in_some_way
def test_what_happened_after_its_end_while_the_hub_was_stopped_is_raised(
    world: World, switch_off: Callable[[World], None]
) -> None:
    switch_off(world)
    world.passes(MINUTE)
    world.stop()
    world.clock.at += LENGTH
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    world.clock.at += LENGTH
    world.start()
    assert world.alert("night-exit").severity == "high"


@off_in_some_way
@pytest.mark.parametrize("by", [timedelta(minutes=5), timedelta(hours=1)])
def test_a_clock_set_forward_meanwhile_makes_nothing_longer(
    world: World, switch_off: Callable[[World], None], by: timedelta
) -> None:
    switch_off(world)
    world.passes(MINUTE)
    world.clock_is_moved(by)
    world.restart()
    world.passes(LENGTH)
    assert goes_out(world) == ["night-exit"]


@off_in_some_way
def test_a_clock_set_back_meanwhile_makes_nothing_last_past_its_end_on_the_clock(
    world: World, switch_off: Callable[[World], None]
) -> None:
    switch_off(world)
    world.passes(MINUTE)
    world.clock_is_moved(-timedelta(hours=1))
    world.restart()
    world.passes(LENGTH + timedelta(hours=1))
    assert goes_out(world) == ["night-exit"]


@off_in_some_way
def test_another_devices_fall_in_the_room_is_raised_meanwhile(
    world: World, switch_off: Callable[[World], None]
) -> None:
    switch_off(world)
    world.passes(MINUTE)
    world.says("3B fall", fall="confirmed")
    assert world.alert("fall", "3B").severity == "high"


def test_of_two_in_a_room_the_one_who_is_at_home_is_watched_over(world: World) -> None:
    back_by = world.clock.now() + 60 * MINUTE
    assert isinstance(world.absences.away("r-olav", "family", back_by, "kari"), Absence)
    world.passes(MINUTE)
    assert goes_out(world, "4A") == ["night-exit"]
