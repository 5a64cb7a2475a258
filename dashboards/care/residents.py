"""The residents: who lives here, by unit, and a page for each, with what matters now and their pictures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.day_view import day_drawn, day_shown
from dashboards.care.month_print import month_as_pdf
from dashboards.care.off import Line as OffLine
from dashboards.care.off import lines as off_lines
from dashboards.care.resident_view import (
    ResidentView,
    month_of_nights,
    nights_drawn,
    nights_in,
    resident_in_view,
    residents_of,
)
from dashboards.care.room_view import shared_rooms
from dashboards.care.seen import note_seen
from dashboards.care.trend_reviews import put_review, rows_of
from dashboards.care.weeks_view import trend_days, trends_data, trends_drawn
from dashboards.frame import page
from dashboards.pages import render
from dashboards.pictures.files import answer, file_name
from dashboards.pictures.times import month_before, nearest, nearest_month, next_month
from dashboards.snapshot import Snapshot, read_snapshot
from dashboards.views import Card, card, voice_of
from dashboards.visit import OurForm, Visit, Visitor, history_of, needs
from hub.activity import Trend
from hub.last_sign import last_sign_of
from hub.store.trend_reviews import Opinion
from rules import wording
from rules.protection import State
from rules.wording.pictures import words

PATH = "/care/residents"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see residents")],
)
Shown = Literal["hour", "day", "nights", "trends", "year"]


class NowView(NamedTuple):
    """How a resident is watched over now. `state`: None where nothing is known of it yet."""

    id: str
    name: str
    room: str
    unit: str
    state: State | None
    why: tuple[str, ...]
    since: str
    away_until: str
    open: tuple[Card, ...]


@pages.get("")
def show_list(request: Request, visit: Visitor) -> str:
    snapshot = read_snapshot(visit.connection, visit.house, visit.now)
    rows = [now_of(visit, snapshot, one.id) for one in residents_of(visit)]
    note_seen(visit, PATH, (row.id for row in rows))
    by_unit = {unit.name: [row for row in rows if row.unit == unit.name] for unit in visit.house.site.units}
    house = visit.house
    shared = [
        (view.room.id, house.room_name(view.room.id), house.unit_name(view.room.unit))
        for view in shared_rooms(request, visit)
    ]
    return page(
        request,
        visit,
        "care/residents.html",
        by_unit={u: own for u, own in by_unit.items() if own},
        shared=shared,
    )


@pages.get("/{resident}")
def show_day(request: Request, visit: Visitor, resident: str, day: date | None = None) -> str:
    view = resident_in_view(visit, resident)
    shown = day_shown(view, day)
    picture = day_drawn(request, visit, view, shown)
    sign = last_sign_of(
        visit.connection, history_of(request, visit), visit.house.site, view.resident, visit.now
    )
    note_seen(visit, f"{PATH}/{resident}", [resident])
    return page(
        request,
        visit,
        "care/resident.html",
        **head_of(visit, view, "day", shown, shown),
        off=_off(visit, view),
        sign=(wording.at(sign.at, view.voice), sign.device) if sign is not None else None,
        sign_ago=wording.length(visit.now - sign.at, visit.language) if sign is not None else "",
        picture=picture,
        before=f"?day={shown - timedelta(days=1)}" if shown > view.first else "",
        after=f"?day={shown + timedelta(days=1)}" if shown < view.today else "",
        query=f"day={shown}",
        notice=nearest(shown, day, visit.language),
    )


@pages.get("/{resident}/nights")
def show_nights(request: Request, visit: Visitor, resident: str, month: date | None = None) -> str:
    view = resident_in_view(visit, resident)
    shown = month_of_nights(view, month)
    picture = nights_drawn(request, visit, view, shown)
    note_seen(visit, f"{PATH}/{resident}/nights", [resident])
    return page(
        request,
        visit,
        "care/resident_nights.html",
        **head_of(visit, view, "nights", *nights_in(shown)),
        picture=picture,
        before=f"?month={month_before(shown)}" if shown > view.first else "",
        after=f"?month={next_month(shown)}" if next_month(shown) <= view.today else "",
        query=f"month={shown}",
        notice=nearest_month(shown, month, visit.language),
    )


@pages.get("/{resident}/trends")
def show_trends(request: Request, visit: Visitor, resident: str, notice: str = "") -> str:
    view = resident_in_view(visit, resident)
    data = trends_data(request, visit, view)
    rows = rows_of(visit, "resident", resident, data, trends_drawn(view, data))
    note_seen(visit, f"{PATH}/{resident}/trends", [resident])
    said = render(visit.language, "care/_trend_notice.txt").strip() if notice == "reviewed" else ""
    head = head_of(visit, view, "trends", *trend_days(view))
    return page(request, visit, "care/resident_trends.html", **head, rows=rows, notice=said)


@pages.post("/{resident}/trends", dependencies=[OurForm])
def review_trend(
    request: Request,
    visit: Visitor,
    resident: str,
    trend: Annotated[Trend, Form()],
    week: Annotated[date, Form()],
    opinion: Annotated[Opinion, Form()],
) -> Response:
    told = trends_data(request, visit, resident_in_view(visit, resident)).get(trend, [])
    put_review(visit, "resident", resident, told, trend, week, opinion)
    return RedirectResponse(f"{PATH}/{resident}/trends?notice=reviewed#{trend}", 303)


@pages.get("/{resident}/pictures/{picture}.{format}")
def save_picture(
    request: Request,
    visit: Visitor,
    resident: str,
    picture: str,
    format: str,
    day: date | None = None,
    month: date | None = None,
) -> Response:
    """`day`, `nights`, or a trend's name."""
    view = resident_in_view(visit, resident)
    note_seen(visit, f"{PATH}/{resident}/pictures/{picture}.{format}", [resident])
    shown = view.today
    if picture == "day":
        shown = day_shown(view, day)
        drawn = day_drawn(request, visit, view, shown)
    elif picture == "nights":
        shown = month_of_nights(view, month)
        drawn = nights_drawn(request, visit, view, shown)
    else:
        found = {str(t): p for t, p in trends_drawn(view, trends_data(request, visit, view)).items()}
        if picture not in found:
            raise HTTPException(404, "there is no such picture")
        drawn = found[picture]
    whose = visit.house.room_name(view.room.id)
    return answer(drawn, whose, format, file_name(view.room.id, picture, shown))


