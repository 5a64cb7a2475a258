"""What became of each call of an alert, from its trail and its messages: the one decision on whether a stage
is said to be called, tried, held back or out of reach.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from hub.escalation import CALLED, CALLED_IN_VAIN, CALLED_INSTEAD, NOBODY_IN, REACHED_NOBODY
from hub.store import alerts, escalations, summonses
from hub.store.alerts import AlertEvent
from hub.store.summonses import Summons
from rules.alert import TRANSITIONS
from rules.called import BEST_FIRST, Became, Calls, Came

TAKEN = frozenset({"accept", "set_out", "arrive", "close"})
"""The steps by which somebody has it."""
OPEN_AGAIN = frozenset(
    event for (state, event), after in TRANSITIONS.items() if after == "open" and state != "open"
)
"""The steps by which nobody has it any more."""
_CALLS = frozenset({CALLED, CALLED_IN_VAIN})
_NEWS: frozenset[Became] = frozenset({"called", "calling", "in_vain"})
"""What is said of a group although somebody of it was reached by an earlier call."""


def of_open(connection: sqlite3.Connection, site: str) -> dict[int, Calls]:
    """By alert, of those that nobody has."""
    return {
        id: calls_of(connection, id)
        for id, escalation in escalations.of_open(connection, site).items()
        if escalation.due is not None
    }


def calls_of(connection: sqlite3.Connection, alert: int) -> Calls:
    return calls(alerts.events(connection, alert), summonses.of_alert(connection, alert))


def calls(trail: Sequence[AlertEvent], messages: Iterable[Summons]) -> Calls:
    """`messages`: all there are about the alert."""
    of_step: dict[int, list[Summons]] = {}
    for one in messages:
        of_step.setdefault(one.event, []).append(one)
    others = [(step.seq, step.reason.split(", ")) for step in trail if step.event == CALLED_INSTEAD]
    heard = {one.person for sent in of_step.values() for one in sent if became(one) in ("called", "seen")}
    since = max((step.seq for step in trail if step.event in TAKEN | OPEN_AGAIN), default=0)
    steps: dict[int, Came] = {}
    groups: dict[str, Came] = {}
    for number, step in enumerate(trail):
        if step.event not in _CALLS:
            continue
        besides = next((people for seq, people in others if seq > step.seq), [])
        meant = [one for one in of_step.get(step.seq, ()) if one.person not in besides]
        came = _came(meant, _reached_nobody(trail, number))
        nobody_in = () if came.what == "in_vain" else _nobody_in(trail, number)
        steps[step.seq] = came._replace(nobody_in=nobody_in)
        for group in step.reason.split(", ") if step.seq > since else ():
            if group in nobody_in:
                continue
            before = groups.get(group)
            if before is None or before.what not in ("called", "seen") or came.what in _NEWS:
                groups[group] = came
    for seq, people in others:
        reached = tuple(person for person in people if person in heard)
        theirs = [one for sent in of_step.values() for one in sent if one.person in people]
        steps[seq] = Came("called", reached) if reached else _came(theirs, False)._replace(by=tuple(people))
    since_then = [steps[seq] for seq, _ in others if seq > since]
    instead = dict.fromkeys(person for came in since_then if came.what == "called" for person in came.by)
    under_way = dict.fromkeys(came for came in since_then if came.what in ("calling", "trying"))
    not_yet = tuple(came for came in under_way if not set(came.by) <= instead.keys())
    return Calls(steps, groups, tuple(instead), not_yet)


def _reached_nobody(trail: Sequence[AlertEvent], number: int) -> bool:
    """Whether the trail says so of this call, and not of a later one of the same groups."""
    later = (step.event for step in trail[number + 1 :] if step.reason == trail[number].reason)
    return next((event for event in later if event in _CALLS | {REACHED_NOBODY}), None) == REACHED_NOBODY


def _nobody_in(trail: Sequence[AlertEvent], number: int) -> tuple[str, ...]:
    """The groups of a call in which there was nobody; a call that reached nobody at all names them too."""
    call = trail[number].reason.split(", ")
    for step in trail[number + 1 :]:
        groups = tuple(step.reason.split(", "))
        if step.event == NOBODY_IN and set(groups) < set(call):
            return groups
    return ()


def _came(meant: Sequence[Summons], in_vain: bool) -> Came:
    """`meant`: the call's messages, but for those to people who were called instead. Without any it is the
    board that calls.
    """
    found = {became(one) for one in meant}
    what: Became = min(found, key=BEST_FIRST.index, default="called")
    if in_vain and not any(one.sent_at is not None for one in meant):
        seen = any(one.seen_at is not None for one in meant)
        what = "seen" if seen else "trying" if "trying" in found else "in_vain"
    if what == "seen":
        return Came(what, tuple(dict.fromkeys(one.person for one in meant if one.seen_at is not None)))
    if what == "waits":
        held = [(one.next_at, one.held) for one in meant if one.next_at is not None]
        at, why = min(held)
        return Came(what, held=why, at=at)
    return Came(what)


def became(one: Summons) -> Became:
    """Of one message."""
    if one.sent_at is not None:
        return "called"
    if one.seen_at is not None:
        return "seen"
    if one.next_at is not None:
        return "trying" if one.attempts else "waits" if one.held is not None else "calling"
    return "not_needed" if one.spared and not one.attempts else "lost"
