"""It works, and nobody has used it for days: a bed sensor under no mattress, a door that is never opened."""

from __future__ import annotations

from rules.building import Role
from rules.health.fault import Case, Fault
from rules.health.thresholds import Unused

USED_DAILY: frozenset[Role] = frozenset(
    ("outer_door", "door", "motion", "bathroom_motion", "bedroom_motion", "kitchen_motion", "bed", "chair",
     "fridge", "toilet")
)  # fmt: skip
"""Roles of what somebody who lives there uses without thinking of it. A help button may rest for a year."""


def find(case: Case[Unused]) -> Fault | None:
    known = case.known
    if known.device.role not in USED_DAILY or not known.occupied:
        return None
    if known.heard_at is None or known.silent_since is not None:
        return None  # that is another fault
    since = max(known.used_at or known.placed_at, known.placed_at)
    if case.now - since < case.rule.after:
        return None
    return Fault("unused", known.device.id, since, "nobody has used it")
