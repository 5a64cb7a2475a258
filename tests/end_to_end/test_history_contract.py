"""What whoever asks for the history may count on, whichever store answers: the embedded one, or a real
InfluxDB 2. Every test runs on both.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from devices.reading import Reading
from hub.history import Daily, History, Hourly
from hub.history.destination import Destination
from hub.history.embedded import EmbeddedHistory
from hub.history.flux import Questions
from hub.history.influx import InfluxHistory
from hub.history.upkeep import Retention, keep
from hub.site.change import Changed, change_site
from hub.site.edits import Edit, PlaceDevice, RemoveDevice
from hub.store.db import transaction
from hub.store.readings import LATE
from tests.end_to_end.relaying import relaying, until_written
from tests.influx_server import InfluxDB, running_influxdb
from tests.world import World

SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
DEVICES = ("3B outer door", "3B motion", "3B bed", "4A motion")


class Store(Protocol):
    """One of the stores beside a world."""

    def history(self) -> History: ...

    def take_over(self) -> None:
        """Everything that was committed by now is the store's."""
        ...


class Embedded:
    def __init__(self, world: World) -> None:
        self._world = world

    def history(self) -> History:
        return EmbeddedHistory(self._world.connection, self._world.database, self._world.site)

    def take_over(self) -> None:
        keep(self._world.database, self._world.clock.at, Retention(None, None))


class Influx:
    def __init__(self, world: World, server: InfluxDB, folder: Path) -> None:
        self._world, self._server, self._folder = world, server, folder
        token = folder / "token"
        token.write_text(server.token)
        self._destination = Destination(server.url, server.org, server.bucket, token)
        self.questions = Questions(self._destination)

    def history(self) -> History:
        world = self._world
        return InfluxHistory(world.connection, world.site, self.questions, str(self._destination))

    def take_over(self) -> None:
        site = self._world.site.site
        with relaying(self._world.database, self._server, self._folder, site, bucket=self._server.bucket):
            until_written(self._world.database, self._server)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    with running_influxdb(tmp_path_factory.mktemp("influxdb")) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "house").mkdir()
    return World(tmp_path / "house", SITE, MONDAY)


