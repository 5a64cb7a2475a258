"""What became of each call of an alert, from its trail and its messages: the one decision on whether a stage
is said to be called, tried, held back or out of reach.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.escalation import CALLED, CALLED_IN_VAIN, CALLED_INSTEAD, NOBODY_IN, NOT_NEEDED, REACHED_NOBODY
from hub.store import alerts, escalations, summonses
from hub.store.alerts import AlertEvent
from hub.store.summonses import IN_STEAD, Summons
from hub.ways.way import TIMEOUT
from rules.alert import TRANSITIONS
from rules.called import BEST_FIRST, Became, Calls, Came

TAKEN = frozenset({"accept", "set_out", "arrive", "close"})
"""The steps by which somebody has it."""
OPEN_AGAIN = frozenset(
    event for (state, event), after in TRANSITIONS.items() if after == "open" and state != "open"
)
"""The steps by which nobody has it any more."""
MOVED = "moved"
"""The step by which an alert goes with its room to another unit, whose people are called from then on."""
ANEW = OPEN_AGAIN | {MOVED}
"""The steps after which whoever was called before does not count as called."""
_CALLS = frozenset({CALLED, CALLED_IN_VAIN})
TURNS = TAKEN | OPEN_AGAIN | _CALLS
"""The steps after which others are to come, or the same anew."""
LEAVES_WITHIN = timedelta(seconds=TIMEOUT)
_NEWS: frozenset[Became] = frozenset({"called", "calling", "in_vain"})
"""What is said of a group although somebody of it was reached by an earlier call."""


class Outbox(NamedTuple):
    """How far the hub has come with turning calls into messages. `followed`: the last step of all trails;
    None where there never were to be any.
    """

    followed: int | None
    at: datetime


def outbox(connection: sqlite3.Connection, site: str, now: datetime) -> Outbox:
    return Outbox(summonses.cursor(connection, site), now)


def of_open(connection: sqlite3.Connection, site: str, now: datetime) -> dict[int, Calls]:
    """By alert, of those that nobody has."""
    return {
        id: calls_of(connection, site, id, now)
        for id, escalation in escalations.of_open(connection, site).items()
        if escalation.due is not None
    }


def calls_of(connection: sqlite3.Connection, site: str, alert: int, now: datetime) -> Calls:
    so_far = outbox(connection, site, now)
    return calls(alerts.events(connection, alert), summonses.of_alert(connection, alert), so_far)


def calls(trail: Sequence[AlertEvent], messages: Iterable[Summons], so_far: Outbox) -> Calls:
    """`messages`: all there are about the alert."""
    of_step: dict[int, list[Summons]] = {}
    for one in messages:
        of_step.setdefault(one.event, []).append(one)
    others = [step for step in trail if step.event == CALLED_INSTEAD]
    since = max((step.seq for step in trail if step.event in TAKEN | ANEW), default=0)
    steps: dict[int, Came] = {}
    each: dict[int, dict[str, Came]] = {}
    groups: dict[str, Came] = {}
    newest: dict[str, Came] = {}
    for step in trail:
        if step.event not in _CALLS:
            continue
        meant = [one for one in of_step.get(step.seq, ()) if one.groups != IN_STEAD]
        steps[step.seq] = came = _came_of_call(step, trail, meant, so_far)
        each[step.seq] = {
            group: _came_of_group(group, meant, came, so_far.at)
            for group in _named(step)
            if group not in came.nobody_in
        }
        for group, of_group in each[step.seq].items() if step.seq > since else ():
            newest[group] = of_group
            before = groups.get(group)
            if before is None or before.what not in ("called", "seen") or of_group.what in _NEWS:
                groups[group] = of_group
    for step in others:
        beside = [other for other in others if other.of_call == step.of_call and other is not step]
        in_stead = [one for one in of_step.get(step.of_call or 0, ()) if one.groups == IN_STEAD]
        steps[step.seq] = _came_in_stead(step, beside, in_stead, so_far.at)
    since_then = [steps[step.seq] for step in others if step.seq > since]
    instead = dict.fromkeys(person for came in since_then if came.what == "called" for person in came.by)
    under_way = dict.fromkeys(came for came in since_then if came.what in ("calling", "trying", "seen"))
    not_yet = tuple(came for came in under_way if not set(came.by) <= instead.keys())
    return Calls(steps, groups, tuple(instead), not_yet, each, newest)


def _came_of_call(
    step: AlertEvent, trail: Sequence[AlertEvent], meant: Sequence[Summons], so_far: Outbox
) -> Came:
    """`meant`: the messages to those whom its groups name."""
    if so_far.followed is not None and step.seq > so_far.followed:
        return Came(_on_its_way(step.at, so_far.at))
    told = [one for one in trail if one.of_call == step.seq]
    if any(one.event == NOT_NEEDED for one in told):
        return Came("not_needed")
    came = _came(meant, any(one.event == REACHED_NOBODY for one in told), so_far.at)
    if came.what == "in_vain":
        return came
    return came._replace(nobody_in=tuple(g for one in told if one.event == NOBODY_IN for g in _named(one)))


def _came_in_stead(
    step: AlertEvent, beside: Iterable[AlertEvent], in_stead: Sequence[Summons], now: datetime
) -> Came:
    """`beside`: the other steps of the same call that name somebody called in stead, `in_stead` its messages
    to all of them. Whom an address reached that was taken to be dead is named too.
    """
    named, elsewhere = _named(step), {person for other in beside for person in _named(other)}
    for what in ("called", "seen"):
        reached = [one.person for one in in_stead if became(one, now) == what]
        if here := tuple(dict.fromkeys(person for person in reached if person not in elsewhere)):
            return Came(what, here)
    return _came([one for one in in_stead if one.person in named], False, now)._replace(by=named)


def _came_of_group(group: str, meant: Sequence[Summons], whole: Came, now: datetime) -> Came:
    """`whole`: of the call. A group none of whose people has a message was not called, where others were."""
    if whole.what == "in_vain" or not meant:
        return whole
    theirs = [one for one in meant if not one.groups or group in one.groups.split(", ")]
    return _came(theirs, not theirs, now)


def _named(step: AlertEvent) -> tuple[str, ...]:
    """The groups or people that a step names."""
    return tuple(step.reason.split(", "))


def _came(meant: Sequence[Summons], in_vain: bool, now: datetime) -> Came:
    """`meant`: the call's messages, but for those to people who were called instead. Without any it is the
    board that calls.
    """
    found = {became(one, now) for one in meant}
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


def became(one: Summons, now: datetime) -> Became:
    """Of one message."""
    if one.sent_at is not None:
        return "called"
    if one.seen_at is not None:
        return "seen"
    if one.overtaken and not one.attempts:
        return "overtaken"
    if one.next_at is None:
        return "not_needed" if one.spared and not one.attempts else "lost"
    if one.attempts:
        return "trying"
    if one.held is not None and one.next_at > now:
        return "waits"
    return _on_its_way(one.next_at, now)


def _on_its_way(since: datetime, now: datetime) -> Became:
    """What has not left for longer than a way may take stands behind something that hangs, or nobody is at
    work on it.
    """
    return "calling" if now - since <= LEAVES_WITHIN else "trying"
