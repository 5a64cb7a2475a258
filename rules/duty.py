"""Who is on duty, and who belongs to a group that is called: from shifts, the site's people and an instant.

Here: decisions on values; the one rule by which the roster and those who signed in to a shift come together
(`on_duty`). Not here: where shifts come from (hub/duty.py, hub/roster.py), when a group is called
(rules/escalation.py), a week and its gaps (rules/week.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec

from rules.building import Person, PersonRole, Site
from rules.escalation import Group

Function = Literal["carer", "night_patrol", "leader"]
"""What somebody is on a shift. The night patrol goes through several units."""
FUNCTIONS_OF: dict[PersonRole, tuple[Function, ...]] = {
    "carer": ("carer", "night_patrol"),
    "leader": ("carer", "night_patrol", "leader"),
}
"""Who can be on duty as what. A leader lends a hand; nobody else can be called to a resident."""
Source = Literal["roster", "signed_in"]


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
    source: Source = "roster"
    key: str = ""
    """What the calendar calls it that it came from: the same one again changes it. Empty: from elsewhere."""
    calendar: str = ""
    """Which calendar that was; empty: one without a name, or none."""
    instead_of: tuple[str, ...] = ()
    """In whose place they came: the shift that ran, else the next, as the same and there, does not count
    meanwhile."""

    @property
    def version(self) -> str:
        """Another one as soon as anything of it is changed, so that two who change it are told."""
        hours = {"starts_at": self.starts_at.astimezone(UTC), "ends_at": self.ends_at.astimezone(UTC)}
        return blake2b(msgspec.json.encode(msgspec.structs.replace(self, **hours)), digest_size=8).hexdigest()

    def covers(self, unit: str, at: datetime) -> bool:
        """'' stands for several units: whoever is on duty anywhere."""
        return self.starts_at <= at < self.ends_at and (not self.units or unit == "" or unit in self.units)

    def overlaps(self, other: Shift) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def stands_in_for(self, planned: Shift, known: Iterable[Shift]) -> bool:
        """Whether it was in the place of this planned shift that they came: the one that ran there, and one
        that begins soon where none ran, or as that was handed over. A later one of the same colleague is the
        colleague's own: they are there for it. `known`: the colleague's others, also those that are over.
        """
        if planned.function != self.function or planned.person not in self.instead_of:
            return False
        return planned.starts_at <= self.starts_at or (
            planned.starts_at <= self.starts_at + EARLY
            and not any(ran.goes_on_before(planned, self.starts_at, self.units) for ran in known)
        )

    def goes_on_before(self, later: Shift, at: datetime, units: tuple[str, ...]) -> bool:
        """Whether at that instant it ran on in these units, before the same person's later shift."""
        same = (self.source, self.person, self.function) == ("roster", later.person, later.function)
        there = not self.units or not units or not set(self.units).isdisjoint(units)
        return same and there and self.starts_at <= at < later.starts_at and at + HANDS_OVER < self.ends_at


class StaffAbsence(msgspec.Struct, frozen=True):
    """Somebody of the staff is not there, whatever the roster says. Why is not kept."""

    id: int
    person: str
    starts_at: datetime
    ends_at: datetime
    said_by: str

    def covers(self, person: str, at: datetime) -> bool:
        return self.person == person and self.starts_at <= at < self.ends_at


LONGEST = timedelta(hours=36)
"""[default] A shift beyond that is a slip of the keyboard."""

EARLY = timedelta(hours=2)
"""[default] Who signs in this long before a planned shift, signs in to that one."""

HANDS_OVER = timedelta(minutes=30)
"""[default] Who comes in somebody's place this near the end of their shift, comes for their next one too."""


def on_duty(
    site: Site, shifts: Iterable[Shift], absences: Iterable[StaffAbsence], at: datetime, *, over: bool = False
) -> tuple[Shift, ...]:
    """The shifts that count at an instant: of those who signed in to a shift, as they said it, and beside
    them those whom the roster plans. Apart from whoever signed in as the same, whoever is absent, whoever
    signed in during that shift and has left again, and whoever somebody came in place of: where that somebody
    is. Nobody counts as what they may not be any more, nor where an alert would be closed to them.

    `shifts`: all that overlap with the last `LONGEST`; also those that are over tell who has left.
    `over`: the instant is past, and what people may be today says nothing of it.
    """
    away, everything = list(absences), list(shifts) if over else _as_all_may(site, shifts)
    signed_in = [s for s in everything if s.source == "signed_in"]
    here = [s for s in signed_in if s.starts_at <= at < s.ends_at]
    there, present = {(s.person, s.function) for s in here}, {s.person for s in here}
    found = list(here)
    for shift in everything:
        if shift.source != "roster" or not shift.starts_at <= at < shift.ends_at:
            continue
        if (shift.person, shift.function) in there or any(a.covers(shift.person, at) for a in away):
            continue
        if shift.person not in present and any(_left(shift, s, at) for s in signed_in):
            continue
        left = _where_nobody_came_instead(shift, here, everything, site)
        if left is not None:
            found.append(left)
    return tuple(sorted(found, key=lambda shift: (shift.starts_at, shift.id)))


