"""How good a unit's alarms are, as a call (docs/alarm-quality.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi import Response as Document
from pydantic import BaseModel, Field

from dashboards.api.instant import Instant
from dashboards.api.refusal import Refusal, RefusedError
from dashboards.care.quality import reports_of
from dashboards.care.quality_view import chosen_units, reviewed
from dashboards.visit import Visitor, needs
from hub.activity import Trend
from hub.alarm_quality import quality_of
from hub.store import quality_reports
from hub.store.trend_reviews import Of
from rules.alarm_quality import JUDGED_ON, Response, Standard, Told, Worst, load_standard
from rules.severity import Severity

api = APIRouter(
    prefix="/api/v1/alarm-quality",
    dependencies=[needs("see alarm quality")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}, 422: {"model": Refusal}},
)
LONGEST_DAYS = 366


class LoadOut(BaseModel):
    alarms: int = Field(description="Each time an alert came: one that comes again asks for people again")
    carers: float | None = Field(
        description="Carers and night patrol on duty for these units at a time, on the average; leaders and"
        " technicians do not count. null where no roster tells: the unit counts as one then"
    )
    per_carer: float = Field(description="Alarms in 10 min for each of these, on the average")
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
    missing: int = Field(description="Closed alerts where it never was")
    pending: int = Field(description="Open alerts where it has not been yet")
    median_s: float | None
    p90_s: float | None


class WorstOut(BaseModel):
    name: str
    room: str
    count: int
    share: float
    told: ToldOut


class WeekOut(BaseModel):
    """A whole week from Monday on in the house's time zone. `running`: as far as it has come."""

    since: datetime
    running: bool
    alarms: int
    per_carer: float
    false_share: float | None
    accepted_s: float | None


class ReportOut(BaseModel):
    unit: str
    month: str = Field(description="As 2026-10")
    made_at: datetime


class ReviewedOut(BaseModel):
    trend: Trend
    of: Of = Field(description="Residents' weeks, or those of rooms in which nobody lives")
    useful: int
    not_useful: int


class QualityOut(BaseModel):
    """Of units, never of a person. Judged by ISA-18.2 and EEMUA 191 from 30 days on. `load`, `mix`, `rules`,
    `devices`, `sources` and `weeks` count each time an alert came; `told`, `accept`, `arrive` and `close`
    count each alert once.
    """

    since: datetime
    until: datetime
    long_enough: bool
    alerts: int = Field(description="How many alerts began in this time, each once")
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
    about_vaka: int = Field(
        description="Alerts about Vaka itself that came besides, and are in no figure above"
    )
    reviewed: list[ReviewedOut] = Field(description="What staff said of residents' weeks in this time")


@api.get("")
def alarm_quality(
    visit: Visitor,
    unit: Annotated[str, Query(description="One unit; without it all that one sees")] = "",
    since: Annotated[Instant | None, Query(description="30 days ago")] = None,
    until: Annotated[Instant | None, Query(description="Now")] = None,
) -> QualityOut:
    units = chosen_units(visit, unit)
    if units is not None and not units:
        raise HTTPException(404, "there is no such unit, or not for you")
    to = min(until or visit.now, visit.now)
    begin = since or to - JUDGED_ON
    if not 0 < (to - begin).total_seconds() <= LONGEST_DAYS * 86_400:
        said = f"since must lie before until, by at most {LONGEST_DAYS} days"
        raise RefusedError(422, said, "since_until")
    found = quality_of(visit.connection, visit.house.site, units, begin, to, visit.now)
    return QualityOut(
        since=found.since,
        until=found.until,
        long_enough=found.long_enough,
        alerts=found.alerts,
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
                running=week.running,
                alarms=week.alarms,
                per_carer=week.per_carer,
                false_share=week.false_share,
                accepted_s=week.accepted.total_seconds() if week.accepted is not None else None,
            )
            for week in found.weeks
        ],
        about_vaka=found.about_vaka,
        reviewed=[ReviewedOut(**one._asdict()) for one in reviewed(visit, units, begin, to)],
    )


@api.get("/reports")
def list_reports(visit: Visitor) -> list[ReportOut]:
    """The monthly reports that were made, the newest first."""
    return [ReportOut(unit=one.unit, month=one.month, made_at=one.made_at) for one in reports_of(visit)]


@api.get(
    "/reports/{unit}/{month}", response_class=Document, responses={200: {"content": {"application/pdf": {}}}}
)
def get_report(visit: Visitor, unit: str, month: str) -> Document:
    """One of them, a PDF."""
    found = quality_reports.get(visit.connection, visit.house.site.site, unit, month)
    if found is None or not visit.access.sees_unit(unit):
        raise HTTPException(404, "there is no such report, or not for you")
    return Document(found.pdf, media_type="application/pdf")


def _told(told: Told) -> ToldOut:
    return ToldOut(right=told.right, false=told.false, unsaid=told.unsaid, false_share=told.false_share)


def _response(response: Response) -> ResponseOut:
    return ResponseOut(
        count=response.count,
        missing=response.missing,
        pending=response.pending,
        median_s=response.median.total_seconds() if response.median is not None else None,
        p90_s=response.p90.total_seconds() if response.p90 is not None else None,
    )


def _worst(one: Worst) -> WorstOut:
    return WorstOut(name=one.name, room=one.room, count=one.count, share=one.share, told=_told(one.told))
