"""Set up, and not heard once since."""

from __future__ import annotations

from rules.health.fault import Case, Fault
from rules.health.thresholds import NeverHeard


def find(case: Case[NeverHeard]) -> Fault | None:
    known = case.known
    if known.heard_at is not None or case.now - known.placed_at < case.rule.after:
        return None
    return Fault("never-heard", known.device.id, known.placed_at, "never heard since it was placed")
