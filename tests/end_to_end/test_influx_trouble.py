"""Readings and alerts on their way to a real InfluxDB 2 that has its troubles: all there in the end, once."""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.history.feeds import ALERT_STEP, waiting
from hub.history.hub_points import HUB_PART, HUB_WAITING
from hub.history.line_protocol import time_ns
from hub.store import alerts, history_cursor
from hub.store.db import transaction
from tests.end_to_end.influx_between import standing_between
from tests.end_to_end.relaying import relaying, until, until_told, until_written
from tests.influx_server import InfluxDB
from tests.world import World

pytestmark = pytest.mark.influx

SITE = (Path(__file__).parents[1] / "scenarios" / "sites" / "donski-small.yaml").read_text()
NAME = "donski-small"
AT_NIGHT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "house").mkdir()
    return World(tmp_path / "house", SITE, AT_NIGHT)


def a_bad_night(world: World, times: int = 4) -> None:
    """Somebody goes out, somebody comes and sees to it, again and again."""
    for _ in range(times):
        world.says("3B outer door", open=True, battery=70)
        alert = world.alert("night-exit", "3B")
        world.passes(timedelta(minutes=2))
        world.desk.accept(alert.id, "kari")
        world.passes(timedelta(minutes=3))
        world.desk.arrive(alert.id, "kari")
        world.says("3B outer door", open=False)
        for open_one in [a for a in world.alerts() if a.state != "closed"]:
            world.desk.close(open_one.id, "kari", "helped")
        world.passes(AN_HOUR / 2)


def all_there_once(world: World, influxdb: InfluxDB) -> bool:
    """Every reading and every step, each exactly once."""
    expected = sorted(time_ns(r) for r in world.readings())
    steps = alerts.steps_after(world.connection, 0, 100_000)
    points = [point[3] for point in influxdb.points()]
    told = [(tags["event"], fields["alert"]) for tags, fields, _ in influxdb.rows(ALERT_STEP)]
    return points == expected and told == [(step.event, step.alert) for step in steps]


def test_each_step_of_an_alert_is_a_point_without_names_and_without_words_that_people_chose(
    world: World, influxdb: InfluxDB, tmp_path: Path
) -> None:
    a_bad_night(world, 1)
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_written(world.database, influxdb)
    rows = influxdb.rows(ALERT_STEP)
    assert {(t["site"], t["unit"], t["room"], t["resident"]) for t, _, _ in rows} == {
        (NAME, "solsiden", "3B", "r-anna")
    }
    exit_steps = [(t["event"], f) for t, f, _ in rows if t["rule"] == "night-exit"]
    events = [event for event, _ in exit_steps]
    assert [e for e in events if e != "called"] == ["raised", "accept", "arrive", "cleared", "close"]
    assert exit_steps[0][1] == {"alert": 1, "severity": "high", "after_s": 0.0}
    assert exit_steps[-1][1] == {"alert": 1, "severity": "high", "after_s": 300.0, "outcome": "helped"}
    assert not any(word in str(rows) for word in ("Anna", "Kari", "kari", "Berg"))
    assert all_there_once(world, influxdb)


def test_steps_written_twice_are_the_same_points_also_when_the_alert_went_on_meanwhile(
    world: World, influxdb: InfluxDB, tmp_path: Path
) -> None:
    world.says("3B outer door", open=True)
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_written(world.database, influxdb)
    with transaction(world.connection) as connection:
        connection.execute("DELETE FROM history_cursor")  # as if no answer had ever come
    alert = world.alert("night-exit")
    world.passes(timedelta(seconds=1))
    world.imports(
        SITE.replace("{id: solsiden,", "{id: nordsiden,")
        .replace("unit: solsiden", "unit: nordsiden")
        .replace("[solsiden]", "[nordsiden]")
    )
    world.passes(timedelta(minutes=1))
    world.desk.accept(alert.id, "kari")
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_written(world.database, influxdb)
    assert all_there_once(world, influxdb)
    units = [tags["unit"] for tags, _, _ in influxdb.rows(ALERT_STEP)]
    assert units[0] == "solsiden"
    assert units[-1] == "nordsiden"


def test_a_day_without_influxdb_loses_and_doubles_nothing_and_says_how_much_waits(
    world: World, influxdb: InfluxDB, tmp_path: Path
) -> None:
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_told(world.database, "ok", "", NAME)
        influxdb.kill()
        a_bad_night(world, 4)
        world.passes(timedelta(hours=22))
        a_bad_night(world, 4)
        count = len(alerts.steps_after(world.connection, 0, 1_000_000))
        until_told(world.database, "down", f"alert steps waiting: {count}, the oldest since 2026-11-23", NAME)
        destination = f"{influxdb.url}/{influxdb.org}/{influxdb.bucket}"
        waits = {w.what: w for w in waiting(world.connection, destination)}
        assert waits["alert steps"].amount == count
        assert waits["readings"].amount == len(world.readings())
        assert waits["readings"].age_s(AT_NIGHT + AN_HOUR) == pytest.approx(3600, abs=1)
        influxdb.start()
        until_written(world.database, influxdb)
    assert all_there_once(world, influxdb)


