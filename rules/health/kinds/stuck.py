"""A state that has held longer than people let it: a door open for two days, a motion sensor that never
clears.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.building import Role
from rules.health.fault import Case, Fault
from rules.health.thresholds import Stuck


class _Holds(NamedTuple):
    """`roles`: of these devices only, of any where there are none named."""

    measure: str
    length: str
    roles: frozenset[Role] = frozenset()


_DOORS: frozenset[Role] = frozenset(("outer_door", "door", "fridge", "medicine_cabinet", "cupboard"))
HOLDS = (
    _Holds("open", "open", _DOORS),  # a window may well be open for days
    _Holds("motion", "motion"),
    _Holds("sitting_up", "motion"),
    _Holds("in_bed", "in_bed", frozenset(("bed", "chair"))),
)


def find(case: Case[Stuck]) -> Fault | None:
    known = case.known
    if known.silent_since is not None:
        return None
    for measure, length, roles in HOLDS:
        value, _ = known.latest.get(measure, (False, case.now))
        since = known.changed.get(measure)
        if value is not True or since is None or (roles and known.device.role not in roles):
            continue
        if case.now - since >= getattr(case.rule, length):
            return Fault("stuck", known.device.id, since, "the same for too long", {"measure": measure})
    return None
