"""Who is told next while nobody has taken an alert."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.escalation import (
    EscalationCourse,
    EscalationPlan,
    answered,
    begun,
    called,
    fallen_open,
    graver,
    reached_nobody,
    widened,
)
from rules.severity import Severity

T = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
MIN = timedelta(minutes=1)
PLAN = EscalationPlan()


def _heard(calls):  # who was told, and how long after the alert
    return [(call.at - T, call.to, call.nobody_answered) for call in calls]


def test_nobody_answers_a_high_alert_in_the_night() -> None:
    _, calls = called(begun(PLAN, "high", T), T + 4 * MIN)
    assert _heard(calls) == [
        (0 * MIN, ("assigned",), False),
        (1 * MIN, ("unit",), False),
        (3 * MIN, ("neighbours", "night_patrol"), False),
    ]


def test_the_last_step_repeats_for_ever_and_says_that_nobody_answered() -> None:
    escalation, calls = called(begun(PLAN, "high", T), T + 5 * MIN)
    assert calls[-1].to == ("leaders",)
    for n in range(1, 50):
        escalation, calls = called(escalation, T + 5 * MIN + n * 5 * MIN)
        assert _heard(calls) == [(5 * MIN + n * 5 * MIN, ("leaders",), True)]


def test_whoever_accepts_stops_the_calls() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T + 2 * MIN)
    assert called(answered(escalation), T + timedelta(days=1)) == (answered(escalation), ())


def test_an_acceptance_that_came_to_nothing_calls_all_again_who_were_called_so_far() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T + 2 * MIN)
    again = fallen_open(answered(escalation), T + 12 * MIN)
    _, calls = called(again, T + 14 * MIN)
    assert _heard(calls) == [
        (12 * MIN, ("assigned", "unit"), False),
        (14 * MIN, ("neighbours", "night_patrol"), False),
    ]


def test_where_all_that_were_called_again_hear_nothing_the_next_stage_comes_at_once() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T + 2 * MIN)
    again, _ = called(fallen_open(answered(escalation), T + 12 * MIN), T + 12 * MIN)
    _, calls = called(reached_nobody(again, ("assigned", "unit"), T + 12 * MIN, False), T + 12 * MIN)
    assert _heard(calls) == [(12 * MIN, ("neighbours", "night_patrol"), False)]


def test_who_has_given_it_back_is_not_said_not_to_have_answered() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T + 11 * MIN)
    assert escalation.repeats == 1
    again, [call] = called(fallen_open(answered(escalation), T + 12 * MIN), T + 12 * MIN)
    assert (again.repeats, call.nobody_answered) == (0, False)


def test_after_an_outage_each_stage_is_called_once_and_of_the_repetitions_only_the_newest() -> None:
    _, calls = called(begun(PLAN, "high", T), T + timedelta(hours=1))
    assert [call.stage for call in calls] == [0, 1, 2, 3, 3]
    assert calls[-1].at == T + timedelta(hours=1)


def test_a_call_for_assistance_reaches_the_next_in_line_and_leaves_the_alert_with_its_owner() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T)
    wider, call = widened(answered(escalation), T + MIN)
    assert call.to == ("unit",)
    assert wider.due is None
    _, call = widened(wider, T + 2 * MIN)
    assert call.to == ("neighbours", "night_patrol")


def test_an_alert_that_becomes_graver_takes_the_graver_course_at_once() -> None:
    escalation, _ = called(begun(PLAN, "low", T), T)
    _, calls = called(graver(escalation, "high", T + 10 * MIN), T + 11 * MIN)
    assert _heard(calls) == [(10 * MIN, ("assigned",), False), (11 * MIN, ("unit",), False)]


def test_an_alert_that_becomes_less_grave_goes_on_as_it_was() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T)
    assert graver(escalation, "medium", T + MIN) == escalation


@pytest.mark.parametrize(
    ("steps", "repeat", "what"),
    [
        ([("1 min", ["unit"])], "5 min", "expected after: 0 s"),
        ([("0 s", ["unit"]), ("0 s", ["leaders"])], "5 min", "expected each later than the one before"),
        ([("0 s", ["unit"])], "10 s", "expected at least 1 min"),
        ([], "5 min", "at least 1 item"),
        ([("0 s", [])], "5 min", "at least 1 item"),
        ([("0 s", ["the cat"])], "5 min", "night_patrol"),
    ],
)
def test_a_course_that_would_leave_somebody_waiting_is_refused(steps, repeat, what) -> None:
    with pytest.raises(ValidationError, match=what):
        EscalationCourse.model_validate(
            {"steps": [{"after": after, "to": to} for after, to in steps], "repeat": repeat}
        )


@pytest.mark.parametrize(
    ("severity", "reached_before", "in_stead", "at_once"),
    [
        ("high", True, False, True),
        ("high", False, True, False),
        ("medium", False, False, True),
        ("medium", True, False, False),
        ("low", False, False, False),
    ],
)
def test_the_next_stage_comes_at_once_where_there_is_nobody_to_wait_for(
    severity: Severity, reached_before: bool, in_stead: bool, at_once: bool
) -> None:
    escalation, _ = called(begun(PLAN, severity, T), T)
    if reached_before:
        assert escalation.due is not None
        escalation, _ = called(escalation, escalation.due)
    assert escalation.due is not None
    at = escalation.due - timedelta(seconds=30)
    in_vain = reached_nobody(escalation, escalation.stages[escalation.taken - 1].to, at, in_stead)
    _, calls = called(in_vain, at)
    assert bool(calls) is at_once


def test_a_last_stage_that_reaches_nobody_is_called_again_in_its_time_and_not_at_once() -> None:
    escalation, _ = called(begun(PLAN, "high", T), T + 5 * MIN)
    in_vain = reached_nobody(escalation, ("leaders",), T + 5 * MIN, False)
    assert (in_vain.due, in_vain.unreached) == (T + 10 * MIN, ("leaders",))
    again, _ = called(in_vain, T + 10 * MIN)
    assert again.unreached == (), "it may be heard this time"


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "answer", "fall open", "assist", "graver", "reach nobody"]),
        st.integers(0, 7200),
    ),
    max_size=30,
)


@given(st.sampled_from(["low", "medium", "high"]), EVENTS)
def test_an_alert_that_nobody_has_always_has_a_call_ahead_of_it(severity, events) -> None:
    now, owned = T, False
    escalation = begun(PLAN, severity, T)
    for event, seconds in events:
        now += timedelta(seconds=seconds)
        escalation, calls = called(escalation, now)
        assert not (owned and calls)
        assert all(earlier.at <= later.at <= now for earlier, later in itertools.pairwise(calls))
        if event == "answer":
            escalation, owned = answered(escalation), True
        elif event == "fall open":
            escalation, owned = fallen_open(escalation, now), False
        elif event == "assist" and owned:
            escalation, _ = widened(escalation, now)
        elif event == "graver":
            escalation = graver(escalation, "high", now)
        elif event == "reach nobody" and escalation.taken:
            escalation = reached_nobody(escalation, escalation.stages[escalation.taken - 1].to, now, False)
        escalation, _ = called(escalation, now)
        if owned:
            assert escalation.due is None
        else:
            assert escalation.due is not None
            assert now < escalation.due <= now + timedelta(hours=4)
