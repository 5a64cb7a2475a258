"""Who may see what. The one place where it is decided; everything else asks here.

Carers and leaders see the alerts of their units (none named: the whole house), with names. Technicians and
administrators keep the house running and need nobody's night for it: they see alerts about the house itself
(a leak in the laundry) and what cannot be heard, but no alert about a resident and no resident's name.
Whoever sees an alert may act on it. A privacy officer (personvernombud) sees who looked at what, on what
legal basis residents are watched over and what is kept of them, with names; and no alert. A relative sees
what a resident said yes to, of those residents alone (rules/relatives.py), and none of the staff's pages.

What an emergency opens of other units (hub/emergency.py) is open for what helps somebody there now
(`OPEN_IN_AN_EMERGENCY`). All else goes by one's own units: what still stands when the hour is over, and what
leaves the house.

Another program with a token works as one of these roles, with those acts of it that it was given; what is a
person's own word (`ONLY_PEOPLE`) it never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from hub.emergency import NOTHING, Opened
from hub.erasing.plan import decoded
from hub.store.erasures import Erasure
from rules.alert import Alert
from rules.building import Person, PersonRole, Resident, Site
from rules.event import EventType
from rules.health.telling import is_about_devices, waits_for_a_technician
from rules.integration import Integration
from rules.relatives import Relative

Act = Literal[
    "see alerts",
    "answer alerts",
    "see wall",
    "see floor plans",
    "change floor plans",
    "see devices",
    "place devices",
    "test devices",
    "pause devices",
    "control gateways",
    "see quarantine",
    "upload codecs",
    "see rules",
    "change rules",
    "try rules",
    "pause rules",
    "say who is away",
    "see goals",
    "see residents",
    "see legal basis",
    "change legal basis",
    "hand over",
    "see what is kept",
    "see erasures",
    "erase residents",
    "export residents",
    "see roster",
    "plan roster",
    "say which staff are absent",
    "see escalation",
    "change escalation",
    "see alarm quality",
    "change contacts",
    "see audit",
    "see residents' logs",
    "review look-ups",
    "see proof",
    "see reach",
    "assign gaps",
    "see relatives",
    "stop relatives",
    "invite relatives",
    "follow residents",
    "keep own account",
    "ask for emergency access",
    "review emergency access",
    "manage people",
    "manage integrations",
]
"""What somebody may want to see or do."""

Role = PersonRole | Literal["relative"]
"""A relative is no person of the site file, and has this one role."""

_CARE: frozenset[PersonRole] = frozenset({"carer", "leader"})
_TECHNICAL: frozenset[PersonRole] = frozenset({"technician", "administrator"})
_DECIDING: frozenset[PersonRole] = frozenset({"leader", "administrator"})
_EVERYBODY = _CARE | _TECHNICAL
_PRIVACY: frozenset[PersonRole] = frozenset({"privacy_officer"})

ACTS: dict[Act, frozenset[Role]] = {
    "see alerts": _EVERYBODY,
    "answer alerts": _EVERYBODY,
    "see wall": _CARE,
    "see floor plans": _EVERYBODY,
    "change floor plans": _TECHNICAL | {"leader"},
    "see devices": _TECHNICAL | {"leader"},
    "place devices": _TECHNICAL,
    "test devices": _TECHNICAL,
    "pause devices": _TECHNICAL | {"leader"},
    "control gateways": _TECHNICAL,
    "see quarantine": _TECHNICAL,
    "upload codecs": _TECHNICAL,
    "see rules": _CARE | {"administrator"},
    "change rules": _DECIDING,
    "try rules": _CARE,
    "pause rules": _CARE,
    "say who is away": _CARE,
    "see goals": _CARE,
    "see legal basis": _CARE | _PRIVACY | {"administrator"},
    "see residents": _CARE,
    "change legal basis": _DECIDING,
    "hand over": _CARE,
    "see what is kept": _DECIDING | _PRIVACY,
    "see erasures": _DECIDING | _PRIVACY,
    "erase residents": _DECIDING,
    "export residents": frozenset({"leader"}),
    "see roster": _CARE,
    "plan roster": frozenset({"leader"}),
    "say which staff are absent": _CARE,  # whoever takes the call; a program is given it by itself
    "see escalation": _CARE | {"administrator"},
    "change escalation": _DECIDING,
    "see alarm quality": _CARE | _PRIVACY | {"administrator"},
    "change contacts": _DECIDING,
    "see audit": _DECIDING | _PRIVACY,
    "see residents' logs": _PRIVACY | {"leader"},
    "review look-ups": _PRIVACY | {"leader"},
    "see proof": _EVERYBODY,
    "see reach": _CARE | {"administrator"},
    "assign gaps": _DECIDING,
    "see relatives": _CARE,
    "stop relatives": _CARE,  # a resident's no counts at once, whoever hears it
    "invite relatives": frozenset({"leader"}),
    "follow residents": frozenset({"relative"}),
    "keep own account": _EVERYBODY | _PRIVACY,
    "ask for emergency access": _CARE,
    "review emergency access": _PRIVACY | {"leader"},
    "manage people": frozenset({"administrator"}),
    "manage integrations": frozenset({"administrator"}),
}
"""Who may do what: the role's part of the answer; which units, `Access` says."""

