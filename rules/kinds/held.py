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
    """`since`: per device that holds the value, the reading with which it began. `raised`: devices an alert
    was asked for.
    """

    since: dict[str, Evidence] = {}
    raised: tuple[str, ...] = ()


def start() -> State:
    return State()


def on_reading(rule: HeldRule, context: Context, state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    holds = reading.device in state.since
    if heard.standing in ("late", "duplicate") or heard.fits == holds:
        return None
    if heard.fits:
        return Step(State({**state.since, reading.device: heard.evidence}, state.raised))
    since = {device: began for device, began in state.since.items() if device != reading.device}
    raised = tuple(device for device in state.raised if device != reading.device)
    if state.raised and not raised:
        over = Opinion("cleared", reading.at, "is over", reading.device, (heard.evidence,))
        return Step(State(since, raised), (over,))
    return Step(State(since, raised))


def on_deadline(rule: HeldRule, context: Context, state: State, at: datetime) -> Step:
    opinions = tuple(
        Opinion("raised", _deadline(rule, context, began), "has lasted", device, (began,))
        for device, began in _waiting(state)
        if _deadline(rule, context, began) <= at
    )
    raised = tuple(opinion.device for opinion in opinions if opinion.device is not None)
    return Step(State(state.since, (*state.raised, *raised)), opinions)


def on_sight(rule: HeldRule, context: Context, state: State, blind_from: datetime, at: datetime) -> None:
    """Unknown is not changed: the time went on while the device could not be heard."""


def due(rule: HeldRule, context: Context, state: State) -> datetime | None:
    return min((_deadline(rule, context, began) for _, began in _waiting(state)), default=None)


def _waiting(state: State) -> list[tuple[str, Evidence]]:
    """Devices that hold the value and have not been told of."""
    return [(device, began) for device, began in state.since.items() if device not in state.raised]


def _deadline(rule: HeldRule, context: Context, began: Evidence) -> datetime:
    up = began.at + rule.lasts
    return up if rule.window is None else rule.window.first_inside(up, context.zone)
