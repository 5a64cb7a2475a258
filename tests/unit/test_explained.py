"""How sure an alert is and why, as stories through the whole hub: of then is told what was known then."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from hub.explained import Explained, explain
from hub.history.embedded import EmbeddedHistory
from hub.site.change import Changed, change_site
from hub.site.edits import PlaceDevice, RemoveDevice
from hub.store import alerts, faults, walk_tests
from hub.store.db import transaction
from rules.alert import Outcome
from rules.catalogue import catalogue
from rules.confidence import AGREES, DOUBTS, RAISES, Confidence, Name, Reason, changes, level
from rules.finding import Evidence
from rules.health.fault import Fault
from rules.health.thresholds import fault_rules
from rules.rulebook import settle
from rules.sensors import BATTERY_LOW, LINK_WEAK
from rules.walk_test import Test
from rules.wording import Voice, how_sure, what_was_wrong, why_so_sure
from tests.world import World

OSLO = ZoneInfo("Europe/Oslo")
EVENING = datetime(2026, 11, 23, 23, 0, tzinfo=OSLO)
MINUTE = timedelta(minutes=1)
HOUSE = """
site: house
name: A house
language: nb
gateways: [{id: zigbee2mqtt, topic: zigbee2mqtt}]
units: [{id: u, name: U}]
rooms: [{id: 3B, unit: u}, {id: 4B, unit: u}]
residents:
  - {id: r-anna, name: Anna, room: 3B}
  - {id: r-olav, name: Olav, room: 4B}
  - {id: r-siri, name: Siri, room: 4B}
devices:
  - {id: 3B door, room: 3B, role: outer_door}
  - {id: 3B bed, room: 3B, role: bed}
  - {id: 3B bath, room: 3B, role: bathroom_motion}
  - {id: 3B hall, room: 3B, role: motion}
  - {id: 3B radar, room: 3B, role: fall_detector}
  - {id: 4B door, room: 4B, role: outer_door}
  - {id: 4B hall, room: 4B, role: motion}
  - {id: 3B smoke, room: 3B, role: smoke_detector}
people: [{id: kari, name: Kari Lie, role: carer}]
rules:
  - {rule: night-exit}
  - {rule: fall}
  - {rule: quiet, after: 6 h}
  - {rule: out-of-bed, rooms: [3B], lasts: 1 min}
  - {rule: wandering}
  - {rule: smoke}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, HOUSE, EVENING)
    yield world
    if world.running:
        world.stop()


def explained(world: World, rule: str, room: str | None = None) -> Explained:
    alert = world.alert(rule, room)
    use = next(use for use in world.site.rules if use.name == rule)
    history = EmbeddedHistory(world.connection, world.database, world.site)
    rule = settle(use, {}, catalogue())
    return explain(world.connection, history, world.site, alert, rule, world.clock.now())


def names(found: Confidence) -> set[str]:
    return {reason.name for reason in found.reasons}


def opened_at_night(world: World, outcome: Outcome | None = None) -> None:
    """The outer door at night; with an outcome, somebody goes there and closes the alert."""
    world.says("3B door", open=True)
    world.passes(MINUTE)
    world.says("3B door", open=False)
    if outcome is not None:
        alert = world.alert("night-exit")
        world.desk.arrive(alert.id, "kari")
        world.desk.close(alert.id, "kari", outcome)
    world.passes(5 * MINUTE)


def test_an_opened_door_is_sure_it_takes_a_hand(world: World) -> None:
    world.says("3B door", open=False)
    world.passes(3 * 60 * MINUTE)
    opened_at_night(world)
    found = explained(world, "night-exit").confidence
    assert (found.level, names(found)) == ("sure", {"takes_a_hand"})


def test_a_fall_with_a_second_person_in_the_room_stays_high_and_says_that_she_is_not_alone(
    world: World,
) -> None:
    world.says("3B bed", in_bed=True)
    world.passes(10 * MINUTE)
    world.says("3B bath", motion=True)
    world.passes(MINUTE)
    world.says("3B radar", fall="confirmed")
    assert world.alert("fall").severity == "high"
    found = explained(world, "fall").confidence
    assert {"not_alone", "fall_confirmed"} <= names(found)
    assert found.level == "probable"
    assert world.alert("fall").severity == "high"


