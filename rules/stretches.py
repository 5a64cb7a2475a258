"""Stretches of time: how long a state was true, what of it lies in a period, what is left when others are
taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class Stretch(NamedTuple):
    """`until` is not part of it. Aware instants."""

    since: datetime
    until: datetime


def joined(stretches: Iterable[Stretch], apart: timedelta = timedelta(0)) -> list[Stretch]:
    """In order, those that touch (or lie no more than `apart` from each other) as one."""
    found: list[Stretch] = []
    for one in sorted(stretches):
        if found and one.since <= found[-1].until + apart:
            found[-1] = Stretch(found[-1].since, max(found[-1].until, one.until))
        elif one.since < one.until:
            found.append(one)
    return found


def within(stretches: Iterable[Stretch], since: datetime, until: datetime) -> list[Stretch]:
    """What of them lies in a period."""
    cut = (Stretch(max(one.since, since), min(one.until, until)) for one in stretches)
    return [one for one in cut if one.since < one.until]


def without(one: Stretch, taken: Sequence[Stretch]) -> list[Stretch]:
    """What is left of it. `taken`: in order and apart from each other."""
    left, since = [], one.since
    for other in taken:
        if other.until <= since or other.since >= one.until:
            continue
        if other.since > since:
            left.append(Stretch(since, other.since))
        since = max(since, other.until)
    if since < one.until:
        left.append(Stretch(since, one.until))
    return left


def common(each: Iterable[Sequence[Stretch]], over: Stretch) -> list[Stretch]:
    """What of `over` all of them share."""
    found = [over] if over.since < over.until else []
    for own in each:
        found = joined(piece for one in own for piece in within(found, one.since, one.until))
    return found


def length(stretches: Iterable[Stretch]) -> timedelta:
    # By UTC: of two instants in one zone the wall clock is subtracted, which is an hour off where it changes.
    return sum((one.until.astimezone(UTC) - one.since.astimezone(UTC) for one in stretches), timedelta(0))


def true_of(
    changes: Iterable[tuple[datetime, bool]], until: datetime, known: Sequence[Stretch] = ()
) -> list[Stretch]:
    """How long a state was true. `changes`: in order of time. `known`, where given, are the times of silence:
    what was true before one is not taken to be true in it, nor after it until it is said again.
    """
    found: list[Stretch] = []
    since: datetime | None = None
    for at, value in changes:
        if value:
            since = at if since is None else since
        elif since is not None:
            found.append(Stretch(since, at))
            since = None
    if since is not None and since < until:
        found.append(Stretch(since, until))
    return [piece for one in found for piece in without(one, known)]
