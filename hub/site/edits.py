"""What can be asked for: edits of the site in force, and what they would make of its document.

Here: no database. Putting an edit in force, and being told of somebody else's: hub/site/change.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from hub.site.document import PartChange, UnwritableError, Value, with_changes
from hub.site.errors import Problem, brief, one_of
from hub.site.file import SECTIONS, SiteFile, read_held
from rules.building import NATIVE

_LINE = re.compile(r" on line \d+")

SectionName = Literal["gateways", "units", "rooms", "residents", "devices", "people", "rules"]
Part = tuple[str, str]
"""(section, id): one device, one rule …"""


class _Edit(msgspec.Struct, frozen=True, tag_field="what", forbid_unknown_fields=True, omit_defaults=True):
    pass


class PlaceDevice(_Edit, frozen=True, tag="place device"):
    """A device that the site does not name yet. Without `gateway` it is the first one, without `address` its
    gateway calls it by its id.
    """

    id: str
    room: str
    role: str
    gateway: str | None = None
    address: str | None = None


class ChangeDevice(_Edit, frozen=True, tag="change device"):
    """A device of the site as it is to be, with all its keys."""

    id: str
    room: str
    role: str
    gateway: str | None = None
    address: str | None = None


class ReplaceDevice(_Edit, frozen=True, tag="replace device"):
    """Another device in the place of one: id, room, role and history stay. Without `gateway` it speaks
    through the same one.
    """

    id: str
    address: str
    gateway: str | None = None


class RemoveDevice(_Edit, frozen=True, tag="remove device"):
    id: str


class PutRule(_Edit, frozen=True, tag="put rule"):
    """A rule use as a site file says it; added, or changed by its name (its `id`, else its `rule`)."""

    use: dict[str, Any]


class RemoveRule(_Edit, frozen=True, tag="remove rule"):
    name: str


class PutResidentRule(_Edit, frozen=True, tag="put resident's rule"):
    """All of a resident's own values of a rule."""

    resident: str
    rule: str
    values: dict[str, Any]


class RemoveResidentRule(_Edit, frozen=True, tag="remove resident's rule"):
    resident: str
    rule: str


class PutPart(_Edit, frozen=True, tag="put"):
    """Any part of any list, as a site file says it; added, or changed by its id."""

    section: SectionName
    value: dict[str, Any]


class RemovePart(_Edit, frozen=True, tag="remove"):
    section: SectionName
    id: str


Edit = (
    PlaceDevice
    | ChangeDevice
    | ReplaceDevice
    | RemoveDevice
    | PutRule
    | RemoveRule
    | PutResidentRule
    | RemoveResidentRule
    | PutPart
    | RemovePart
)


class Fault(msgspec.Struct, frozen=True):
    """What stands in the way, or (as a warning) who would not be watched over: in which part, under which
    key.

    `section` is '' where it is the document as a whole.
    """

    section: str
    id: str
    key: str
    wrong: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.section} {self.id}: " if self.section else ""
        return f"{where}{brief(self.wrong)}; expected {brief(self.expected)}"


class PartDiff(msgspec.Struct, frozen=True):
    """One part before and after; None: it was not there."""

    section: str
    id: str
    before: Value | None
    after: Value | None


class Plan(msgspec.Struct):
    """What edits come to: the parts they touch as they are to be, and what stands in the way."""

    wanted: dict[Part, Value | None] = {}
    faults: list[Fault] = []


class Would(msgspec.Struct, frozen=True):
    """What would be in force."""

    file: SiteFile
    changes: tuple[PartDiff, ...]
    warnings: tuple[Fault, ...]
    """Those that the edits bring."""


class Refused(msgspec.Struct, frozen=True):
    """Nothing was changed; all that is wrong, at once."""

    problems: tuple[Fault, ...]


def name_of(section: str, value: Mapping[str, Any]) -> str:
    """What a part goes by: its id, a rule without one by its rule's name."""
    return str(value.get("id") or (value.get("rule") if section == "rules" else None) or "")


def parts_of(content: Mapping[str, Any]) -> dict[Part, Value]:
    """Every part of every list of a document that holds, in order."""
    return {
        (section, name_of(section, value)): value
        for section in SECTIONS
        for value in content.get(section) or ()
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PartDiff, ...]:
    """Which parts differ between what two documents say."""
    old, new = parts_of(before), parts_of(after)
    return tuple(
        PartDiff(*part, old.get(part), new.get(part))
        for part in {**old, **new}
        if old.get(part) != new.get(part)
    )


def plan(file: SiteFile, edits: Sequence[Edit]) -> Plan:
    """What the edits want of the site, one after the other."""
    planning = _Planning(file)
    for edit in edits:
        planning.take(edit)
    return planning.plan


def carry_out(file: SiteFile, planned: Plan) -> Would | Refused:
    """The site with what was planned, checked as an imported file is."""
    if planned.faults:
        return Refused(tuple(planned.faults))
    places: dict[Part, int] = {}
    for section in SECTIONS:
        for position, value in enumerate(file.content.get(section) or ()):
            places[section, name_of(section, value)] = position
    old = parts_of(file.content)
    changes = [
        PartChange(part[0], places.get(part), old.get(part), after)
        for part, after in planned.wanted.items()
        if old.get(part) != after
    ]
    try:
        document = with_changes(file.document, file.content, changes)
    except UnwritableError as error:
        return Refused((Fault("", "", "", str(error), "one line for each part (edited as a file)"),))
    found = read_held(document)
    if not isinstance(found, SiteFile):
        return Refused(tuple(dict.fromkeys(_fault(problem, file, changes) for problem in found)))
    diffs = differences(file.content, found.content)
    wanted = {(c.section, _name(c)): c.after for c in changes}
    if {(diff.section, diff.id): diff.after for diff in diffs} != wanted:
        raise AssertionError(f"an edit came out as another one: {diffs!r} for {wanted!r}")
    return Would(found, diffs, _new_warnings(file, found))


