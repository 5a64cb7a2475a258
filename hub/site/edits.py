"""What can be asked for: edits of the site in force, and how what comes of them is said.

What they come to: hub/site/plan.py and hub/site/outcome.py. Putting them in force: hub/site/change.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from hub.site.document import PLAN_KEY, Value
from hub.site.errors import brief
from hub.site.file import SECTIONS, SiteFile

SectionName = Literal["gateways", "units", "rooms", "residents", "devices", "people", "rules"]
Part = tuple[str, str]
"""(section, id): one device, one rule …"""


class _Edit(msgspec.Struct, frozen=True, tag_field="what", forbid_unknown_fields=True, omit_defaults=True):
    pass


class PlaceDevice(_Edit, frozen=True, tag="place device"):
    """A device that the site does not name yet. Without `gateway` it is the first one, without `address` its
    gateway calls it by its id. `resident`: whose own it is, where several live in the room.
    """

    id: str
    room: str
    role: str
    gateway: str | None = None
    address: str | None = None
    resident: str | None = None


class ChangeDevice(_Edit, frozen=True, tag="change device"):
    """A device of the site as it is to be, with all its keys. Without `resident` it stays the same one's own,
    unless it comes into another room.
    """

    id: str
    room: str
    role: str
    gateway: str | None = None
    address: str | None = None
    resident: str | msgspec.UnsetType | None = msgspec.UNSET


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


class PutUnitRule(_Edit, frozen=True, tag="put unit's rule"):
    """All of a unit's own values of a rule."""

    unit: str
    rule: str
    values: dict[str, Any]


class RemoveUnitRule(_Edit, frozen=True, tag="remove unit's rule"):
    unit: str
    rule: str


class PutEscalation(_Edit, frozen=True, tag="put escalation"):
    """The whole plan of who is called, as a site file says it: a unit's, or the site's where no unit is
    named. None takes it back: what counts then is the site's, or the default.
    """

    plan: dict[str, Any] | None
    unit: str | None = None


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
    | PutUnitRule
    | RemoveUnitRule
    | PutEscalation
    | PutPart
    | RemovePart
)

OwnRuleEdit = PutResidentRule | RemoveResidentRule | PutUnitRule | RemoveUnitRule


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


ESCALATION: Part = (PLAN_KEY, "")
"""The site's own plan of who is called."""


def parts_of(content: Mapping[str, Any]) -> dict[Part, Value]:
    """Every part of every list of a document that holds, in order; and the site's plan."""
    found = {
        (section, name_of(section, value)): value
        for section in SECTIONS
        for value in content.get(section) or ()
    }
    return {**found, ESCALATION: content[PLAN_KEY]} if content.get(PLAN_KEY) else found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PartDiff, ...]:
    """Which parts differ between what two documents say."""
    old, new = parts_of(before), parts_of(after)
    return tuple(
        PartDiff(*part, old.get(part), new.get(part))
        for part in {**old, **new}
        if old.get(part) != new.get(part)
    )
