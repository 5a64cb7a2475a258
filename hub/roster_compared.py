"""What the shifts of a file are beside those that stand on the roster: the same, changed or new.

Here: the comparison, on values. Not here: what of it goes (hub/roster_import.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from rules.duty import Shift


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


def bare(shift: Shift) -> Shift:
    """What a shift is, wherever it comes from."""
    return msgspec.structs.replace(shift, id=0, key="", calendar="")
