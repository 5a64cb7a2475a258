"""No sign of life for a length of time. At its end a pre-warning where one is set, and `prewarning` later the
alert.

Movement that one sensor alone tells of can be asked to be confirmed (`confirmed_within`): an empty flat is
not kept alive by sunlight on a sensor. Only time in which the devices could be heard counts: blind is not
quiet. The rule begins with the first sign of life; a room that never gave one is unprotected, not quiet.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import SEEN_FROM_AFAR, QuietRule


class State(msgspec.Struct, frozen=True):
    """`unseen`: how much of the time since the last sign was spent without hearing the devices. `blind`: the
    newest such spell, for a sign from before its end that comes in after it.
    """

    last_sign: Evidence | None = None
    unseen: timedelta = timedelta(0)
    blind: tuple[datetime, datetime] | None = None
    stage: Literal["watching", "prewarned", "raised"] = "watching"
    lone: Evidence | None = None
    """The newest movement that no other sensor has confirmed."""


def start() -> State:
    return State()


def on_reading(rule: QuietRule, context: Context, state: State, heard: Heard) -> Step | None:
    at = heard.reading.at
    if state.last_sign is None and heard.standing != "late" and not heard.reading.snapshot:
        return Step(State(heard.evidence))  # from here on somebody listens
    if not heard.is_sign or (state.last_sign is not None and at <= state.last_sign.at):
        return None
    sign, lone = heard.evidence, state.lone
    if not _is_believed(rule, state, sign):
        return Step(msgspec.structs.replace(state, lone=sign if lone is None or lone.at < at else lone))
    if lone is not None and lone.at > at and _confirm(rule, lone, sign):  # heard in the wrong order
        sign, at = lone, lone.at
    after = State(sign, lone=lone if lone is not None and lone.at > at else None)
    if state.blind is not None and at < state.blind[1]:
        unseen = state.blind[1] - max(at, state.blind[0])
        after = msgspec.structs.replace(after, unseen=unseen, blind=state.blind)
    if state.stage == "watching":
        return Step(after)
    return Step(after, (Opinion("cleared", at, "sign of life", sign.device, (sign,)),))


def on_deadline(rule: QuietRule, context: Context, state: State, at: datetime) -> Step:
    assert state.last_sign is not None
    evidence = (state.last_sign,)
    if state.stage == "watching" and rule.prewarning:
        warned = msgspec.structs.replace(state, stage="prewarned")
        return Step(warned, (Opinion("prewarned", at, "quiet so long", None, evidence),))
    raised = msgspec.structs.replace(state, stage="raised")
    return Step(raised, (Opinion("raised", at, "quiet too long", None, evidence),))


def on_sight(
    rule: QuietRule, context: Context, state: State, blind_from: datetime, at: datetime
) -> Step | None:
    if state.last_sign is None:
        return None
    unseen = at - max(blind_from, state.last_sign.at)
    if unseen <= timedelta(0):
        return None
    return Step(msgspec.structs.replace(state, unseen=state.unseen + unseen, blind=(blind_from, at)))


def due(rule: QuietRule, context: Context, state: State) -> datetime | None:
    if state.last_sign is None or state.stage == "raised":
        return None
    quiet_until = state.last_sign.at + rule.after + state.unseen
    return quiet_until + rule.prewarning if state.stage == "prewarned" else quiet_until


def _is_believed(rule: QuietRule, state: State, sign: Evidence) -> bool:
    """Whether it takes somebody to set it off: a hand or a body, or movement that two sensors tell of."""
    if rule.confirmed_within is None or sign.measure not in SEEN_FROM_AFAR:
        return True
    return any(other is not None and _confirm(rule, other, sign) for other in (state.last_sign, state.lone))


def _confirm(rule: QuietRule, one: Evidence, other: Evidence) -> bool:
    within = rule.confirmed_within
    return within is not None and one.device != other.device and abs(one.at - other.at) <= within
