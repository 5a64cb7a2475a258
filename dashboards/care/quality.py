"""How good the alarms of a unit are, on a page and as a document to print each month
(docs/alarm-quality.md).
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.care.quality_view import Period, chosen_units, period, periods, view
from dashboards.frame import page
from dashboards.pages import render
from dashboards.pdf import pdf
from dashboards.visit import Visit, Visitor, needs
from hub.alarm_quality import quality_of

PATH = "/care/quality"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see alarm quality")],
)


@pages.get("")
def show(request: Request, visit: Visitor, unit: str = "", month: str = "") -> str:
    return page(
        request,
        visit,
        "care/quality.html",
        choices=[(one.id, one.name) for one in visit.house.site.units if visit.access.sees_unit(one.id)],
        unit=unit,
        month=month,
        periods=periods(visit),
        **_values(visit, unit, _period(visit, month)),
    )


@pages.get("/report.pdf")
def report(visit: Visitor, unit: str = "", month: str = "") -> Response:
    """The same figures as a document."""
    chosen = _period(visit, month)
    values = _values(visit, unit, chosen) | {"house": visit.house.site.name}
    said: dict[str, Any] = json.loads(render(visit.language, "care/_quality_document.json", **values))
    document = pdf("alarm_quality", {"language": visit.language, **said}, visit.now)
    name = f"vaka-{visit.house.site.site}-{unit or 'house'}-{chosen.name}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(document, media_type="application/pdf", headers=headers)


def _period(visit: Visit, month: str) -> Period:
    found = period(visit, month)
    if found is None:
        raise HTTPException(422, f"{month!r} is no month; expected e.g. 2026-10")
    return found


def _values(visit: Visit, unit: str, over: Period) -> dict[str, Any]:
    units = chosen_units(visit, unit)
    if units is not None and not units:
        raise HTTPException(404, "there is no such unit, or not for you")
    found = quality_of(visit.connection, visit.house.site, units, over.since, over.until)
    whose = visit.house.unit_name(unit) if unit else ""
    return {"period": over, "whose": whose, "shown": view(visit, found), "quality": found}