def test_what_two_who_live_together_did_is_probable_nobody_knows_which(world: World) -> None:
    world.says("4B door", open=False)
    world.passes(3 * 60 * MINUTE)
    world.says("4B door", open=True)
    found = explained(world, "night-exit").confidence
    assert (found.level, names(found)) == ("probable", {"takes_a_hand", "who_unknown"})


def test_found_after_a_restart_is_found_late_and_that_is_said(world: World) -> None:
    world.says("3B door", open=False)
    world.passes(3 * 60 * MINUTE)
    world.broker_lost()
    world.says("3B door", open=True)
    opened = world.clock.now()
    world.passes(20 * MINUTE)
    world.broker_back()
    found = explained(world, "night-exit")
    assert found.alert.raised_at == opened
    assert (found.confidence.level, "late" in names(found.confidence)) == ("probable", True)


def test_quiet_is_as_sure_as_those_who_listened(world: World) -> None:
    world.says("3B hall", motion=True)
    for device, measure in (("3B door", "open"), ("3B bed", "in_bed"), ("3B bath", "motion")):
        world.says(device, **{measure: False})
    world.passes(7 * 60 * MINUTE)
    found = explained(world, "quiet", "3B").confidence
    assert found.level == "probable"
    assert Reason("not_heard", ("3B radar",)) in found.reasons  # it has never spoken
    listened = next(reason for reason in found.reasons if reason.name == "several_listened")
    assert listened.numbers == (4,)


def test_quiet_with_one_sensor_alone_is_uncertain_when_the_others_cannot_be_heard(world: World) -> None:
    world.says("4B hall", motion=True)
    world.passes(7 * 60 * MINUTE)
    found = explained(world, "quiet", "4B").confidence
    assert found.level == "uncertain"
    assert {"one_listened", "not_heard", "who_unknown"} <= names(found)


def test_health_is_what_was_known_when_it_was_raised_not_what_came_after(world: World) -> None:
    world.says("3B door", open=False, battery=9, lqi=20)
    world.passes(3 * 60 * MINUTE)
    opened_at_night(world)
    then = explained(world, "night-exit")
    assert {"battery_low", "weak_link"} <= names(then.confidence)
    world.says("3B door", battery=100, lqi=200)
    world.passes(MINUTE)
    world.restart()
    now = explained(world, "night-exit")
    assert now.sensors == then.sensors
    assert now.confidence == then.confidence
    door = next(s for s in now.sensors if s.device == "3B door")
    assert (door.battery, door.lqi) == (9, 20)


def test_a_device_that_says_the_same_again_and_again_makes_its_alert_uncertain(world: World) -> None:
    for _ in range(4):
        for _ in range(4):
            world.says("3B bed", in_bed=True)
            world.passes(timedelta(seconds=3))
            world.says("3B bed", in_bed=False)
            world.passes(timedelta(seconds=3))
        world.passes(MINUTE)
    world.passes(5 * MINUTE)
    found = explained(world, "out-of-bed").confidence
    assert found.level == "uncertain"
    assert Reason("chatters", ("3B bed",)) in found.reasons


def test_earlier_alerts_here_weigh_by_what_came_of_them(world: World) -> None:
    world.says("3B door", open=False)
    outcomes: tuple[Outcome, ...] = ("false_alarm", "false_alarm", "test", "helped", "false_alarm")
    world.passes(2 * 60 * MINUTE)
    for outcome in outcomes:
        opened_at_night(world, outcome)
    opened_at_night(world)
    found = explained(world, "night-exit")
    assert Reason("often_false", numbers=(1, 4)) in found.confidence.reasons  # the test counts for nothing
    assert found.confidence.level == "uncertain"
    assert [a.outcome for a in found.earlier] == [*reversed(outcomes)]


def test_the_last_sign_of_life_is_no_states_repetition_and_no_leak(world: World) -> None:
    world.says("3B door", open=False)
    world.says("3B smoke", smoke=False)
    world.says("3B hall", motion=True)
    seen = world.clock.now()
    world.passes(MINUTE)
    world.says("3B hall", motion=False)
    world.says("3B door", open=False)
    world.says("3B smoke", smoke=True)
    found = explained(world, "smoke")
    assert found.last_sign == Evidence("3B hall", "motion", True, seen)


def test_from_room_to_room_is_what_several_sensors_tell(world: World) -> None:
    for device in ("3B hall", "3B bath", "3B hall", "3B bath", "3B hall"):
        world.says(device, motion=True)
        world.passes(timedelta(seconds=20))
        world.says(device, motion=False)
        world.passes(MINUTE)
    found = explained(world, "wandering").confidence
    assert "several_sensors" in names(found)


