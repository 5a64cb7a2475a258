"""What a change of the site comes to for those who live there: which rules begin and end in which rooms, and
in which rooms somebody is protected, or is no longer.

Pure: two rulebooks beside each other. Whether the devices can be heard is not looked at; that is
rules/protection.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from rules.protection import State, protection
from rules.rulebook import Rulebook


class RuleInRoom(msgspec.Struct, frozen=True, order=True):
    """`rule`: the name it is used under."""

    room: str
    rule: str


class Standing(msgspec.Struct, frozen=True, order=True):
    """How those who live in a room are watched over, before and after."""

    room: str
    before: State
    after: State


class Consequences(msgspec.Struct, frozen=True):
    begins: tuple[RuleInRoom, ...]
    ends: tuple[RuleInRoom, ...]
    changes: tuple[RuleInRoom, ...]
    """Rules that stay, and listen to other devices than before."""
    standing: tuple[Standing, ...]
    without_basis: tuple[RuleInRoom, ...]
    """Rules that would watch somebody here and have no legal basis: they stay off."""
    missing: tuple[RuleInRoom, ...]
    """Rules that are meant for the rooms concerned and still find no sensor."""


def consequences(before: Rulebook, after: Rulebook, on: date, rooms: frozenset[str]) -> Consequences:
    """`rooms`: those that the change concerns."""
    old, new = before.watches, after.watches
    stays = (key for key in new if key in old and new[key].devices != old[key].devices)
    return Consequences(
        begins=_rules(key for key in new if key not in old),
        ends=_rules(key for key in old if key not in new),
        changes=_rules(stays),
        standing=_standing(before, after, on),
        without_basis=_rules((off.rule, off.room) for off in after.without_basis if off.room in rooms),
        missing=_rules((lack.rule, lack.room) for lack in after.uncovered if lack.room in rooms),
    )


def _rules(keys: Iterable[tuple[str, str]]) -> tuple[RuleInRoom, ...]:
    return tuple(sorted({RuleInRoom(room, rule) for rule, room in keys}))


def _standing(before: Rulebook, after: Rulebook, on: date) -> tuple[Standing, ...]:
    rooms = {resident.id: resident.room for resident in after.site.residents}
    was = {p.resident: p.state for p in protection(before, on, (), ())}
    found = {
        Standing(rooms[p.resident], was.get(p.resident, "unprotected"), p.state)
        for p in protection(after, on, (), ())
        if was.get(p.resident) != p.state
    }
    return tuple(sorted(found))
