"""Which rules are in force where: a site, a catalogue and a date become watches, and an index from device to
watch.

A watch is one rule in one room with its parameters settled: catalogue, then the site's use of it, then the
unit's, then the resident's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import ModuleType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rules.building import MEASURES_OF_ROLE, Device, Resident, Room, RuleUse, Site
from rules.kinds import KINDS
from rules.legal_basis import days_of_change, lacking
from rules.rule import RULE, AnyRule, MovesRule, Signal, only_if_chosen, parts_of


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """One rule in one room. `parts` names whom it depends on hearing: the broker, gateways, devices."""

    name: str
    room: str
    unit: str
    residents: tuple[str, ...]
    rule: AnyRule
    kind: ModuleType
    parts: frozenset[str]
    key: tuple[str, str]
    """(name, room)"""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Device → the resident whose own it is."""

    @property
    def devices(self) -> frozenset[str]:
        """Ids of the devices it listens to."""
        return frozenset(part.partition(":")[2] for part in self.parts if part.startswith("device:"))


class Listener(NamedTuple):
    """A watch that hears a measure of a device. `wanted`: the values it waits for, None for any change."""

    watch: Watch
    part: str
    wanted: frozenset[object] | None


class Uncovered(NamedTuple):
    """A rule that was meant for a room but has no sensor there for one of its parts."""

    rule: str
    room: str
    part: str
    goal: bool = False
    """Whether it is a goal: that watches over nobody."""


class WithoutBasis(NamedTuple):
    """A rule that is off in a room because these residents there have no valid legal basis for it."""

    rule: str
    room: str
    residents: tuple[str, ...]
    goal: bool = False


@dataclass(frozen=True, slots=True)
class Rulebook:
    site: Site
    zone: ZoneInfo
    watches: dict[tuple[str, str], Watch] = field(default_factory=dict)
    listeners: dict[tuple[str, str], tuple[Listener, ...]] = field(default_factory=dict)
    dependents: dict[str, tuple[Watch, ...]] = field(default_factory=dict)
    """Part → the watches that depend on hearing it."""
    uncovered: tuple[Uncovered, ...] = ()
    without_basis: tuple[WithoutBasis, ...] = ()

    def devices_of(self, room: str) -> list[Device]:
        return [device for device in self.site.devices if device.room == room]


def rulebook(site: Site, catalogue: Mapping[str, AnyRule], on: date) -> Rulebook:
    """The rules in force on a local date. The site has been checked: what it refers to exists (KeyError
    otherwise).
    """
    devices = _devices_by_room(site)
    residents: dict[str, list[Resident]] = {}
    for resident in site.residents:
        if resident.lives_here(on):
            residents.setdefault(resident.room, []).append(resident)
    units = {unit.id: unit.rules for unit in site.units}
    book = Rulebook(site, site.zone)
    uncovered: list[Uncovered] = []
    without_basis: list[WithoutBasis] = []
    settled: dict[str, AnyRule] = {}
    ears: dict[tuple[int, tuple[str, ...]], _Ears] = {}
    listeners: dict[tuple[str, str], list[Listener]] = {}
    for use in site.rules:
        as_used = _settle(use, {}, catalogue, settled)
        for room in _rooms_of(use, as_used, site, residents):
            own = dict(units[room.unit].get(use.name, {}))
            for resident in residents.get(room.id, ()):
                own |= resident.rules.get(use.name, {})
            rule = _settle(use, own, catalogue, settled)
            there = devices.get(room.id, ())
            sounds = (id(rule), tuple(device.role for device in there))
            if sounds not in ears:  # most rooms are furnished alike
                ears[sounds] = _ears(rule, sounds[1])
            heard = [Heard(there[n], *part_played) for n, part_played in ears[sounds].plays]
            missing = ears[sounds].missing
            if _expected(use, rule):
                goal = rule.goal is not None
                uncovered.extend(Uncovered(use.name, room.id, part, goal) for part in missing)
            if missing:
                continue
            living = residents.get(room.id, ())
            if site.legal_basis == "required" and rule.about_a_person:
                measures = {one.measure for one in heard}
                if lack := lacking(living, (use.name, use.rule), measures, on):
                    without_basis.append(WithoutBasis(use.name, room.id, lack, rule.goal is not None))
                    continue
            watch = _watch(use.name, room, living, rule, heard, site)
            book.watches[watch.key] = watch
            for one in heard:
                heard_by = listeners.setdefault((one.device.id, one.measure), [])
                heard_by.append(Listener(watch, one.part, one.wanted))
    book.listeners.update({key: tuple(found) for key, found in listeners.items()})
    book.dependents.update(_dependents(book.watches.values()))
    return replace(book, uncovered=tuple(uncovered), without_basis=tuple(without_basis))


