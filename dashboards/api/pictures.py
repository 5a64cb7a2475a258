"""What the pictures show, as calls: residents and their days, nights and weeks, a unit's alerts over time, a
device's link and silences. The same rules of who may see what as on the pages.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from dashboards.api.health import health_in_view
from dashboards.api.refusal import Refusal
from dashboards.care.load import day_shown as day_of_load
from dashboards.care.load import load_of, unit_in_view
from dashboards.care.resident_view import (
    day_data,
    day_shown,
    last_sign,
    month_shown,
    nights_data,
    resident_in_view,
    residents_of,
    trends_data,
)
from dashboards.care.residents import put_review
from dashboards.care.seen import note_seen
from dashboards.pictures.device import DAYS
from dashboards.pictures.load import By
from dashboards.visit import OurCall, Visitor, history_of, needs
from hub.activity import Trend
from hub.heard import unheard
from hub.store import protection, trend_reviews
from hub.store.trend_reviews import Opinion
from rules.baseline import Verdict
from rules.nights import Whereabouts
from rules.protection import State
from rules.severity import Severity

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})
_CARE = [needs("see residents")]


class ResidentOut(BaseModel):
    """A resident by pseudonym. `state`: how they are watched over now, null where that is not known yet."""

    resident: str
    place: str
    unit: str
    state: State | None
    since: datetime | None


class ResidentsOut(BaseModel):
    residents: list[ResidentOut]


class ResidentNowOut(ResidentOut):
    shared: bool = Field(description="Others live there too: sensors do not know whom they see")
    last_sign_at: datetime | None
    last_sign_device: str | None


class StretchOut(BaseModel):
    since: datetime
    until: datetime


class StateOut(StretchOut):
    measure: str


class MomentOut(BaseModel):
    at: datetime
    measure: str
    value: str


class LaneOut(BaseModel):
    """What one device told. Of `unheard` nothing is known."""

    device: str
    role: str
    states: list[StateOut]
    moments: list[MomentOut]
    unheard: list[StretchOut]


class AlertOfDayOut(BaseModel):
    id: int
    rule: str
    severity: Severity
    raised_at: datetime
    arrived_at: list[datetime]
    closed_at: datetime | None


class DayOut(BaseModel):
    """From midnight to midnight in the site's zone: 23, 24 or 25 hours. `heard_until`: now, of today."""

    day: date
    since: datetime
    until: datetime
    heard_until: datetime
    lanes: list[LaneOut]
    alerts: list[AlertOfDayOut]
    away: list[StretchOut]


class SpellOut(StretchOut):
    where: Whereabouts


class NightOut(BaseModel):
    """From 20 to 10 in the site's zone."""

    evening: date
    counts: bool = Field(description="Heard well enough to count among the usual ones")
    spells: list[SpellOut]


class NightsOut(BaseModel):
    month: date
    bed_sensor: bool = Field(description="Without one nobody is in_bed, only still")
    shared: bool
    nights: list[NightOut]


class WeekOut(BaseModel):
    monday: date
    days: int
    value: float | None
    usual_low: float | None
    usual_high: float | None
    verdict: Verdict
    opinion: Opinion | None = Field(description="What staff said of it")


class TrendOut(BaseModel):
    trend: Trend
    weeks: list[WeekOut]


class TrendsOut(BaseModel):
    """Each week against the same person's eight weeks before. No diagnosis, and never an alert."""

    not_a_diagnosis: Literal[True] = True
    shared: bool
    trends: list[TrendOut]


class OpinionIn(BaseModel):
    opinion: Opinion


class OpinionOut(OpinionIn):
    trend: Trend
    week: date


class LoadPartOut(BaseModel):
    since: datetime
    until: datetime
    low: int
    medium: int
    high: int
    peak: int = Field(description="The most in ten minutes of it")


class AlarmLoadOut(BaseModel):
    """`acceptable` … `flood`: how many of the `slots` of ten minutes had at most 1, 2, 3 to 10, and more."""

    unit: str
    parts: list[LoadPartOut]
    slots: int
    acceptable: int
    manageable: int
    demanding: int
    flood: int


class LinkHourOut(BaseModel):
    at: datetime
    measure: str
    times: int
    lowest: float | None
    mean: float | None
    highest: float | None


class CourseOut(BaseModel):
    """The last 30 days of a device: its link by the hour, and when it could not be heard."""

    device: str
    link: list[LinkHourOut]
    unheard: list[StretchOut]


@api.get("/residents", dependencies=_CARE)
def list_residents(visit: Visitor) -> ResidentsOut:
    """Who lives here today and is seen by the caller, by pseudonym."""
    now = protection.now(visit.connection, visit.house.site.site)
    found = []
    for one in residents_of(visit):
        room, known = visit.house.room(one.room), now.get(one.id)
        found.append(
            ResidentOut(
                resident=one.id,
                place=one.room,
                unit=room.unit if room is not None else "",
                state=known.protection.state if known is not None else None,
                since=known.since if known is not None else None,
            )
        )
    note_seen(visit, "/api/v1/residents", (one.resident for one in found))
    return ResidentsOut(residents=found)


@api.get("/residents/{resident}", dependencies=_CARE)
def show_resident(request: Request, visit: Visitor, resident: str) -> ResidentNowOut:
    view = resident_in_view(visit, resident)
    note_seen(visit, f"/api/v1/residents/{resident}", [resident])
    known = protection.now(visit.connection, visit.house.site.site).get(resident)
    sign = last_sign(request, visit, view)
    return ResidentNowOut(
        resident=resident,
        place=view.room.id,
        unit=view.room.unit,
        state=known.protection.state if known is not None else None,
        since=known.since if known is not None else None,
        shared=view.shared,
        last_sign_at=sign[0] if sign is not None else None,
        last_sign_device=sign[1] if sign is not None else None,
    )