def _name(change: PartChange) -> str:
    value = change.after if change.before is None else change.before
    return name_of(change.section, value or {})


def _new_warnings(before: SiteFile, after: SiteFile) -> tuple[Fault, ...]:
    known = Counter(_warning(problem, before) for problem in before.warnings)
    return tuple((Counter(_warning(problem, after) for problem in after.warnings) - known).elements())


def _warning(problem: Problem, file: SiteFile) -> Fault:
    section, position, key = map(str, (*problem.path, "", "", "")[:3])
    id = name_of(section, file.content[section][int(position)]) if position.isdigit() else ""
    return Fault(section, id, key, problem.wrong, problem.expected)


def _fault(problem: Problem, file: SiteFile, changes: Sequence[PartChange]) -> Fault:
    """A problem of the document that was not to be, in the words of its parts."""
    section, position, key = (*problem.path, "", "", "")[:3]
    id = ""
    if isinstance(position, int):
        here = {c.position: c.after for c in changes if c.section == section and c.position is not None}
        values: list[Value | None] = list(file.content.get(str(section)) or ())
        values = [here.get(n, value) for n, value in enumerate(values)]
        values += [c.after for c in changes if c.section == section and c.position is None]
        id = name_of(str(section), [value for value in values if value is not None][position])
    wrong = _LINE.sub("", problem.wrong)  # nobody sees the lines
    return Fault(str(section), id, str(key), wrong, problem.expected)


def _plain(value: Any) -> Any:
    """As a document says it: numbers are texts there, and a key without a value is none."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, bool) else str(value)


class _Planning:
    def __init__(self, file: SiteFile) -> None:
        self._parts = parts_of(file.content)
        gateways = file.site.gateways
        self._first_gateway = gateways[0].id if gateways else NATIVE
        self.plan = Plan({}, [])

    def take(self, edit: Edit) -> None:
        match edit:
            case PlaceDevice() | ChangeDevice():
                value = _plain({key: getattr(edit, key) for key in edit.__struct_fields__})
                self._put("devices", edit.id, value, "new" if isinstance(edit, PlaceDevice) else "there")
            case ReplaceDevice():
                self._replace(edit)
            case RemoveDevice():
                self._remove("devices", edit.id)
            case PutRule():
                self._put_named("rules", edit.use)
            case RemoveRule():
                self._remove("rules", edit.name)
            case PutResidentRule() | RemoveResidentRule():
                self._put_residents_rule(edit)
            case PutPart():
                self._put_named(edit.section, edit.value)
            case RemovePart():
                self._remove(edit.section, edit.id)

    def _now(self, section: str, id: str) -> Value | None:
        part = section, id
        return self.plan.wanted[part] if part in self.plan.wanted else self._parts.get(part)

    def _wrong(self, section: str, id: str, key: str, wrong: str, expected: str) -> None:
        self.plan.faults.append(Fault(section, id, key, wrong, expected))

    def _missing(self, section: str, id: str) -> None:
        self.plan.wanted.setdefault((section, id), None)
        known = [name for at, name in self._parts if at == section]
        self._wrong(section, id, "id", f"there is no {section.removesuffix('s')} {id!r}", one_of(known, id))

    def _put(self, section: str, id: str, value: Value, when: Literal["new", "there", "any"]) -> None:
        now = self._now(section, id)
        if now is None and when == "there":
            self._missing(section, id)
        elif now is not None and when == "new" and now != value:
            self._wrong(section, id, "id", f"{id!r} is already in room {now.get('room')!r}", "another id")
        self.plan.wanted[section, id] = value

    def _put_named(self, section: str, value: Mapping[str, Any]) -> None:
        plain = _plain(value)
        id = name_of(section, plain)
        if not id:
            self._wrong(section, "", "id", "it has no name", "an id of its own")
            return
        self._put(section, id, plain, "any")

    def _remove(self, section: str, id: str) -> None:
        if self._now(section, id) is None:
            self._missing(section, id)
        self.plan.wanted[section, id] = None

    def _replace(self, edit: ReplaceDevice) -> None:
        now = self._now("devices", edit.id)
        if now is None:
            self._missing("devices", edit.id)
            return
        gateway = now.get("gateway") or self._first_gateway
        value = {**now, "address": edit.address}
        if edit.gateway not in (None, gateway):
            value["gateway"] = edit.gateway
        if value.get("gateway") == now.get("gateway") and edit.address == (now.get("address") or edit.id):
            wrong = f"{edit.address!r} at {gateway!r} is the device that is there"
            self._wrong("devices", edit.id, "address", wrong, "the address of another one")
        self.plan.wanted["devices", edit.id] = value

    def _put_residents_rule(self, edit: PutResidentRule | RemoveResidentRule) -> None:
        now = self._now("residents", edit.resident)
        if now is None:
            self._missing("residents", edit.resident)
            return
        rules = dict(now.get("rules") or {})
        if isinstance(edit, PutResidentRule):
            rules[edit.rule] = _plain(edit.values)
        elif rules.pop(edit.rule, None) is None:
            wrong = f"{edit.resident!r} has no values of their own for {edit.rule!r}"
            self._wrong("residents", edit.resident, "rules", wrong, one_of(rules, edit.rule))
        rest = {key: value for key, value in now.items() if key != "rules"}
        self.plan.wanted["residents", edit.resident] = {**now, "rules": rules} if rules else rest