def _expected(use: RuleUse, rule: AnyRule) -> bool:
    """Whether a room without a sensor for the rule lacks one. A rule for no resident in particular that names
    no place is for wherever there is a sensor.
    """
    return rule.for_residents or use.rooms is not None or use.units is not None


def days_of_moving(site: Site, after: date) -> list[date]:
    """The days after a day on which somebody moves in or out, or a legal basis begins or ends, in order: then
    other rules are in force.
    """
    days = {day for resident in site.residents for day in (resident.moved_in, resident.moved_out)}
    return sorted(day for day in days | days_of_change(site) if day is not None and day > after)


def settle(use: RuleUse, own: Mapping[str, Any], catalogue: Mapping[str, AnyRule]) -> AnyRule:
    """The rule with the site's and then a unit's or resident's own parameters laid over it. Raises pydantic's
    ValidationError.
    """
    named = catalogue.get(use.rule)
    base = named.model_dump(by_alias=True) if named is not None else {}
    return RULE.validate_python({**base, **use.parameters, **own, "rule": use.name})


def _settle(
    use: RuleUse, own: Mapping[str, Any], catalogue: Mapping[str, AnyRule], settled: dict[str, AnyRule]
) -> AnyRule:
    key = f"{use.name} {sorted(own.items())!r}"
    if key not in settled:
        settled[key] = settle(use, own, catalogue)
    return settled[key]


def _devices_by_room(site: Site) -> dict[str, list[Device]]:
    found: dict[str, list[Device]] = {}
    for device in site.devices:
        found.setdefault(device.room, []).append(device)
    return found


def _rooms_of(
    use: RuleUse, rule: AnyRule, site: Site, residents: Mapping[str, list[Resident]]
) -> Iterable[Room]:
    """The rooms a rule is meant for: those it names, else where somebody lives (has chosen it, where it is
    opt-in), or all. `rule`: as the site has it.
    """
    for room in site.rooms:
        if use.units is not None and room.unit not in use.units:
            continue
        if use.rooms is not None:
            if room.id in use.rooms:
                yield room
        elif only_if_chosen(rule):
            if any(use.name in resident.rules for resident in residents.get(room.id, ())):
                yield room
        elif room.id in residents or not rule.for_residents:
            yield room


class Heard(NamedTuple):
    """A device whose measure plays a part of a rule. `wanted`: as of a Listener."""

    device: Device
    measure: str
    part: str
    wanted: frozenset[object] | None


class _Ears(NamedTuple):
    """What a rule hears where devices hang in these roles: by their number which measure plays which part,
    wanting what; and the parts nobody plays.
    """

    plays: tuple[tuple[int, tuple[str, str, frozenset[object] | None]], ...]
    missing: tuple[str, ...]


def _ears(rule: AnyRule, roles: Sequence[str]) -> _Ears:
    heard: dict[tuple[int, str], tuple[str, str, frozenset[object] | None]] = {}
    parts = parts_of(rule)
    for part, signals in parts.items():
        for signal in signals:
            wanted = signal.wanted
            for number, role in enumerate(roles):
                if _tells(role, signal):
                    heard.setdefault((number, signal.measure), (signal.measure, part, wanted))
    played: dict[str, set[int]] = {part: set() for part in parts}
    for (number, _), (_, part, _) in heard.items():
        played[part].add(number)
    least = 2 if isinstance(rule, MovesRule) else 1  # from place to place takes two
    plays = tuple((number, how) for (number, _), how in heard.items())
    return _Ears(plays, tuple(part for part, by in played.items() if len(by) < least))


def hears(rule: AnyRule, device: Device) -> frozenset[str]:
    """The measures of a device that a rule would hear, were it in force where the device hangs."""
    return frozenset(measure for _, (measure, _, _) in _ears(rule, (device.role,)).plays)


def _tells(role: str, signal: Signal) -> bool:
    return role in signal.roles if signal.roles is not None else signal.measure in MEASURES_OF_ROLE[role]


def _watch(
    name: str,
    room: Room,
    residents: Iterable[Resident],
    rule: AnyRule,
    heard: Iterable[Heard],
    site: Site,
) -> Watch:
    parts = {"broker"}
    for device, *_ in heard:
        parts.add(f"device:{device.id}")
        parts.add(f"gateway:{site.gateway_of(device)}")
    pseudonyms = tuple(r.id for r in residents)
    owners = {device.id: device.resident for device, *_ in heard if device.resident in pseudonyms}
    return Watch(
        name,
        room.id,
        room.unit,
        pseudonyms,
        rule,
        KINDS[rule.kind],
        frozenset(parts),
        (name, room.id),
        {device: owner for device, owner in owners.items() if owner is not None},
    )


def _dependents(watches: Iterable[Watch]) -> dict[str, tuple[Watch, ...]]:
    found: dict[str, list[Watch]] = {}
    for watch in watches:
        for part in watch.parts:
            found.setdefault(part, []).append(watch)
    return {part: tuple(w) for part, w in found.items()}
