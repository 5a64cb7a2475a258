"""Something happened: the signal appeared, inside a window of the day or at any time.

A state (a door) is an event when it changes to the value; said again it is not. It clears when every device
of the rule has left the value. A word (a press, a fall) is an event each time, apart from an echo of the same
press.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from devices.measures import MEASURES
from rules.finding import FindingKind
from rules.kinds.step import Context, Heard, Opinion, Step
from rules.rule import EventRule

# Some SOS buttons send one press three times within a second (Zigbee2MQTT legacy action topics).
ECHO = timedelta(seconds=2)


class State(msgspec.Struct, frozen=True):
    """`active`: (device, measure) that hold the value now. `raised`: asked for and not cleared since."""

    active: tuple[tuple[str, str], ...] = ()
    raised: bool = False
    last_word: tuple[str, str, datetime] | None = None


def start() -> State:
    return State()


def on_reading(rule: EventRule, context: Context, state: State, heard: Heard) -> Step | None:
    if MEASURES[heard.reading.measure].kind == "event":
        return _on_word(rule, context, state, heard)
    return _on_state(rule, context, state, heard)


def _on_word(rule: EventRule, context: Context, state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    if reading.snapshot or heard.standing in ("duplicate", "repeat"):
        return None
    if not heard.fits:
        if state.raised and heard.standing != "late" and reading.value == "cleared":
            risen = msgspec.structs.replace(state, raised=False)
            return Step(risen, (_opinion("cleared", heard, "has risen"),))
        return None
    late = heard.standing == "late"
    if late and not rule.even_if_late:
        return None
    if rule.window is not None and not rule.window.contains(reading.at, context.zone):
        return None
    last = state.last_word
    word = (reading.device, str(reading.value), reading.at)
    if last is not None and last[:2] == word[:2] and abs(reading.at - last[2]) <= ECHO:
        return None
    after = State(state.active, True, word if not late else last)
    return Step(after, (_opinion("raised", heard, "happened", late),))


def _on_state(rule: EventRule, context: Context, state: State, heard: Heard) -> Step | None:
    reading = heard.reading
    own = (reading.device, reading.measure)
    was_active = own in state.active
    if heard.standing == "late" and rule.even_if_late and heard.fits and not was_active:
        raised = msgspec.structs.replace(state, raised=True)
        return Step(raised, (_opinion("raised", heard, "happened", True),))
    if heard.standing in ("late", "duplicate"):
        return None
    if heard.fits and not was_active:
        active = (*state.active, own)
        inside = rule.window is None or rule.window.contains(reading.at, context.zone)
        if (reading.snapshot and not rule.even_if_late) or not inside:
            return Step(State(active, state.raised))
        return Step(State(active, True), (_opinion("raised", heard, "happened"),))
    if not heard.fits and was_active:
        active = tuple(other for other in state.active if other != own)
        if state.raised and not active:
            return Step(State(active, False), (_opinion("cleared", heard, "is over"),))
        return Step(State(active, state.raised))
    return None


def _opinion(kind: FindingKind, heard: Heard, reason: str, late: bool = False) -> Opinion:
    reading = heard.reading
    return Opinion(kind, reading.at, reason, reading.device, (heard.evidence,), late)


def only(state: State, devices: frozenset[str]) -> State:
    """The state without devices that hang elsewhere now."""
    return msgspec.structs.replace(state, active=tuple(own for own in state.active if own[0] in devices))


def on_deadline(rule: EventRule, context: Context, state: State, at: datetime) -> Step:
    raise AssertionError("an event has no deadlines")


def on_sight(rule: EventRule, context: Context, state: State, blind_from: datetime, at: datetime) -> None:
    """Unknown is not changed: what was active before is taken to be so still."""


def due(rule: EventRule, context: Context, state: State) -> None:
    """An event has no deadlines."""
