"""A device that is replaced keeps its place and its history, and the rules keep what they had seen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.history.embedded import EmbeddedHistory
from hub.site.change import Changed, change_site
from hub.site.edits import ChangeDevice, Edit, PlaceDevice, PutRule, RemoveDevice, ReplaceDevice
from hub.store import placements
from tests.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text("utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NOON)
    yield made
    made.stop()


def edit(house: World, *edits: Edit) -> None:
    """A technician's edit, and the second that the hub takes to see it."""
    done = change_site(house.connection, "donski-small", edits, "trond", house.clock)
    assert isinstance(done, Changed), done
    house.passes(timedelta(seconds=1))


def history(house: World, device: str) -> list[object]:
    """What a device ever said, under all its addresses."""
    asked = EmbeddedHistory(house.connection, house.database, house.site)
    return [reading.value for reading in asked.readings([device], EVER, house.clock.now() + MINUTE)]


def test_a_replaced_device_keeps_its_history_under_both_addresses(house: World) -> None:
    house.says("3B outer door", open=True)
    house.passes(MINUTE)
    edit(house, ReplaceDevice("3B outer door", "0x02"))
    house.says("3B outer door", open=False)
    assert history(house, "3B outer door") == [True, False]
    first, second = placements.of(house.connection, "donski-small", "3B outer door")
    assert (first.address, first.since, first.until) == ("3B outer door", EVER, NOON + MINUTE)
    assert (second.address, second.since, second.until) == ("0x02", NOON + MINUTE, None)


def test_what_the_old_device_says_after_it_was_replaced_is_not_this_places_history(house: World) -> None:
    house.says("3B outer door", open=False)
    house.passes(MINUTE)
    edit(house, ReplaceDevice("3B outer door", "0x02"))
    house.hears("zigbee2mqtt/3B outer door", '{"contact": false}')
    assert history(house, "3B outer door") == [False]
    assert house.alerts() == []


def test_a_device_heard_before_it_was_placed_brings_what_it_had_said(house: World) -> None:
    house.hears("zigbee2mqtt/0x03", '{"contact": true}')
    house.passes(MINUTE)
    edit(house, PlaceDevice("3B window", "3B", "window", address="0x03"))
    house.says("3B window", open=True)
    assert history(house, "3B window") == [False, True]


def test_a_device_that_hung_elsewhere_does_not_bring_that_places_history(house: World) -> None:
    house.says("stua garden door", open=True)
    house.passes(MINUTE)
    edit(house, RemoveDevice("stua garden door"))
    edit(house, PlaceDevice("3B window", "3B", "window", address="stua garden door"))
    house.says("3B window", open=False)
    assert history(house, "3B window") == [False]
    assert history(house, "stua garden door") == [True]


def test_an_hour_in_which_a_device_changed_hands_is_told_of_neither_place(house: World) -> None:
    house.says("stua garden door", open=True)
    house.passes(timedelta(hours=2, minutes=30))
    edit(house, RemoveDevice("stua garden door"))
    edit(house, PlaceDevice("3B window", "3B", "window", address="stua garden door"))
    house.passes(timedelta(hours=2))
    house.says("3B window", open=False)
    asked = EmbeddedHistory(house.connection, house.database, house.site)
    hours = asked.hourly(["3B window", "stua garden door"], NOON, NOON + timedelta(hours=6))
    assert {(h.device, (h.at - NOON) // timedelta(hours=1)) for h in hours} == {
        ("stua garden door", 0),
        ("stua garden door", 1),
        ("3B window", 3),
        ("3B window", 4),
    }


def test_a_device_that_is_moved_is_on_record_in_both_rooms(house: World) -> None:
    edit(house, ChangeDevice("3B motion", "4A", "motion"))
    found = placements.of(house.connection, "donski-small", "3B motion")
    assert [(p.room, p.until is None) for p in found] == [("3B", False), ("4A", True)]


def test_a_door_that_stands_open_while_another_devices_is_replaced_is_told_of_in_its_time(
    house: World,
) -> None:
    house.says("3B outer door", open=True)
    house.passes(timedelta(minutes=4))
    edit(house, ReplaceDevice("stua smoke", "0x05"), PutRule({"rule": "quiet", "after": "9 h"}))
    house.passes(timedelta(minutes=2))
    assert house.alert("door-open").raised_at == NOON + timedelta(minutes=5)


def test_a_replaced_door_that_never_spoke_keeps_the_rule_until_the_new_one_says_otherwise(
    house: World,
) -> None:
    house.says("3B outer door", open=True)
    house.passes(timedelta(minutes=3))
    edit(house, ReplaceDevice("3B outer door", "0x02"))
    house.says("3B outer door", open=False)
    house.passes(timedelta(minutes=10))
    assert [a.rule for a in house.alerts()] == []


def test_the_first_edit_of_a_house_from_before_the_record_reaches_back(house: World) -> None:
    house.connection.execute("DELETE FROM placement")  # as a database brought up to date has it
    house.says("3B outer door", open=True)
    house.passes(MINUTE)
    edit(house, ReplaceDevice("3B outer door", "0x02"))
    assert history(house, "3B outer door") == [True]
