"""Nothing between two local times of the day: not up by ten.

The first day that counts is the first whose whole window was watched. A spell without hearing the devices
inside the window puts the deadline off by its length, as far as there is room before the next window: blind
is not quiet.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from rules.duration import next_local
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import NotByRule

BY_THE_WALL = True
"""Its instants are read off the wall clock, so a correction of that clock leaves them where they are."""


class State(msgspec.Struct, frozen=True):
    """`opens`: when the window opens that is watched or waited for. `unseen`: how much of it nobody could
    hear. `raised`: an alert was asked for and nothing came since.
    """

    opens: datetime | None = None
    unseen: timedelta = timedelta(0)
    raised: bool = False


def start() -> State:
    return State()


def on_reading(rule: NotByRule, context: Context, state: State, heard: Heard) -> Step | None:
    at = heard.reading.at
    if heard.standing in ("late", "duplicate"):
        return None
    if state.opens is None:
        return Step(_next_window(rule, context, at))
    if not heard.is_sign or (at < state.opens and not state.raised):
        return None
    after = state if at < state.opens else _next_window(rule, context, at)
    if not state.raised:
        return Step(after)
    up = Opinion("cleared", at, "sign of life", heard.reading.device, (heard.evidence,))
    return Step(msgspec.structs.replace(after, raised=False), (up,))


def on_deadline(rule: NotByRule, context: Context, state: State, at: datetime) -> Step:
    after = msgspec.structs.replace(_next_window(rule, context, at), raised=True)
    return Step(after, (Opinion("raised", at, "nothing by then"),))


def on_sight(
    rule: NotByRule, context: Context, state: State, blind_from: datetime, at: datetime
) -> Step | None:
    if state.opens is None or at <= state.opens:
        return None
    unseen = state.unseen + max(at - max(blind_from, state.opens), timedelta(0))
    after = msgspec.structs.replace(state, unseen=unseen)
    next_opens = next_local(rule.from_, state.opens, context.zone)
    by = due(rule, context, after)
    if by is None or by < next_opens:
        return Step(after)
    # Too little was seen of this window to say anything of it: the next one counts.
    after = State(next_opens, raised=state.raised)
    return on_sight(rule, context, after, blind_from, at) or Step(after)


def on_return(rule: NotByRule, context: Context, state: State, at: datetime) -> State:
    """Somebody came home: a window that opened without them is not held against them."""
    if state.opens is None or at <= state.opens:
        return state
    return msgspec.structs.replace(_next_window(rule, context, at), raised=state.raised)


def due(rule: NotByRule, context: Context, state: State) -> datetime | None:
    if state.opens is None:
        return None
    return next_local(rule.by, state.opens, context.zone) + state.unseen


def _next_window(rule: NotByRule, context: Context, after: datetime) -> State:
    """The first window that opens after `after`."""
    return State(next_local(rule.from_, after, context.zone))
