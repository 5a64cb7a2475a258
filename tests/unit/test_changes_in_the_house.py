"""The house changes while things are going on: devices move, clocks are set, silences are told of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text("utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NOON)
    yield made
    made.stop()


def test_a_door_that_was_moved_to_another_flat_is_no_longer_open_in_the_first(house: World) -> None:
    house.says("3B outer door", open=True)
    house.passes(timedelta(minutes=1))
    house.imports(SITE.replace("{id: 3B outer door, room: 3B,", "{id: 3B outer door, room: stua,"))
    house.passes(timedelta(minutes=30))
    assert [found for found in house.findings() if found.rule == "door-open" and found.room == "3B"] == []


@pytest.mark.parametrize("room", ["3B", "stua"])
def test_a_detector_that_smells_smoke_already_when_it_is_placed_raises_with_its_next_word(
    house: World, room: str
) -> None:
    """Its gateway repeats what it knows; to the rules of the room that is the first they hear of it."""
    told = '{"smoke": true, "battery": 91}'
    house.hears("zigbee2mqtt/0x00158d0001a2b3c4", told)
    placed = "  - {id: new smoke, room: ROOM, role: smoke_detector, address: '0x00158d0001a2b3c4'}\n"
    house.imports(SITE.replace("devices:\n", f"devices:\n{placed.replace('ROOM', room)}", 1))
    house.passes(timedelta(seconds=2))
    house.hears("zigbee2mqtt/0x00158d0001a2b3c4", told)
    assert house.alert("smoke", room).device == "new smoke"
    house.hears("zigbee2mqtt/0x00158d0001a2b3c4", told)
    assert len([found for found in house.findings() if found.rule == "smoke"]) == 1


def test_an_acceptance_is_given_its_ten_minutes_also_when_the_clock_is_set(house: World) -> None:
    house.says("3B button", pressed="single")
    alert = house.alert("help-button")
    house.desk.accept(alert.id, "kari")
    house.clock_is_moved(timedelta(hours=1))
    house.passes(timedelta(minutes=9))
    assert house.alert("help-button").state == "accepted"
    house.passes(timedelta(minutes=2))
    assert house.alert("help-button").state == "open"


def test_a_silence_that_is_told_of_in_its_time_is_not_called_late(house: World) -> None:
    house.gateway("annex", online=False)
    house.passes(timedelta(minutes=3))
    assert not house.alert("not-heard").late


def test_smoke_from_a_detector_whose_clock_fell_behind_is_raised_at_once(house: World) -> None:
    house.says("stua smoke", smoke=False)
    house.passes(timedelta(minutes=1))
    house.says("stua smoke", at=NOON - timedelta(days=5), smoke=True)
    assert house.alert("smoke").late


def test_a_door_whose_clock_fell_behind_for_good_is_heard_again_after_a_few_minutes(house: World) -> None:
    house.says("3B outer door", open=False)
    behind = timedelta(hours=5)
    for is_open in (True, False, True, False, True):
        house.passes(timedelta(minutes=1))
        house.says("3B outer door", at=house.clock.now() - behind, open=is_open)
    house.passes(timedelta(minutes=6))
    assert house.alert("door-open").state == "open"


def test_smoke_that_the_broker_kept_from_earlier_is_raised(house: World) -> None:
    house.says("stua smoke", retained=True, smoke=True)
    assert house.alert("smoke").state == "open"


def test_a_call_long_after_somebody_came_is_open_for_everybody_again(house: World) -> None:
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "kari")
    house.passes(timedelta(minutes=30))
    house.says("3B button", pressed="single")
    again = house.alert("help-button")
    assert (again.state, again.arrived_by, again.occurrences) == ("open", None, 2)


def test_who_came_and_never_said_what_came_of_it_is_reminded_within_the_hour(house: World) -> None:
    house.says("3B button", pressed="single")
    alert = house.alert("help-button")
    house.desk.arrive(alert.id, "kari")
    house.passes(timedelta(minutes=61))
    assert house.alert("help-button").state == "open"
    assert house.trail(alert)[-3:] == ["closing_overdue", "called", "called"]


def test_an_open_alert_follows_its_room_to_another_unit(house: World) -> None:
    house.says("3B button", pressed="single")
    house.imports(SITE.replace("solsiden", "skyggesiden"))
    house.passes(timedelta(seconds=2))
    assert house.alert("help-button").unit == "skyggesiden"


def test_a_gateway_that_keeps_coming_back_for_a_moment_is_told_of(house: World) -> None:
    for _ in range(3):
        house.gateway("annex", online=False)
        house.passes(timedelta(seconds=100))
        house.gateway("annex", online=True)
        house.passes(timedelta(seconds=5))
    assert [a.room for a in house.alerts() if a.rule == "not-heard"] == ["gateway:annex"]


def test_a_door_that_is_first_heard_shut_was_not_used_just_then(house: World) -> None:
    house.says("3B outer door", open=False)
    house.passes(timedelta(hours=3))
    assert [found for found in house.findings() if found.rule == "not-back"] == []
