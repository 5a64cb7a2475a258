"""How long what an alert tells of has been so: in the present only while it lasts, since when this time."""

from __future__ import annotations

from datetime import datetime

from rules.alert import Alert
from rules.finding import Evidence
from rules.wording.times import from_when, since
from rules.wording.voice import Voice


def is_ongoing(alert: Alert) -> bool:
    """Of a closed alert nobody looks any more whether it is still so."""
    return alert.cleared_at is None and alert.state != "closed"


def lasting(alert: Alert, began: datetime, voice: Voice) -> str:
    """`siden kl. 20.37`; of what is over `fra kl. 20.37`, and in the end `fra kl. 20.37 til kl. 20.38`."""
    if is_ongoing(alert):
        return since(began, voice)
    return from_when(began, voice, alert.cleared_at if alert.state == "closed" else None)


def told_by(alert: Alert, at: datetime) -> list[Evidence]:
    """What had been heard by then, or the oldest that was kept."""
    return [e for e in alert.evidence if e.at <= at] or list(alert.evidence[:1])


def this_time(alert: Alert) -> Evidence | None:
    """What it began with when it came last."""
    return next(reversed(told_by(alert, alert.last_at)), None)