ONLY_PEOPLE: frozenset[Act] = frozenset(
    {
        "answer alerts",  # an alert that a program has taken has nobody on the way
        "test devices",  # a record is somebody's signature
        "pause devices",  # a pause has an owner, and a second person who agrees
        "pause rules",
        "erase residents",
        "export residents",
        "review look-ups",
        "stop relatives",
        "invite relatives",
        "follow residents",
        "keep own account",
        "ask for emergency access",
        "review emergency access",
        "manage people",
        "manage integrations",
    }
)
"""What no token opens."""

OPEN_IN_AN_EMERGENCY: frozenset[Act] = frozenset(
    {"see alerts", "answer alerts", "see wall", "see floor plans", "see residents"}
)
"""What may be done in another unit, or for one room there, while that is open to somebody."""
_CHANGES_IN_AN_EMERGENCY: Act = "answer alerts"
"""All else that is open is looked at, and not changed."""


class Program(Person):
    """Another program with a token, as the person whose part it has (rules/integration.py says its `id`)."""

    id: str
    acts: frozenset[Act]
    reads_only: bool


def program_of(integration: Integration) -> Program:
    """What it was given, as far as there still is such an act."""
    return Program(
        id=integration.by,
        name=integration.name,
        role=integration.role,
        units=integration.units,
        acts=frozenset(act for act in ACTS if act in integration.acts),
        reads_only=integration.reads_only,
    )


def may(person: Person | Relative, act: Act) -> bool:
    if isinstance(person, Program) and (act in ONLY_PEOPLE or act not in person.acts):
        return False
    return person.role in ACTS[act]


def may_be_given(role: PersonRole) -> list[Act]:
    """What a program that works as this role can be allowed."""
    return [act for act, roles in ACTS.items() if role in roles and act not in ONLY_PEOPLE]


def may_hear(program: Program, event: EventType) -> bool:
    """Whether it can be told of that as it happens: what it may see, and nothing else."""
    family = event.partition(".")[0]
    acts: dict[str, tuple[Act, ...]] = {
        "alert": ("see alerts",),
        "device": ("see devices",),
        "protection": ("see residents", "see wall"),
    }
    return any(may(program, act) for act in acts[family])


def may_change_anything(person: Person) -> bool:
    """Whether it may make any call besides those that only read."""
    return not (isinstance(person, Program) and person.reads_only)


class Access(NamedTuple):
    """`units`: their own, None is the whole house. `residents`: their names, and alerts about them where
    alerts are seen at all. `opened`: of other units, open for now to who looks after somebody there.
    """

    units: frozenset[str] | None
    residents: bool
    alerts: bool = True
    opened: Opened = NOTHING

    @property
    def own(self) -> Access:
        """Without what is open for now."""
        return self._replace(opened=NOTHING)

    def on_a_screen(self, chosen: Sequence[str]) -> Access:
        """What a screen that several look at shows of it: the units chosen for it (none: all), and no single
        room.
        """
        wanted, opened = frozenset(chosen), self.opened.units
        if not wanted:
            return self._replace(opened=Opened(opened))
        units = wanted if self.units is None else wanted & self.units
        return self._replace(units=units, opened=Opened(wanted & opened))

    def sees_unit(self, unit: str) -> bool:
        """'' stands for several units: a lost gateway concerns everybody."""
        return self.units is None or unit == "" or unit in self.units or unit in self.opened.units

    def sees_room(self, room: str, unit: str) -> bool:
        """What goes on in it; its devices stay with its unit's people."""
        return self.sees_unit(unit) or room in self.opened.rooms

    def sees_alert(self, alert: Alert) -> bool:
        if not self.alerts or (self.residents and waits_for_a_technician(alert)):
            return False
        about_the_house = is_about_devices(alert.rule) or not alert.residents
        return self.sees_room(alert.room, alert.unit) and (self.residents or about_the_house)

    def sees_resident(self, resident: Resident, site: Site) -> bool:
        unit = next(r.unit for r in site.rooms if r.id == resident.room)
        return self.residents and self.sees_room(resident.room, unit)

    def sees_erasure(self, erasure: Erasure, site: Site) -> bool:
        """One that names nobody any more is everybody's who may erase; else only who looks after them."""
        units = {room.id: room.unit for room in site.rooms}
        stays = decoded(erasure.plan).stays if erasure.plan is not None else ()
        return erasure.plan is None or any(self.sees_unit(units.get(stay.room, "")) for stay in stays)

    def sees_part(self, part: str, site: Site) -> bool:
        """`broker` and gateways concern everybody; a device those who see its unit."""
        kind, _, name = part.partition(":")
        if kind != "device":
            return True
        units = {r.id: r.unit for r in site.rooms}
        return any(d.id == name and self.sees_room(d.room, units[d.room]) for d in site.devices)


def opens_in_an_emergency(acts: Iterable[Act], changes: bool) -> bool:
    """Whether what is open for now counts for a page or call of these acts, which `changes` something or
    only shows it. None named: it does not.
    """
    asked = frozenset(acts)
    if not asked or not asked <= OPEN_IN_AN_EMERGENCY:
        return False
    return not changes or _CHANGES_IN_AN_EMERGENCY in asked


def access_of(person: Person, emergency: Opened = NOTHING) -> Access:
    """`emergency`: what somebody has access to besides their own for now (hub/emergency.py); it is open to
    who may ask for that, and to nobody else.
    """
    opened = emergency if may(person, "ask for emergency access") else NOTHING
    units = frozenset(person.units) if person.units else None
    return Access(units, person.role in _CARE | _PRIVACY, may(person, "see alerts"), opened)
