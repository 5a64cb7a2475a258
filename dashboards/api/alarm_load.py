"""A unit's alerts over a day or four weeks, as a call."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboards.api.asked import that_day
from dashboards.api.refusal import Refusal
from dashboards.care.load import day_shown, load_of, unit_in_view
from dashboards.pictures.load import By
from dashboards.visit import Visitor, needs

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})


class LoadPartOut(BaseModel):
    since: datetime
    until: datetime
    low: int
    medium: int
    high: int
    peak: int = Field(description="The most in ten minutes of it")


class AlarmLoadOut(BaseModel):
    """`acceptable` … `flood`: how many of the `slots` of ten minutes had at most 1, 2, 3 to 10, and more. Of
    today the slots are those that are over.
    """

    unit: str
    parts: list[LoadPartOut]
    slots: int
    acceptable: int
    manageable: int
    demanding: int
    flood: int


@api.get("/units/{unit}/alarm-load", dependencies=[needs("see alarm quality")])
def show_load(visit: Visitor, unit: str, day: date | None = None, by: By = "hour") -> AlarmLoadOut:
    """By hour of a day (today unless given), or by day over the four weeks up to it."""
    of = unit_in_view(visit, unit)
    found = load_of(visit, of.id, that_day(day_shown(visit, day), day), by)
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