def _as_all_may(site: Site, shifts: Iterable[Shift]) -> list[Shift]:
    people = {person.id: person for person in site.people}
    return [fit for s in shifts if (fit := _as_they_may(s, people.get(s.person))) is not None]


def _as_they_may(shift: Shift, person: Person | None) -> Shift | None:
    """A shift without the units that are not theirs (any more)."""
    if person is None or shift.function not in FUNCTIONS_OF.get(person.role, ()):
        return None
    if not person.units or (shift.units and set(shift.units) <= set(person.units)):
        return shift
    units = tuple(unit for unit in person.units if not shift.units or unit in shift.units)
    return msgspec.structs.replace(shift, units=units) if units else None


def is_shut_out(before: Person, now: Person | None) -> bool:
    """Whether what was theirs is closed to them now, in whichever unit: they work here no more, or as
    something else.
    """
    if now is None or now.role == "privacy_officer":
        return True
    return (before.role in FUNCTIONS_OF) != (now.role in FUNCTIONS_OF)


def _left(planned: Shift, signed_in: Shift, at: datetime) -> bool:
    """Whether it was this shift that they signed in to and have left."""
    same = signed_in.person == planned.person and signed_in.function == planned.function
    came = same and signed_in.starts_at > planned.starts_at - EARLY
    return came and planned.starts_at < signed_in.ends_at <= at


def _where_nobody_came_instead(
    shift: Shift, here: list[Shift], known: list[Shift], site: Site
) -> Shift | None:
    """A planned shift without the units where somebody came in their place."""
    others = [s for s in here if s.stands_in_for(shift, known)]
    if not others:
        return shift
    units = shift.units or tuple(unit.id for unit in site.units)
    rest = tuple(u for u in units if not any(not s.units or u in s.units for s in others))
    if not rest:
        return None
    if rest == units:
        return shift
    rooms = {room.id for room in site.rooms if room.unit in rest}
    inside = {r.id for r in site.residents if r.room in rooms}
    residents = tuple(r for r in shift.residents if r in inside)
    return msgspec.structs.replace(shift, units=rest, residents=residents)


class StoodInFor(NamedTuple):
    """Somebody who is planned and not called in these units, and who came in their place. `elsewhere`: in
    others they still are.
    """

    person: str
    by: str
    units: frozenset[str]
    elsewhere: bool


def stood_in_for(site: Site, shifts: Iterable[Shift], at: datetime) -> tuple[StoodInFor, ...]:
    """`shifts`: all that overlap with the last `LONGEST`."""
    known = _as_all_may(site, shifts)
    now = [s for s in known if s.starts_at <= at < s.ends_at]
    came = [s for s in now if s.source == "signed_in"]
    there = {(s.person, s.function) for s in came}
    planned = [s for s in now if s.source == "roster" and (s.person, s.function) not in there]
    called = {s.person for s in on_duty(site, known, (), at)}
    return tuple(
        StoodInFor(shift.person, s.person, _units(shift, site) & _units(s, site), shift.person in called)
        for shift in planned
        for s in came
        if s.stands_in_for(shift, known)
    )


def _units(shift: Shift, site: Site) -> frozenset[str]:
    return frozenset(shift.units or (unit.id for unit in site.units))


def in_whose_place(
    site: Site,
    shifts: Iterable[Shift],
    absences: Iterable[StaffAbsence],
    person: str,
    units: Iterable[str],
    at: datetime,
) -> tuple[Shift, ...]:
    """The planned shifts, of now and those that begin soon, that somebody who signs in to these units could
    take: nobody has signed in to them.
    """
    of_others, away, wanted = [s for s in shifts if s.person != person], list(absences), tuple(units)
    counting = (s for when in (at, at + EARLY) for s in on_duty(site, of_others, away, when))
    found = {
        s.id: s
        for s in counting
        if s.source == "roster"
        and (not s.units or not set(wanted).isdisjoint(s.units))
        and not any(ran.goes_on_before(s, at, wanted) for ran in of_others)
    }
    return tuple(found.values())


