"""Goals that somebody practises: who is told what, and the picture over weeks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.scenario.world import World
from hub.store import alerts, goals
from rules.catalogue import catalogue
from rules.goal import Outcome, Week, day_of, end_of, spoils, streak, weeks

SITE = Path(__file__).parents[1] / "scenarios" / "sites" / "training.yaml"
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # 21:00 in Oslo
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def flat(tmp_path: Path) -> World:
    return World(tmp_path, SITE.read_text("utf-8"), EVENING)


def test_the_one_whose_goal_it_is_is_reminded_and_praised_and_no_alert_is_raised(flat: World) -> None:
    flat.says("L1 lock", locked=False)
    flat.until(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    (reminder,) = flat.outbox()
    assert (reminder.address, reminder.alert) == ("vaka/training/goals/d01/goal-door-locked", None)
    said = json.loads(reminder.payload)
    assert (said["says"], said["text"]) == ("reminder", catalogue()["goal-door-locked"].goal.reminder.nb)
    assert said["texts"]["en"] == "It is nearly night. Is the door locked?"
    assert "Mia" not in reminder.payload
    flat.passes(timedelta(minutes=5))
    flat.says("L1 lock", locked=True)
    _, praise, nothing = flat.outbox()
    assert json.loads(praise.payload)["text"] == "Døra er låst. Da er det bare å sove godt!"
    assert nothing.payload == ""
    assert alerts.open_alerts(flat.connection, "training") == []
    flat.stop()


def test_a_reminder_whose_time_is_up_is_taken_off_the_broker_and_not_praised_later(flat: World) -> None:
    flat.says("L1 lock", locked=False)
    flat.until(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    assert [note.payload == "" for note in flat.outbox()] == [False, True]
    flat.passes(timedelta(minutes=5))
    flat.says("L1 lock", locked=True)
    assert len(flat.outbox()) == 2
    flat.until(datetime(2026, 11, 24, 4, 0, tzinfo=UTC))
    found = goals.outcomes(flat.connection, "training", "goal-door-locked", "L1", date(2026, 1, 1))
    assert found == [(date(2026, 11, 23), "missed")]
    flat.stop()


def test_a_goal_says_nothing_of_whether_somebody_is_watched_over(flat: World) -> None:
    flat.passes(timedelta(seconds=1))
    found = flat.protection("d01").protection
    assert (found.state, [why.cause for why in found.why]) == ("unprotected", ["no_rule"])
    flat.stop()


def test_a_goals_day_ends_in_the_small_hours_by_the_clock_on_the_wall() -> None:
    night = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    assert day_of(night, OSLO) == date(2026, 10, 24)
    assert end_of(date(2026, 10, 24), OSLO) == datetime(2026, 10, 25, 4, 0, tzinfo=OSLO)
    assert end_of(date(2026, 10, 24), OSLO) - end_of(date(2026, 10, 23), OSLO) == timedelta(hours=25)


def test_only_what_went_unheard_of_a_goals_own_time_leaves_its_day_unknown() -> None:
    door, day = catalogue()["goal-door-locked"], date(2026, 11, 23)
    at = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    assert not spoils(door, day, at - timedelta(hours=5), at + timedelta(minutes=30), OSLO)
    assert spoils(door, day, at, at + timedelta(minutes=35), OSLO)
    stove = catalogue()["goal-stove-off"]
    assert not spoils(stove, day, at, at + timedelta(minutes=59), OSLO)
    assert spoils(stove, day, at, at + timedelta(minutes=61), OSLO)


def test_a_row_of_days_is_broken_by_a_missed_one_and_by_nothing_else() -> None:
    def row(*outcomes: Outcome) -> list[tuple[date, Outcome]]:
        return [(date(2026, 11, 1) + timedelta(days=n), outcome) for n, outcome in enumerate(outcomes)]

    assert streak(row()) == 0
    assert streak(row("missed", "reached", "none", "reminded", "unknown", "reached")) == 3
    assert streak(row("reached", "missed")) == 0


def test_weeks_begin_on_monday_and_count_what_is_known() -> None:
    first = date(2026, 11, 16)  # a Monday
    kept: list[Outcome] = [
        "reached",
        "reached",
        "reminded",
        "none",
        "missed",
        "unknown",
        "reached",
        "reached",
    ]
    found = weeks((first + timedelta(days=n), outcome) for n, outcome in enumerate(kept))
    assert found == [Week(first, 3, 1, 1), Week(first + timedelta(days=7), 1, 0, 0)]
    assert (found[0].kept, found[0].counted) == (4, 5)
