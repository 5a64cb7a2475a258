"""The times it gives cannot be right, again and again in a day."""

from __future__ import annotations

from rules.health.fault import Case, Fault, Figure
from rules.health.thresholds import ClockWrong


def find(case: Case[ClockWrong]) -> Fault | None:
    known = case.known
    least = case.rule.times if case.standing is None else 1
    if known.clock_wrong_at is None or known.clock_wrong_times < least:
        return None
    figures: dict[str, Figure] = {"times": float(known.clock_wrong_times)}
    return Fault("clock", known.device.id, known.clock_wrong_at, "times that cannot be right", figures)
