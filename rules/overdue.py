"""What should have happened by now and has not: calls, messages, owners and pauses whose time is up, and
alerts that nobody has and nobody will be called for.

Here: what is overdue, by a named reason, from values. Not here: looking, and mending it (hub/audit_round.py);
the watchdog asks the same from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from rules.alert import Alert, Concern
from rules.escalation import Escalation
from rules.finding import Evidence, Finding
from rules.health.telling import waits_for_a_technician
from rules.pause import Pause
from rules.severity import Severity

OVERDUE = "overdue"
"""The hub's own rule: the alerting itself is stuck. Its alerts' room is the reason."""

Reason = Literal["call", "owner", "no_next_step", "untold", "message", "announcement", "pause", "thread"]

AFTER = timedelta(seconds=30)
"""[default] So late is no longer the time that a step takes: the hub makes them within the second."""
MESSAGE_AFTER = timedelta(minutes=1)
"""[default] A message whose time has come for so long and that nobody has tried: its way hangs, or there is
none. One that was tried and failed has a later time.
"""
_GRAVE: dict[Reason, Severity] = {
    "call": "high",
    "owner": "high",
    "no_next_step": "high",
    "untold": "high",
    "message": "high",
    "announcement": "medium",
    "pause": "medium",
    "thread": "medium",
}


class Late(msgspec.Struct, frozen=True):
    """One thing that is overdue. `subject`: the alert's number, the way, or the rule and room of a pause.
    `since`: when it was due.
    """

    reason: Reason
    subject: str
    unit: str
    since: datetime


def late_alerts(alerts: Iterable[Alert], escalations: Mapping[int, Escalation], now: datetime) -> list[Late]:
    """Of the alerts that are not closed: those that wait for something whose time is up, or for nothing."""
    found = []
    for alert in alerts:
        escalation = escalations.get(alert.id)
        name = str(alert.id)
        if alert.due is not None and now - alert.due > AFTER:
            found.append(Late("owner", name, alert.unit, alert.due))
        if alert.state != "open" or alert.prewarning or waits_for_a_technician(alert):
            continue
        if escalation is None or escalation.due is None:
            found.append(Late("no_next_step", name, alert.unit, alert.last_at))
        elif now - escalation.due > AFTER:
            found.append(Late("call", name, alert.unit, escalation.due))
    return found


def late_telling(unit: str, since: datetime | None, now: datetime) -> list[Late]:
    """`since`: when the oldest call was made that has not become messages to people yet."""
    return [Late("untold", "", unit, since)] if since is not None and now - since > AFTER else []


def late_messages(oldest_by_way: Mapping[str, datetime], now: datetime) -> list[Late]:
    """`oldest_by_way`: since when a message may go out by each way that waits for its first or next try."""
    return [
        Late("message", way, "", since)
        for way, since in sorted(oldest_by_way.items())
        if now - since > MESSAGE_AFTER
    ]


def failing_threads(which: str, since: datetime | None, now: datetime) -> list[Late]:
    """`since`: since when a thread of the hub has failed at each look; None where none does."""
    return [Late("thread", which, "", since)] if since is not None and now - since > AFTER else []


def late_pauses(pauses: Iterable[Pause], units: Mapping[str, str], now: datetime) -> list[Late]:
    """`units`: of each room."""
    return [
        Late("pause", f"{pause.subject} {pause.room}", units.get(pause.room, ""), pause.ends_at)
        for pause in pauses
        if now - pause.ends_at > AFTER
    ]


def told(reason: Reason, found: Iterable[Late], at: datetime) -> tuple[Finding, Concern]:
    """One alert a reason, however many things it is about."""
    late = sorted(found, key=lambda one: (one.since, one.subject))
    evidence = tuple(Evidence(one.subject, "overdue", reason, one.since) for one in late)
    units = {one.unit for one in late}
    unit = units.pop() if len(units) == 1 else ""
    finding = Finding(OVERDUE, reason, "raised", at, f"{reason} overdue".replace("_", " "), evidence=evidence)
    return finding, Concern(_GRAVE[reason], unit, ())


def mended(reason: Reason, at: datetime) -> tuple[Finding, Concern]:
    """Nothing of that kind is overdue any more."""
    return Finding(OVERDUE, reason, "cleared", at, "no longer overdue"), Concern(_GRAVE[reason], "", ())
