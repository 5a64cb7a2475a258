"""How many alerts a unit's staff had to take in, by hour of a day or by day over four weeks; of nobody."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.pictures import Picture
from dashboards.pictures.files import answer, file_name
from dashboards.pictures.load import DAYS, By, edges, load_picture
from dashboards.pictures.times import EARLIEST, nearest
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, needs
from hub.store import alerts
from rules.alarm_load import Spread, spread
from rules.alarm_quality import ABOUT_VAKA
from rules.building import Unit
from rules.health.telling import is_fault_rule

PATH = "/care/quality/load"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see alarm quality")],
)


def units_of(visit: Visit) -> list[Unit]:
    return [unit for unit in visit.house.site.units if visit.access.sees_unit(unit.id)]


def unit_in_view(visit: Visit, id: str) -> Unit:
    """The first that the visitor sees, where none is named; 404 for another's."""
    found = next((unit for unit in units_of(visit) if id in ("", unit.id)), None)
    if found is None:
        raise HTTPException(404, "there is no such unit, or not for you")
    return found


def day_shown(visit: Visit, asked: date | None) -> date:
    today = visit.now.astimezone(visit.house.site.zone).date()
    return max(min(asked or today, today), EARLIEST)


def load_of(visit: Visit, unit: str, day: date, by: By) -> Spread:
    """Alerts to care staff as the hub knew of them; those to technicians are others'."""
    parts = edges(day, by, voice_of(visit.scope, visit.house, visit.now))
    raised = alerts.raised_between(visit.connection, visit.house.site.site, parts[0], parts[-1])
    return spread(
        (
            (at, severity)
            for at, severity, of, rule in raised
            if of in (unit, "") and not (is_fault_rule(rule) or rule in ABOUT_VAKA)
        ),
        parts,
        visit.now,
    )


def load_drawn(visit: Visit, unit: str, day: date, by: By) -> Picture:
    voice = voice_of(visit.scope, visit.house, visit.now)
    return load_picture(load_of(visit, unit, day, by), day, by, voice)


@pages.get("")
def show(request: Request, visit: Visitor, unit: str = "", day: date | None = None, by: By = "hour") -> str:
    of, shown = unit_in_view(visit, unit), day_shown(visit, day)
    today = day_shown(visit, None)
    step = timedelta(days=1 if by == "hour" else DAYS)
    link = f"?unit={of.id}&by={by}&day="
    return page(
        request,
        visit,
        "care/load.html",
        choices=units_of(visit),
        unit=of,
        by=by,
        picture=load_drawn(visit, of.id, shown, by),
        before=f"{link}{shown - step}",
        after=f"{link}{min(shown + step, today)}" if shown < today else "",
        query=f"unit={of.id}&by={by}&day={shown}",
        notice=nearest(shown, day, visit.language),
    )


@pages.get("/picture.{format}")
def save(visit: Visitor, format: str, unit: str = "", day: date | None = None, by: By = "hour") -> Response:
    of = unit_in_view(visit, unit)
    shown = day_shown(visit, day)
    drawn = load_drawn(visit, of.id, shown, by)
    return answer(drawn, of.name, format, file_name(of.id, f"load-{by}", shown))
