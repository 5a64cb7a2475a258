"""A room in which nobody lives over time: its month by the hour, its weeks against its own, its year."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.month_print import month_as_pdf
from dashboards.care.resident_view import month_shown
from dashboards.care.room_month import room_month_drawn
from dashboards.care.room_view import room_in_view
from dashboards.care.rooms import PATH, head_of
from dashboards.care.seen import note_room_seen
from dashboards.care.trend_reviews import put_review, rows_of
from dashboards.care.weeks_view import trends_data, trends_drawn
from dashboards.care.year import year_parts
from dashboards.care.year_view import drawn_as_file, year_data
from dashboards.frame import page
from dashboards.pages import render
from dashboards.pictures import Picture
from dashboards.pictures.files import answer, file_name
from dashboards.pictures.times import month_before, month_name, nearest_month, next_month
from dashboards.visit import OurForm, Visitor, needs
from hub.activity import Trend
from hub.store.trend_reviews import Opinion
from hub.year import Yearly
from rules.wording.pictures import words

pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see residents")],
)


@pages.get("/{room}/month")
def show_month(
    request: Request, visit: Visitor, room: str, month: date | None = None, of: Yearly | None = None
) -> str:
    """`month`: any day of it; `of`: what is drawn, the first there is unless given."""
    view = room_in_view(request, visit, room)
    shown, language = month_shown(view, month), visit.language
    drawn = room_month_drawn(request, visit, view, shown)
    note_room_seen(visit, f"{PATH}/{room}/month", room)
    chosen = of if of in drawn else next(iter(drawn), None)
    kept = f"&of={chosen}" if chosen else ""
    return page(
        request,
        visit,
        "care/room_month.html",
        **head_of(visit, view, "month"),
        span=month_name(shown, language),
        choices=[(what, words(f"trend {what}", language)) for what in drawn],
        chosen=chosen,
        month=shown,
        picture=drawn[chosen] if chosen else None,
        before=f"?month={month_before(shown)}{kept}" if shown > view.first else "",
        after=f"?month={next_month(shown)}{kept}" if next_month(shown) <= view.today else "",
        query=f"month={shown}",
        notice=nearest_month(shown, month, language),
    )


@pages.get("/{room}/trends")
def show_trends(request: Request, visit: Visitor, room: str, notice: str = "") -> str:
    view = room_in_view(request, visit, room)
    data = trends_data(request, visit, view)
    rows = rows_of(visit, "room", room, data, trends_drawn(view, data))
    note_room_seen(visit, f"{PATH}/{room}/trends", room)
    said = render(visit.language, "care/_trend_notice.txt").strip() if notice == "reviewed" else ""
    return page(
        request, visit, "care/room_trends.html", **head_of(visit, view, "trends"), rows=rows, notice=said
    )


@pages.post("/{room}/trends", dependencies=[OurForm])
def review_trend(
    request: Request,
    visit: Visitor,
    room: str,
    trend: Annotated[Trend, Form()],
    week: Annotated[date, Form()],
    opinion: Annotated[Opinion, Form()],
) -> Response:
    told = trends_data(request, visit, room_in_view(request, visit, room)).get(trend, [])
    put_review(visit, "room", room, told, trend, week, opinion)
    return RedirectResponse(f"{PATH}/{quote(room, safe='')}/trends?notice=reviewed#{trend}", 303)


@pages.get("/{room}/year")
def show_year(
    request: Request, visit: Visitor, room: str, month: date | None = None, of: Yearly | None = None
) -> str:
    """`month`: any day of the last month shown; `of`: what is drawn, the first there is unless given."""
    view = room_in_view(request, visit, room)
    shown = year_parts(visit, view, year_data(request, visit, view, month), month, of)
    note_room_seen(visit, f"{PATH}/{room}/year", room)
    return page(request, visit, "care/room_year.html", **head_of(visit, view, "year"), **shown)


@pages.get("/{room}/month.pdf")
def print_month(request: Request, visit: Visitor, room: str, month: date | None = None) -> Response:
    """The month and the weeks on paper, for a meeting."""
    view = room_in_view(request, visit, room)
    shown = month_shown(view, month)
    note_room_seen(visit, f"{PATH}/{room}/month.pdf", room)
    drawn = list(room_month_drawn(request, visit, view, shown).values())
    drawn += trends_drawn(view, trends_data(request, visit, view)).values()
    notes = [words("nobody in particular", visit.language)]
    return month_as_pdf(visit, view, visit.house.room_name(room), shown, drawn, notes)


@pages.get("/{room}/{span}/{what}.{format}")
def save_picture(
    request: Request,
    visit: Visitor,
    room: str,
    span: str,
    what: str,
    format: str,
    month: date | None = None,
) -> Response:
    """`span`: month, trends or year; `what`: what it tells of, a year's begins `days-` or `weeks-`."""
    view = room_in_view(request, visit, room)
    note_room_seen(visit, f"{PATH}/{room}/{span}/{what}.{format}", room)
    drawn: Picture | None = None
    shown = view.today if span == "trends" else month_shown(view, month)
    if span == "month":
        found = room_month_drawn(request, visit, view, shown)
        drawn = {str(one): picture for one, picture in found.items()}.get(what)
    elif span == "trends":
        weeks = trends_drawn(view, trends_data(request, visit, view))
        drawn = {str(one): picture for one, picture in weeks.items()}.get(what)
    elif span == "year":
        drawn = drawn_as_file(year_data(request, visit, view, month), view, what)
    if drawn is None:
        raise HTTPException(404, "there is no such picture")
    return answer(drawn, visit.house.room_name(room), format, file_name(room, f"{span}-{what}", shown))
