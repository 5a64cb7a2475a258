"""What could not be understood is kept within bounds, however wild a publisher goes."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.message import Message
from hub.store import quarantine
from hub.store.db import connect, transaction
from tests.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text("utf-8")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(tmp_path / "vaka.db")
    yield opened
    opened.close()


def set_aside(connection: sqlite3.Connection, *told: tuple[str, str]) -> None:
    with transaction(connection):
        for topic, reason in told:
            quarantine.add(connection, "s", topic, reason, b"x", NOON)


def kept(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    return {(row.topic, row.reason): row.count for row in quarantine.everything(connection, "s")}


def test_a_sensor_that_is_wrong_in_ever_new_ways_takes_a_bounded_place(
    connection: sqlite3.Connection,
) -> None:
    set_aside(connection, *[("wild", f"temperature is {n}") for n in range(1000)], ("calm", "no JSON"))
    found = kept(connection)
    assert len(found) == quarantine.REASONS_KEPT + 2
    assert found["wild", "many different faults"] == 1000 - quarantine.REASONS_KEPT
    assert found["calm", "no JSON"] == 1
    set_aside(connection, ("wild", "temperature is 3"))
    assert kept(connection)["wild", "temperature is 3"] == 2


def test_a_publisher_of_ever_new_topics_fills_no_more_than_the_table_may_hold(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "TOPICS_KEPT", 50)
    set_aside(connection, *[(f"t{n}", "no JSON") for n in range(80)])
    found = kept(connection)
    assert len(found) == 51
    assert found["(many topics)", "too many different messages could not be understood"] == 30


def test_room_in_the_table_is_known_again_once_the_old_was_deleted(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "TOPICS_KEPT", 5)
    set_aside(connection, *[(f"t{n}", "no JSON") for n in range(9)])
    with transaction(connection):
        quarantine.delete(connection, before=NOON.replace(hour=13), limit=4)
    set_aside(connection, ("new", "no JSON"))
    assert ("new", "no JSON") in kept(connection)


def test_what_was_rolled_back_takes_no_room(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "TOPICS_KEPT", 3)

    def fail() -> None:
        with transaction(connection):
            for n in range(3):
                quarantine.add(connection, "s", f"gone{n}", "no JSON", b"x", NOON)
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        fail()
    set_aside(connection, ("a", "no JSON"), ("b", "no JSON"), ("c", "no JSON"))
    assert kept(connection) == {("a", "no JSON"): 1, ("b", "no JSON"): 1, ("c", "no JSON"): 1}


def test_long_topics_and_reasons_are_cut(connection: sqlite3.Connection) -> None:
    set_aside(connection, ("t" * 60_000, "r" * 60_000))
    ((topic, reason),) = kept(connection)
    assert topic == "t" * 255 + "…"
    assert reason == "r" * 255 + "…"


def test_a_device_with_an_endless_name_is_set_aside_and_not_listed(tmp_path: Path) -> None:
    house = World(tmp_path, SITE, NOON)
    topic = f"vaka/donski-small/readings/{'x' * 257}"
    house.take([Message(topic, b'{"open": true}', NOON, mid=1)])
    assert house.connection.execute("SELECT count(*) FROM device").fetchone()[0] == 0
    (aside,) = house.quarantined()
    assert aside.reason == "a device's name of more than 256 characters"
    house.stop()
