"""On, and nobody there: something has been switched on, and its surroundings have been without a sign of life
for a length of time.

While a sensor there says that it sees somebody, somebody is there. The time begins with the switching on or
the last sign, whichever is later; blind time does not count.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from rules.finding import Evidence
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import UnattendedRule


class State(msgspec.Struct, frozen=True):
    """`on`: what is on, and since when. `seeing`: (device, measure) that see somebody now. `last_sign`: of
    somebody there since it was switched on. `unseen`: time since then in which nobody could hear.
    """

    on: tuple[Evidence, ...] = ()
    seeing: tuple[tuple[str, str], ...] = ()
    last_sign: Evidence | None = None
    unseen: timedelta = timedelta(0)
    raised: bool = False


def start() -> State:
    return State()


def on_reading(rule: UnattendedRule, context: Context, state: State, heard: Heard) -> Step | None:
    if heard.standing in ("late", "duplicate"):
        return None
    return _switched(state, heard) if heard.part == "when" else _seen(state, heard)


def _switched(state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    others = tuple(e for e in state.on if (e.device, e.measure) != (reading.device, reading.measure))
    if heard.fits == (len(others) < len(state.on)):
        return None
    if heard.fits:
        return Step(msgspec.structs.replace(state, on=(*state.on, heard.evidence)))
    if others:
        return Step(msgspec.structs.replace(state, on=others))
    off = Opinion("cleared", reading.at, "switched off", reading.device, (heard.evidence,))
    return Step(State(seeing=state.seeing), (off,) if state.raised else ())


def _seen(state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    own = (reading.device, reading.measure)
    seeing = state.seeing
    if not heard.any_change:
        seeing = tuple(other for other in seeing if other != own) + ((own,) if heard.fits else ())
    ended = own in state.seeing and not heard.fits
    if not (state.on and (heard.is_sign or ended)):
        return None if set(seeing) == set(state.seeing) else Step(_replaced(state, seeing))
    after = State(state.on, seeing, heard.evidence)
    if not state.raised:
        return Step(after)
    there = Opinion("cleared", reading.at, "somebody is there again", reading.device, (heard.evidence,))
    return Step(after, (there,))


def _replaced(state: State, seeing: tuple[tuple[str, str], ...]) -> State:
    return msgspec.structs.replace(state, seeing=seeing)


def on_deadline(rule: UnattendedRule, context: Context, state: State, at: datetime) -> Step:
    heard = (state.last_sign,) if state.last_sign is not None else ()
    alone = Opinion("raised", at, "on and nobody there", state.on[0].device, (*heard, *state.on))
    return Step(msgspec.structs.replace(state, raised=True), (alone,))


def on_sight(
    rule: UnattendedRule, context: Context, state: State, blind_from: datetime, at: datetime
) -> Step | None:
    if not state.on or state.seeing:
        return None
    unseen = at - max(blind_from, _alone_since(state))
    if unseen <= timedelta(0):
        return None
    return Step(msgspec.structs.replace(state, unseen=state.unseen + unseen))


def due(rule: UnattendedRule, context: Context, state: State) -> datetime | None:
    if not state.on or state.seeing or state.raised:
        return None
    return _alone_since(state) + rule.after + state.unseen


def _alone_since(state: State) -> datetime:
    began = min(switched.at for switched in state.on)
    return began if state.last_sign is None else max(began, state.last_sign.at)
