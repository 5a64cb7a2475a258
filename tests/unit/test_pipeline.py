"""A batch is one transaction: taken whole, or nothing is half done in memory either."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.message import Message
from tests.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text("utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NOON)
    yield made
    if made.running:
        made.stop()


def said(device: str, payload: str, mid: int, at: datetime = NOON) -> Message:
    return Message(f"vaka/donski-small/readings/{device}", payload.encode(), at, mid=mid)


def values(house: World) -> list[object]:
    return [(r.measure, r.value) for r in house.readings()]


def test_one_message_that_breaks_a_batch_is_set_aside_and_the_others_are_taken(house: World) -> None:
    house.connection.execute(
        "CREATE TRIGGER refusal BEFORE INSERT ON device WHEN new.address = 'refused'"
        " BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
    )
    house.take([
        said("3B%20bed", '{"in_bed": true}', 1),
        said("refused", '{"open": true}', 2),
        said("3B%20bed", '{"in_bed": false}', 3),
    ])  # fmt: skip
    assert values(house) == [("in_bed", True), ("in_bed", False)]
    (aside,) = house.quarantined()
    assert "refused by the test" in aside.reason


def test_a_disk_that_fails_in_the_middle_of_a_batch_taken_one_by_one_makes_nothing_twice(
    house: World,
) -> None:
    fails = [True]

    def full() -> None:
        if fails[0]:
            raise OSError("no space left")

    house.connection.create_function("on_disk", 0, full)
    house.connection.execute(
        "CREATE TEMP TRIGGER refusal BEFORE INSERT ON main.device WHEN new.address = 'refused'"
        " BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
    )
    house.connection.execute(
        "CREATE TEMP TRIGGER disk BEFORE INSERT ON main.device WHEN new.address = 'last'"
        " BEGIN SELECT on_disk(); END"
    )
    batch = [
        said("3B%20bed", '{"in_bed": true}', 1),
        said("refused", '{"open": true}', 2),
        said("last", '{"open": true}', 3),
    ]
    with pytest.raises(sqlite3.OperationalError):
        house.take(batch)
    with pytest.raises(sqlite3.OperationalError):
        house.take(batch)
    fails[0] = False
    house.take(batch)
    assert values(house) == [("in_bed", True), ("open", True)]
    house.take([said("3B%20bed", '{"in_bed": false}', 4)])
    assert values(house)[2:] == [("in_bed", False)]


def test_values_moved_by_a_clock_that_was_set_are_still_moved_after_a_restart(house: World) -> None:
    house.says("3B outer door", open=True, own_time=False)
    house.passes(timedelta(minutes=1))
    house.clock_is_moved(-timedelta(hours=3))
    house.restart()
    house.passes(timedelta(minutes=1))
    house.says("3B outer door", open=False, own_time=False)
    assert [r.flags & 1 for r in house.readings()] == [0, 0], (
        "not late, though its clock shows less than before"
    )


def test_a_new_value_of_a_rule_counts_from_what_was_seen_before_it(house: World) -> None:
    house.says("3B outer door", open=True)
    house.passes(timedelta(minutes=3))
    house.imports(SITE.replace("- {rule: door-open}", "- {rule: door-open, lasts: 4 min}"))
    house.passes(timedelta(minutes=2))
    assert house.alert("door-open", "3B").raised_at == NOON + timedelta(minutes=4)


def test_a_rule_that_becomes_one_of_another_kind_starts_anew(house: World) -> None:
    own = (
        "- {rule: own, kind: held, name: Own, why: Own, lasts: 5 min, when: [{measure: open, value: true}]}",
        "- {rule: own, kind: quiet, name: Own, why: Own, after: 1 h}",
    )
    house.imports(f"{SITE}  {own[0]}\n")
    house.says("3B outer door", open=True)
    house.imports(f"{SITE}  {own[1]}\n")
    house.says("3B outer door", open=False)
    house.passes(timedelta(hours=2))
    assert house.alert("own", "3B").raised_at == NOON + timedelta(hours=1)


def test_a_message_under_a_number_of_a_lost_session_is_news(house: World) -> None:
    door = Message("zigbee2mqtt/3B button", b'{"action": "single"}', NOON, mid=7)
    house.take([door])
    house.passes(timedelta(minutes=5))
    house.broker_lost()
    house.broker_back(session=False)
    at = NOON + timedelta(minutes=5)
    house.take([Message(door.topic, door.payload, at, redelivered=True, mid=7)])
    assert house.alert("help-button", "3B").occurrences == 2
