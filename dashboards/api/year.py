"""A resident's year, as a call: what the pictures of it show."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.asked import that_month
from dashboards.api.refusal import Refusal
from dashboards.care.resident_view import month_shown, resident_in_view
from dashboards.care.seen import note_seen
from dashboards.care.year_view import Year, year_data, year_days
from dashboards.visit import Visitor, needs
from hub.year import Yearly
from rules.baseline import Verdict
from rules.year import Told, months

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})


OF_SENSORS = "What there is a sensor for; without days where no whole day is over yet"


class DayOfYearOut(BaseModel):
    day: date
    told: Told = Field(
        description="`away` and `unheard` are no quiet days, and `before` was no hub: they have no value"
    )
    value: float | None


class MonthOfYearOut(BaseModel):
    first: date
    heard: int
    away: int
    unheard: int
    mean: float | None


class WeekOfYearOut(BaseModel):
    monday: date
    value: float | None
    usual_low: float | None
    usual_high: float | None
    verdict: Verdict


class YearlyOut(BaseModel):
    what: Yearly = Field(
        description="movement: times a day; in_bed: hours; bathroom_hours: hours with movement there;"
        " openings: times a day"
    )
    days: list[DayOfYearOut]
    months: list[MonthOfYearOut]
    weeks: list[WeekOfYearOut]


class AlertsOfDayOut(BaseModel):
    day: date
    alerts: int


class YearOut(BaseModel):
    """Twelve months, without today. No diagnosis, and never an alert."""

    not_a_diagnosis: Literal[True] = True
    days_run_by: str = Field(description="The house's time zone")
    by_utc_before: date | None = Field(
        description="Days before it are so old that they begin and end by UTC; null where none is"
    )
    since: date
    last: date
    shared: bool
    yearly: list[YearlyOut] = Field(description=OF_SENSORS)
    alerts: list[AlertsOfDayOut] = Field(description="Days on which any were raised")


@api.get("/residents/{resident}/year", dependencies=[needs("see residents")])
def show_year(request: Request, visit: Visitor, resident: str, month: date | None = None) -> YearOut:
    """The twelve months that end with a month (this one unless any day of another is given)."""
    view = resident_in_view(visit, resident)
    that_month(month_shown(view, month), month)
    note_seen(visit, f"/api/v1/residents/{resident}/year", [resident])
    year = year_data(request, visit, view, month)
    return YearOut(
        since=year.first,
        last=year.last,
        shared=view.shared_in(*year_days(year)),
        days_run_by=view.voice.zone.key,
        by_utc_before=year.by_utc_before,
        yearly=yearly_out(year),
        alerts=alerts_out(year),
    )


def yearly_out(year: Year) -> list[YearlyOut]:
    return [
        YearlyOut(
            what=what,
            days=[DayOfYearOut(**one._asdict()) for one in own],
            months=[MonthOfYearOut(**one._asdict()) for one in months(own)],
            weeks=[
                WeekOfYearOut(
                    monday=one.monday,
                    value=one.value,
                    usual_low=one.band.low if one.band is not None else None,
                    usual_high=one.band.high if one.band is not None else None,
                    verdict=one.verdict,
                )
                for one in year.weeks[what]
            ],
        )
        for what, own in year.days.items()
    ]


def alerts_out(year: Year) -> list[AlertsOfDayOut]:
    return [AlertsOfDayOut(day=day, alerts=n) for day, n in sorted(year.alerts.items())]
