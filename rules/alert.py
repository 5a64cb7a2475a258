"""An alert's life: what humans own, from open to closed, as a table.

Here: states, events, who may move what to where. Not here: storing it (hub/store/alerts.py), telling people
(hub/notifier.py). The diagram in docs is drawn from TRANSITIONS.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from rules.finding import Evidence
from rules.rule import Severity

State = Literal["open", "accepted", "arrived", "closed"]
Event = Literal["raised_again", "confirmed", "cleared", "accept", "arrive", "close", "arrival_overdue"]
Outcome = Literal["helped", "no_help_needed", "false_alarm", "test", "passed"]
OUTCOMES_BY_PEOPLE: tuple[Outcome, ...] = ("helped", "no_help_needed", "false_alarm", "test")

TRANSITIONS: dict[tuple[State, Event], State] = {
    ("open", "raised_again"): "open",
    ("accepted", "raised_again"): "accepted",
    ("arrived", "raised_again"): "arrived",
    ("open", "confirmed"): "open",  # a pre-warning became the alert itself
    ("accepted", "confirmed"): "accepted",
    ("arrived", "confirmed"): "arrived",
    ("open", "cleared"): "open",  # the door was shut again: a field, not a state
    ("accepted", "cleared"): "accepted",
    ("arrived", "cleared"): "arrived",
    ("open", "accept"): "accepted",
    ("accepted", "arrive"): "arrived",
    ("open", "arrive"): "arrived",  # who is there already need not accept first
    ("accepted", "arrival_overdue"): "open",  # an acceptance that came to nothing
    ("open", "close"): "closed",
    ("accepted", "close"): "closed",
    ("arrived", "close"): "closed",
}

ARRIVAL_WITHIN = timedelta(minutes=10)  # [default] mean response there is 8 min (500 senior living systems)
EVIDENCE_KEPT = 20


class Alert(msgspec.Struct, frozen=True):
    """One alert. Instants are aware UTC. `raised_at` is when it began to be true, `found_at` when the hub
    knew.

    `due` is the next instant at which time itself changes the alert (arrival overdue). `prewarning` alerts
    are low until confirmed.
    """

    id: int
    site: str
    rule: str
    room: str
    unit: str
    residents: tuple[str, ...]
    severity: Severity
    state: State
    raised_at: datetime
    found_at: datetime
    last_at: datetime
    device: str | None
    evidence: tuple[Evidence, ...]
    occurrences: int = 1
    prewarning: bool = False
    late: bool = False
    cleared_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    arrived_at: datetime | None = None
    arrived_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    due: datetime | None = None


class Decision(msgspec.Struct, frozen=True):
    """What came of an event: the alert as it is now, whether it changed, and the reason by name."""

    alert: Alert
    changed: bool
    reason: str
