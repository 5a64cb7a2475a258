"""A resident's days and nights, as calls: what the pictures of them show."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.asked import that_day, that_month
from dashboards.api.refusal import Refusal
from dashboards.api.stretch import StretchOut
from dashboards.care.day_view import Day, day_data, day_shown, hour_data
from dashboards.care.resident_view import (
    ResidentView,
    month_of_nights,
    nights_data,
    nights_in,
    resident_in_view,
)
from dashboards.care.seen import note_seen, note_watched
from dashboards.visit import Visitor, needs
from rules.nights import Whereabouts
from rules.severity import Severity

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})
_CARE = [needs("see residents")]


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
    not_there: list[StretchOut] = Field(description="When it did not hang there yet, or any more")


class AlertOfDayOut(BaseModel):
    id: int
    rule: str
    severity: Severity
    raised_at: datetime
    arrived_at: list[datetime]
    closed_at: datetime | None


class DayOut(BaseModel):
    """From midnight to midnight in the site's zone: 23, 24 or 25 hours; or the hour up to now. `heard_until`:
    now, of today.
    """

    day: date
    since: datetime
    until: datetime
    heard_until: datetime
    lanes: list[LaneOut]
    alerts: list[AlertOfDayOut]
    away: list[StretchOut]
    by_hour: bool = Field(
        description="The readings are gone: of states it is known how long in each hour, not when"
    )


class ResidentDayOut(DayOut):
    shared: bool = Field(
        description="Others live or lived there on that day: sensors do not know whom they see"
    )


class SpellOut(StretchOut):
    where: Whereabouts


class NightOut(BaseModel):
    """From 20 to 10 in the site's zone."""

    evening: date
    counts: bool = Field(description="Heard well enough to count among the usual ones")
    by_hour: bool = Field(description="The readings are gone: how long in each hour is known, not when")
    spells: list[SpellOut]


class NightsOut(BaseModel):
    month: date
    bed_sensor: bool = Field(
        description="In any of the nights; without one nobody is in_bed, only still, and up is any movement"
    )
    shared: bool
    nights: list[NightOut]


@api.get("/residents/{resident}/day", dependencies=_CARE)
def show_day(request: Request, visit: Visitor, resident: str, day: date | None = None) -> ResidentDayOut:
    """What was heard on a day (today unless given), and when nobody could hear."""
    view = resident_in_view(visit, resident)
    shown = that_day(day_shown(view, day), day)
    note_seen(visit, f"/api/v1/residents/{resident}/day", [resident])
    return _of_resident(view, shown, day_data(request, visit, view, shown))


@api.get("/residents/{resident}/hour", dependencies=_CARE)
def show_hour(request: Request, visit: Visitor, resident: str) -> ResidentDayOut:
    """What was heard in the hour up to now, and when nobody could hear."""
    view = resident_in_view(visit, resident)
    note_watched(visit, f"/api/v1/residents/{resident}/hour", [resident])
    return _of_resident(view, view.today, hour_data(request, visit, view))


def _of_resident(view: ResidentView, day: date, data: Day) -> ResidentDayOut:
    return ResidentDayOut(**told(day, data).model_dump(), shared=view.shared_in(day, day))


def told(day: date, data: Day) -> DayOut:
    whole, heard, came = data
    return DayOut(
        day=day,
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
                not_there=[StretchOut(**one._asdict()) for one in lane.not_there],
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
        by_hour=heard.by_hour,
    )


@api.get("/residents/{resident}/nights", dependencies=_CARE)
def show_nights(request: Request, visit: Visitor, resident: str, month: date | None = None) -> NightsOut:
    """The nights that begin in a month (that of the newest night unless any day of another is given)."""
    view = resident_in_view(visit, resident)
    shown = that_month(month_of_nights(view, month), month)
    note_seen(visit, f"/api/v1/residents/{resident}/nights", [resident])
    data = nights_data(request, visit, view, shown)
    return NightsOut(
        month=shown,
        bed_sensor=any(one.has_bed for one in data.nights),
        shared=view.shared_in(*nights_in(shown)),
        nights=[
            NightOut(
                evening=one.evening,
                counts=one.known,
                by_hour=one.by_hour,
                spells=[SpellOut(**spell._asdict()) for spell in one.spells],
            )
            for one in data.nights
        ],
    )
