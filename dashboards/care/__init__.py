"""The pages of care staff and their leaders."""

from dashboards.care import (
    away,
    dry_run,
    duty,
    escalation,
    goals,
    handover,
    legal_basis,
    pauses,
    proof,
    quality,
    reach,
    roster_import,
    rule,
    rules,
    shift,
)

PAGES = (
    away.pages,
    pauses.pages,
    rules.pages,
    rule.pages,
    dry_run.pages,
    goals.pages,
    legal_basis.pages,
    handover.pages,
    duty.pages,
    escalation.pages,
    shift.pages,
    quality.pages,
    roster_import.pages,
    proof.pages,
    reach.pages,
)
