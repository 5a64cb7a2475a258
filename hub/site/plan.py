"""What edits come to: the parts that they touch, as they are to be, or what stands in the way. No text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from hub.site.document import Value
from hub.site.edits import (
    ESCALATION,
    ChangeDevice,
    Edit,
    Fault,
    OwnRuleEdit,
    Part,
    PlaceDevice,
    PutEscalation,
    PutPart,
    PutResidentRule,
    PutRule,
    PutUnitRule,
    RemoveDevice,
    RemovePart,
    RemoveResidentRule,
    RemoveRule,
    RemoveUnitRule,
    ReplaceDevice,
    name_of,
    parts_of,
)
from hub.site.errors import one_of
from hub.site.file import SiteFile
from rules.building import NATIVE


class Plan(msgspec.Struct):
    """`wanted`: each part that is touched as it is to be, None: not there. `own_rules`: of which parts only
    own values of rules are touched, and of which rules.
    """

    wanted: dict[Part, Value | None] = {}
    own_rules: dict[Part, set[str]] = {}
    faults: list[Fault] = []

    def concerns(self, part: Part, one: Value | None, other: Value | None) -> bool:
        """Whether two states of a part differ in what is touched."""
        names = self.own_rules.get(part)
        if names is None or one is None or other is None:
            return one != other
        return any(_own(one).get(name) != _own(other).get(name) for name in names)


def plan(file: SiteFile, edits: Sequence[Edit]) -> Plan:
    """What the edits want of the site, one after the other."""
    planning = _Planning(file)
    for edit in edits:
        planning.take(edit)
    return planning.plan


def _own(value: Value) -> Value:
    """Own values of a unit or a resident, by rule."""
    return dict(value.get("rules") or {})


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
        self.plan = Plan()

    def take(self, edit: Edit) -> None:
        match edit:
            case PlaceDevice():
                self._put("devices", edit.id, _plain(msgspec.structs.asdict(edit)), "new")
            case ChangeDevice():
                self._put("devices", edit.id, self._changed(edit), "there")
            case ReplaceDevice():
                self._replace(edit)
            case RemoveDevice():
                self._remove("devices", edit.id)
            case PutRule():
                self._put_named("rules", edit.use)
            case RemoveRule():
                self._remove("rules", edit.name)
            case PutResidentRule() | RemoveResidentRule():
                self._put_own_rule("residents", edit.resident, edit)
            case PutUnitRule() | RemoveUnitRule():
                self._put_own_rule("units", edit.unit, edit)
            case PutEscalation():
                self._put_escalation(edit)
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
        self._want(section, id, value)

    def _want(self, section: str, id: str, value: Value | None) -> None:
        self.plan.own_rules.pop((section, id), None)
        self.plan.wanted[section, id] = value

    def _put_named(self, section: str, value: Mapping[str, Any]) -> None:
        plain = _plain(value)
        id = name_of(section, plain)
        if not id:
            self._wrong(section, "", "id", "it has no name", "an id of its own")
            return
        self._put(section, id, plain, "any")

    def _put_escalation(self, edit: PutEscalation) -> None:
        plan = _plain(edit.plan) if edit.plan is not None else None
        if edit.unit is None:
            self._want(*ESCALATION, plan)
            return
        now = self._now("units", edit.unit)
        if now is None:
            self._missing("units", edit.unit)
            return
        rest = {key: value for key, value in now.items() if key != "escalation"}
        self._want("units", edit.unit, {**now, "escalation": plan} if plan is not None else rest)

    def _remove(self, section: str, id: str) -> None:
        if self._now(section, id) is None:
            self._missing(section, id)
        self._want(section, id, None)

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
        self._want("devices", edit.id, value)

    def _changed(self, edit: ChangeDevice) -> Value:
        fields = msgspec.structs.asdict(edit)
        if edit.resident is msgspec.UNSET:
            now = self._now("devices", edit.id) or {}
            fields["resident"] = now.get("resident") if now.get("room") == edit.room else None
        value: Value = _plain(fields)
        return value

    def _put_own_rule(self, section: str, id: str, edit: OwnRuleEdit) -> None:
        part, now = (section, id), self._now(section, id)
        if now is None:
            self._missing(section, id)
            return
        if part not in self.plan.wanted:
            self.plan.own_rules[part] = set()
        if part in self.plan.own_rules:
            self.plan.own_rules[part].add(edit.rule)
        rules = _own(now)
        if isinstance(edit, PutResidentRule | PutUnitRule):
            rules[edit.rule] = _plain(edit.values)
        elif rules.pop(edit.rule, None) is None:
            wrong = f"{id!r} has no values of their own for {edit.rule!r}"
            self._wrong(section, id, "rules", wrong, one_of(rules, edit.rule))
        rest = {key: value for key, value in now.items() if key != "rules"}
        self.plan.wanted[part] = {**now, "rules": rules} if rules else rest
