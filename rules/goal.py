"""Goals that somebody practises ("the stove is off", "the door is locked at night"): what came of each day,
and the picture over weeks.

A goal is a rule whose finding is a reminder to the one whose goal it is, never an alert. A goal's day ends in
the small hours: what happens after midnight belongs to the evening before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from rules.duration import Window, next_local
from rules.rule import AnyRule, EventRule, HeldRule, MovesRule, NotByRule

DAY_STARTS = time(4)
"""[default] By the clock on the wall."""
UNSEEN_AT_MOST = timedelta(minutes=1)
"""[default] So much of a goal's time of the day may go unheard; of a goal without one, an hour of the day."""
UNSEEN_A_DAY = timedelta(hours=1)
SPOKEN_WITHIN = timedelta(minutes=2)
"""[default] A reminder that comes later than this is no help any more and is not given."""

Outcome = Literal["reached", "reminded", "missed", "none", "unknown"]
"""`reminded`: reached after a reminder. `none`: there was no occasion. `unknown`: nobody could hear."""
KEPT: frozenset[Outcome] = frozenset({"reached", "reminded"})
COUNTED: frozenset[Outcome] = KEPT | {"missed"}


class GoalDay(msgspec.Struct, frozen=True):
    """One day of one goal. `since`: when it was first looked at that day. `reminded_at`: a reminder that
    stands. `blind_from`: since when nobody can hear; `blind`: too much of the day went unheard.
    """

    site: str
    rule: str
    room: str
    day: date
    since: datetime
    occasions: int = 0
    reminders: int = 0
    missed: int = 0
    reminded_at: datetime | None = None
    blind_from: datetime | None = None
    blind: bool = False
    outcome: Outcome | None = None


class Week(NamedTuple):
    """How a week went, from its Monday on."""

    monday: date
    reached: int
    reminded: int
    missed: int

    @property
    def counted(self) -> int:
        return self.reached + self.reminded + self.missed

    @property
    def kept(self) -> int:
        return self.reached + self.reminded


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The goal's day that an instant belongs to."""
    local = at.astimezone(zone)
    return local.date() if local.time() >= DAY_STARTS else local.date() - timedelta(days=1)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """When a goal's day is over (aware UTC)."""
    return next_local(DAY_STARTS, datetime.combine(day, time(12), zone), zone)


def needs_an_occasion(rule: AnyRule) -> bool:
    """Whether a day without any use of the thing is neither reached nor missed."""
    return rule.kind == "unattended"


def spoils(rule: AnyRule, day: date, begin: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether a time in which nobody could hear leaves the day unknown."""
    window = _window(rule)
    if window is None:
        return end - begin > UNSEEN_A_DAY
    opens, closes = _opening(window, day, zone)
    return min(end, closes) - max(begin, opens) > UNSEEN_AT_MOST


def outcome_of(day: GoalDay, rule: AnyRule, never_heard: bool, zone: ZoneInfo) -> Outcome:
    """What came of a day that is over. `never_heard`: one of its devices has not spoken yet."""
    if day.missed or day.reminded_at is not None:
        return "missed"
    if day.reminders:
        return "reminded"
    window = _window(rule)
    too_late = window is not None and day.since > _opening(window, day.day, zone)[0] + UNSEEN_AT_MOST
    if day.blind or never_heard or too_late:
        return "unknown"
    return "none" if needs_an_occasion(rule) and not day.occasions else "reached"


def streak(outcomes: Sequence[tuple[date, Outcome]]) -> int:
    """How many of the newest days in a row were kept; days without occasion or knowledge break nothing.
    `outcomes` in order of the days.
    """
    kept = 0
    for _, outcome in reversed(outcomes):
        if outcome == "missed":
            break
        kept += outcome in KEPT
    return kept


def weeks(outcomes: Iterable[tuple[date, Outcome]]) -> list[Week]:
    """Each week with a day that counts, the oldest first."""
    found: dict[date, dict[str, int]] = {}
    for day, outcome in outcomes:
        if outcome in COUNTED:
            monday = day - timedelta(days=day.weekday())
            week = found.setdefault(monday, dict.fromkeys(sorted(COUNTED), 0))
            week[outcome] += 1
    return [Week(monday, **counts) for monday, counts in sorted(found.items())]


def _window(rule: AnyRule) -> Window | None:
    if isinstance(rule, NotByRule):
        return Window(rule.from_, rule.by)
    return rule.window if isinstance(rule, EventRule | HeldRule | MovesRule) else None


def _opening(window: Window, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the window opens and closes on a goal's day."""
    begins = next_local(DAY_STARTS, datetime.combine(day, time(0), zone) - timedelta(minutes=1), zone)
    opens = next_local(window.start, begins - timedelta(microseconds=1), zone)
    return opens, next_local(window.end, opens, zone)
