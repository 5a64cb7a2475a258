"""Nothing between two local times of the day: not up by ten.

The first day that counts is the first whose whole window was watched. A spell without hearing the devices
inside the window puts the deadline off by its length: blind is not quiet.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from rules.duration import next_local
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import NotByRule


class State(msgspec.Struct, frozen=True):
    """`opens`, `due`: the window that is watched or waited for. `raised`: its alert was asked for and nothing
    came since.
    """

    opens: datetime | None = None
    due: datetime | None = None
    raised: bool = False


def start() -> State:
    return State()


def on_reading(rule: NotByRule, context: Context, state: State, heard: Heard) -> Step:
    at = heard.reading.at
    if heard.standing in ("late", "duplicate"):
        return Step(state, state.due)
    if state.opens is None:
        state = _next_window(rule, context, at)
    if not heard.is_sign:
        return Step(state, state.due)
    opinions: tuple[Opinion, ...] = ()
    if state.raised:
        opinions = (Opinion("cleared", at, "sign of life", heard.reading.device, (heard.evidence,)),)
        state = msgspec.structs.replace(state, raised=False)
    assert state.opens is not None
    if at >= state.opens:
        state = _next_window(rule, context, at)
    return Step(state, state.due, opinions)


def on_deadline(rule: NotByRule, context: Context, state: State, at: datetime) -> Step:
    after = msgspec.structs.replace(_next_window(rule, context, at), raised=True)
    return Step(after, after.due, (Opinion("raised", at, "nothing by then"),))


def on_sight(rule: NotByRule, context: Context, state: State, blind_from: datetime, at: datetime) -> Step:
    if state.opens is not None and state.due is not None and at > state.opens:
        unseen = at - max(blind_from, state.opens)
        if unseen > timedelta(0):
            state = msgspec.structs.replace(state, due=state.due + unseen)
    return Step(state, state.due)


def _next_window(rule: NotByRule, context: Context, after: datetime) -> State:
    """The first window that opens after `after`. Its deadline is the first `by` after it opened."""
    opens = next_local(rule.from_, after, context.zone)
    return State(opens, next_local(rule.by, opens, context.zone))
