"""What the shifts of a file are beside those that stand on the roster: the same, changed or new, or what
cannot be beside them.

Here: the comparison, on values. Not here: what of it goes (hub/roster_import.py).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from rules.duty import LONGEST, Shift


class Change(NamedTuple):
    before: Shift
    after: Shift


class Compared(NamedTuple):
    """`same`: how many of the file's stand there as they are; of these those `followed` came from elsewhere,
    or from the calendar under another name: they are given here as they belong to it now. `replaced`: what
    the calendar had put there, where what it says now stands already beside it.
    """

    added: tuple[Shift, ...]
    changed: tuple[Change, ...]
    same: int
    followed: tuple[Shift, ...]
    replaced: tuple[Shift, ...]


def compared(
    found: Sequence[Shift], known: Mapping[str, Shift], standing: Sequence[Shift], now: datetime
) -> Compared:
    """`known`: what its calendar has put on the roster, by key. `standing`: all that the roster plans."""
    keys = {shift.key for shift in found if shift.key}
    from_elsewhere: dict[Shift, list[Shift]] = {}
    for shift in standing:
        if shift.key not in keys:
            from_elsewhere.setdefault(bare(shift), []).append(shift)
    changed, rest, followed, replaced, same = [], [], [], [], 0
    for shift in dict.fromkeys(found):
        before = known.get(shift.key) if shift.key else None
        there = from_elsewhere.get(bare(shift), ())
        if before is not None and bare(before) == bare(shift):
            same += 1
            if before.calendar != shift.calendar:
                followed.append(msgspec.structs.replace(before, calendar=shift.calendar))
        elif shift.key and there and (before is None or before.starts_at > now):
            same += 1
            followed.append(msgspec.structs.replace(shift, id=there.pop(0).id))
            replaced += [] if before is None else [before]
        elif before is not None:
            changed.append(Change(before, msgspec.structs.replace(shift, id=before.id)))
        else:
            rest.append(shift)
    goes = {shift.id for shift in (*replaced, *(change.before for change in changed))}
    stays = {bare(shift) for shift in standing if shift.id not in goes}
    added = []
    for shift in rest:
        if bare(shift) in stays:
            same += 1
        else:
            added.append(shift)
            stays.add(bare(shift))
    return Compared(tuple(added), tuple(changed), same, tuple(followed), tuple(replaced))


def two_at_once(
    standing: Iterable[Shift], changed: Sequence[Change], added: Sequence[Shift]
) -> dict[Shift, Shift]:
    """Of what a file changes and adds what may not be, since nobody can be on two shifts at once: with the
    other one. `standing`: what stays as it is. A change that may not be leaves its shift as it was.
    """
    befores = {change.after: change.before for change in changed}
    refused: dict[Shift, Shift] = {}
    while True:
        taken = _Taken((*standing, *(befores[after] for after in refused if after in befores)))
        found = {}
        for shift in (*befores, *added):
            if shift not in refused:
                other = taken.at_once(shift)
                if other is None:
                    taken.add(shift)
                else:
                    found[shift] = other
        if not found:
            return refused
        refused |= found


class _Taken:
    """Each person's shifts, in the order in which they begin."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        self._of: dict[str, list[Shift]] = {}
        for shift in sorted(shifts, key=_begins):
            self._of.setdefault(shift.person, []).append(shift)

    def add(self, shift: Shift) -> None:
        insort(self._of.setdefault(shift.person, []), shift, key=_begins)

    def at_once(self, shift: Shift) -> Shift | None:
        theirs = self._of.get(shift.person, [])
        first = bisect_left(theirs, shift.starts_at - LONGEST, key=_begins)
        near = theirs[first : bisect_left(theirs, shift.ends_at, key=_begins)]
        return next((other for other in near if other.overlaps(shift)), None)


def _begins(shift: Shift) -> datetime:
    return shift.starts_at


def bare(shift: Shift) -> Shift:
    """What a shift is, wherever it comes from."""
    return msgspec.structs.replace(shift, id=0, key="", calendar="")
