"""Calls go out with the alert and go on until somebody has it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.store import alerts
from tests.world import World

SITE = """
site: test
name: Test
units: [{id: sol, name: Solsida, neighbours: [nord]}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices:
  - {id: 3B button, room: 3B, role: help_button, gateway: native}
  - {id: 3B door, room: 3B, role: outer_door, gateway: native}
rules: [{rule: help-button}, {rule: night-exit}, {rule: door-open}]
"""
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
MIN = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NIGHT)
    yield made
    made.stop()


MOTION = "  - {id: 3B motion, room: 3B, role: motion, gateway: native}\nrules: [{rule: quiet, after: 1 h}, "
QUIET = SITE.replace("rules: [", MOTION)


def quiet_for_an_hour(tmp_path: Path) -> World:
    """A pre-warning stands there: 3B has been quiet."""
    house = World(tmp_path, QUIET, NIGHT)
    house.says("3B motion", motion=False)
    house.passes(60 * MIN)
    assert house.alert("quiet").prewarning
    return house


def calls(house: World, rule: str) -> list[tuple[timedelta, str, str]]:
    """Who was called for the newest alert of the rule: how long after the night began, how, whom."""
    alert = next(a for a in reversed(house.alerts()) if a.rule == rule)
    trail = alerts.events(house.connection, alert.id)
    return [(e.at - NIGHT, e.event, e.reason) for e in trail if e.event.startswith("called")]


def announced(house: World) -> dict[str, Any]:
    """The newest message about an alert."""
    message: dict[str, Any] = json.loads(house.outbox()[-1].payload)
    return message


def test_a_press_in_the_night_that_nobody_answers_never_falls_silent(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    house.passes(15 * MIN)
    assert calls(house, "help-button") == [
        (0 * MIN, "called", "assigned"),
        (1 * MIN, "called", "unit"),
        (3 * MIN, "called", "neighbours, night_patrol"),
        (5 * MIN, "called", "leaders"),
        (10 * MIN, "called_in_vain", "leaders"),
        (15 * MIN, "called_in_vain", "leaders"),
    ]
    told = announced(house)
    assert told["called"] == ["assigned", "unit", "neighbours", "night_patrol", "leaders"]
    assert told["nobody_answered"] is True


def test_whoever_takes_it_stops_the_calls_and_who_does_not_come_starts_them_again(house: World) -> None:
    house.says("3B button", pressed="single")
    house.passes(2 * MIN)
    house.desk.accept(house.alert("help-button").id, "kari")
    house.passes(10 * MIN)
    assert house.alert("help-button").state == "open"
    house.passes(2 * MIN)
    assert calls(house, "help-button")[2:] == [
        (12 * MIN, "called", "assigned, unit"),
        (14 * MIN, "called", "neighbours, night_patrol"),
    ]


def test_a_closed_alert_calls_nobody(house: World) -> None:
    house.says("3B button", pressed="single")
    house.desk.close(house.alert("help-button").id, "kari", "helped")
    house.passes(60 * MIN)
    assert len(calls(house, "help-button")) == 1


def test_calls_go_on_across_a_restart_and_those_missed_are_made_up_for_once(house: World) -> None:
    house.says("3B button", pressed="single")
    house.stop()
    house.passes(4 * MIN)
    house.start()
    house.passes(1 * MIN)
    assert calls(house, "help-button") == [
        (0 * MIN, "called", "assigned"),
        (1 * MIN, "called", "unit"),
        (3 * MIN, "called", "neighbours, night_patrol"),
        (5 * MIN, "called", "leaders"),
    ]


def test_a_clock_that_is_set_makes_no_call_come_too_soon_or_too_late(house: World) -> None:
    house.says("3B button", pressed="single")
    house.clock_is_moved(timedelta(hours=1))
    house.passes(MIN - timedelta(seconds=1))
    assert len(calls(house, "help-button")) == 1
    house.passes(timedelta(seconds=1))
    assert len(calls(house, "help-button")) == 2


def test_a_change_of_the_plan_counts_for_the_next_alert_and_leaves_the_running_one(house: World) -> None:
    house.says("3B button", pressed="single")
    plan = "escalation: {high: {steps: [{after: 0 s, to: [leaders]}], repeat: 2 min}}"
    house.imports(SITE.replace("name: Solsida,", f"name: Solsida, {plan},"))
    house.says("3B door", open=True)
    house.passes(3 * MIN)
    called = [whom for _, _, whom in calls(house, "help-button")]
    assert called == ["assigned", "unit", "neighbours, night_patrol"]
    assert calls(house, "night-exit") == [
        (0 * MIN, "called", "leaders"),
        (2 * MIN, "called_in_vain", "leaders"),
    ]


def test_more_hands_and_a_hand_back_go_by_the_plan_that_the_alert_took_along(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    plan = "escalation: {high: {steps: [{after: 0 s, to: [leaders]}], repeat: 2 min}}"
    house.imports(SITE.replace("name: Solsida,", f"name: Solsida, {plan},"))
    house.desk.act(id, "assist", "kari")
    house.desk.act(id, "hand_back", "kari")
    house.passes(timedelta(seconds=1))
    assert [whom for _, _, whom in calls(house, "help-button")] == ["assigned", "unit", "assigned, unit"]


def test_a_prewarning_that_somebody_has_calls_nobody_when_it_is_confirmed_and_all_once_nobody_has_it(
    tmp_path: Path,
) -> None:
    house = quiet_for_an_hour(tmp_path)
    id = house.alert("quiet").id
    house.desk.arrive(id, "kari")
    house.passes(20 * MIN)
    alert = house.alert("quiet")
    assert (alert.state, alert.severity, alert.prewarning) == ("arrived", "high", False)
    assert calls(house, "quiet") == [], "she is there"
    house.desk.act(id, "hand_back", "kari")
    house.passes(timedelta(seconds=1))
    assert [whom for _, _, whom in calls(house, "quiet")] == ["assigned"]
    house.passes(MIN)
    assert [whom for _, _, whom in calls(house, "quiet")] == ["assigned", "unit"]
    house.stop()


def test_more_hands_are_called_to_a_prewarning_too_by_the_plan_of_the_house(tmp_path: Path) -> None:
    house = quiet_for_an_hour(tmp_path)
    id = house.alert("quiet").id
    plan = "escalation: {low: {steps: [{after: 0 s, to: [unit]}, {after: 1 h, to: [leaders]}], repeat: 2 h}}"
    house.imports(QUIET.replace("name: Solsida,", f"name: Solsida, {plan},"))
    house.desk.arrive(id, "kari")
    house.desk.act(id, "assist", "kari")
    house.passes(2 * MIN)
    assert [whom for _, _, whom in calls(house, "quiet")] == ["unit"]
    house.desk.act(id, "hand_back", "kari")
    house.passes(2 * MIN)
    assert [whom for _, _, whom in calls(house, "quiet")] == ["unit", "unit"], "and anew once nobody has it"
    house.stop()


def test_a_call_for_more_hands_reaches_the_next_in_line(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    house.passes(MIN)
    house.desk.act(id, "assist", "kari")
    house.passes(20 * MIN)
    assert calls(house, "help-button")[1:] == [(1 * MIN, "called", "unit")]
    assert house.alert("help-button").arrived_by == "kari"


def test_what_is_handed_back_calls_at_once(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    house.passes(MIN)
    house.desk.act(id, "hand_back", "kari")
    house.passes(MIN)
    assert calls(house, "help-button")[1:] == [(1 * MIN, "called", "assigned"), (2 * MIN, "called", "unit")]
