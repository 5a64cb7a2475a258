"""It cannot be heard: its own deadline is over, or its gateway says so. Which, the rounds decide."""

from __future__ import annotations

from rules.health.fault import Case, Fault
from rules.health.thresholds import Silent


def find(case: Case[Silent]) -> Fault | None:
    known = case.known
    if known.silent_since is None:
        return None
    return Fault("silent", known.device.id, known.silent_since, "silent")
