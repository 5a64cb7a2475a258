"""Each kind of fault: one file, one function from a case to the fault, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from rules.health.fault import Case, Fault, Known
from rules.health.kinds import (
    battery,
    chatter,
    clock,
    link,
    never_heard,
    silent,
    stuck,
    tamper,
    unsteady,
    unused,
)
from rules.health.thresholds import AnyFaultRule, FaultKind

Find = Callable[[Any], Fault | None]

FINDERS: Mapping[FaultKind, Find] = {
    "silent": silent.find,
    "never-heard": never_heard.find,
    "battery": battery.find,
    "chatter": chatter.find,
    "stuck": stuck.find,
    "tamper": tamper.find,
    "clock": clock.find,
    "link": link.find,
    "unsteady": unsteady.find,
    "unused": unused.find,
}


def faults_of(
    known: Known,
    rules: Mapping[FaultKind, AnyFaultRule],
    now: datetime,
    standing: Mapping[FaultKind, Fault],
) -> list[Fault]:
    """All that is wrong with a device. A fault that stands already keeps the instant at which it began."""
    found = []
    for kind, find in FINDERS.items():
        before = standing.get(kind)
        fault = find(Case(known, rules[kind], now, before))
        if fault is not None:
            found.append(msgspec.structs.replace(fault, since=before.since) if before else fault)
    return found
