"""Something has lasted: a signal has held without a break for a length of time, on any one device of the
rule.

A repeat of the value does not start the time anew, and neither does a spell in which the device could not be
heard. With a window, the alert comes once the time is up and the window is open, also when it opens later.
Where it has to begin inside, only what was seen to begin in the window counts, and only as long as it is
open: who is up in the evening has not left the bed, and who rises with the day is not missed.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import HeldRule


class State(msgspec.Struct, frozen=True):
    """`holding`: for each measure of a device that holds the value, the reading with which it began.
    `raised`: those of them that were told of. `counted_from`: no time before that counts.
    """

    holding: tuple[Evidence, ...] = ()
    raised: tuple[Evidence, ...] = ()
    counted_from: datetime | None = None


def start() -> State:
    return State()


def on_reading(rule: HeldRule, context: Context, state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    others = tuple(e for e in state.holding if (e.device, e.measure) != (reading.device, reading.measure))
    holds = len(others) < len(state.holding)
    if heard.standing in ("late", "duplicate") or heard.fits == holds:
        return None
    if heard.fits and rule.begins_inside and not _begins_inside(rule, context, heard):
        return None
    if heard.fits:
        return Step(msgspec.structs.replace(state, holding=(*state.holding, heard.evidence)))
    after = _holding(state, others)
    if state.raised and not after.raised:
        over = Opinion("cleared", reading.at, "is over", reading.device, (heard.evidence,))
        return Step(after, (over,))
    return Step(after)


def only(state: State, devices: frozenset[str]) -> State:
    """The state without devices that hang elsewhere now."""
    return _holding(state, tuple(began for began in state.holding if began.device in devices))


def _holding(state: State, holding: tuple[Evidence, ...]) -> State:
    raised = tuple(began for began in state.raised if began in holding)
    return msgspec.structs.replace(state, holding=holding, raised=raised)


def on_deadline(rule: HeldRule, context: Context, state: State, at: datetime) -> Step:
    deadlines = [(began, _deadline(rule, context, state, began)) for began in _waiting(state)]
    up = [(began, deadline) for began, deadline in deadlines if deadline is not None and deadline <= at]
    opinions = tuple(
        Opinion("raised", deadline, "has lasted", began.device, (began,)) for began, deadline in up
    )
    raised = (*state.raised, *(began for began, _ in up))
    return Step(msgspec.structs.replace(state, raised=raised), opinions)


def on_sight(rule: HeldRule, context: Context, state: State, blind_from: datetime, at: datetime) -> None:
    """Unknown is not changed: the time went on while the device could not be heard."""


def on_return(rule: HeldRule, context: Context, state: State, at: datetime) -> State:
    """Somebody came home: what still holds counts from then on, and who was away has not left the bed."""
    if rule.begins_inside:
        return _holding(state, state.raised)
    return msgspec.structs.replace(state, counted_from=at)


def due(rule: HeldRule, context: Context, state: State) -> datetime | None:
    deadlines = (_deadline(rule, context, state, began) for began in _waiting(state))
    return min((deadline for deadline in deadlines if deadline is not None), default=None)


def _waiting(state: State) -> list[Evidence]:
    """What holds the value and has not been told of."""
    return [began for began in state.holding if began not in state.raised]


def _begins_inside(rule: HeldRule, context: Context, heard: Heard) -> bool:
    """Whether it was seen to begin just then, while the window is open."""
    begins = heard.standing == "new" and not heard.reading.snapshot
    return begins and (rule.window is None or rule.window.contains(heard.reading.at, context.zone))


def _deadline(rule: HeldRule, context: Context, state: State, began: Evidence) -> datetime | None:
    up = max(began.at, state.counted_from or began.at) + rule.lasts
    if rule.window is None:
        return up
    inside = rule.window.first_inside(up, context.zone)
    return None if rule.begins_inside and inside != up else inside
