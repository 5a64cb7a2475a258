"""Left and not back: an outer door was used, and nothing has been heard from inside since.

Every use of an outer door starts the time; a sign of life from inside ends it, apart from the moments right
after the door, in which a motion sensor still sees the one who leaves. By night the time allowed is shorter;
who left by day and is out when the night begins has the night's time from then on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from rules.duration import day_or_night
from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import AwayRule


class State(msgspec.Struct, frozen=True):
    """`door`: the last use of an outer door with nothing from inside since. `unseen`: time since then in
    which nobody could hear. `raised`: an alert was asked for.
    """

    door: Evidence | None = None
    unseen: timedelta = timedelta(0)
    raised: bool = False


def start() -> State:
    return State()


def on_reading(rule: AwayRule, context: Context, state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    if heard.standing in ("late", "duplicate") or reading.snapshot:
        return None
    if heard.part == "doors":
        older = state.door is not None and reading.at < state.door.at
        # A door that is heard for the first time, shut, was not used just then.
        used = heard.standing == "new" or (heard.standing == "first" and reading.value is True)
        return None if not used or older or state.raised else Step(State(heard.evidence))
    if not heard.is_sign or state.door is None or reading.at <= state.door.at + rule.exit_delay:
        return None
    if not state.raised:
        return Step(State())
    back = Opinion("cleared", reading.at, "heard from inside", reading.device, (heard.evidence,))
    return Step(State(), (back,))


def on_deadline(rule: AwayRule, context: Context, state: State, at: datetime) -> Step:
    assert state.door is not None
    raised = msgspec.structs.replace(state, raised=True)
    return Step(raised, (Opinion("raised", at, "left and not back", state.door.device, (state.door,)),))


def on_sight(
    rule: AwayRule, context: Context, state: State, blind_from: datetime, at: datetime
) -> Step | None:
    if state.door is None:
        return None
    unseen = at - max(blind_from, state.door.at)
    if unseen <= timedelta(0):
        return None
    return Step(msgspec.structs.replace(state, unseen=state.unseen + unseen))


def due(rule: AwayRule, context: Context, state: State) -> datetime | None:
    if state.door is None or state.raised:
        return None
    allowed = day_or_night(state.door.at, rule.by_day, rule.by_night, rule.night, context.zone)
    return allowed + state.unseen
