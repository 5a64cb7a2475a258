"""The values of a rule in a room, as a page shows them and as an edit changes them: for the resident, for the
unit or for the whole site.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from fastapi import Request

from dashboards.care.edit import part_of, put
from dashboards.visit import Visit
from hub.site.edits import Edit, PutPart, PutResidentRule, PutRule
from rules.building import Resident, RuleUse
from rules.catalogue import catalogue
from rules.origin import LEVELS, Level, Value, unit_of, values
from rules.rulebook import Watch
from rules.wording.values import key_word, level_word, value_word, written

ChangeLevel = Literal["resident", "unit", "site"]
CHANGE_LEVELS: tuple[ChangeLevel, ...] = get_args(ChangeLevel)


class Shown(NamedTuple):
    """A value in words: what it is called, how it stands, whose it is (`whose` a unit by its name), and what
    would count without that.
    """

    value: Value
    name: str
    text: str
    level: Level
    origin: str
    whose: str
    below: str


def use_of(visit: Visit, rule: str) -> RuleUse | None:
    return next((use for use in visit.house.site.rules if use.name == rule), None)


def residents_in(visit: Visit, room: str) -> tuple[Resident, ...]:
    return visit.house.site.residents_of(room, visit.now.astimezone(visit.house.site.zone).date())


def values_in(visit: Visit, rule: str, room: str) -> list[Value]:
    use = use_of(visit, rule)
    if use is None:
        return []
    return values(visit.house.site, use, room, residents_in(visit, room), catalogue())


def shown_values(visit: Visit, watch: Watch) -> list[Shown]:
    language = visit.language
    found = []
    for value in values_in(visit, watch.name, watch.room):
        whose = unit_of(visit.house.site, watch.room).name if value.level == "unit" else ""
        below = written(value.sort, value.below, language)
        text, origin = value_word(value, language), level_word(value.level, language)
        found.append(Shown(value, key_word(value.key, language), text, value.level, origin, whose, below))
    return found


def change_values(
    request: Request, visit: Visit, watch: Watch, level: ChangeLevel, said: Mapping[str, Any], version: int
) -> str:
    """Empty where the values are in force, otherwise why not."""
    return put(request, visit, edits_of_values(visit, watch, level, said), version)


def edits_of_values(visit: Visit, watch: Watch, level: ChangeLevel, said: Mapping[str, Any]) -> list[Edit]:
    """None takes back what was said at that level."""
    edits: list[Edit] = []
    if level == "resident":
        for resident in residents_in(visit, watch.room):
            own = part_of(visit, "residents", resident.id).get("rules") or {}
            edits.append(PutResidentRule(resident.id, watch.name, _over(own.get(watch.name) or {}, said)))
    elif level == "unit":
        unit = part_of(visit, "units", unit_of(visit.house.site, watch.room).id)
        rules = dict(unit.get("rules") or {})
        rules[watch.name] = _over(rules.get(watch.name) or {}, said)
        if not rules[watch.name]:
            del rules[watch.name]
        unit["rules"] = rules or None
        edits.append(PutPart("units", unit))
    else:
        edits.append(PutRule(_over(part_of(visit, "rules", watch.name), said)))
    return edits


def stronger(visit: Visit, watch: Watch, level: ChangeLevel, keys: Mapping[str, Any]) -> list[str]:
    """The names of the values that somebody nearer to the resident has said otherwise: theirs still count."""
    return [
        key_word(value.key, visit.language)
        for value in values_in(visit, watch.name, watch.room)
        if value.key in keys and LEVELS.index(value.level) > LEVELS.index(level)
    ]


def _over(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**before, **said}
    return {key: value for key, value in merged.items() if value is not None}
