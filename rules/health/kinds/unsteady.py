"""Lost and found again, many times a day."""

from __future__ import annotations

from rules.health.fault import Case, Fault
from rules.health.thresholds import Unsteady


def find(case: Case[Unsteady]) -> Fault | None:
    known = case.known
    if known.comings < (case.rule.times if case.standing is None else max(1, case.rule.times // 3)):
        return None
    return Fault(
        "unsteady", known.device.id, case.now, "lost and found again", {"times": float(known.comings)}
    )
