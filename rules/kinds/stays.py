"""Long in one place: heard there, and nowhere else since.

The first sign of life in the place starts the time; one from elsewhere ends it. Movement in the place does
not: who has fallen may still move. By night the time allowed is shorter; who went in by day and is there when
the night begins has the night's time from then on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from rules.duration import day_or_night
from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import StaysRule


class State(msgspec.Struct, frozen=True):
    """`entered`: the first sign from the place with nothing from elsewhere since. `unseen`: time since then
    in which nobody could hear. `raised`: an alert was asked for.
    """

    entered: Evidence | None = None
    unseen: timedelta = timedelta(0)
    raised: bool = False


def start() -> State:
    return State()


def on_reading(rule: StaysRule, context: Context, state: State, heard: Heard) -> Step | None:
    if not heard.is_sign:
        return None
    reading = heard.reading
    if heard.part == "place":
        return Step(State(heard.evidence)) if state.entered is None else None
    if state.entered is None or reading.at <= state.entered.at:
        return None
    if not state.raised:
        return Step(State())
    out = Opinion("cleared", reading.at, "heard elsewhere", reading.device, (heard.evidence,))
    return Step(State(), (out,))


def on_deadline(rule: StaysRule, context: Context, state: State, at: datetime) -> Step:
    assert state.entered is not None
    raised = msgspec.structs.replace(state, raised=True)
    return Step(raised, (Opinion("raised", at, "there too long", state.entered.device, (state.entered,)),))


def on_sight(
    rule: StaysRule, context: Context, state: State, blind_from: datetime, at: datetime
) -> Step | None:
    if state.entered is None:
        return None
    unseen = at - max(blind_from, state.entered.at)
    if unseen <= timedelta(0):
        return None
    return Step(msgspec.structs.replace(state, unseen=state.unseen + unseen))


def due(rule: StaysRule, context: Context, state: State) -> datetime | None:
    if state.entered is None or state.raised:
        return None
    allowed = day_or_night(state.entered.at, rule.by_day, rule.by_night, rule.night, context.zone)
    return allowed + state.unseen
