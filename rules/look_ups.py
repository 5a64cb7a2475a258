"""Which look-ups of residents are unusual, so that a leader asks about them. Logs that nobody checks
protect nobody (Normen, faktaark 15).

Here: decisions on values, each with a named reason. An unusual look-up is a question, not a fault: a carer
who helps out next door looks at somebody there. Not here: who saw what (hub/store/audit.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

MANY, MANY_WITHIN = 12, timedelta(minutes=10)
"""[default] So many different residents' own pages within so long: a round of the unit is 8 to 11."""
AGAIN, AGAIN_WITHIN = 15, timedelta(hours=24)
"""[default] The same resident's own pages so often without an alert about them."""
NEAR = timedelta(hours=1)
"""[default] Before a shift one reads up, after it one writes down."""
ALERT_NEAR = timedelta(hours=24)
"""[default] An alert about a resident is a reason to look at them for so long."""

Reason = Literal["off_duty", "other_unit", "many", "again"]
REASONS: tuple[Reason, ...] = ("off_duty", "other_unit", "many", "again")


class LookUp(msgspec.Struct, frozen=True):
    """Somebody opened a page about one resident. `unit`: where the resident lives."""

    at: datetime
    by: str
    resident: str
    unit: str
    page: str


class Unusual(msgspec.Struct, frozen=True):
    """One question to ask somebody: of a day, a person and a reason, with the look-ups that raise it."""

    reason: Reason
    by: str
    look_ups: tuple[LookUp, ...]

    @property
    def residents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.resident for one in self.look_ups))


class Duty(msgspec.Struct, frozen=True):
    """When somebody was on duty; no unit named: in the whole house."""

    person: str
    units: tuple[str, ...]
    since: datetime
    until: datetime


HadAlert = Callable[[str, datetime, datetime], bool]
"""Whether there was an alert about a resident between two instants."""


def unusual(look_ups: Sequence[LookUp], duties: Iterable[Duty], had_alert: HadAlert) -> list[Unusual]:
    """`look_ups` in order of time. Whoever was never on any duty is not judged by it: without a roster
    nobody can tell who was off.
    """
    by_person: dict[str, list[LookUp]] = defaultdict(list)
    for one in look_ups:
        by_person[one.by].append(one)
    shifts: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        shifts[duty.person].append(duty)
    found = []
    for person, own in by_person.items():
        without_alert = [one for one in own if not had_alert(one.resident, one.at - ALERT_NEAR, one.at)]
        found += _by_duty(person, without_alert, shifts[person])
        found += _grouped("many", person, _too_many(own))
        found += _grouped("again", person, _too_often(without_alert))
    return sorted(found, key=lambda one: (one.look_ups[0].at, one.by, one.reason), reverse=True)


def _by_duty(person: str, own: Iterable[LookUp], shifts: list[Duty]) -> list[Unusual]:
    if not shifts:
        return []
    off, elsewhere = [], []
    for one in own:
        now = [s for s in shifts if s.since - NEAR <= one.at <= s.until + NEAR]
        if not now:
            off.append(one)
        elif not any(not s.units or one.unit in s.units for s in now):
            elsewhere.append(one)
    return [*_grouped("off_duty", person, off), *_grouped("other_unit", person, elsewhere)]


def _too_many(own: Sequence[LookUp]) -> list[LookUp]:
    """All that lie in some stretch of `MANY_WITHIN` with too many different residents."""
    return _in_full_stretches(own, MANY_WITHIN, lambda stretch: len({one.resident for one in stretch}) > MANY)


def _too_often(own: Sequence[LookUp]) -> list[LookUp]:
    found = []
    for resident in dict.fromkeys(one.resident for one in own):
        theirs = [one for one in own if one.resident == resident]
        found += _in_full_stretches(theirs, AGAIN_WITHIN, lambda stretch: len(stretch) > AGAIN)
    return sorted(found, key=lambda one: one.at)


def _in_full_stretches(
    own: Sequence[LookUp], within: timedelta, full: Callable[[Sequence[LookUp]], bool]
) -> list[LookUp]:
    inside: set[int] = set()
    first = 0
    for last, one in enumerate(own):
        while one.at - own[first].at > within:
            first += 1
        if full(own[first : last + 1]):
            inside.update(range(first, last + 1))
    return [own[number] for number in sorted(inside)]


def _grouped(reason: Reason, person: str, look_ups: Iterable[LookUp]) -> list[Unusual]:
    """One question a day (UTC), not one for each page."""
    days: dict[object, list[LookUp]] = defaultdict(list)
    for one in look_ups:
        days[one.at.date()].append(one)
    return [Unusual(reason, person, tuple(found)) for found in days.values()]
