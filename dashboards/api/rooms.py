"""Rooms in which nobody lives, as calls: which there are, their days, last hour, months, weeks (and
staff's word on them) and year.
"""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.asked import that_day, that_month
from dashboards.api.days_and_nights import DayOut, told
from dashboards.api.refusal import Refusal
from dashboards.api.week import OpinionIn, OpinionOut, WeekOut
from dashboards.api.year import OF_SENSORS, AlertsOfDayOut, YearlyOut, alerts_out, yearly_out
from dashboards.care.day_view import day_data, day_shown, hour_data
from dashboards.care.resident_view import month_shown
from dashboards.care.room_month import room_month_data
from dashboards.care.room_view import room_in_view, shared_rooms
from dashboards.care.seen import note_room_seen
from dashboards.care.trend_reviews import opinions, put_review
from dashboards.care.weeks_view import trends_data
from dashboards.care.year_view import year_data
from dashboards.visit import OurCall, Visitor, needs
from hub.activity import Trend
from hub.year import Yearly

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})
_CARE = [needs("see residents")]


class SharedRoomOut(BaseModel):
    """`first`: of the days that are shown; null where it was never anybody's home."""

    room: str
    name: str
    unit: str
    first: date | None


class SharedRoomsOut(BaseModel):
    rooms: list[SharedRoomOut]


@api.get("/rooms", dependencies=_CARE)
def list_rooms(request: Request, visit: Visitor) -> SharedRoomsOut:
    """The rooms with sensors in which nobody lives, of the caller's units."""
    return SharedRoomsOut(
        rooms=[
            SharedRoomOut(
                room=view.room.id,
                name=visit.house.room_name(view.room.id),
                unit=view.room.unit,
                first=None if view.first == date.min else view.first,
            )
            for view in shared_rooms(request, visit)
        ]
    )


@api.get("/rooms/{room}/day", dependencies=_CARE)
def show_day(request: Request, visit: Visitor, room: str, day: date | None = None) -> DayOut:
    """What was heard on a day (today unless given) in a room where nobody lives, and when not."""
    view = room_in_view(request, visit, room)
    shown = that_day(day_shown(view, day), day)
    note_room_seen(visit, f"/api/v1/rooms/{room}/day", room)
    return told(shown, day_data(request, visit, view, shown))


@api.get("/rooms/{room}/hour", dependencies=_CARE)
def show_hour(request: Request, visit: Visitor, room: str) -> DayOut:
    """What was heard there in the hour up to now, and when nobody could hear."""
    view = room_in_view(request, visit, room)
    note_room_seen(visit, f"/api/v1/rooms/{room}/hour", room)
    return told(view.today, hour_data(request, visit, view))


class HourOfDayOut(BaseModel):
    hour: int = Field(description="By the clock on the wall: 14 is 14:00 to 15:00")
    times: int | None = Field(description="null where it was not heard")


class DayByHourOut(BaseModel):
    day: date
    hours: list[HourOfDayOut]


class MonthByHourOut(BaseModel):
    what: Yearly
    days: list[DayByHourOut]


class RoomMonthOut(BaseModel):
    """The days of a month as far as they have come, hour by hour."""

    month: date
    by_hour: list[MonthByHourOut]
    alerts: list[datetime] = Field(description="When each was raised")


class RoomTrendOut(BaseModel):
    trend: Trend
    weeks: list[WeekOut]


class RoomTrendsOut(BaseModel):
    """Each week against the room's own eight weeks before. About nobody in particular, and never an alert."""

    trends: list[RoomTrendOut]


class RoomYearOut(BaseModel):
    """Twelve months, without today."""

    days_run_by: str = Field(description="The house's time zone")
    by_utc_before: date | None = Field(
        description="Days before it are so old that they begin and end by UTC; null where none is"
    )
    since: date
    last: date
    yearly: list[YearlyOut] = Field(description=OF_SENSORS)
    alerts: list[AlertsOfDayOut] = Field(description="Days on which any were raised")


@api.get("/rooms/{room}/month", dependencies=_CARE)
def show_month(request: Request, visit: Visitor, room: str, month: date | None = None) -> RoomMonthOut:
    """How often something moved or a door was opened in each hour of a month (this one unless any day of
    another is given).
    """
    view = room_in_view(request, visit, room)
    shown = that_month(month_shown(view, month), month)
    note_room_seen(visit, f"/api/v1/rooms/{room}/month", room)
    data = room_month_data(request, visit, view, shown)
    return RoomMonthOut(
        month=shown,
        by_hour=[
            MonthByHourOut(
                what=what,
                days=[
                    DayByHourOut(day=one.day, hours=[HourOfDayOut(**h._asdict()) for h in one.hours])
                    for one in own
                ],
            )
            for what, own in data.days.items()
        ],
        alerts=data.alerts,
    )


@api.get("/rooms/{room}/trends", dependencies=_CARE)
def show_trends(request: Request, visit: Visitor, room: str) -> RoomTrendsOut:
    view = room_in_view(request, visit, room)
    note_room_seen(visit, f"/api/v1/rooms/{room}/trends", room)
    said = opinions(visit, "room", room)
    return RoomTrendsOut(
        trends=[
            RoomTrendOut(
                trend=trend,
                weeks=[WeekOut.of(week, said.get((trend, week.monday))) for week in own],
            )
            for trend, own in trends_data(request, visit, view).items()
        ]
    )


@api.put("/rooms/{room}/trends/{trend}/{week}", dependencies=[*_CARE, OurCall])
def review_trend(
    request: Request, visit: Visitor, room: str, trend: Trend, week: date, said: OpinionIn
) -> OpinionOut:
    """Whether what was told of a week (its Monday) was of use. 404 of a week that nothing was told of."""
    told = trends_data(request, visit, room_in_view(request, visit, room)).get(trend, [])
    put_review(visit, "room", room, told, trend, week, said.opinion)
    return OpinionOut(trend=trend, week=week, opinion=said.opinion)


@api.get("/rooms/{room}/year", dependencies=_CARE)
def show_year(request: Request, visit: Visitor, room: str, month: date | None = None) -> RoomYearOut:
    """The twelve months that end with a month (this one unless any day of another is given)."""
    view = room_in_view(request, visit, room)
    that_month(month_shown(view, month), month)
    note_room_seen(visit, f"/api/v1/rooms/{room}/year", room)
    year = year_data(request, visit, view, month)
    return RoomYearOut(
        days_run_by=view.voice.zone.key,
        by_utc_before=year.by_utc_before,
        since=year.first,
        last=year.last,
        yearly=yearly_out(year),
        alerts=alerts_out(year),
    )
