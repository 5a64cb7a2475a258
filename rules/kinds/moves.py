"""From place to place: heard by one sensor after the other, so many changes within so long, inside a window.

Each sensor is a place. It is over when there was no change for as long. Whether it was one person who walked
about or two who took turns no sensor can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import MovesRule


class State(msgspec.Struct, frozen=True):
    """`stops`: the first sign at each place in turn, the newest last, as far back as they matter. `unseen`:
    time since the newest in which nobody could hear. `raised`: an alert was asked for.
    """

    stops: tuple[Evidence, ...] = ()
    unseen: timedelta = timedelta(0)
    raised: bool = False


def start() -> State:
    return State()


def on_reading(rule: MovesRule, context: Context, state: State, heard: Heard) -> Step | None:
    at = heard.reading.at
    if not heard.is_sign or not (rule.window is None or rule.window.contains(at, context.zone)):
        return None
    stops = _with(rule, state.stops, heard.evidence)
    if stops == state.stops:
        return None
    raises = not state.raised and len(stops) > rule.times
    after = State(stops, raised=state.raised or raises)
    if not raises:
        return Step(after)
    return Step(after, (Opinion("raised", stops[-1].at, "from place to place", None, stops),))


def on_deadline(rule: MovesRule, context: Context, state: State, at: datetime) -> Step:
    return Step(State(state.stops[-1:]), (Opinion("cleared", at, "calm again"),))


def on_sight(
    rule: MovesRule, context: Context, state: State, blind_from: datetime, at: datetime
) -> Step | None:
    if not state.raised:
        return None
    unseen = state.unseen + max(at - max(blind_from, state.stops[-1].at), timedelta(0))
    return Step(msgspec.structs.replace(state, unseen=unseen))


def due(rule: MovesRule, context: Context, state: State) -> datetime | None:
    return state.stops[-1].at + rule.within + state.unseen if state.raised else None


def _with(rule: MovesRule, stops: tuple[Evidence, ...], sign: Evidence) -> tuple[Evidence, ...]:
    """The stops with a further sign among them: those of the last `within`, and the one they came from."""
    in_order = sorted((*stops, sign), key=lambda stop: stop.at)
    turns = [in_order[0]]
    turns += [stop for before, stop in pairwise(in_order) if stop.device != before.device]
    newest = turns[-1].at
    old = sum(stop.at < newest - rule.within for stop in turns)
    return tuple(turns[max(0, old - 1, len(turns) - rule.times - 1) :])
