"""What an alert's trail and messages tell of its calls beyond how far its escalation has come: who was called
for those who could not be reached, and which calls have not got through to anybody yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hub.escalation import CALLED, CALLED_IN_VAIN, CALLED_INSTEAD
from hub.store import alerts, escalations, summonses
from hub.store.alerts import AlertEvent
from hub.store.summonses import Summons
from rules.alert import TRANSITIONS

TAKEN = frozenset({"accept", "set_out", "arrive", "close"})
"""The steps by which somebody has it."""
OPEN_AGAIN = frozenset(
    event for (state, event), after in TRANSITIONS.items() if after == "open" and state != "open"
)
"""The steps by which nobody has it any more."""


class Calls(NamedTuple):
    """`instead`: who was called, since nobody has it, for those who could not be reached. `held_up`: the
    groups whose every message failed so far, and is tried again. `not_out`: by number, the steps of which no
    message got out; whether that is still tried.
    """

    instead: tuple[str, ...] = ()
    held_up: tuple[str, ...] = ()
    not_out: Mapping[int, bool] = MappingProxyType({})


NOTHING_MORE = Calls()


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
    taken = max((step.seq for step in trail if step.event in TAKEN), default=0)
    not_out: dict[int, bool] = {}
    through, held_up = set[str](), dict[str, None]()
    for step in trail:
        if step.event not in (CALLED, CALLED_IN_VAIN):
            continue
        besides = next((people for seq, people in others if seq > step.seq), [])
        meant = [one for one in of_step.get(step.seq, ()) if one.person not in besides]
        if meant and all(map(is_not_out, meant)):
            not_out[step.seq] = any(one.next_at is not None for one in meant)
        groups = step.reason.split(", ") if step.seq > taken and meant else []
        if step.seq not in not_out:
            through.update(groups)
        elif not_out[step.seq]:
            held_up.update(dict.fromkeys(groups))
    return Calls(
        tuple(dict.fromkeys(person for seq, people in others if seq > taken for person in people)),
        tuple(group for group in held_up if group not in through),
        not_out,
    )


def is_not_out(one: Summons) -> bool:
    """It was tried, and did not get out."""
    return one.sent_at is None and one.attempts > 0
