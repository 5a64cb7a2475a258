"""A technician tries out devices while people sleep: nobody is paged by it, and nothing is missed for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.history.embedded import EmbeddedHistory
from hub.store import readings, walk_tests
from rules.pause import Refusal
from rules.walk_test import LONGEST, Test
from tests.world import World

HOUSE = """
site: house
name: A house
units: [{id: u, name: U}]
rooms: [{id: 3B, unit: u}, {id: 4A, unit: u}]
residents:
  - {id: r-anna, name: Anna, room: 3B}
  - {id: r-olav, name: Olav, room: 4A}
devices:
  - {id: 3B door, room: 3B, role: outer_door}
  - {id: 3B motion, room: 3B, role: motion}
  - {id: 3B bed, room: 3B, role: bed}
  - {id: 3B fall, room: 3B, role: fall_detector}
  - {id: 3B cord, room: 3B, role: help_button}
  - {id: 3B smoke, room: 3B, role: smoke_detector}
  - {id: 3B lamp, room: 3B, role: climate}
  - {id: 4A door, room: 4A, role: outer_door}
  - {id: 4A motion, room: 4A, role: motion}
people:
  - {id: kari, name: Kari, role: carer}
  - {id: tor, name: Tor Teknisk, role: technician}
  - {id: tea, name: Tea, role: technician}
rules:
  - {rule: night-exit}
  - {rule: door-open}
  - {rule: not-back}
  - {rule: quiet, after: 3 h, prewarning: 0 s}
  - {rule: fall}
  - {rule: help-button}
  - {rule: smoke}
