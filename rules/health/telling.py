"""Faults become alerts: one a kind and unit, however many devices have it, and how grave it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import get_args

from rules.alert import Alert, Concern
from rules.finding import Evidence, Finding
from rules.health.fault import Fault
from rules.health.thresholds import FaultKind, fault_rules
from rules.protection import NOT_HEARD, Doubt, protection
from rules.rulebook import Rulebook
from rules.severity import Severity

PREFIX = "fault-"
"""The rule of such an alert is this and the kind; its room is the unit."""
OF_THEIR_OWN: frozenset[FaultKind] = frozenset(("silent",))
"""Told by an alert of its own (rules/protection.py, not-heard): a device at once, a gateway for all of its.
"""
UNTRUSTED: tuple[Doubt, ...] = get_args(Doubt)
"""What such a device says cannot be trusted: the rules that listen to it are there, and doubtful."""
REMINDED_AFTER = timedelta(days=7)
"""[default] What still stands after its alert was closed is told again."""


def rule_of(kind: FaultKind) -> str:
    return PREFIX + kind


def is_fault_rule(rule: str) -> bool:
    return rule.startswith(PREFIX)


def is_about_devices(rule: str) -> bool:
    """Whether its alerts are about what watches over people, and not about somebody."""
    return rule == NOT_HEARD or is_fault_rule(rule)


def waits_for_a_technician(alert: Alert) -> bool:
    """Not for those who look after people: nobody is unprotected by it."""
    return is_fault_rule(alert.rule) and alert.severity == "low"


def severity_of(fault: Fault, book: Rulebook, on: date, unheard: Collection[str]) -> Severity:
    """Medium where the house says so, or where somebody would be without all protection if the device failed
    for good.
    """
    if fault_rules()[fault.kind].severity == "medium":
        return "medium"
    part = f"device:{fault.device}"
    if part not in book.dependents:
        return "low"
    concerned = {resident for watch in book.dependents[part] for resident in watch.residents}
    states = protection(book, on, {*unheard, part}, ())
    without = any(p.resident in concerned and p.state == "unprotected" for p in states)
    return "medium" if without else "low"


def told(
    kind: FaultKind, unit: str, faults: Sequence[Fault], book: Rulebook, severity: Severity, at: datetime
) -> tuple[Finding, Concern]:
    """The finding that these devices have a fault, and whom that concerns."""
    watches = [w for fault in faults for w in book.dependents.get(f"device:{fault.device}", ())]
    residents = tuple(sorted({resident for watch in watches for resident in watch.residents}))
    evidence = tuple(Evidence(fault.device, kind, fault.reason, fault.since) for fault in faults)
    rule = rule_of(kind)
    return (
        Finding(rule, unit, "raised", at, faults[0].reason, faults[0].device, evidence),
        Concern(severity, unit, residents),
    )


def mended(kind: FaultKind, unit: str, at: datetime) -> tuple[Finding, Concern]:
    return Finding(rule_of(kind), unit, "cleared", at, "mended"), Concern("low", unit, ())