@pytest.mark.parametrize("status", [429, 503, 500, 502])
def test_an_answer_that_asks_to_wait_is_obeyed_and_loses_nothing(
    world: World, influxdb: InfluxDB, tmp_path: Path, status: int
) -> None:
    a_bad_night(world, 2)
    with standing_between(influxdb) as between:
        between.moods = [status, status]
        with relaying(world.database, influxdb, tmp_path, NAME, url=between.url):
            until_told(
                world.database, "down", "too busy" if status in (429, 503) else f"answers {status}", NAME
            )
            until_written(world.database, influxdb, url=between.url)
        assert between.met == [status, status]
    assert all_there_once(world, influxdb)


def test_an_answer_lost_on_the_way_doubles_nothing(world: World, influxdb: InfluxDB, tmp_path: Path) -> None:
    a_bad_night(world, 2)
    with standing_between(influxdb) as between:
        between.moods = ["lose the answer"] * 3
        with relaying(world.database, influxdb, tmp_path, NAME, url=between.url):
            until_written(world.database, influxdb, url=between.url)
        assert len(between.met) == 3
    assert all_there_once(world, influxdb)


def test_a_full_disk_at_influxdb_is_told_and_what_waited_is_written_when_it_was_restarted_with_room(
    world: World, influxdb: InfluxDB, tmp_path: Path
) -> None:
    def lets_files_grow_to(size: int) -> None:
        assert influxdb.process is not None
        resource.prlimit(influxdb.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    a_bad_night(world, 2)
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_written(world.database, influxdb)
        lets_files_grow_to(1_000)
        a_bad_night(world, 2)
        until_told(world.database, "down", "file too large", NAME)
        # Once its log met a full disk, InfluxDB 2.7 refuses every write until it is started anew.
        influxdb.kill()
        influxdb.start()
        until_written(world.database, influxdb)
    assert all_there_once(world, influxdb)


def test_a_restart_and_a_token_that_is_renewed_stop_neither_readings_nor_alerts(
    world: World, influxdb: InfluxDB, tmp_path: Path
) -> None:
    token_id, token = influxdb.write_token()
    (tmp_path / "token").write_text(token)
    with relaying(world.database, influxdb, tmp_path, NAME) as token_file:
        a_bad_night(world, 1)
        until_written(world.database, influxdb)
        influxdb.restart()
        a_bad_night(world, 1)
        until_written(world.database, influxdb)
        influxdb.revoke(token_id)
        a_bad_night(world, 1)
        until_told(world.database, "down", "was revoked or never valid", NAME)
        token_file.write_text(influxdb.write_token()[1])
        until_written(world.database, influxdb)
    assert all_there_once(world, influxdb)


def test_how_the_hub_is_and_what_waits_is_told_each_minute_also_of_the_time_without_influxdb(
    world: World, influxdb: InfluxDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.history.hub_points.EVERY", timedelta(milliseconds=100))
    influxdb.kill()
    a_bad_night(world, 2)
    count = len(world.readings())
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_told(world.database, "down", "", NAME)
        influxdb.start()
        until_written(world.database, influxdb)
        until(lambda: influxdb.rows(HUB_WAITING), "what the hub tells of itself")
    told = [f["amount"] for tags, f, _ in influxdb.rows(HUB_WAITING) if tags["what"] == "readings"]
    assert told[0] == count, "taken down while it could not be told"
    parts = {tags["part"]: fields["state"] for tags, fields, _ in influxdb.rows(HUB_PART)}
    assert parts["hub"] == 0
    assert set(parts.values()) <= {0, 1, 2}


def test_another_installations_cursor_of_alerts_is_its_own(
    world: World, influxdb: InfluxDB, tmp_path: Path
) -> None:
    a_bad_night(world, 1)
    other = influxdb.another_bucket("other")
    with relaying(world.database, influxdb, tmp_path, NAME):
        until_written(world.database, influxdb)
    with relaying(world.database, influxdb, tmp_path, NAME, bucket="other"):
        until_written(world.database, other)
    assert all_there_once(world, influxdb)
    assert all_there_once(world, other)
    newest = alerts.newest_event(world.connection)
    for bucket in ("vaka", "other"):
        cursor = f"{influxdb.url}/{influxdb.org}/{bucket}#alerts"
        assert history_cursor.of(world.connection, cursor) == newest
