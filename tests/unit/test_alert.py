"""An alert's life: every event in every state is allowed by the table, or refused with a reason."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest

from rules.alert import (
    ARRIVAL_WITHIN,
    TRANSITIONS,
    Act,
    Alert,
    Concern,
    Event,
    Outcome,
    State,
    act,
    found,
    opened,
    time_is_up,
)
from rules.finding import Evidence, Finding, FindingKind

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
LATER = AT + timedelta(minutes=3)
HIGH = Concern("high", "u", ("r-anna",))
STATES, EVENTS = get_args(State), get_args(Event)


def finding(kind: FindingKind = "raised", at: datetime = AT) -> Finding:
    return Finding("night-exit", "3B", kind, at, "happened", "door", (Evidence("door", "open", True, at),))


def alert_in(state: State, concern: Concern = HIGH, kind: FindingKind = "raised") -> Alert:
    alert = opened(finding(kind), "donski", concern, AT)
    if state in ("accepted", "arrived"):
        alert = act(alert, "accept", "kari", AT).alert
    if state == "arrived":
        alert = act(alert, "arrive", "kari", AT).alert
    if state == "closed":
        alert = act(alert, "close", "kari", AT, "helped").alert
    return alert


def test_the_table_leads_from_every_state_but_closed_and_knows_no_others() -> None:
    assert {state for state, _ in TRANSITIONS} == set(STATES) - {"closed"}
    assert {event for _, event in TRANSITIONS} == set(EVENTS)
    assert set(TRANSITIONS.values()) == set(STATES)


def test_every_state_can_be_reached_and_closed() -> None:
    for state in STATES:
        assert alert_in(state).state == state
        if state != "closed":
            assert act(alert_in(state), "close", "kari", LATER, "helped").alert.state == "closed"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", get_args(Act))
def test_what_people_do_is_allowed_by_the_table_or_refused_with_the_state_as_reason(
    state: State, event: Act
) -> None:
    before = alert_in(state)
    decision = act(before, event, "kari", LATER, "helped" if event == "close" else None)
    expected = TRANSITIONS.get((state, event))
    if expected is None:
        why = "nobody has it" if state == "open" else f"already {state}"
        assert (decision.changed, decision.alert, decision.reason) == (False, before, why)
    else:
        assert decision.changed
        assert decision.alert.state == expected
        assert (
            decision.reason
            == {
                "accept": "accepted",
                "set_out": "on the way",
                "arrive": "arrived",
                "assist": "more hands are needed",
                "hand_back": "handed back",
                "close": "closed",
            }[event]
        )


@pytest.mark.parametrize("event", ["set_out", "hand_back"])
def test_only_who_has_it_says_that_they_are_on_the_way_or_cannot_come(event: Act) -> None:
    before = alert_in("accepted")
    decision = act(before, event, "ola", LATER)
    assert (decision.changed, decision.alert, decision.reason) == (False, before, "somebody else has it")


def test_who_sets_out_has_accepted_and_has_ten_minutes_from_then_on() -> None:
    alert = act(alert_in("open"), "set_out", "ola", LATER).alert
    assert (alert.accepted_by, alert.on_the_way_at, alert.due) == ("ola", LATER, LATER + ARRIVAL_WITHIN)
    again = act(alert_in("accepted"), "set_out", "kari", LATER).alert
    assert (again.accepted_at, again.on_the_way_at, again.due) == (AT, LATER, LATER + ARRIVAL_WITHIN)


def test_what_is_handed_back_is_as_if_nobody_had_taken_it() -> None:
    asked = act(alert_in("arrived"), "assist", "kari", LATER).alert
    assert (asked.state, asked.assistance_at) == ("arrived", LATER)
    assert act(asked, "hand_back", "kari", LATER).alert == alert_in("open")


@pytest.mark.parametrize("state", ["open", "accepted", "arrived"])
@pytest.mark.parametrize("kind", get_args(FindingKind))
def test_a_further_finding_never_moves_an_alert_that_people_have(state: State, kind: FindingKind) -> None:
    decision = found(alert_in(state), finding(kind, LATER), HIGH)
    assert decision.alert.state == state
    assert decision.changed == (kind != "prewarned"), "what is raised already needs no pre-warning"
    assert (decision.alert.cleared_at is not None) == (kind == "cleared")
    assert decision.alert.occurrences == (2 if kind == "raised" else 1)


def test_an_acceptance_that_comes_to_nothing_is_open_again_and_can_be_taken_by_another() -> None:
    accepted = alert_in("accepted")
    assert accepted.due == AT + ARRIVAL_WITHIN
    fallen = time_is_up(accepted)
    assert fallen.alert == msgspec.structs.replace(alert_in("open"))
    assert fallen.reason == "nobody arrived in time"
    assert act(fallen.alert, "accept", "ola", LATER).alert.accepted_by == "ola"


def test_who_arrives_has_accepted_and_has_an_hour_to_say_what_came_of_it() -> None:
    arrived = act(alert_in("open"), "arrive", "ola", LATER).alert
    assert (arrived.accepted_by, arrived.accepted_at, arrived.arrived_at, arrived.due) == (
        "ola",
        LATER,
        LATER,
        LATER + timedelta(hours=1),
    )


def test_a_prewarning_is_low_until_it_is_confirmed_and_passes_by_itself() -> None:
    prewarned = opened(finding("prewarned"), "donski", HIGH, AT)
    assert (prewarned.severity, prewarned.prewarning) == ("low", True)
    confirmed = found(prewarned, finding("raised", LATER), HIGH).alert
    assert (confirmed.severity, confirmed.prewarning, confirmed.occurrences) == ("high", False, 1)
    passed = found(prewarned, finding("cleared", LATER), HIGH)
    assert (passed.alert.state, passed.alert.outcome, passed.reason) == (
        "closed",
        "passed",
        "passed by itself",
    )


def test_a_prewarning_that_somebody_took_waits_for_them() -> None:
    taken = act(opened(finding("prewarned"), "donski", HIGH, AT), "accept", "kari", AT).alert
    assert found(taken, finding("cleared", LATER), HIGH).alert.state == "accepted"


def test_an_alert_never_ends_before_it_began() -> None:
    cleared = found(alert_in("open"), finding("cleared", AT - timedelta(minutes=5)), HIGH).alert
    assert cleared.cleared_at == AT


@pytest.mark.parametrize("outcome", [None, "helped"])
def test_an_outcome_goes_with_closing_and_with_nothing_else(outcome: Outcome | None) -> None:
    with pytest.raises(ValueError, match="an outcome goes with closing"):
        act(alert_in("open"), "close" if outcome is None else "accept", "kari", AT, outcome)


def test_found_more_than_a_minute_afterwards_it_is_late() -> None:
    assert not opened(finding(), "donski", HIGH, AT + timedelta(seconds=60)).late
    assert opened(finding(), "donski", HIGH, AT + timedelta(seconds=61)).late