@pages.get("/{resident}/month.pdf")
def print_month(request: Request, visit: Visitor, resident: str, month: date | None = None) -> Response:
    """Nights and trends on paper, for a meeting about somebody's care."""
    view = resident_in_view(visit, resident)
    shown, language = month_of_nights(view, month), visit.language
    note_seen(visit, f"{PATH}/{resident}/month.pdf", [resident])
    drawn = [nights_drawn(request, visit, view, shown)]
    drawn += trends_drawn(view, trends_data(request, visit, view)).values()
    days = (*nights_in(shown), *trend_days(view))
    nobody_apart = view.nobody_apart(min(days), max(days))
    notes = [words("not a diagnosis", language), *([nobody_apart] if nobody_apart else [])]
    return month_as_pdf(visit, view, view.resident.name, shown, drawn, notes)


def now_of(visit: Visit, snapshot: Snapshot, id: str) -> NowView:
    """How one whom the visitor sees is watched over now."""
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    resident = house.resident(id)
    assert resident is not None
    room = house.room(resident.room)
    found = snapshot.protection.get(id)
    why = () if found is None else found.protection.why
    told = (wording.why_not_covered(one, house.rule_names, voice, house.people) for one in why)
    away = snapshot.away.get(id)
    own = [a for a in snapshot.open if id in a.residents and visit.access.sees_alert(a)]
    return NowView(
        id,
        resident.name,
        house.room_name(resident.room),
        house.unit_name(room.unit) if room is not None else "",
        found.protection.state if found is not None else None,
        tuple(dict.fromkeys(told)),
        wording.since(found.since, voice) if found is not None else "",
        wording.at(away.back_by, voice) if away is not None else "",
        tuple(card(a, house, voice, visit.access, more_hands=snapshot.more_hands.get(a.id)) for a in own),
    )


def head_of(visit: Visit, view: ResidentView, shown: Shown, first: date, last: date) -> dict[str, object]:
    """What the head of each of a resident's pages needs. `first`, `last`: the days that it tells of."""
    snapshot = read_snapshot(visit.connection, visit.house, visit.now)
    now = now_of(visit, snapshot, view.resident.id)
    path, nobody_apart = f"{PATH}/{view.resident.id}", view.nobody_apart(first, last)
    return {"one": now, "shown": shown, "path": path, "nobody_apart": nobody_apart}


def _off(visit: Visit, view: ResidentView) -> list[OffLine]:
    """What is off in the flat; that nobody is at home is said by itself."""
    return [one for one in off_lines(visit) if one.room_id == view.room.id and one.cause != "away"]
