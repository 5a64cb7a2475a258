"""How good a unit's alarms are, as a call (docs/alarm-quality.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel, Field

from dashboards.api.refusal import Refusal
from dashboards.care.quality_view import chosen_units
from dashboards.visit import Visitor, needs
from hub.alarm_quality import quality_of
from rules.alarm_quality import JUDGED_ON, Response, Standard, Told, Worst, load_standard
from rules.severity import Severity

api = APIRouter(
    prefix="/api/v1/alarm-quality",
    dependencies=[needs("see alarm quality")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}, 422: {"model": Refusal}},
)
LONGEST_DAYS = 366


class LoadOut(BaseModel):
    alarms: int
    carers: float | None = Field(description="On duty at a time, on the average; null where no roster tells")
    per_carer: float = Field(description="Alarms in 10 min for each carer on duty, on the average")
    standard: Standard = Field(description="up to 1 is good, 2 manageable; too_little below 30 days")
    busiest: float = Field(description="The same in the fullest 10 min")
    busiest_at: datetime | None
    floods: int
    flood_share: float = Field(description="Share of the time spent in floods")
    chatter: int = Field(description="How often the same alarm came 3 times within 60 s")
    stale: int = Field(description="How many stood for more than 24 h")


class ToldOut(BaseModel):
    right: int
    false: int
    unsaid: int
    false_share: float | None


class ResponseOut(BaseModel):
    """From the instant at which the hub knew."""

    count: int
    missing: int = Field(description="Alerts where it never was")
    median_s: float | None
    p90_s: float | None


class WorstOut(BaseModel):
    name: str
    room: str
    count: int
    share: float
    told: ToldOut


class WeekOut(BaseModel):
    since: datetime
    alarms: int
    per_carer: float
    false_share: float | None
    accepted_s: float | None


class QualityOut(BaseModel):
    """Of units, never of a person. Judged by ISA-18.2 and EEMUA 191 from 30 days on."""

    since: datetime
    until: datetime
    long_enough: bool
    load: LoadOut
    mix: dict[Severity, int]
    told: ToldOut
    accept: ResponseOut
    arrive: ResponseOut
    close: ResponseOut
    rules: list[WorstOut]
    devices: list[WorstOut]
    sources: list[WorstOut] = Field(description="A rule in a room; the ten together are to be at most 5 %")
    sources_share: float
    weeks: list[WeekOut]


@api.get("")
def alarm_quality(
    visit: Visitor,
    unit: Annotated[str, Query(description="One unit; without it all that one sees")] = "",
    since: Annotated[AwareDatetime | None, Query(description="30 days ago")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Now")] = None,
) -> QualityOut:
    units = chosen_units(visit, unit)
    if units is not None and not units:
        raise HTTPException(404, "there is no such unit, or not for you")
    to = min(until or visit.now, visit.now)
    begin = since or to - JUDGED_ON
    if not 0 < (to - begin).total_seconds() <= LONGEST_DAYS * 86_400:
        raise HTTPException(422, f"since must lie before until, by at most {LONGEST_DAYS} days")
    found = quality_of(visit.connection, visit.house.site, units, begin, to)
    return QualityOut(
        since=found.since,
        until=found.until,
        long_enough=found.long_enough,
        load=LoadOut(
            standard=load_standard(found.load, found.long_enough),
            **{name: getattr(found.load, name) for name in found.load.__struct_fields__},
        ),
        mix=found.mix,
        told=_told(found.told),
        accept=_response(found.accept),
        arrive=_response(found.arrive),
        close=_response(found.close),
        rules=[_worst(one) for one in found.rules],
        devices=[_worst(one) for one in found.devices],
        sources=[_worst(one) for one in found.sources],
        sources_share=found.sources_share,
        weeks=[
            WeekOut(
                since=week.since,
                alarms=week.alarms,
                per_carer=week.per_carer,
                false_share=week.false_share,
                accepted_s=week.accepted.total_seconds() if week.accepted is not None else None,
            )
            for week in found.weeks
        ],
    )


def _told(told: Told) -> ToldOut:
    return ToldOut(right=told.right, false=told.false, unsaid=told.unsaid, false_share=told.false_share)


def _response(response: Response) -> ResponseOut:
    return ResponseOut(
        count=response.count,
        missing=response.missing,
        median_s=response.median.total_seconds() if response.median is not None else None,
        p90_s=response.p90.total_seconds() if response.p90 is not None else None,
    )


def _worst(one: Worst) -> WorstOut:
    return WorstOut(name=one.name, room=one.room, count=one.count, share=one.share, told=_told(one.told))
