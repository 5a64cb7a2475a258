"""The embedded history: all that the journal held, once, whatever was moved, packed or deleted meanwhile."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Reading
from hub.history import segments, upkeep
from hub.history.block import Row, packed, unpacked
from hub.history.embedded import EmbeddedHistory
from hub.history.segments import beside, connect_history
from hub.history.upkeep import Retention, close_days, keep, move, prune_journal
from hub.store import history_cursor, readings
from hub.store.db import transaction
from hub.store.readings import LATE
from tests.world import World

SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
FOR_EVER = Retention(None, None)
DEVICES = ("3B outer door", "3B motion", "3B bed", "4A motion")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, SITE, MONDAY)


@pytest.fixture
def history(world: World) -> Iterator[sqlite3.Connection]:
    with closing(connect_history(beside(world.database))) as opened:
        yield opened


def asked(world: World) -> EmbeddedHistory:
    return EmbeddedHistory(world.connection, world.database, world.site)


def everything(world: World, *devices: str) -> list[Reading]:
    return list(asked(world).readings(devices or DEVICES, MONDAY - 30 * A_DAY, world.clock.at + A_DAY))


def in_the_journal(world: World) -> list[tuple[str, str, object, datetime, datetime, int]]:
    """What was committed, by the journal alone."""
    names = {row[0]: row[1] for row in world.connection.execute("SELECT no, address FROM device")}
    # That a reading was late is the journal's remark, no part of what was said.
    return [(names[r.device], *r[2:6], r.flags & ~LATE) for r in world.readings()]


def as_committed(found: list[Reading]) -> list[tuple[str, str, object, datetime, datetime, int]]:
    return [
        (
            r.device,
            r.measure,
            r.value,
            r.at,
            r.received_at,
            2 * r.snapshot + 4 * r.own_time + 8 * r.clock_wrong,
        )
        for r in found
    ]


def pieces(history: sqlite3.Connection) -> list[int]:
    """How many segments each day has."""
    return [len(own) for _, own in sorted(segments.by_day(history, range(100_000)).items())]


def live(world: World, hours: float, chance: random.Random) -> None:
    """Somebody lives there: a reading every few minutes, some of them late."""
    until = world.clock.at + timedelta(hours=hours)
    while world.clock.at < until:
        world.passes(timedelta(seconds=chance.uniform(200, 2400)))
        device = chance.choice(DEVICES)
        at = world.clock.at - timedelta(minutes=chance.choice([0, 0, 0, 7, 90]))
        measure = {"3B outer door": "open", "3B bed": "in_bed"}.get(device, "motion")
        world.says(device, at=at, own_time=chance.random() < 0.8, **{measure: chance.random() < 0.5})
        if chance.random() < 0.1:
            world.says(device, battery=chance.randrange(50, 100))


def test_every_reading_is_found_in_the_order_of_its_commit_whatever_has_been_moved(
    world: World, history: sqlite3.Connection
) -> None:
    chance = random.Random(7)
    for _ in range(12):
        live(world, 5, chance)
        expected = in_the_journal(world)
        assert as_committed(everything(world)) == expected
        move(world.connection, history, chance.choice([1, 20, 1000]))
        assert as_committed(everything(world)) == expected
        if chance.random() < 0.5:
            close_days(world.connection, history, world.clock.at)
            assert as_committed(everything(world)) == expected
    assert len(expected) > 100


def test_what_was_moved_may_leave_the_journal_and_is_found_all_the_same(
    world: World, history: sqlite3.Connection
) -> None:
    live(world, 32, random.Random(8))
    before = everything(world)
    move(world.connection, history)
    prune_journal(world.connection, history, world.clock.at - A_DAY)
    left = world.readings()
    assert 0 < len(left) < len(before)
    assert min(r.received_at for r in left) >= world.clock.at - A_DAY
    assert everything(world) == before


def test_the_journal_keeps_what_the_history_has_not(world: World, history: sqlite3.Connection) -> None:
    live(world, 20, random.Random(9))
    moved = move(world.connection, history, 25)
    prune_journal(world.connection, history, world.clock.at + A_DAY)
    assert world.readings()[0].seq == moved + 1


def test_the_journal_keeps_what_influxdb_has_not_confirmed(world: World, history: sqlite3.Connection) -> None:
    live(world, 20, random.Random(10))
    move(world.connection, history)
    prune_journal(world.connection, history, world.clock.at + A_DAY, relay="http://influx:8086/vaka/vaka")
    assert world.readings()[0].seq == 1, "a relay that has confirmed nothing yet"
    with transaction(world.connection):
        history_cursor.move(world.connection, "http://influx:8086/vaka/vaka", 20)
    prune_journal(world.connection, history, world.clock.at + A_DAY, relay="http://influx:8086/vaka/vaka")
    assert world.readings()[0].seq == 21


def test_numbers_of_readings_are_never_used_twice_however_empty_the_journal_gets(
    world: World, history: sqlite3.Connection
) -> None:
    world.says("3B motion", motion=True)
    world.passes(AN_HOUR)
    world.says("3B motion", motion=False)
    move(world.connection, history)
    prune_journal(world.connection, history, world.clock.at + A_DAY)
    (last,) = world.readings()
    world.passes(AN_HOUR)
    world.says("3B motion", motion=True)
    assert world.readings()[-1].seq == last.seq + 1
    assert [r.value for r in everything(world)] == [True, False, True]


def test_a_move_that_dies_before_its_commit_has_moved_nothing(
    world: World, history: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world, 10, random.Random(11))
    before = everything(world)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(segments, "put_cursor", die)
        with pytest.raises(KeyboardInterrupt):
            move(world.connection, history)
    assert segments.cursor(history) == 0
    assert history.execute("SELECT count(*) FROM block").fetchone()[0] == 0
    assert everything(world) == before
    move(world.connection, history)
    assert everything(world) == before


def test_a_day_that_is_over_becomes_one_segment_also_when_something_comes_late(
    world: World, history: sqlite3.Connection
) -> None:
    chance = random.Random(12)
    for _ in range(9):
        live(world, 5, chance)
        keep(world.database, world.clock.at, FOR_EVER)
    assert set(pieces(history)[:-1]) == {1}
    before = everything(world)
    world.says("3B bed", at=MONDAY + 2 * AN_HOUR, in_bed=True)
    keep(world.database, world.clock.at, FOR_EVER)
    assert set(pieces(history)[:-1]) == {1}
    after = everything(world)
    assert after[:-1] == before
    assert (after[-1].device, after[-1].at) == ("3B bed", MONDAY + 2 * AN_HOUR)


def test_readings_are_kept_for_as_long_as_it_is_set_and_hours_longer(
    world: World, history: sqlite3.Connection
) -> None:
    live(world, 24 * 3.5, random.Random(13))
    keep(world.database, world.clock.at, Retention(A_DAY, 2 * A_DAY))
    oldest = min(r.at for r in everything(world))
    assert oldest >= (world.clock.at - A_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = asked(world).hourly(DEVICES, MONDAY - A_DAY, world.clock.at)
    assert min(h.at for h in hours) < oldest
    assert min(h.at for h in hours).date() == (world.clock.at - 2 * A_DAY).date()


def test_a_clock_that_runs_years_ahead_deletes_nothing(world: World, history: sqlite3.Connection) -> None:
    live(world, 24, random.Random(14))
    before = everything(world)
    keep(world.database, world.clock.at + 900 * A_DAY, Retention(timedelta(days=3), timedelta(days=5)))
    assert everything(world) == before


def test_what_waits_to_be_moved_is_told(world: World) -> None:
    assert upkeep.waiting(world.database) == (0, None)
    world.says("3B motion", motion=True)
    assert upkeep.waiting(world.database) == (readings.newest(world.connection), MONDAY)


INSTANT = st.integers(1_700_000_000_000_000, 1_900_000_000_000_000)
VALUE = st.one_of(
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.text(max_size=20),
)


@settings(max_examples=200)
@given(
    st.lists(
        st.builds(
            Row, st.integers(1, 2**40), INSTANT, VALUE, st.integers(-(2**30), 2**40), st.integers(0, 15)
        ),
        min_size=1,
        max_size=60,
    )
)
def test_a_block_holds_exactly_what_was_put_in(rows: list[Row]) -> None:
    again = list(unpacked(packed(rows)))
    assert again == [tuple(row) for row in rows]
    assert [type(row[2]) for row in again] == [type(row.value) for row in rows]


def test_days_outlive_their_hours_and_hours_outlive_the_readings(world: World) -> None:
    for _ in range(6):
        world.says("3B motion", motion=True)
        world.passes(AN_HOUR)
        world.says("3B motion", motion=False)
        world.passes(A_DAY - AN_HOUR)
    keep(world.database, world.clock.at, FOR_EVER)
    whole = asked(world).daily(["3B motion"], MONDAY.date(), world.clock.at.date(), ["motion"])
    assert [(one.times, one.hours, one.seconds) for one in whole] == [(1, 1, 3600.0)] * 6
    keep(world.database, world.clock.at, Retention(2 * A_DAY, 4 * A_DAY, None))
    left = asked(world)
    begins, hours_begin = left.begins(), left.hours_begin()
    assert begins is not None
    assert hours_begin is not None
    assert MONDAY < hours_begin < begins
    assert left.daily(["3B motion"], MONDAY.date(), world.clock.at.date(), ["motion"]) == whole
    hours = left.hourly(["3B motion"], MONDAY, world.clock.at, ["motion"])
    assert hours[0].at.date() == hours_begin.date()
