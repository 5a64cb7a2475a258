"""Who is away by what a calendar's own events say, and which shifts of the same file that takes: whoever is
ill must not stand as on duty because the shift was planned before.

Here: one person's stretches, and the shifts in them. Not here: which events are absences and whose
(hub/roster_calendar.py), absences that somebody registered (hub/duty.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from rules.duty import Shift

MOST = 20_000
"""Stretches of a file: the days off of 300 people in half a year are three quarters of that."""


class Away(NamedTuple):
    """`title`: the event's. On `whole_days` it takes the shifts that begin on them, to their end; with hours
    those that lie in it wholly: who is on a course until nine comes afterwards.
    """

    person: str
    title: str
    starts_at: datetime
    ends_at: datetime
    whole_days: bool

    def takes(self, shift: Shift) -> bool:
        until = shift.starts_at < self.ends_at if self.whole_days else shift.ends_at <= self.ends_at
        return shift.person == self.person and self.starts_at <= shift.starts_at and until


class Absences:
    """Asked for thousands of shifts: of all that have begun when one begins, the longest tells."""

    def __init__(self, found: Iterable[Away]) -> None:
        self._known: dict[tuple[str, bool], tuple[list[datetime], list[Away]]] = {}
        for one in sorted(found, key=lambda away: away.starts_at):
            begun, longest = self._known.setdefault((one.person, one.whole_days), ([], []))
            begun.append(one.starts_at)
            longest.append(one if not longest or one.ends_at > longest[-1].ends_at else longest[-1])

    def of(self, shift: Shift) -> Away | None:
        """Which one takes it."""
        for whole_days in (True, False):
            begun, longest = self._known.get((shift.person, whole_days), ([], []))
            before = bisect_right(begun, shift.starts_at)
            if before and longest[before - 1].takes(shift):
                return longest[before - 1]
        return None