def test_what_the_flat_told_around_it_is_there_in_order_and_what_held_before(world: World) -> None:
    world.says("3B bed", in_bed=True)
    world.passes(2 * 60 * MINUTE)
    world.says("3B bed", in_bed=False)
    world.passes(MINUTE)
    world.says("3B hall", motion=True)
    world.says("4B hall", motion=True)
    world.passes(MINUTE)
    opened_at_night(world)
    found = explained(world, "night-exit")
    assert [(e.device, e.value) for e in found.heard] == [
        ("3B bed", False),
        ("3B hall", True),
        ("3B door", True),
        ("3B door", False),
    ]
    assert [(e.device, e.value) for e in found.stood] == [("3B bed", True)]
    assert [e.event for e in found.trail if e.event != "called"] == ["raised", "cleared"]


def test_a_gateway_that_is_away_is_a_blind_time_of_each_of_its_sensors(world: World) -> None:
    opened_at_night(world)
    world.gateway("zigbee2mqtt", online=False)
    gone = world.clock.now()
    world.passes(20 * MINUTE)
    world.gateway("zigbee2mqtt", online=True)
    back = world.clock.now()
    world.passes(10 * MINUTE)
    found = explained(world, "night-exit")
    assert {b.device for b in found.blind} == {d.id for d in found.devices}
    assert {(b.since, b.until) for b in found.blind} == {(gone, back)}


def test_technicians_learn_nothing_of_anybodys_doing_from_a_sensor_that_is_silent(world: World) -> None:
    world.says("3B hall", motion=True)
    world.availability("3B hall", online=False)
    world.passes(15 * MINUTE)
    alert = world.alert("not-heard")
    history = EmbeddedHistory(world.connection, world.database, world.site)
    found = explain(world.connection, history, world.site, alert, None, world.clock.now())
    assert (found.heard, found.stood, [d.id for d in found.devices]) == ((), (), ["3B hall"])


def test_nothing_but_the_table_decides_how_sure() -> None:
    assert level(()) == "probable"
    for name in RAISES:
        assert level({name}) == "sure"
    for name in set(get_args(Name)) - RAISES:
        lowered = "uncertain" if name in DOUBTS else "probable"
        assert level({name}) == level({name, "takes_a_hand"}) == lowered
        assert level({name} | AGREES) == "probable"


def test_every_reason_and_every_fault_has_its_words_in_both_languages() -> None:
    for language in ("nb", "en"):
        voice = Voice(language, OSLO, EVENING)
        said = {why_so_sure(Reason(name, ("3B door",), (2, 3)), voice) for name in get_args(Name)}
        assert len(said) == len(get_args(Name))
        assert all("{" not in sentence for sentence in said)
        assert len({how_sure(one, voice) for one in ("sure", "probable", "uncertain")}) == 3
        for fault in ("not_heard", "never_heard", "silent_long", "aside", "battery_low", "weak_link"):
            assert what_was_wrong(fault, EVENING, voice)


def test_an_alert_of_an_earlier_version_that_nothing_was_written_down_for_is_told_without(
    world: World,
) -> None:
    opened_at_night(world)
    world.connection.execute("DELETE FROM alert_sensors")
    found = explained(world, "night-exit")
    assert found.sensors == ()
    assert found.confidence.level == "sure"


def test_what_is_explained_is_one_alert_and_the_ones_before_it(world: World) -> None:
    opened_at_night(world, "helped")
    opened_at_night(world)
    newest = world.alert("night-exit")
    assert [a.id for a in alerts.earlier(world.connection, newest, 10)] == [newest.id - 1]


def test_a_sensor_that_nobody_tried_out_is_named_where_sensors_are_tried_out(world: World) -> None:
    for device in ("3B door", "4B door"):
        world.says(device, open=False)
    world.passes(3 * 60 * MINUTE)
    with transaction(world.connection):
        start = world.clock.now()
        test = Test(0, "house", "4B door", "kari", start, start + 5 * MINUTE, start + MINUTE, "kari")
        walk_tests.add(world.connection, test)
    world.passes(10 * MINUTE)
    opened_at_night(world)
    found = explained(world, "night-exit").confidence
    assert found.level == "probable"
    assert Reason("never_tested", ("3B door",)) in found.reasons


