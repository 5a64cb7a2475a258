"""A week of a trend as calls tell it, of a resident or of a shared room, and staff's word on it."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from dashboards.api.sent import Sent
from hub.activity import Trend
from hub.store.trend_reviews import Opinion
from rules.baseline import Verdict, Week


class WeekOut(BaseModel):
    monday: date
    days: int
    value: float | None
    usual_low: float | None
    usual_high: float | None
    verdict: Verdict
    opinion: Opinion | None = Field(description="What staff said of it")

    @classmethod
    def of(cls, week: Week, opinion: Opinion | None) -> Self:
        low, high = (week.band.low, week.band.high) if week.band is not None else (None, None)
        return cls(
            monday=week.monday,
            days=week.days,
            value=week.value,
            usual_low=low,
            usual_high=high,
            verdict=week.verdict,
            opinion=opinion,
        )


class OpinionIn(Sent):
    opinion: Opinion


class OpinionOut(OpinionIn):
    trend: Trend
    week: date
