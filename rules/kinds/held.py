"""Something has lasted: a signal has held without a break for a length of time, on any one device of the
rule.

A repeat of the value does not start the time anew, and neither does a spell in which the device could not be
heard. With a window, the alert comes once the time is up and the window is open, also when it opens later.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import HeldRule


class State(msgspec.Struct, frozen=True):
    """`holding`: for each measure of a device that holds the value, the reading with which it began.
    `raised`: those of them that were told of.
    """

    holding: tuple[Evidence, ...] = ()
    raised: tuple[Evidence, ...] = ()


def start() -> State:
    return State()


def on_reading(rule: HeldRule, context: Context, state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    others = tuple(e for e in state.holding if (e.device, e.measure) != (reading.device, reading.measure))
    holds = len(others) < len(state.holding)
    if heard.standing in ("late", "duplicate") or heard.fits == holds:
        return None
    if heard.fits:
        return Step(State((*state.holding, heard.evidence), state.raised))
    raised = tuple(began for began in state.raised if began in others)
    if state.raised and not raised:
        over = Opinion("cleared", reading.at, "is over", reading.device, (heard.evidence,))
        return Step(State(others, raised), (over,))
    return Step(State(others, raised))


def on_deadline(rule: HeldRule, context: Context, state: State, at: datetime) -> Step:
    up = tuple(began for began in _waiting(state) if _deadline(rule, context, began) <= at)
    opinions = tuple(
        Opinion("raised", _deadline(rule, context, began), "has lasted", began.device, (began,))
        for began in up
    )
    return Step(State(state.holding, (*state.raised, *up)), opinions)


def on_sight(rule: HeldRule, context: Context, state: State, blind_from: datetime, at: datetime) -> None:
    """Unknown is not changed: the time went on while the device could not be heard."""


def due(rule: HeldRule, context: Context, state: State) -> datetime | None:
    return min((_deadline(rule, context, began) for began in _waiting(state)), default=None)


def _waiting(state: State) -> list[Evidence]:
    """What holds the value and has not been told of."""
    return [began for began in state.holding if began not in state.raised]


def _deadline(rule: HeldRule, context: Context, began: Evidence) -> datetime:
    up = began.at + rule.lasts
    return up if rule.window is None else rule.window.first_inside(up, context.zone)
