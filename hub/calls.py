"""What an alert's trail tells of its calls beyond how far its escalation has come: who was called for those
who could not be reached.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from hub.escalation import CALLED_INSTEAD
from hub.store import alerts, escalations
from hub.store.alerts import AlertEvent

TAKEN = frozenset({"accept", "set_out", "arrive", "close"})
"""The steps by which somebody has it."""


class Calls(NamedTuple):
    """`instead`: who was called, since nobody has it, for those who could not be reached."""

    instead: tuple[str, ...] = ()


NOTHING_MORE = Calls()


def of_open(connection: sqlite3.Connection, site: str) -> dict[int, Calls]:
    """By alert, of those that nobody has."""
    return {
        id: calls(alerts.events(connection, id))
        for id, escalation in escalations.of_open(connection, site).items()
        if escalation.due is not None
    }


def calls(trail: Sequence[AlertEvent]) -> Calls:
    taken = max((step.seq for step in trail if step.event in TAKEN), default=0)
    others = [step.reason for step in trail if step.event == CALLED_INSTEAD and step.seq > taken]
    return Calls(tuple(dict.fromkeys(person for said in others for person in said.split(", "))))
