"""What a change of devices would come to, said before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dashboards.visit import Visit
from hub.device_names import moved
from hub.site.edits import Fault, PartDiff, Would
from hub.store.floor_plans import drawn_devices
from rules.building import Site
from rules.catalogue import catalogue
from rules.consequences import Consequences, RuleInRoom, consequences
from rules.protection import State
from rules.rulebook import Rulebook, rulebook


class InRoom(NamedTuple):
    """Rules by their names, in a room."""

    room: str
    rules: tuple[str, ...]


class RoomStanding(NamedTuple):
    """Those who live in a room, before and after. No names: the technician needs none."""

    room: str
    before: State
    after: State

    @property
    def gets_better(self) -> bool:
        order = ("unprotected", "degraded", "protected")
        return order.index(self.after) > order.index(self.before)


class Preview(NamedTuple):
    """`idle`: devices that no rule would listen to. `undrawn`: those that lose their mark on a floor plan,
    because they hang elsewhere then. `faults`: what the checks of the site file say besides,
    in English as `vaka check` says it.
    """

    begins: tuple[InRoom, ...]
    ends: tuple[InRoom, ...]
    changes: tuple[InRoom, ...]
    standing: tuple[RoomStanding, ...]
    without_basis: tuple[InRoom, ...]
    missing: tuple[InRoom, ...]
    idle: tuple[str, ...]
    undrawn: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether it changes nothing for anybody."""
        return not (self.begins or self.ends or self.changes or self.standing or self.undrawn)


def preview(visit: Visit, would: Would) -> Preview:
    today = visit.now.astimezone(visit.house.site.zone).date()
    after = rulebook(would.file.site, catalogue(), today)
    rooms = frozenset(room for change in would.changes for room in _rooms(change))
    found = consequences(visit.house.rules, after, today, rooms)
    return _said(visit, would, found, after)


def _rooms(change: PartDiff) -> list[str]:
    if change.section != "devices":
        return []
    return [str(part["room"]) for part in (change.before, change.after) if part is not None]


def _said(visit: Visit, would: Would, found: Consequences, after: Rulebook) -> Preview:
    heard = {device for device, _ in after.listeners}
    placed = [c.id for c in would.changes if c.section == "devices" and c.after is not None]
    return Preview(
        begins=by_room(visit, found.begins),
        ends=by_room(visit, found.ends),
        changes=by_room(visit, found.changes),
        standing=tuple(
            RoomStanding(visit.house.room_name(one.room), one.before, one.after) for one in found.standing
        ),
        without_basis=by_room(visit, found.without_basis),
        missing=by_room(visit, (one for one in found.missing if one not in found.ends)),
        idle=tuple(id for id in placed if id not in heard),
        undrawn=undrawn(visit, would.file.site),
        faults=would.warnings,
    )


def undrawn(visit: Visit, after: Site) -> tuple[str, ...]:
    """By the names they have then."""
    drawn = drawn_devices(visit.connection, visit.house.site.site)
    return tuple(now for was, now in moved(visit.house.site, after).items() if was in drawn)


def by_room(visit: Visit, found: Iterable[RuleInRoom]) -> tuple[InRoom, ...]:
    rooms: dict[str, list[str]] = {}
    names = visit.house.rule_names
    for one in found:
        name = names[one.rule].said(visit.language) if one.rule in names else one.rule
        rooms.setdefault(visit.house.room_name(one.room), []).append(name)
    return tuple(InRoom(room, tuple(rules)) for room, rules in rooms.items())
