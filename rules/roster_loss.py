"""Whether a roster from a file takes away so much that somebody has to say yes to that first: a calendar that
is well formed and nearly empty is more often a mistake than a plan.

Here: the decision on values. Not here: what a file changes (hub/roster_import.py), what is made of a file
that was held back (hub/store/held_rosters.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from rules.duty import Function, Shift

FEW = 5
"""[default] So many shifts may go without a question, however few there were: a week of one person."""


class Loss(NamedTuple):
    """`lost` shifts to come go, of `of` that the calendar has on those days, and nobody takes their place."""

    lost: int = 0
    of: int = 0
    units: tuple[str, ...] = ()
    """Where they were; none named: in the whole house."""

    def held(self, confirmed: int = 0) -> Literal["takes_out_most"] | None:
        """Why it is not taken over, or None. `confirmed`: how many lost shifts somebody said yes to; a yes to
        another number is none, so that nobody says it once for all.
        """
        much = self.lost > FEW and 2 * self.lost > self.of
        return "takes_out_most" if much and self.lost != confirmed else None


def loss(
    coming: Iterable[Shift],
    removed: Iterable[Shift],
    changed: Iterable[tuple[Shift, Shift]],
    added: Iterable[Shift],
    zone: ZoneInfo,
) -> Loss:
    """`coming`: the shifts of the same calendar that have not begun. One that goes is not lost where a new
    one of the same function begins in the same units on the same day: another person, or another hour.
    """
    gone = [*removed, *(before for before, after in changed if not _stays(before, after))]
    new = Counter(_place(shift, zone) for shift in added)
    lost = []
    for shift in gone:
        place = _place(shift, zone)
        if new[place] > 0:
            new[place] -= 1
        else:
            lost.append(shift)
    if not lost:
        return Loss()
    days = sorted(shift.starts_at for shift in lost)
    there = {s.id for s in coming if days[0] <= s.starts_at <= days[-1]} | {s.id for s in lost}
    whole_house = any(not shift.units for shift in lost)
    units = () if whole_house else tuple(sorted({unit for shift in lost for unit in shift.units}))
    return Loss(len(lost), len(there), units)


def _stays(before: Shift, after: Shift) -> bool:
    """Whether somebody is still there then: as the same, in the same units, for half of the time at least."""
    both = min(before.ends_at, after.ends_at) - max(before.starts_at, after.starts_at)
    inside = not after.units or (bool(before.units) and set(before.units) <= set(after.units))
    half = max((before.ends_at - before.starts_at) / 2, timedelta(minutes=1))
    return before.function == after.function and inside and both >= half


def _place(shift: Shift, zone: ZoneInfo) -> tuple[Function, tuple[str, ...], date]:
    return shift.function, tuple(sorted(shift.units)), shift.starts_at.astimezone(zone).date()
