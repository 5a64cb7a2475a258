"""Switching a rule or a device off for a while: who, why and until when, as decisions. Nothing goes off in
silence.

A grave rule is off for at most a day on one person's word, and so is a device that one needs; for longer a
second person has to agree. Every pause ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from rules.severity import SEVERITIES, Severity

ALONE_AT_MOST = timedelta(hours=24)
"""How long a high rule, or a device that one needs, may be off without a second person's yes."""
LONGEST = timedelta(days=30)
"""[default] What is to be off for longer does not belong in the site's rules."""
REMIND_BEFORE = timedelta(minutes=30)
"""[default] Of a short pause: in the middle of it."""

PAUSE_ENDS = "pause-ends"
"""The hub's own rule: a pause is about to end. Its alerts' room is the room where the rule is off."""

DEVICE_PAUSED = "device paused"
"""What stands as the measure in the reminder's evidence where a device is off, not a rule."""


class Pause(msgspec.Struct, frozen=True):
    """A rule is off in a room, or a device is (`device`: then there is no `rule`, and `room` is where it
    hangs). `until`: what the owner asked for; `ends_at`: when it ends as things stand. `ended_by`: None where
    it ended by itself. Instants are aware UTC.
    """

    id: int
    site: str
    rule: str
    room: str
    owner: str
    reason: str
    paused_at: datetime
    until: datetime
    ends_at: datetime
    confirmed_by: str | None = None
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    device: str | None = None

    @property
    def subject(self) -> str:
        """The rule's name or the device's."""
        return self.rule if self.device is None else self.device

    @property
    def waits_for_yes(self) -> bool:
        """Whether it would last longer if a second person agreed."""
        return self.ends_at < self.until and self.ended_at is None

    @property
    def reminder_due(self) -> datetime:
        return max(self.paused_at + (self.ends_at - self.paused_at) / 2, self.ends_at - REMIND_BEFORE)


class Refusal(msgspec.Struct, frozen=True):
    """Why something that somebody wants is not done: a sentence, and a code for it where a page says it in
    words of its own (rules/wording/refusals.py). `named`: whom or what these words name.
    """

    why: str
    code: str = ""
    named: str = ""


def gravest(severities: Iterable[Severity]) -> Severity:
    """Of the rules that a pause takes off; low where it takes off none."""
    return max(severities, key=SEVERITIES.index, default="low")


def paused(asked: Pause, severity: Severity) -> Pause | Refusal:
    """The pause as it may be put. `asked.ends_at` is what was asked for."""
    what = "rule" if asked.device is None else "device"
    length = asked.until - asked.paused_at
    if not asked.reason.strip():
        return Refusal(f"a reason is missing; expected why the {what} is off", "no_reason")
    if length <= timedelta(0):
        return Refusal("the end lies in the past; expected a later one", "end_past")
    if length > LONGEST:
        return Refusal(f"the end is too far away; expected at most {LONGEST.days} days", "end_far")
    if severity == "high" and length > ALONE_AT_MOST:
        return msgspec.structs.replace(asked, ends_at=asked.paused_at + ALONE_AT_MOST)
    return msgspec.structs.replace(asked, ends_at=asked.until)


def confirmed(pause: Pause, by: str) -> Pause | Refusal:
    """A second person agrees to the whole length."""
    if not pause.waits_for_yes:
        return Refusal("nothing waits for a second person's yes", "no_yes")
    if by == pause.owner:
        return Refusal(f"{by} asked for it; expected another person's yes", "own_yes")
    return msgspec.structs.replace(pause, ends_at=pause.until, confirmed_by=by, reminded_at=None)
