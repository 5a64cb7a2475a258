"""How good the alarms of a unit are, on a page and as a document to print each month
(docs/alarm-quality.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.access import may
from dashboards.care.quality_report import report_of
from dashboards.care.quality_view import (
    Period,
    chosen_units,
    month_name,
    period,
    periods,
    reader_of,
    reviewed,
    view,
)
from dashboards.frame import page
from dashboards.visit import Visit, Visitor, needs
from hub.alarm_quality import quality_of, there_since
from hub.store import quality_reports
from rules.wording.pictures import words

PATH = "/care/quality"


class ReportRow(NamedTuple):
    """`month`: `2026-10`, `word`: the same in words."""

    unit: str
    unit_name: str
    month: str
    word: str
    made_at: datetime


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
        periods=periods(reader_of(visit), there_since(visit.connection, visit.house.site.site, visit.now)),
        may_see_rules=may(visit.person, "see rules"),
        **_values(visit, unit, _period(visit, month)),
    )


@pages.get("/report.pdf")
def report(visit: Visitor, unit: str = "", month: str = "") -> Response:
    """The same figures as a document."""
    chosen = _period(visit, month)
    values = _values(visit, unit, chosen)
    document = report_of(reader_of(visit), values["quality"], chosen, values["whose"])
    return _as_pdf(visit, document, unit, chosen.name)


@pages.get("/reports")
def show_reports(request: Request, visit: Visitor) -> str:
    """The archive: each month of each unit, as it was reported."""
    return page(request, visit, "care/quality_reports.html", rows=reports_of(visit))


@pages.get("/reports/{unit}/{month}.pdf")
def show_report(visit: Visitor, unit: str, month: str) -> Response:
    found = quality_reports.get(visit.connection, visit.house.site.site, unit, month)
    if found is None or not visit.access.sees_unit(unit):
        raise HTTPException(404, "there is nothing here, or not for you")
    return _as_pdf(visit, found.pdf, unit, month)


def reports_of(visit: Visit) -> list[ReportRow]:
    """Of the units that this person sees, the newest first."""
    reader = reader_of(visit)
    return [
        ReportRow(
            one.unit, visit.house.unit_name(one.unit), one.month, month_name(reader, one.month), one.made_at
        )
        for one in quality_reports.of(visit.connection, visit.house.site.site)
        if visit.access.sees_unit(one.unit)
    ]


def _as_pdf(visit: Visit, document: bytes, unit: str, month: str) -> Response:
    name = f"vaka-{visit.house.site.site}-{unit or 'house'}-{month}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(document, media_type="application/pdf", headers=headers)


def _period(visit: Visit, month: str) -> Period:
    found = period(reader_of(visit), month)
    if found is None:
        raise HTTPException(422, f"{month!r} is no month; expected e.g. 2026-10")
    return found


def _values(visit: Visit, unit: str, over: Period) -> dict[str, Any]:
    units = chosen_units(visit, unit)
    if units is not None and not units:
        raise HTTPException(404, "there is no such unit, or not for you")
    found = quality_of(visit.connection, visit.house.site, units, over.since, over.until, visit.now)
    whose = visit.house.unit_name(unit) if unit else ""
    weeks = [
        (words(f"trend {one.trend}", visit.language), one.of, one.useful, one.not_useful)
        for one in reviewed(visit, units, over.since, over.until)
    ]
    return {
        "period": over,
        "whose": whose,
        "shown": view(reader_of(visit), found),
        "quality": found,
        "reviewed": weeks,
    }
