"""A rule tried on a room's own history, and what the outcomes suggest, as calls (docs/dry-run.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import FaultOut, Problems, RefusedError
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.care.dry_run import Days, of, residents_of, values_of
from dashboards.care.seen import note_seen
from dashboards.visit import Visitor, needs
from hub.dry_run import DAYS, TUNING_DAYS, Refusal
from rules.alert import Outcome
from rules.dry_run import Came, DryRun, WouldCome
from rules.tuning import Effect, Why

api = APIRouter(
    prefix="/api/v1/rules/{rule}/rooms/{room}",
    dependencies=[needs("try rules")],
    responses={
        401: {"model": RefusalOut},
        404: {"model": RefusalOut},
        409: {"model": RefusalOut, "description": "There is nothing to judge it by, and why"},
        422: {"model": Problems, "description": "A value that can't be, and what was expected"},
    },
)


class HeardOut(BaseModel):
    device: str
    measure: str
    value: bool | float | str
    at: datetime


class AlertOut(BaseModel):
    """An alert as it would have come."""

    began: datetime
    ended: datetime | None = Field(description="None: nothing ended it")
    at_night: bool
    comes_now: bool = Field(description="With today's values too")
    alert: int | None = Field(description="The one that really came then")
    outcome: Outcome | None = Field(description="What staff said of that")
    evidence: list[HeardOut]


class NightOut(BaseModel):
    """From noon to noon; `day` is the evening's."""

    day: date
    tried: int
    now: int


class SpellOut(BaseModel):
    """When the hub could not hear, or was told not to mind."""

    kind: Literal["unheard", "aside", "paused", "away"]
    what: str
    since: datetime
    until: datetime | None


class DryRunOut(BaseModel):
    """What a rule would have done with the values that were asked for, beside what it does with today's."""

    rule: str
    place: str
    since: datetime
    until: datetime
    in_force: bool
    values: dict[str, Any]
    now_values: dict[str, Any]
    readings: int = Field(description="How many were judged")
    tried: list[AlertOut]
    gone: list[AlertOut] = Field(description="Those of today's values that would not have come")
    now: int = Field(description="How many come with today's values")
    besides: int = Field(description="How many of the tried come in addition")
    by_hour: list[int] = Field(description="24 counts, local hours")
    now_by_hour: list[int]
    nights: list[NightOut]
    said: dict[Outcome, int] = Field(description="Of the alerts that came and would have come too")
    said_gone: dict[Outcome, int] = Field(description="Of those that would not have come")
    spells: list[SpellOut]


class EffectOut(BaseModel):
    key: str
    value: str | int
    spared: int = Field(description="False alarms that would not have come")
    unsure: int = Field(description="Perhaps not: somebody was there before it was over")
    missed: int = Field(description="Alerts that were right and would not have come")
    later_s: float = Field(description="How much later the right ones would have come, at most")


class TuningOut(BaseModel):
    rule: str
    place: str
    since: datetime
    until: datetime
    values: dict[str, Any]
    outcomes: dict[str, int]
    effects: list[EffectOut]
    suggested: EffectOut | None
    why: Why = Field(description="Why nothing is suggested; empty where something is")


@api.get("/dry-run")
def dry_run(request: Request, visit: Visitor, rule: str, room: str, days: Days = DAYS) -> DryRunOut:
    """The rule with other values over what was heard in the room. Each further parameter of the address is a
    value as a site file says it: `?lasts=10 min`. The rule need not be in force there.
    """
    found = _answer(of(request, visit, room).run(rule, room, values_of(request), days), rule)
    note_seen(visit, request.url.path, residents_of(visit, room))
    return _out(found)


@api.get("/tuning")
def tuning(
    request: Request,
    visit: Visitor,
    rule: str,
    room: str,
    days: Annotated[int, Query(ge=1, le=90)] = TUNING_DAYS,
) -> TuningOut:
    """Whether another value would have spared false alarms without missing an alert that was right."""
    found = _answer(of(request, visit, room).tuning(rule, room, days), rule)
    note_seen(visit, request.url.path, residents_of(visit, room))
    return TuningOut(
        rule=rule,
        place=room,
        since=found.since,
        until=found.until,
        values=found.values,
        outcomes=found.outcomes,
        effects=[_effect(effect) for effect in found.effects],
        suggested=_effect(found.suggested) if found.suggested is not None else None,
        why=found.why,
    )


T = TypeVar("T")


def _answer(found: T | Refusal, rule: str) -> T:
    if not isinstance(found, Refusal):
        return found
    if found.reason == "unknown":
        raise RefusedError(404, found.why)
    if found.reason != "value":
        raise RefusedError(409, found.why, found.reason)
    wrong = [FaultOut(section="rules", id=rule, key=k, wrong=w, expected=e) for k, w, e in found.wrong]
    raise RefusedError(422, found.why, more={"problems": [one.model_dump() for one in wrong], "others": []})


def _out(found: DryRun) -> DryRunOut:
    return DryRunOut(
        rule=found.rule,
        place=found.room,
        since=found.since,
        until=found.until,
        in_force=found.in_force,
        values=found.values,
        now_values=found.now_values,
        readings=found.readings,
        tried=[_alert(one) for one in found.tried],
        gone=[_alert(one) for one in found.gone],
        now=len(found.now),
        besides=len(found.besides),
        by_hour=list(found.by_hour),
        now_by_hour=list(found.now_by_hour),
        nights=[NightOut(day=night.day, tried=night.tried, now=night.now) for night in found.nights],
        said=found.said(found.tried),
        said_gone=found.said(found.gone),
        spells=[SpellOut(kind=s.kind, what=s.what, since=s.since, until=s.until) for s in found.spells],
    )


def _alert(one: WouldCome) -> AlertOut:
    came: Came | None = one.came
    return AlertOut(
        began=one.began,
        ended=one.ended,
        at_night=one.at_night,
        comes_now=one.comes_now,
        alert=came.id if came is not None else None,
        outcome=came.outcome if came is not None else None,
        evidence=[HeardOut(device=e.device, measure=e.measure, value=e.value, at=e.at) for e in one.evidence],
    )


def _effect(effect: Effect) -> EffectOut:
    return EffectOut(
        key=effect.key,
        value=effect.value,
        spared=effect.spared,
        unsure=effect.unsure,
        missed=effect.missed,
        later_s=effect.later.total_seconds(),
    )
