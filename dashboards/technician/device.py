"""One device: whether it speaks as it should, how long its battery lasts, how it is heard, what is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.access import may
from dashboards.api.health import health_in_view
from dashboards.frame import page
from dashboards.pictures import Picture
from dashboards.pictures.device import battery_picture, gaps_picture, link_picture
from dashboards.pictures.files import answer, file_name
from dashboards.pictures.spans import SPANS, Span
from dashboards.technician.charts import bars
from dashboards.technician.device_view import course_of
from dashboards.technician.devices import device_once_called
from dashboards.technician.devices_list import paused_now
from dashboards.technician.records import tested_of
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, needs
from hub.health.report import DeviceHealth
from hub.store.faults import Kept
from rules import wording
from rules.wording.devices import role_name
from rules.wording.faults import name_of_fault, what_is_wrong, why_it_matters
from rules.wording.pictures import words
from rules.wording.protection import until_when, why_silence_counts
from rules.wording.voice import Voice

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("see devices")]
)


class Paused(NamedTuple):
    until: str
    why: str
    by: str


class Past(NamedTuple):
    name: str
    what: str
    why: str
    since: str
    ended: str


@pages.get("/technician/devices/{id:path}")
def show_device(request: Request, visit: Visitor, id: str, span: Span = "month") -> str:
    found = health_in_view(visit, device_once_called(visit, id).id)
    if found is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    voice, house = voice_of(visit.scope, visit.house, visit.now), visit.house
    unit = next(room.unit for room in house.site.rooms if room.id == found.device.room)
    standing = [_past(kept, voice) for kept in found.faults if kept.ended_at is None]
    return page(
        request,
        visit,
        "technician/device.html",
        health=found,
        device=found.device,
        role=role_name(found.device.role, visit.language),
        place=f"{house.room_name(found.device.room)} · {house.unit_name(unit)}",
        heard=wording.length(visit.now - found.heard_at, visit.language) if found.heard_at else "",
        used=wording.length(visit.now - found.used_at, visit.language) if found.used_at else "",
        deadline=why_silence_counts(found.deadline, voice),
        days=_days(found),
        pictures=device_pictures(request, visit, found, span),
        span=span,
        spans=[(one, words(f"span {one} short", visit.language)) for one in SPANS],
        gaps=bars([(_up_to(length, visit), n) for length, n in found.gaps if n >= 0.5]),
        standing=standing,
        past=[_past(kept, voice) for kept in found.faults if kept.ended_at is not None],
        may_place=may(visit.person, "place devices"),
        may_test=may(visit.person, "test devices"),
        may_pause=may(visit.person, "pause devices"),
        tested=tested_of(visit, found.device),
        paused=_paused(visit, found.device.id, voice),
    )


@pages.get("/technician/pictures/{drawing}.{format}")
def save_picture(
    request: Request, visit: Visitor, drawing: str, format: str, device: str, span: Span = "month"
) -> Response:
    """`battery`, `link` or `gaps` of a device."""
    found = health_in_view(visit, device)
    drawn = device_pictures(request, visit, found, span).get(drawing) if found is not None else None
    if found is None or drawn is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    today = visit.now.astimezone(visit.house.site.zone).date()
    name = file_name(found.device.id, f"{drawing}-{span}", today)
    return answer(drawn, found.device.id, format, name)


def device_pictures(request: Request, visit: Visit, found: DeviceHealth, span: Span) -> dict[str, Picture]:
    """No battery where it told of too few levels."""
    voice, today = voice_of(visit.scope, visit.house, visit.now), int(visit.now.timestamp() // 86_400)
    battery = battery_picture(found.levels, found.forecast, today, visit.language)
    course = course_of(request, visit, found.device, span)
    drawn = {"battery": battery} if battery is not None else {}
    return drawn | {
        "link": link_picture(course.link, span, voice),
        "gaps": gaps_picture(course.deaf, course.gone, span, voice),
    }


def _past(kept: Kept, voice: Voice) -> Past:
    kind = kept.fault.kind
    ended = wording.at(kept.ended_at, voice) if kept.ended_at is not None else ""
    return Past(
        name_of_fault(kind, voice),
        what_is_wrong(kept.fault, voice),
        why_it_matters(kind, voice),
        wording.at(kept.fault.since, voice),
        ended,
    )


def _paused(visit: Visit, device: str, voice: Voice) -> Paused | None:
    pause = paused_now(visit).get(device)
    if pause is None:
        return None
    return Paused(until_when(pause.ends_at, voice), pause.reason, visit.house.person_name(pause.owner))


def _days(found: DeviceHealth) -> tuple[str, str, str] | None:
    """(days left, the fewest, the most); None where it cannot be told."""
    outlook = found.forecast
    if outlook.days is None or outlook.low is None or outlook.high is None:
        return None
    days, low, high = (f"{round(n)}" for n in (outlook.days, outlook.low, outlook.high))
    return days, low, high


def _up_to(length: timedelta, visit: Visit) -> str:
    return f"≤ {wording.length(length, visit.language)}"
