"""A resident's year: a calendar of their days, and their weeks against their own."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.care.day_view import Looked
from dashboards.care.resident_view import month_shown, resident_in_view
from dashboards.care.residents import PATH, head_of
from dashboards.care.seen import note_seen
from dashboards.care.year_view import Year, drawn_as_file, weeks_drawn, year_data, year_days, year_drawn
from dashboards.frame import page
from dashboards.pictures.files import answer, file_name
from dashboards.pictures.times import month_name, nearest_month
from dashboards.visit import Visit, Visitor, needs
from hub.year import Yearly
from rules.wording.pictures import words

pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see residents")],
)


@pages.get("/{resident}/year")
def show_year(
    request: Request, visit: Visitor, resident: str, month: date | None = None, of: Yearly | None = None
) -> str:
    """`month`: any day of the last month shown; `of`: what is drawn, the first there is unless given."""
    view = resident_in_view(visit, resident)
    year = year_data(request, visit, view, month)
    shown = year_parts(visit, view, year, month, of)
    note_seen(visit, f"{PATH}/{resident}/year", [resident])
    head = head_of(visit, view, "year", *year_days(year))
    return page(request, visit, "care/resident_year.html", **head, **shown)


def year_parts(
    visit: Visit, view: Looked, year: Year, month: date | None, of: Yearly | None
) -> dict[str, object]:
    """What the page of a year needs besides its head."""
    drawable = [what for what, own in year.days.items() if own]
    chosen = of if of in drawable else next(iter(drawable), None)
    language = visit.language
    before, after = year.first - timedelta(days=1), (year.last + timedelta(days=1)).replace(day=1)
    later = min((after + timedelta(days=360)).replace(day=1), view.today.replace(day=1))
    kept = f"&of={chosen}" if chosen else ""
    since, until = month_name(year.first, language), month_name(year.last, language)
    return {
        "span": words("year", language, since=since, until=until),
        "choices": [(what, words(f"trend {what}", language)) for what in drawable],
        "no_day_yet": bool(year.days) and not drawable,
        "chosen": chosen,
        "month": year.last,
        "days": year_drawn(year, view, chosen) if chosen else None,
        "weeks": weeks_drawn(year, view, chosen) if chosen else None,
        "before": f"?month={before}{kept}" if year.first > view.first else "",
        "after": f"?month={later}{kept}" if after <= view.today else "",
        "query": f"month={year.last}",
        "notice": nearest_month(month_shown(view, month), month, language),
    }


@pages.get("/{resident}/year/{yearly}.{format}")
def save_year(
    request: Request, visit: Visitor, resident: str, yearly: str, format: str, month: date | None = None
) -> Response:
    """`days-` or `weeks-` and what it tells of."""
    view = resident_in_view(visit, resident)
    note_seen(visit, f"{PATH}/{resident}/year/{yearly}.{format}", [resident])
    year = year_data(request, visit, view, month)
    drawn = drawn_as_file(year, view, yearly)
    if drawn is None:
        raise HTTPException(404, "there is no such picture")
    name = file_name(view.room.id, f"year-{yearly}", year.last)
    return answer(drawn, visit.house.room_name(view.room.id), format, name)
