"""Its cover was opened, or it was taken off the wall."""

from __future__ import annotations

from rules.health.fault import Case, Fault
from rules.health.thresholds import Tamper


def find(case: Case[Tamper]) -> Fault | None:
    known = case.known
    value, at = known.latest.get("tamper", (False, case.now))
    if value is not True:
        return None
    return Fault("tamper", known.device.id, known.changed.get("tamper", at), "opened or taken down")
