"""The rules in force, as calls: their values with where each comes from, changed and taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboards.api.etags import Seen, announce, must_be_seen
from dashboards.api.refusal import CHANGES, Refusal, RefusedError, settled
from dashboards.api.sent import Sent
from dashboards.care.edit import change as put_in_force
from dashboards.care.rule import watch_of
from dashboards.care.seen import note_seen
from dashboards.care.values import ChangeLevel, edits_of_values, values_in
from dashboards.visit import OurCall, Visit, Visitor, needs
from rules.origin import SORTS, Level
from rules.rulebook import Watch
from rules.severity import Severity

api = APIRouter(
    prefix="/api/v1/rules",
    dependencies=[needs("see rules")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
)


class ValueOut(BaseModel):
    """A value as a site file writes it."""

    key: str
    value: str | int | bool | None
    level: Level = Field(description="Whose it is; the catalogue's is the default")
    owner: str | None = Field(description="Id of the unit or resident")
    below: str | int | bool | None = Field(description="What would count without that")


class RuleOut(BaseModel):
    rule: str
    kind: str
    place: str
    unit: str
    residents: list[str]
    severity: Severity
    goal: bool
    values: list[ValueOut]


class RulesOut(BaseModel):
    version: int = Field(description="Of the site in force: goes along with a change")
    rules: list[RuleOut]


class ValuesIn(Sent):
    level: ChangeLevel
    values: dict[str, str | int | bool | None] = Field(
        min_length=1, description="As a site file writes them; null takes back what was said at that level"
    )
    version: int | None = Field(None, ge=1, description="Of the site that the change was thought of for")


@api.get("")
def list_rules(
    visit: Visitor, response: Response, unit: Annotated[str, Query(description="Of one unit only")] = ""
) -> RulesOut:
    """Every rule in force that the caller sees."""
    announce(response, visit.house.version)
    found = [
        _out(visit, watch)
        for watch in visit.house.rules.watches.values()
        if visit.access.sees_unit(watch.unit) and unit in ("", watch.unit)
    ]
    note_seen(visit, "/api/v1/rules", (resident for rule in found for resident in rule.residents))
    return RulesOut(version=visit.house.version, rules=found)


@api.patch(
    "/{rule}/{place}",
    status_code=204,
    dependencies=[OurCall, needs("change rules")],
    responses={400: {"model": Refusal}, **CHANGES},
)
def change(request: Request, visit: Visitor, rule: str, place: str, asked: ValuesIn, seen: Seen) -> None:
    """Change values for the resident, the unit or the whole site: all of them or nothing."""
    watch = watch_of(visit, rule, place)
    version = must_be_seen(seen, asked.version)
    if unknown := sorted(asked.values.keys() - SORTS.keys()):
        said = f"{unknown[0]!r} is no value of a rule; expected one of {', '.join(SORTS)}"
        raise RefusedError(400, said, "no_such_value")
    edits = edits_of_values(visit, watch, asked.level, asked.values)
    settled(put_in_force(request, visit, edits, version, exact=bool(version)), seen)


def _out(visit: Visit, watch: Watch) -> RuleOut:
    return RuleOut(
        rule=watch.name,
        kind=watch.rule.kind,
        place=watch.room,
        unit=watch.unit,
        residents=list(watch.residents),
        severity=watch.rule.severity,
        goal=watch.rule.goal is not None,
        values=[
            ValueOut(key=v.key, value=v.value, level=v.level, owner=v.owner, below=v.below)
            for v in values_in(visit, watch.name, watch.room)
        ],
    )