"""
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)  # 02:10 in Oslo
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, HOUSE, NIGHT - 30 * MINUTE)
    for device in ("3B door", "4A door"):
        world.says(device, open=False)
    for device in ("3B motion", "4A motion"):
        world.says(device, motion=True)
        world.says(device, motion=False)
    for device in ("3B bed", "3B fall", "3B cord", "3B smoke"):
        world.says(device, battery=90)
    world.until(NIGHT)
    yield world
    if world.running:
        world.stop()


def start(world: World, device: str, lasts: timedelta = LONGEST) -> Test:
    test = world.walk_tests.start(device, "tor", lasts)
    assert isinstance(test, Test)
    return test


def rules(world: World) -> list[str]:
    return [alert.rule for alert in world.alerts()]


def test_a_door_that_is_tried_at_night_raises_nothing_and_pages_nobody(world: World) -> None:
    start(world, "3B door")
    world.says("3B door", open=True)
    world.passes(2 * MINUTE)
    world.says("3B door", open=False)
    world.passes(90 * MINUTE)
    assert world.alerts() == []
    assert world.findings() == []
    assert world.outbox() == []


def test_the_same_opening_after_the_test_raises_at_once(world: World) -> None:
    start(world, "3B door")
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    world.passes(MINUTE)
    assert isinstance(world.walk_tests.cancel("3B door", "tor"), Test)
    world.says("3B door", open=True)
    (alert,) = world.alerts()
    assert (alert.rule, alert.severity, alert.raised_at) == ("night-exit", "high", NIGHT + MINUTE)


def test_the_very_first_reading_after_the_start_is_already_the_tests(world: World) -> None:
    """The hub has not gone a round since: whoever starts a test is another process."""
    start(world, "3B door")
    world.pipeline.take([world.message("3B door", NIGHT, {"open": True})])
    assert world.alerts() == []


def test_what_is_tried_is_kept_with_its_times_and_marked_in_the_journal(world: World) -> None:
    test = start(world, "3B door")
    world.passes(timedelta(seconds=10))
    world.says("3B door", at=world.clock.now() - timedelta(seconds=2), open=True, lqi=90, battery=88)
    world.says("4A motion", motion=True)
    heard = walk_tests.heard(world.connection, test)
    assert {(h.reading.measure, h.reading.value) for h in heard} == {
        ("open", True),
        ("battery", 88),
        ("lqi", 90),
    }
    assert {h.reading.received_at - h.reading.at for h in heard} == {timedelta(seconds=2)}
    assert {h.stored_at for h in heard} == {world.clock.now()}
    marked = {(r.measure, r.value) for r in world.readings() if r.flags & readings.TESTED}
    assert marked == {("open", True), ("battery", 88), ("lqi", 90)}


def test_a_test_that_is_forgotten_ends_by_itself(world: World) -> None:
    test = start(world, "3B door")
    world.passes(LONGEST + MINUTE)
    (ended,) = walk_tests.newest(world.connection, "house")
    assert (ended.ended_at, ended.ended_by) == (test.started_at + LONGEST, None)
    world.says("3B door", open=True)
    assert rules(world) == ["night-exit"]


def test_a_restart_in_the_middle_changes_nothing(world: World) -> None:
    start(world, "3B door")
    world.says("3B door", open=True)
    world.restart()
    world.passes(MINUTE)
    world.says("3B door", open=False)
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    assert world.alerts() == []
    assert world.protection("r-anna").protection.state == "degraded"
    world.passes(LONGEST)
    assert world.alerts() == []
    assert world.protection("r-anna").protection.state == "protected"
    world.says("3B door", open=True)
    assert rules(world) == ["night-exit"]


def test_what_was_tried_while_the_hub_was_down_pages_nobody_when_it_is_back(world: World) -> None:
    start(world, "3B door")
    world.stop()
    world.says("3B door", open=True)
    world.passes(2 * MINUTE)
    world.says("3B door", open=False)
    world.passes(LONGEST)
    world.start()
    world.passes(MINUTE)
    assert world.alerts() == []


def test_a_real_opening_after_a_test_that_ended_while_the_hub_was_down_is_raised(world: World) -> None:
    start(world, "3B door")
    world.stop()
    world.passes(LONGEST + MINUTE)
    opened = world.clock.now()
    world.says("3B door", open=True)
    world.passes(MINUTE)
    world.start()
    (alert,) = world.alerts()
    assert (alert.rule, alert.raised_at) == ("night-exit", opened)


def test_a_door_that_is_left_open_by_the_test_is_no_event_but_stands_open_from_then_on(world: World) -> None:
    start(world, "3B door")
    world.says("3B door", open=True)
    world.passes(LONGEST)
    ended = world.clock.now()
    world.says("3B door", open=True, battery=80)
    assert world.alerts() == []
    world.passes(4 * MINUTE)
    assert world.alerts() == []
    world.passes(2 * MINUTE)
    (alert,) = world.alerts()
    assert (alert.rule, alert.raised_at) == ("door-open", ended + 5 * MINUTE)
    world.says("3B door", open=False)
    assert world.alert("door-open").cleared_at == world.clock.now()


def test_a_door_that_stood_open_before_is_closed_by_the_test_and_counts_anew(world: World) -> None:
    world.passes(9 * 60 * MINUTE)  # by day
    world.says("3B motion", motion=True)
    for device in ("3B door",):
        world.says(device, open=True)
    world.passes(2 * MINUTE)
    before = len(world.alerts())
    start(world, "3B door", 10 * MINUTE)
    world.says("3B door", open=False)
    world.passes(MINUTE)
    world.says("3B door", open=True)
    world.passes(9 * MINUTE)
    assert len(world.alerts()) == before
    world.passes(4 * MINUTE)
    assert "door-open" not in rules(world)
    world.passes(2 * MINUTE)
    assert rules(world).count("door-open") == 1


def test_another_devices_fall_during_a_test_raises_high(world: World) -> None:
    start(world, "3B door")
    world.says("3B fall", fall="confirmed")
    (alert,) = world.alerts()
    assert (alert.rule, alert.severity) == ("fall", "high")


def test_the_neighbours_door_is_judged_as_ever(world: World) -> None:
    start(world, "3B door")
    world.says("4A door", open=True)
    assert [(a.rule, a.room) for a in world.alerts()] == [("night-exit", "4A")]


def test_a_call_of_the_device_under_test_does_not_page(world: World) -> None:
    start(world, "3B cord")
    world.says("3B cord", pressed="single")
    world.passes(LONGEST)
    assert world.alerts() == []
    world.says("3B cord", pressed="single")
    assert rules(world) == ["help-button"]


def test_time_without_the_device_is_not_quiet_time(world: World) -> None:
    """Quiet since 02:00 or so, after: 3 h. The fifteen minutes of a test do not count."""
    start(world, "3B motion")
    world.passes(timedelta(seconds=1))
    world.passes(LONGEST)
    world.until(NIGHT - 30 * MINUTE + 180 * MINUTE + 14 * MINUTE)
    assert [alert.room for alert in world.alerts()] == ["4A"]
    world.passes(2 * MINUTE)
    assert [alert.room for alert in world.alerts()] == ["4A", "3B"]


def test_movement_in_a_test_is_no_sign_of_life(world: World) -> None:
    start(world, "3B motion", 2 * MINUTE)
    world.says("3B motion", motion=True)
    world.says("3B motion", motion=False)
    world.until(NIGHT - 30 * MINUTE + 183 * MINUTE)
    assert [alert.room for alert in world.alerts()] == ["4A", "3B"]


def test_smoke_that_still_stands_when_the_test_ends_is_raised_then(world: World) -> None:
    start(world, "3B smoke", 2 * MINUTE)
    world.says("3B smoke", smoke=True)
    world.passes(MINUTE)
    assert world.alerts() == []
    world.passes(MINUTE)
    assert [(a.rule, a.raised_at) for a in world.alerts()] == [("smoke", NIGHT + 2 * MINUTE)]


def test_a_device_whose_clock_is_behind_pages_nobody_either(world: World) -> None:
    start(world, "3B fall")
    world.says("3B fall", at=NIGHT - 10 * MINUTE, fall="confirmed")
    assert world.alerts() == []


def test_a_fall_of_long_before_that_comes_in_during_the_test_is_raised(world: World) -> None:
    start(world, "3B fall")
    world.says("3B fall", at=NIGHT - 20 * MINUTE, fall="confirmed")
    (alert,) = world.alerts()
    assert (alert.rule, alert.raised_at, alert.late) == ("fall", NIGHT - 20 * MINUTE, True)


def test_the_resident_is_shown_as_degraded_with_who_is_testing_until_when(world: World) -> None:
    test = start(world, "3B door")
    world.passes(timedelta(seconds=1))
    found = world.protection("r-anna").protection
    (why,) = [why for why in found.why if why.cause == "device_tested"]
    assert (why.what, why.by, why.until) == ("3B door", "tor", test.ends_at)
    assert found.state == "degraded"
    assert all(why.cause != "device_tested" for why in world.protection("r-olav").protection.why)
    world.walk_tests.cancel("3B door", "tor")
    world.passes(timedelta(seconds=1))
    assert all(why.cause != "device_tested" for why in world.protection("r-anna").protection.why)


def test_a_set_clock_makes_no_test_longer(world: World) -> None:
    start(world, "3B door", 5 * MINUTE)
    world.clock_is_moved(timedelta(hours=-1))
    world.passes(6 * MINUTE)
    world.says("3B door", open=True)
    assert [a.rule for a in world.alerts() if a.state == "open"].count("night-exit") == 1


def test_one_device_is_tested_by_one_person_at_a_time(world: World) -> None:
    start(world, "3B door")
    assert world.walk_tests.start("3B door", "tea") == Refusal("tor is testing it", "tested_by_other")
    assert world.walk_tests.start("5C door", "tea") == Refusal("house has no device '5C door'", "no_device")
    assert isinstance(world.walk_tests.start("4A door", "nobody"), Refusal)
    assert isinstance(world.walk_tests.start("4A door", "tea", 16 * MINUTE), Refusal)
    assert isinstance(world.walk_tests.cancel("4A door", "tea"), Refusal)
    assert isinstance(world.walk_tests.start("4A door", "tea"), Test)


def test_a_device_that_is_silent_during_its_pause_is_no_alert_until_the_pause_is_over(world: World) -> None:
    world.pauses.pause_device("3B motion", "tor", "battery on its way", NIGHT + 60 * MINUTE)
    world.availability("3B motion", online=False)
    world.passes(59 * MINUTE)
    assert "not-heard" not in rules(world)
    found = world.protection("r-anna").protection
    (why,) = [why for why in found.why if why.cause == "device_paused"]
    assert (why.what, why.by, why.because) == ("3B motion", "tor", "battery on its way")
    world.passes(12 * MINUTE)
    assert "not-heard" in rules(world)


def test_a_paused_device_is_heard_and_not_judged_and_its_rules_are_held(world: World) -> None:
    world.pauses.pause_device("3B door", "tor", "bytter lås", NIGHT + 60 * MINUTE)
    world.says("3B door", open=True)
    world.passes(MINUTE)
    world.says("3B door", open=False)
    world.says("3B fall", fall="confirmed")
    assert rules(world) == ["fall"]
    assert [r.value for r in world.readings() if r.flags & readings.PAUSED] == [True, False]
    world.restart()
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    assert rules(world) == ["fall"]
    world.until(NIGHT + 60 * MINUTE)
    world.says("3B door", open=True)
    assert sorted(rules(world)) == ["fall", "night-exit", "pause-ends"]


def test_a_paused_device_that_a_high_rule_needs_is_off_for_a_day_at_most_on_one_word(world: World) -> None:
    day = timedelta(days=1)
    paused = world.pauses.pause_device("3B door", "tor", "bytter lås", NIGHT + 3 * day)
    assert not isinstance(paused, Refusal)
    assert (paused.ends_at, paused.waits_for_yes) == (NIGHT + day, True)
    assert isinstance(world.pauses.confirm_device("3B door", "tor"), Refusal)
    agreed = world.pauses.confirm_device("3B door", "kari")
    assert not isinstance(agreed, Refusal)
    assert agreed.ends_at == NIGHT + 3 * day
    lamp = world.pauses.pause_device("3B lamp", "tor", "ny lampe", NIGHT + 3 * day)
    assert not isinstance(lamp, Refusal)
    assert not lamp.waits_for_yes
    assert isinstance(world.pauses.pause_device("3B lamp", "tea", "x", NIGHT + day), Refusal)
    assert isinstance(world.pauses.resume_device("3B lamp", "tea"), type(lamp))


def test_a_device_is_not_paused_without_reason_or_end(world: World) -> None:
    hour = timedelta(hours=1)
    for device, reason, until, why in (
        ("3B door", " ", NIGHT + hour, "a reason is missing; expected why the device is off"),
        ("3B door", "x", NIGHT - hour, "the end lies in the past; expected a later one"),
        ("3B door", "x", NIGHT + 1000 * hour, "the end is too far away; expected at most 30 days"),
        ("9Z door", "x", NIGHT + hour, "house has no device '9Z door'"),
    ):
        refused = world.pauses.pause_device(device, "tor", reason, until)
        assert isinstance(refused, Refusal)
        assert refused.why == why


def test_a_device_that_is_paused_can_be_tested_and_stays_paused(world: World) -> None:
    world.pauses.pause_device("3B door", "tor", "bytter lås", NIGHT + 60 * MINUTE)
    start(world, "3B door", 2 * MINUTE)
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    world.passes(5 * MINUTE)
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    assert world.alerts() == []
    world.until(NIGHT + 61 * MINUTE)
    world.says("3B door", open=True)
    assert "night-exit" in rules(world)


def test_what_was_tried_or_came_of_a_paused_device_is_no_history_that_rules_are_tried_on(
    world: World,
) -> None:
    start(world, "3B door", 2 * MINUTE)
    world.says("3B door", open=True)
    world.says("3B door", open=False)
    world.passes(3 * MINUTE)
    world.pauses.pause_device("4A door", "tor", "bytter lås", world.clock.now() + 60 * MINUTE)
    world.says("4A door", open=True)
    world.says("3B door", open=True)
    history = EmbeddedHistory(world.connection, world.database, world.site)
    heard = history.readings(("3B door", "4A door"), NIGHT, NIGHT + timedelta(hours=1))
    assert [(r.device, r.value) for r in heard] == [("3B door", True)]
