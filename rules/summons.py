"""When a message to somebody goes out: at once, or gathered with others. What is high goes out at once and by
itself, always: no quiet hours, no bundle and no flood touch it.

Here: decisions on values. Not here: whom a call goes to (rules/duty.py), what a message says
(rules/wording/summons.py), sending (hub/ways).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from rules.duration import Window
from rules.severity import Severity

Held = Literal["quiet_hours", "gathered", "flood"]
"""Why a message does not go out at once."""
AtOnce = Literal["high", "at_once"]

GATHERED_FOR = timedelta(minutes=5)
"""[default] What is low waits so long for others that are low: the next stage comes half an hour later."""
LONGEST_GATHERING = timedelta(minutes=20)
"""[default] Beyond that a low call would come after the next stage's."""
FLOOD_OF = 10
FLOOD_WITHIN = timedelta(minutes=10)
"""ISA-18.2: more than 10 alarms in 10 min for one operator are a flood."""
GROUPED_EVERY = timedelta(minutes=2)
"""[default] In a flood, what is not high comes as one message so often: the escalation's next stage for what
is medium comes after 5 min, so that nobody is passed over for it.
"""


class Preferences(msgspec.Struct, frozen=True):
    """How somebody wants to be called. `quiet`: local time, in which nothing low disturbs them."""

    quiet: Window | None = None
    gathered_for: timedelta = GATHERED_FOR


class History(NamedTuple):
    """What one person was called for already. `calls`: how many within `FLOOD_WITHIN`, this one not counted.
    `groups`: when what is held for each reason goes out, where something is.
    """

    calls: int = 0
    groups: Mapping[Held, datetime] = MappingProxyType({})


class Decision(NamedTuple):
    """The message goes out `at`; where it is `held`, with all that is held for the same reason until then."""

    at: datetime
    reason: AtOnce | Held

    @property
    def held(self) -> Held | None:
        return None if self.reason == "high" or self.reason == "at_once" else self.reason


def decide(
    now: datetime, severity: Severity, history: History, preferences: Preferences, zone: ZoneInfo
) -> Decision:
    """What is medium is not held by quiet hours: somebody has to come, only not at a run. A flood gathers
    it.
    """
    if severity == "high":
        return Decision(now, "high")
    quiet = preferences.quiet
    if severity == "low" and quiet is not None and quiet.contains(now, zone):
        return Decision(_after(quiet, now, zone), "quiet_hours")
    if history.calls >= FLOOD_OF:
        return _with_others(now, "flood", GROUPED_EVERY, history)
    if severity == "low" and preferences.gathered_for > timedelta(0):
        decision = _with_others(now, "gathered", preferences.gathered_for, history)
        if quiet is not None and quiet.contains(decision.at, zone):
            return Decision(_after(quiet, decision.at, zone), "quiet_hours")
        return decision
    return Decision(now, "at_once")


def held_anew(
    held: Held | None, at: datetime, now: datetime, preferences: Preferences, zone: ZoneInfo
) -> Decision | None:
    """What becomes of a low message that waits until `at`, when somebody changes how they want to be called;
    None where it stays as it is. What is not held is on its way; a flood is over within minutes.
    """
    if held not in ("gathered", "quiet_hours"):
        return None
    until = at if held == "gathered" else now
    for instant in (now, until):
        if preferences.quiet is not None and preferences.quiet.contains(instant, zone):
            return Decision(_after(preferences.quiet, instant, zone), "quiet_hours")
    return None if held == "gathered" else Decision(now, "gathered")


def _after(quiet: Window, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant outside of quiet hours; also within the hour that comes twice."""
    return Window(quiet.end, quiet.start).first_inside(at, zone)


def _with_others(now: datetime, held: Held, wait: timedelta, history: History) -> Decision:
    """With the group that is gathering, which does not wait longer for that; else the first of a new one."""
    group = history.groups.get(held)
    joins = group is not None and now <= group <= now + wait
    return Decision(group if joins and group is not None else now + wait, held)