@pytest.fixture(params=["embedded", pytest.param("influxdb", marks=pytest.mark.influx)])
def store(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[Store]:
    if request.param == "embedded":
        yield Embedded(world)
        return
    server: InfluxDB = request.getfixturevalue("server")
    influx = Influx(world, server.another_bucket(tmp_path.name), tmp_path)
    yield influx
    influx.questions.close()


def live(world: World, hours: float, chance: random.Random) -> None:
    """Somebody lives there: a reading every few minutes, some of them late."""
    until = world.clock.at + timedelta(hours=hours)
    while world.clock.at < until:
        world.passes(timedelta(milliseconds=chance.randrange(200_000, 2_400_000)))
        device = chance.choice(DEVICES)
        at = world.clock.at - timedelta(minutes=chance.choice([0, 0, 0, 7, 90]))
        measure = {"3B outer door": "open", "3B bed": "in_bed"}.get(device, "motion")
        world.says(device, at=at, own_time=chance.random() < 0.8, **{measure: chance.random() < 0.5})
        if chance.random() < 0.1:
            world.says(device, battery=chance.randrange(50, 100))


Told = tuple[str, str, object, datetime, datetime, int]


def told(readings: Iterator[Reading]) -> list[Told]:
    return [
        (
            r.device,
            r.measure,
            r.value,
            r.at,
            r.received_at,
            2 * r.snapshot + 4 * r.own_time + 8 * r.clock_wrong,
        )
        for r in readings
    ]


def committed(world: World) -> list[Told]:
    """By the journal alone, which these tests let nobody shorten."""
    names = {row[0]: row[1] for row in world.connection.execute("SELECT no, address FROM device")}
    return [(names[r.device], *r[2:6], r.flags & ~LATE) for r in world.readings()]


def whole(world: World, store: Store) -> list[Told]:
    return told(store.history().readings(DEVICES, MONDAY - A_DAY, world.clock.at + A_DAY))


def test_every_reading_is_found_whole_and_in_the_order_of_its_commit_whatever_the_store_has_taken_over(
    world: World, store: Store
) -> None:
    chance = random.Random(21)
    for _ in range(5):
        live(world, 6, chance)
        expected = committed(world)
        assert whole(world, store) == expected
        store.take_over()
        assert whole(world, store) == expected
    assert len(expected) > 40


def test_only_what_is_asked_for_comes(world: World, store: Store) -> None:
    live(world, 20, random.Random(22))
    store.take_over()
    live(world, 10, random.Random(23))
    since, until = MONDAY + 3 * AN_HOUR, MONDAY + 25 * AN_HOUR
    found = told(store.history().readings(["3B motion"], since, until, ["motion"]))
    assert found == [
        reading
        for reading in committed(world)
        if reading[:2] == ("3B motion", "motion") and since <= reading[3] < until
    ]
    assert found
    assert told(store.history().readings([], since, until)) == []
    assert told(store.history().readings(["3B motion"], since, since)) == []


def test_the_beginning_belongs_to_a_period_and_the_end_does_not(world: World, store: Store) -> None:
    for value in (True, False, True):
        world.says("3B motion", motion=value)
        world.passes(AN_HOUR)
    store.take_over()
    found = store.history().readings(["3B motion"], MONDAY, MONDAY + 2 * AN_HOUR, ["motion"])
    assert [r.at for r in found] == [MONDAY, MONDAY + AN_HOUR]


def test_readings_of_one_instant_stay_in_their_order(world: World, store: Store) -> None:
    for n in range(50):
        world.says("3B motion", battery=n)
    store.take_over()
    for n in range(50, 80):
        world.says("3B motion", battery=n)
    found = store.history().readings(["3B motion"], MONDAY, MONDAY + AN_HOUR, ["battery"])
    assert [r.value for r in found] == list(range(80))


def test_hours_count_openings_and_how_long_it_stood_open_across_hours_and_midnights(
    world: World, store: Store
) -> None:
    def hours() -> list[tuple[datetime, int, float | None]]:
        found = store.history().hourly(["3B outer door"], MONDAY, world.clock.at, ["open"])
        return [(h.at, h.times, h.seconds) for h in found]

    world.says("3B outer door", open=False)
    world.passes(timedelta(minutes=30))
    world.says("3B outer door", open=True)  # 10:30
    world.passes(timedelta(minutes=45))
    world.says("3B outer door", open=False)  # 11:15
    world.until(MONDAY.replace(hour=23, minute=30))
    world.says("3B outer door", open=True)
    world.passes(AN_HOUR)
    expected = [
        (MONDAY, 1, 1800.0),
        (MONDAY + AN_HOUR, 0, 900.0),
        (MONDAY.replace(hour=23), 1, 1800.0),
        (MONDAY.replace(hour=0) + A_DAY, 0, 1800.0),
    ]
    assert hours() == expected
    store.take_over()
    assert hours() == expected
    world.until(MONDAY + 2 * A_DAY)
    store.take_over()
    world.says("3B outer door", open=False)
    seen = hours()
    assert seen[:3] == expected[:3]
    assert seen[3:] == [(MONDAY.replace(hour=0) + A_DAY + n * AN_HOUR, 0, 3600.0) for n in range(34)], (
        "it stood open all along, also through days without a word"
    )
    later = store.history().hourly(["3B outer door"], MONDAY + A_DAY, world.clock.at, ["open"])
    assert later[0].at == MONDAY + A_DAY, "it was open before the period began"


def test_hours_of_numbers_and_events_tell_the_lowest_the_mean_the_highest_and_how_often(
    world: World, store: Store
) -> None:
    for value in (80, 82, 90):
        world.says("3B motion", battery=value)
        world.says("3B button", pressed="single")
        world.passes(timedelta(minutes=10))
    world.passes(2 * A_DAY)
    expected = [
        Hourly("3B button", "pressed", MONDAY, 3),
        Hourly("3B motion", "battery", MONDAY, 3, None, 80.0, 84.0, 90.0),
    ]

    def hours() -> list[Hourly]:
        return store.history().hourly(
            ["3B motion", "3B button"], MONDAY, world.clock.at, ["battery", "pressed"]
        )

    assert hours() == expected
    store.take_over()
    assert hours() == expected


def test_days_are_the_sum_of_their_hours_and_are_told_where_a_state_lasted_over_them(
    world: World, store: Store
) -> None:
    world.says("3B outer door", open=True)
    for value in (80, 82, 90):
        world.says("3B motion", battery=value)
        world.passes(timedelta(minutes=10))
    world.passes(2 * A_DAY)
    world.says("3B outer door", open=False)
    monday, today = MONDAY.date(), world.clock.at.date()
    first = (A_DAY - timedelta(hours=10)).total_seconds()
    expected = [
        Daily("3B motion", "battery", monday, 3, 1, None, 80.0, 84.0, 90.0),
        Daily("3B outer door", "open", monday, 1, 14, first),
        Daily("3B outer door", "open", monday + A_DAY, 0, 24, A_DAY.total_seconds()),
        Daily("3B outer door", "open", today, 0, 11, timedelta(hours=10, minutes=30).total_seconds()),
    ]

    def days() -> list[Daily]:
        asked = ["3B motion", "3B outer door"]
        return store.history().daily(asked, monday, today + A_DAY, ["battery", "open"])

    assert days() == expected
    store.take_over()
    assert days() == expected
    assert store.history().daily(["3B motion"], monday + A_DAY, today, ["battery"]) == []


def test_last_values_are_those_of_the_last_commit(world: World, store: Store) -> None:
    world.says("3B motion", motion=True, battery=80)
    world.passes(AN_HOUR)
    store.take_over()
    world.says("3B motion", motion=False)
    found = store.history().last_values(["3B motion", "3B bed"])
    assert {m: (r.value, r.at) for m, r in found["3B motion"].items()} == {
        "motion": (False, MONDAY + AN_HOUR),
        "battery": (80, MONDAY),
    }
    assert "3B bed" not in found


def test_when_the_history_begins_is_told_to_the_day(world: World, store: Store) -> None:
    assert store.history().begins() is None
    world.passes(AN_HOUR)
    world.says("3B motion", motion=True)
    for _ in range(2):
        for begins in (store.history().begins(), store.history().hours_begin()):
            assert begins is not None
            assert begins.date() == MONDAY.date()
        store.take_over()
        world.passes(2 * A_DAY)


def test_a_device_that_was_tried_out_is_not_in_the_history_of_the_house(world: World, store: Store) -> None:
    world.says("3B motion", motion=True)
    world.passes(AN_HOUR)
    world.walk_tests.start("3B motion", "kari")
    world.says("3B motion", motion=False)
    assert [r.value for r in store.history().readings(["3B motion"], MONDAY, MONDAY + A_DAY)] == [True]
    store.take_over()
    assert [r.value for r in store.history().readings(["3B motion"], MONDAY, MONDAY + A_DAY)] == [True]


def test_what_a_device_said_before_the_site_file_named_it_is_its_own_all_the_same(
    world: World, store: Store
) -> None:
    def found() -> list[object]:
        return [r.value for r in store.history().readings(["3B lamp"], MONDAY, MONDAY + A_DAY)]

    world.hears("zigbee2mqtt/3B lamp", '{"contact": true}')
    world.passes(AN_HOUR)
    lamp = "  - {id: 3B lamp, room: 3B, role: outer_door}\n"
    world.imports(SITE.replace("\ndevices:\n", f"\ndevices:\n{lamp}"))
    world.restart()
    world.passes(AN_HOUR)
    world.says("3B lamp", open=True)
    before = found()
    store.take_over()
    assert found() == before == [False, True]


def test_what_a_device_said_under_an_earlier_name_is_its_own_and_not_that_of_who_has_the_name_now(
    world: World, store: Store
) -> None:
    def edited(*edits: Edit) -> None:
        world.passes(timedelta(minutes=1))
        done = change_site(world.connection, world.site.site, edits, "trond", world.clock)
        assert isinstance(done, Changed), done
        world.passes(timedelta(minutes=1))

    world.says("3B motion", motion=True)
    store.take_over()
    for was, now in (("3B motion", "3B hall"), ("3B hall", "3B entré")):
        edited(RemoveDevice(was), PlaceDevice(now, "3B", "motion", address="3B motion"))
    edited(PlaceDevice("3B motion", "3B", "motion", address="0x77"))
    world.hears("zigbee2mqtt/3B motion", '{"occupancy": false}')
    world.hears("zigbee2mqtt/0x77", '{"occupancy": true}')
    world.hears("zigbee2mqtt/0x77", '{"occupancy": false}')
    for _ in range(2):
        found = store.history().readings(["3B entré", "3B motion"], MONDAY - A_DAY, world.clock.at + A_DAY)
        assert [(r.device, r.value) for r in found if r.measure == "motion"] == [
            ("3B entré", True),
            ("3B entré", False),
            ("3B motion", True),
            ("3B motion", False),
        ]
        store.take_over()
    alone = store.history().readings(["3B motion"], MONDAY - A_DAY, world.clock.at + A_DAY, ["motion"])
    assert [r.value for r in alone] == [True, False]


@pytest.mark.influx
def test_what_influxdb_has_and_has_not_confirmed_is_told_once(
    world: World, server: InfluxDB, tmp_path: Path
) -> None:
    influx = Influx(world, server.another_bucket(tmp_path.name), tmp_path)
    for n in range(40):
        world.says("3B motion", motion=n % 2 == 0, battery=n)
        world.passes(timedelta(minutes=1))
    influx.take_over()

    def told_now() -> tuple[list[object], list[Hourly]]:
        history = influx.history()
        found = history.readings(["3B motion"], MONDAY, world.clock.at, ["battery"])
        return [r.value for r in found], history.hourly(["3B motion"], MONDAY, world.clock.at)

    before = told_now()
    assert before[0] == list(range(40))
    for seq in (0, 17, 60):  # as if the confirmations had been lost
        with transaction(world.connection):
            world.connection.execute(
                "UPDATE history_cursor SET seq = ? WHERE destination NOT LIKE '%#%'", (seq,)
            )
        assert told_now() == before
    influx.questions.close()
