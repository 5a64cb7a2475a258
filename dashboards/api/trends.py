"""A resident's weeks against their own weeks before, and what staff said of them, as calls."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from dashboards.api.refusal import Refusal
from dashboards.api.week import OpinionIn, OpinionOut, WeekOut
from dashboards.care.resident_view import resident_in_view
from dashboards.care.seen import note_seen
from dashboards.care.trend_reviews import opinions, put_review
from dashboards.care.weeks_view import trend_days, trends_data
from dashboards.visit import OurCall, Visitor, needs
from hub.activity import Trend

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})
_CARE = [needs("see residents")]


class TrendOut(BaseModel):
    trend: Trend
    weeks: list[WeekOut]


class TrendsOut(BaseModel):
    """Each week against the same person's eight weeks before. No diagnosis, and never an alert."""

    not_a_diagnosis: Literal[True] = True
    shared: bool
    trends: list[TrendOut]


@api.get("/residents/{resident}/trends", dependencies=_CARE)
def show_trends(request: Request, visit: Visitor, resident: str) -> TrendsOut:
    view = resident_in_view(visit, resident)
    note_seen(visit, f"/api/v1/residents/{resident}/trends", [resident])
    said = opinions(visit, "resident", resident)
    return TrendsOut(
        shared=view.shared_in(*trend_days(view)),
        trends=[
            TrendOut(
                trend=trend,
                weeks=[WeekOut.of(week, said.get((trend, week.monday))) for week in weeks],
            )
            for trend, weeks in trends_data(request, visit, view).items()
        ],
    )


@api.put("/residents/{resident}/trends/{trend}/{week}", dependencies=[*_CARE, OurCall])
def review_trend(
    request: Request, visit: Visitor, resident: str, trend: Trend, week: date, said: OpinionIn
) -> OpinionOut:
    """Whether what was told of a week (its Monday) was of use. 404 of a week that nothing was told of."""
    told = trends_data(request, visit, resident_in_view(visit, resident)).get(trend, [])
    put_review(visit, "resident", resident, told, trend, week, said.opinion)
    return OpinionOut(trend=trend, week=week, opinion=said.opinion)
