"""Who is on duty, and who belongs to a group that is called: from shifts, the site's people and an instant.

Here: decisions on values. Not here: where shifts come from (hub/roster), when a group is called
(rules/escalation.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from rules.building import Person, Site
from rules.escalation import Group

Function = Literal["carer", "night_patrol", "leader"]
"""What somebody is on a shift. The night patrol goes through several units."""


class Shift(msgspec.Struct, frozen=True):
    """One person's duty in units (none named: the whole house) from `starts_at` until `ends_at`. `residents`:
    whom they look after themselves. `source`: the roster said so, or they signed in to it.
    """

    id: int
    person: str
    units: tuple[str, ...]
    function: Function
    starts_at: datetime
    ends_at: datetime
    residents: tuple[str, ...] = ()
    source: Literal["roster", "signed_in"] = "roster"

    def covers(self, unit: str, at: datetime) -> bool:
        """'' stands for several units: whoever is on duty anywhere."""
        return self.starts_at <= at < self.ends_at and (not self.units or unit == "" or unit in self.units)


class Called(msgspec.Struct, frozen=True):
    """Who a group is at an instant, and why them. `why` other than `on_duty` is a gap in the roster."""

    people: tuple[str, ...]
    why: Literal["on_duty", "nobody_assigned", "nobody_on_duty", "nobody"]


def called(
    group: Group, unit: str, residents: Iterable[str], site: Site, shifts: Iterable[Shift], at: datetime
) -> Called:
    """The people of a group for an alert of this unit and these residents.

    A gap in the roster must not leave a call without anybody: who is assigned falls back to the unit on duty,
    and that to everybody whom the site names for the unit. `nobody`: even so there is nobody, and the next
    stage comes.
    """
    known = {person.id for person in site.people}
    now = [s for s in shifts if s.person in known and s.starts_at <= at < s.ends_at]
    if group == "assigned":
        return _assigned(unit, frozenset(residents), site, now, at)
    if group == "unit":
        return _unit(unit, site, now, at)
    if group == "neighbours":
        return _neighbours(unit, site, now, at)
    if group == "night_patrol":
        return _called(s.person for s in now if s.function == "night_patrol" and s.covers(unit, at))
    on_duty = _called(s.person for s in now if s.function == "leader" and s.covers(unit, at))
    return on_duty if on_duty.people else _named(site, unit, "leader")


def _assigned(unit: str, residents: frozenset[str], site: Site, now: list[Shift], at: datetime) -> Called:
    found = _called(s.person for s in now if residents & set(s.residents))
    if found.people:
        return found
    wider = _unit(unit, site, now, at)
    return Called(wider.people, "nobody_assigned") if wider.why == "on_duty" else wider


def _unit(unit: str, site: Site, now: list[Shift], at: datetime) -> Called:
    found = _called(s.person for s in now if s.function == "carer" and s.covers(unit, at))
    return found if found.people else _named(site, unit, "carer")


def _neighbours(unit: str, site: Site, now: list[Shift], at: datetime) -> Called:
    near = next((u.neighbours for u in site.units if u.id == unit), ())
    return _called(s.person for n in near for s in now if s.function == "carer" and s.covers(n, at))


def _called(people: Iterable[str]) -> Called:
    found = tuple(dict.fromkeys(people))
    return Called(found, "on_duty" if found else "nobody")


def _named(site: Site, unit: str, role: str) -> Called:
    """Whom the site names for the unit, on duty or not."""
    found = tuple(p.id for p in site.people if p.role == role and _looks_after(p, unit))
    return Called(found, "nobody_on_duty" if found else "nobody")


def _looks_after(person: Person, unit: str) -> bool:
    return not person.units or unit == "" or unit in person.units