def test_a_sensor_under_the_name_of_a_removed_one_that_was_tried_out_was_not_itself(world: World) -> None:
    with transaction(world.connection):
        start = world.clock.now()
        test = Test(0, "house", "3B door", "kari", start, start + 5 * MINUTE, start + MINUTE, "kari")
        walk_tests.add(world.connection, test)
    for edit in (RemoveDevice("3B door"), PlaceDevice("3B door", "3B", "outer_door", address="0x42")):
        world.passes(10 * MINUTE)
        assert isinstance(change_site(world.connection, "house", [edit], "kari", world.clock), Changed)
    world.passes(MINUTE)
    world.says("3B door", open=False)
    world.passes(3 * 60 * MINUTE)
    opened_at_night(world)
    assert Reason("never_tested", ("3B door",)) in explained(world, "night-exit").confidence.reasons


def test_staff_who_are_on_their_way_are_said(world: World) -> None:
    opened_at_night(world)
    world.desk.accept(world.alert("night-exit").id, "kari")
    world.says("3B radar", fall="confirmed")
    found = explained(world, "fall")
    assert found.alert.severity == "high"
    assert "staff_there" in names(found.confidence)


def test_a_state_that_the_broker_had_kept_is_uncertain_nobody_saw_it_happen(world: World) -> None:
    world.says("3B smoke", smoke=True, retained=True)
    found = explained(world, "smoke")
    assert found.alert.severity == "high"
    assert found.confidence.level == "uncertain"
    assert "kept_from_earlier" in names(found.confidence)


def test_a_device_whose_clock_is_wrong_makes_its_alert_uncertain(world: World) -> None:
    world.says("3B door", at=world.clock.now() + timedelta(days=2), open=False)
    world.passes(10 * MINUTE)
    world.says("3B door", at=world.clock.now() + timedelta(days=2), open=True)
    found = explained(world, "night-exit").confidence
    assert found.level == "uncertain"
    assert Reason("clock_wrong", ("3B door",)) in found.reasons


DOCS = (Path(__file__).parents[2] / "docs" / "how-sure.md").read_text("utf-8")


def test_the_docs_name_every_reason_and_what_it_does() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| ([a-z ]+) \|", DOCS, re.MULTILINE))
    wanted = {
        name: "raises" if name in RAISES else "casts doubt" if name in DOUBTS else "lowers"
        for name in get_args(Name)
    }
    assert rows == wanted


def test_what_only_repeats_a_state_is_no_news_and_does_not_chatter(world: World) -> None:
    for _ in range(30):
        world.says("3B bed", in_bed=True)
        world.passes(timedelta(seconds=10))
    world.says("3B bed", in_bed=False)
    world.says("3B door", open=False)  # heard for the first time: nobody shut it just then
    world.says("3B hall", motion=True)
    world.passes(2 * MINUTE)
    found = explained(world, "out-of-bed")
    assert "chatters" not in names(found.confidence)
    news = [(e.device, e.value) for e in changes(found.heard, found.stood)]
    assert news == [("3B bed", True), ("3B bed", False), ("3B hall", True)]


def test_a_fall_that_is_only_suspected_says_so(world: World) -> None:
    world.says("3B radar", fall="suspected")
    found = explained(world, "fall").confidence
    assert (found.level, names(found)) == ("probable", {"fall_suspected"})


def test_a_fault_that_stood_then_weighs_and_one_that_was_mended_before_does_not(world: World) -> None:
    world.says("3B door", open=False)
    world.passes(2 * 60 * MINUTE)
    now = world.clock.now()
    with transaction(world.connection):
        for kind in ("tamper", "link"):
            faults.begin(world.connection, "house", Fault(kind, "3B door", now, "test"), now)
        mended = [k.id for k in faults.standing(world.connection, "house") if k.fault.kind == "link"]
        faults.end(world.connection, mended, now + MINUTE)
    world.passes(5 * MINUTE)
    opened_at_night(world)
    found = explained(world, "night-exit").confidence
    assert Reason("tampered", ("3B door",)) in found.reasons
    assert "weak_link" not in names(found)


def test_what_is_a_low_battery_or_a_weak_link_is_the_same_as_for_the_faults_of_devices() -> None:
    rules = fault_rules()
    assert rules["battery"].level == BATTERY_LOW  # type: ignore[union-attr]
    assert rules["link"].lqi[0] == LINK_WEAK  # type: ignore[union-attr]
