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
