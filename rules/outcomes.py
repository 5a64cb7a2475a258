"""How an alert may end by people's word: data beside what it is about.

An alert about a person ends with what was done for them. One about a device, or about what carries the alerts
themselves, ends with what was done about that: nobody was helped by it, and no figure counts it as care.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from rules.alert import Alert, Outcome
from rules.health.telling import rule_of
from rules.health.thresholds import FaultKind
from rules.overdue import OVERDUE
from rules.pause import PAUSE_ENDS
from rules.proof_verdict import CHAIN_BROKEN, PHONE_SILENT
from rules.protection import NOT_HEARD
from rules.watch import PART_DOWN, WATCH_GONE

OF_CARE: tuple[Outcome, ...] = ("helped", "no_help_needed", "false_alarm", "test")
OF_TECHNOLOGY: tuple[Outcome, ...] = ("mended", "handed_to_technician", "false_alarm", "test")
OF_BATTERIES: tuple[Outcome, ...] = (
    "battery_changed",
    "mended",
    "handed_to_technician",
    "false_alarm",
    "test",
)

OUTCOMES: Mapping[str, tuple[Outcome, ...]] = {
    **{rule_of(kind): OF_TECHNOLOGY for kind in get_args(FaultKind)},
    rule_of("battery"): OF_BATTERIES,
    rule_of("silent"): OF_BATTERIES,
    NOT_HEARD: OF_BATTERIES,
    PAUSE_ENDS: ("mended", "false_alarm", "test"),
    CHAIN_BROKEN: OF_TECHNOLOGY,
    PHONE_SILENT: OF_TECHNOLOGY,
    OVERDUE: OF_TECHNOLOGY,
    WATCH_GONE: OF_TECHNOLOGY,
    PART_DOWN: OF_TECHNOLOGY,
}
"""By the alert's rule; every other one is about a person."""


def outcomes_of(alert: Alert) -> tuple[Outcome, ...]:
    """What may be said of it, in the order in which it is offered. Of what is silent only a device has a
    battery.
    """
    if alert.rule == NOT_HEARD and alert.device is None:
        return OF_TECHNOLOGY
    return OUTCOMES.get(alert.rule, OF_CARE)
