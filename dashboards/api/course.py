"""A device's link and silences over the last hour, day, month or year, as a call."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.devices import NO_DEVICE, no_device
from dashboards.api.health import health_in_view
from dashboards.api.refusal import Refusal
from dashboards.api.stretch import StretchOut
from dashboards.pictures.spans import Span
from dashboards.technician.device_view import course_of
from dashboards.visit import Visitor, needs

api = APIRouter(prefix="/api/v1", responses={401: {"model": Refusal}, 404: {"model": Refusal}})


class LinkOut(BaseModel):
    at: datetime
    measure: str
    times: int
    lowest: float
    mean: float
    highest: float


class CourseOut(BaseModel):
    """How a device was heard, up to now."""

    device: str
    span: Span
    link: list[LinkOut] = Field(description="Each word of an hour; by the hour of a day; by the day of more")
    unheard: list[StretchOut]


@api.get("/devices/{id:path}/course", dependencies=[needs("see devices")], responses=NO_DEVICE)
def show_course(request: Request, visit: Visitor, id: str, span: Span = "month") -> CourseOut:
    """Its link, and when it could not be heard, over the last hour, 24 hours, 30 days or 12 months."""
    known = health_in_view(visit, id)
    if known is None:
        raise no_device(visit, id)
    course = course_of(request, visit, known.device, span)
    return CourseOut(
        device=id,
        span=span,
        link=[LinkOut(**one._asdict()) for one in course.link],
        unheard=[StretchOut(**one._asdict()) for one in course.deaf],
    )