@api.get("/residents/{resident}/day", dependencies=_CARE)
def show_day(request: Request, visit: Visitor, resident: str, day: date | None = None) -> DayOut:
    """What was heard on a day (today unless given), and when nobody could hear."""
    view = resident_in_view(visit, resident)
    shown = day_shown(view, day)
    note_seen(visit, f"/api/v1/residents/{resident}/day", [resident])
    whole, heard, came = day_data(request, visit, view, shown)
    return DayOut(
        day=shown,
        since=whole.since,
        until=whole.until,
        heard_until=heard.until,
        lanes=[
            LaneOut(
                device=lane.device.id,
                role=lane.device.role,
                states=[
                    StateOut(measure=measure, **one._asdict())
                    for measure, own in lane.states.items()
                    for one in own
                ],
                moments=[
                    MomentOut(at=at, measure=measure, value=value) for measure, value, at in lane.moments
                ],
                unheard=[StretchOut(**one._asdict()) for one in lane.unheard],
            )
            for lane in heard.lanes
        ],
        alerts=[
            AlertOfDayOut(
                id=one.alert.id,
                rule=one.alert.rule,
                severity=one.alert.severity,
                raised_at=one.alert.raised_at,
                arrived_at=list(one.arrived),
                closed_at=one.alert.closed_at,
            )
            for one in came
        ],
        away=[StretchOut(**one._asdict()) for one in heard.away],
    )


@api.get("/residents/{resident}/nights", dependencies=_CARE)
def show_nights(request: Request, visit: Visitor, resident: str, month: date | None = None) -> NightsOut:
    """The nights that begin in a month (this one unless any day of another is given)."""
    view = resident_in_view(visit, resident)
    shown = month_shown(view, month)
    note_seen(visit, f"/api/v1/residents/{resident}/nights", [resident])
    data = nights_data(request, visit, view, shown)
    return NightsOut(
        month=shown,
        bed_sensor=data.has_bed,
        shared=view.shared,
        nights=[
            NightOut(
                evening=one.evening,
                counts=one.known,
                spells=[SpellOut(**spell._asdict()) for spell in one.spells],
            )
            for one in data.nights
        ],
    )


@api.get("/residents/{resident}/trends", dependencies=_CARE)
def show_trends(request: Request, visit: Visitor, resident: str) -> TrendsOut:
    view = resident_in_view(visit, resident)
    note_seen(visit, f"/api/v1/residents/{resident}/trends", [resident])
    reviews = trend_reviews.of(visit.connection, visit.house.site.site, resident)
    said = {(one.trend, one.week): one.opinion for one in reviews}
    return TrendsOut(
        shared=view.shared,
        trends=[
            TrendOut(
                trend=trend,
                weeks=[
                    WeekOut(
                        monday=week.monday,
                        days=week.days,
                        value=week.value,
                        usual_low=week.band.low if week.band is not None else None,
                        usual_high=week.band.high if week.band is not None else None,
                        verdict=week.verdict,
                        opinion=said.get((trend, week.monday)),
                    )
                    for week in weeks
                ],
            )
            for trend, weeks in trends_data(request, visit, view).items()
        ],
    )


@api.put("/residents/{resident}/trends/{trend}/{week}", dependencies=[*_CARE, OurCall])
def review_trend(
    request: Request, visit: Visitor, resident: str, trend: Trend, week: date, said: OpinionIn
) -> OpinionOut:
    """Whether what was told of a week (its Monday) was of use. 404 of a week that nothing was told of."""
    put_review(request, visit, resident, trend, week, said.opinion)
    return OpinionOut(trend=trend, week=week, opinion=said.opinion)


@api.get("/units/{unit}/alarm-load", dependencies=[needs("see alarm quality")])
def show_load(visit: Visitor, unit: str, day: date | None = None, by: By = "hour") -> AlarmLoadOut:
    """By hour of a day (today unless given), or by day over the four weeks up to it."""
    of = unit_in_view(visit, unit)
    found = load_of(visit, of.id, day_of_load(visit, day), by)
    return AlarmLoadOut(
        unit=of.id,
        parts=[
            LoadPartOut(since=part.since, until=part.until, peak=part.peak, **part.counts)
            for part in found.parts
        ],
        slots=found.slots,
        acceptable=found.acceptable,
        manageable=found.manageable,
        demanding=found.demanding,
        flood=found.flood,
    )


@api.get("/devices/{id:path}/course", dependencies=[needs("see devices")])
def show_course(request: Request, visit: Visitor, id: str) -> CourseOut:
    known = health_in_view(visit, id)
    if known is None:
        raise HTTPException(404, f"the site has no device {id!r}, or not for you")
    history, since = history_of(request, visit), visit.now - timedelta(days=DAYS)
    hours = history.hourly([id], since, visit.now, ("lqi", "rssi", "snr"))
    deaf = unheard(visit.connection, history, visit.house.site, [known.device], since, visit.now)[id]
    return CourseOut(
        device=id,
        link=[
            LinkHourOut(**{name: getattr(hour, name) for name in LinkHourOut.model_fields}) for hour in hours
        ],
        unheard=[StretchOut(**one._asdict()) for one in deaf],
    )
