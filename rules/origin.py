"""Where each value of a rule comes from: the catalogue, the site, the unit, or the resident's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from rules.building import Resident, RuleUse, Site, Unit
from rules.rule import AnyRule
from rules.rulebook import settle

Level = Literal["catalogue", "site", "unit", "resident"]
LEVELS: tuple[Level, ...] = ("catalogue", "site", "unit", "resident")

SORTS: dict[str, Literal["duration", "window", "clock", "number", "yes_no", "severity"]] = {
    "lasts": "duration",
    "after": "duration",
    "prewarning": "duration",
    "by_day": "duration",
    "by_night": "duration",
    "within": "duration",
    "exit_delay": "duration",
    "window": "window",
    "night": "window",
    "from": "clock",
    "by": "clock",
    "times": "number",
    "begins_inside": "yes_no",
    "severity": "severity",
}
"""The values that people set, by their key, and what sort of value each is."""


class Value(NamedTuple):
    """A value in force, as a site file writes it (None: not set), and who said so. `owner`: id of the unit or
    resident. `below`: what would count without that.
    """

    key: str
    sort: str
    value: str | int | bool | None
    level: Level
    owner: str | None
    below: str | int | bool | None


def layers(
    site: Site, use: RuleUse, room: str, residents: Iterable[Resident]
) -> list[tuple[Level, str | None, Mapping[str, Any]]]:
    """What the site, the unit of a room and those who live there say of a rule, the strongest last."""
    unit = unit_of(site, room)
    return [
        ("site", None, use.parameters),
        ("unit", unit.id, unit.rules.get(use.name, {})),
        *(("resident", resident.id, resident.rules.get(use.name, {})) for resident in residents),
    ]


def values(
    site: Site, use: RuleUse, room: str, residents: Iterable[Resident], catalogue: Mapping[str, AnyRule]
) -> list[Value]:
    """Every value of a rule in a room. Raises pydantic's ValidationError."""
    found = layers(site, use, room, residents)
    own: dict[str, Any] = {}
    settled = [_written(settle(use, own, catalogue))]
    for _, _, said in found[1:]:
        own = {**own, **said}
        settled.append(_written(settle(use, own, catalogue)))
    named = catalogue.get(use.rule)
    base = _written(named) if named is not None else {}
    after = dict(zip(range(len(found)), settled, strict=True))
    return [_value(key, found, after, base) for key in SORTS if key in settled[-1]]


def _value(
    key: str,
    found: list[tuple[Level, str | None, Mapping[str, Any]]],
    after: Mapping[int, dict[str, Any]],
    base: Mapping[str, Any],
) -> Value:
    last = max((number for number, (_, _, said) in enumerate(found) if key in said), default=None)
    if last is None:
        value = after[len(found) - 1][key]
        return Value(key, SORTS[key], value, "catalogue", None, value)
    level, owner, _ = found[last]
    below = after[last - 1][key] if last else base.get(key)
    return Value(key, SORTS[key], after[len(found) - 1][key], level, owner, below)


def unit_of(site: Site, room: str) -> Unit:
    """The unit that a room belongs to."""
    id = next(one.unit for one in site.rooms if one.id == room)
    return next(unit for unit in site.units if unit.id == id)


def _written(rule: AnyRule) -> dict[str, Any]:
    return rule.model_dump(by_alias=True, mode="json")