class Called(msgspec.Struct, frozen=True):
    """Who a group is at an instant, and why them. `why` other than `on_duty` is a gap in the roster."""

    people: tuple[str, ...]
    why: Literal["on_duty", "nobody_assigned", "nobody_on_duty", "nobody"]


def called(
    group: Group, unit: str, residents: Iterable[str], site: Site, shifts: Iterable[Shift], at: datetime
) -> Called:
    """The people of a group for an alert of this unit and these residents. `shifts`: what `on_duty` says.

    A gap in the roster must not leave a call without anybody: who is assigned falls back to the unit on duty,
    that to the night patrol that goes by, and that to everybody whom the site names for the unit. `nobody`:
    even so there is nobody, and the next stage comes.
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
        return _patrol(unit, now, at)
    on_duty = _called(s.person for s in now if s.function == "leader" and s.covers(unit, at))
    return on_duty if on_duty.people else _named(site, unit, "leader")


def nobody_in(people: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The groups of a call in which there is nobody, where there is somebody in another. `people`: who is in
    each.
    """
    empty = tuple(group for group, of_group in people.items() if not of_group)
    return empty if len(empty) < len(people) else ()


def instead(
    unit: str, site: Site, shifts: Iterable[Shift], at: datetime, hears: Callable[[str], bool]
) -> Iterator[tuple[str, ...]]:
    """Whom a call goes to where none of those meant can be reached, one circle after the other: on duty in
    the unit, on duty anywhere, whom the site names for the unit, all who care for people here, everybody.
    With those on duty elsewhere, who are near, comes who may open the alert, unless one of them may and
    `hears` of it.
    """
    known = {person.id for person in site.people}
    now = [s for s in shifts if s.person in known and s.starts_at <= at < s.ends_at]
    care = [person for person in site.people if person.role in ("carer", "leader")]
    here = _called(s.person for s in now if s.covers(unit, at)).people
    near = tuple(person for person in _called(s.person for s in now).people if person not in here)
    may_open = tuple(person.id for person in care if looks_after(person, unit))
    yield here
    opens_it = any(hears(person) for person in near if person in may_open)
    yield near if not near or opens_it else tuple(dict.fromkeys((*near, *may_open)))
    yield may_open
    yield tuple(person.id for person in care)
    yield tuple(person.id for person in site.people)


def _assigned(unit: str, residents: frozenset[str], site: Site, now: list[Shift], at: datetime) -> Called:
    open_to = {person.id for person in site.people if looks_after(person, unit)}
    found = _called(s.person for s in now if residents & set(s.residents) and s.person in open_to)
    if found.people:
        return found
    wider = _unit(unit, site, now, at)
    return Called(wider.people, "nobody_assigned") if wider.why == "on_duty" else wider


def _unit(unit: str, site: Site, now: list[Shift], at: datetime) -> Called:
    """Where only the night patrol goes by, that is who is there: nobody is woken at home while somebody is on
    duty.
    """
    found = _called(s.person for s in now if s.function == "carer" and s.covers(unit, at))
    found = found if found.people else _patrol(unit, now, at)
    return found if found.people else _named(site, unit, "carer")


def _patrol(unit: str, now: list[Shift], at: datetime) -> Called:
    return _called(s.person for s in now if s.function == "night_patrol" and s.covers(unit, at))


def _neighbours(unit: str, site: Site, now: list[Shift], at: datetime) -> Called:
    near = next((u.neighbours for u in site.units if u.id == unit), ())
    return _called(s.person for n in near for s in now if s.function == "carer" and s.covers(n, at))


def _called(people: Iterable[str]) -> Called:
    found = tuple(dict.fromkeys(people))
    return Called(found, "on_duty" if found else "nobody")


def _named(site: Site, unit: str, role: str) -> Called:
    """Whom the site names for the unit, on duty or not."""
    found = tuple(p.id for p in site.people if p.role == role and looks_after(p, unit))
    return Called(found, "nobody_on_duty" if found else "nobody")


def looks_after(person: Person, unit: str) -> bool:
    return not person.units or unit == "" or unit in person.units
