"""When a relative is written to, and of what: few letters, never in their quiet hours, at most so many a day.

Here: which step of an alert is news for a relative, when a message may leave, when a week's summary is due.
Not here: whether they may be told at all (rules/relatives.py), the words (rules/wording/relatives.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from rules.absence import AWAY_ENDS, SOMEBODY_IN
from rules.alert import Alert
from rules.duration import Window
from rules.health.telling import is_fault_rule
from rules.pause import PAUSE_ENDS
from rules.protection import NOT_HEARD
from rules.relatives import Category
from rules.severity import Severity

Kind = Literal["invitation", "told", "handled", "unusual", "digest"]
NEEDS: dict[Kind, tuple[Category, ...]] = {
    "told": ("alerts",),
    "handled": ("handled", "alerts"),
    "unusual": ("unusual",),
    "digest": ("digest",),
}
"""To which category the resident must have said yes; any of them is enough."""

TOLD_AFTER = timedelta(minutes=5)
"""[default] So long the staff have before a relative hears of it: most calls are answered by then."""
MOST_A_DAY = 3
"""[default] Letters in 24 hours; what is over waits for the next, and goes together. The week's is not
counted, nor *handled* where they were told of the alert: whoever was frightened by us hears how it ended.
"""
GIVEN_UP_AFTER = timedelta(days=2)
"""[default] A letter that could not leave in that time tells nothing new any more."""
DIGEST_LATE = timedelta(days=1)
"""A week's summary that is due longer than this is not sent after the fact."""
MORNING = time(8)
"""[default] From when on a relative is told of a night that was unlike the others."""

_RAISED = frozenset({"raised", "confirmed", "raised_again", "raised_anew"})
_OURS = frozenset({NOT_HEARD, PAUSE_ENDS, AWAY_ENDS, SOMEBODY_IN})
"""What the hub itself asks staff: no relative's business."""


def is_news(alert: Alert) -> bool:
    """Whether relatives are told of an alert: grave, and about a resident."""
    ours = alert.rule in _OURS or is_fault_rule(alert.rule)
    return bool(alert.residents) and not ours and not alert.prewarning


def news_of(event: str, severity: Severity, alert: Alert) -> Kind | None:
    """What a step of an alert's trail is for a relative. `severity`: how grave it was then. `alert`: as it is
    after all its steps.
    """
    if not is_news(alert):
        return None
    if event == "close":
        return "handled"
    return "told" if event in _RAISED and severity == "high" else None


def has_eased(alert: Alert) -> bool:
    """Whether one that relatives are shown looks less grave by now, with nobody there yet to see to it."""
    return alert.severity != "high" and alert.state in ("open", "accepted")


class Departure(NamedTuple):
    """When a message may leave, and why not before."""

    at: datetime
    reason: Literal["now", "quiet_hours", "enough_for_today"]


def departure(
    kind: Kind,
    quiet: Window | None,
    sent: Sequence[datetime],
    now: datetime,
    zone: ZoneInfo,
    *,
    ends_what_was_told: bool = False,
) -> Departure:
    """`sent`: when letters that count went to this relative in the last 24 hours. `ends_what_was_told`: it is
    of an alert that they have a letter about.
    """
    if kind == "invitation":
        return Departure(now, "now")
    lately = sorted(at for at in sent if at > now - timedelta(days=1))
    if len(lately) >= MOST_A_DAY and not ends_what_was_told:
        free = lately[-MOST_A_DAY] + timedelta(days=1)
        return Departure(_after_quiet(quiet, free, zone), "enough_for_today")
    if quiet is not None and quiet.contains(now, zone):
        return Departure(_after_quiet(quiet, now, zone), "quiet_hours")
    return Departure(now, "now")


def digest_due(weekday: int, hour: int, since: datetime, now: datetime, zone: ZoneInfo) -> date | None:
    """The day of the week's summary that is due by `now`, None where none is. `since`: before that the
    relative knew of none.
    """
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    for candidate in (day, day - timedelta(days=7)):
        due = at_local(candidate, time(hour), zone)
        if due <= now:
            return candidate if now - due <= DIGEST_LATE and since <= due else None
    return None


def night_to_tell(now: datetime, zone: ZoneInfo) -> date | None:
    """The morning whose night is over and may be told of by `now`."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= MORNING else None


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Aware UTC."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _after_quiet(quiet: Window | None, at: datetime, zone: ZoneInfo) -> datetime:
    if quiet is None or not quiet.contains(at, zone):
        return at
    return Window(quiet.end, quiet.start).first_inside(at, zone)
