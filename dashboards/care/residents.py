"""The residents: who lives here, by unit, and a page for each, with what matters now and their pictures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.off import Line as OffLine
from dashboards.care.off import lines as off_lines
from dashboards.care.resident_view import (
    ResidentView,
    day_drawn,
    day_shown,
    last_sign,
    month_shown,
    nights_drawn,
    resident_in_view,
    residents_of,
    trends_data,
    trends_drawn,
)
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.pdf import pdf
from dashboards.pictures.files import answer, svg
from dashboards.pictures.times import month_before, month_name, next_month
from dashboards.snapshot import Snapshot, read_snapshot
from dashboards.views import Card, card, voice_of
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.activity import Trend
from hub.store import trend_reviews
from hub.store.db import transaction
from hub.store.trend_reviews import Opinion, Review
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
Shown = Literal["day", "nights", "trends"]


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
    return page(request, visit, "care/residents.html", by_unit={u: own for u, own in by_unit.items() if own})


@pages.get("/{resident}")
def show_day(request: Request, visit: Visitor, resident: str, day: date | None = None) -> str:
    view = resident_in_view(visit, resident)
    shown = day_shown(view, day)
    picture = day_drawn(request, visit, view, shown)
    sign = last_sign(request, visit, view)
    note_seen(visit, f"{PATH}/{resident}", [resident])
    return page(
        request,
        visit,
        "care/resident.html",
        **_head(visit, view, "day"),
        off=_off(visit, view),
        sign=(wording.at(sign[0], view.voice), sign[1]) if sign is not None else None,
        sign_ago=wording.length(visit.now - sign[0], visit.language) if sign is not None else "",
        picture=picture,
        before=f"?day={shown - timedelta(days=1)}" if shown > view.first else "",
        after=f"?day={shown + timedelta(days=1)}" if shown < view.today else "",
        query=f"day={shown}",
    )


@pages.get("/{resident}/nights")
def show_nights(request: Request, visit: Visitor, resident: str, month: date | None = None) -> str:
    view = resident_in_view(visit, resident)
    shown = month_shown(view, month)
    picture = nights_drawn(request, visit, view, shown)
    note_seen(visit, f"{PATH}/{resident}/nights", [resident])
    return page(
        request,
        visit,
        "care/resident_nights.html",
        **_head(visit, view, "nights"),
        picture=picture,
        before=f"?month={month_before(shown)}" if shown > view.first else "",
        after=f"?month={next_month(shown)}" if next_month(shown) <= view.today else "",
        query=f"month={shown}",
    )


@pages.get("/{resident}/trends")
def show_trends(request: Request, visit: Visitor, resident: str, notice: str = "") -> str:
    view = resident_in_view(visit, resident)
    data = trends_data(request, visit, view)
    site = visit.house.site.site
    given = {(r.trend, r.week): r for r in trend_reviews.of(visit.connection, site, resident)}
    counted = trend_reviews.counted(visit.connection, site)
    note_seen(visit, f"{PATH}/{resident}/trends", [resident])
    rows = []
    for trend, picture in trends_drawn(view, data).items():
        last = data[trend][-1] if data[trend] else None
        opinion = given.get((trend, last.monday)) if last is not None else None
        rows.append(
            {
                "trend": trend,
                "picture": picture,
                "week": last.monday if last is not None and last.verdict != "too_little" else None,
                "opinion": opinion.opinion if opinion is not None else "",
                "useful": counted.get((trend, "useful"), 0),
                "not_useful": counted.get((trend, "not_useful"), 0),
            }
        )
    said = render(visit.language, "care/_trend_notice.txt").strip() if notice == "reviewed" else ""
    return page(
        request, visit, "care/resident_trends.html", **_head(visit, view, "trends"), rows=rows, notice=said
    )


@pages.post("/{resident}/trends", dependencies=[OurForm])
def review_trend(
    request: Request,
    visit: Visitor,
    resident: str,
    trend: Annotated[Trend, Form()],
    week: Annotated[date, Form()],
    opinion: Annotated[Opinion, Form()],
) -> Response:
    put_review(request, visit, resident, trend, week, opinion)
    return RedirectResponse(f"{PATH}/{resident}/trends?notice=reviewed#{trend}", 303)


def put_review(
    request: Request, visit: Visit, resident: str, trend: Trend, week: date, opinion: Opinion
) -> Review:
    """Staff's word on a week that was told of; 404 for any other."""
    told = trends_data(request, visit, resident_in_view(visit, resident)).get(trend, [])
    if not any(one.monday == week and one.verdict != "too_little" for one in told):
        raise HTTPException(404, "nothing was told of that week")
    review = Review(trend, week, opinion, visit.person.id)
    with transaction(visit.connection):
        trend_reviews.put(visit.connection, visit.house.site.site, resident, review, visit.now)
    return review


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
    if picture == "day":
        drawn = day_drawn(request, visit, view, day_shown(view, day))
    elif picture == "nights":
        drawn = nights_drawn(request, visit, view, month_shown(view, month))
    else:
        found = {str(t): p for t, p in trends_drawn(view, trends_data(request, visit, view)).items()}
        if picture not in found:
            raise HTTPException(404, "there is no such picture")
        drawn = found[picture]
    whose = visit.house.room_name(view.room.id)
    return answer(drawn, whose, format, f"{resident}-{picture}")


@pages.get("/{resident}/month.pdf")
def print_month(request: Request, visit: Visitor, resident: str, month: date | None = None) -> Response:
    """Nights and trends on paper, for a meeting about somebody's care."""
    view = resident_in_view(visit, resident)
    shown, language = month_shown(view, month), visit.language
    note_seen(visit, f"{PATH}/{resident}/month.pdf", [resident])
    whose = visit.house.room_name(view.room.id)
    drawn = [nights_drawn(request, visit, view, shown)]
    drawn += trends_drawn(view, trends_data(request, visit, view)).values()
    title = f"{view.resident.name}, {month_name(shown, language)}"
    said = {
        "language": language,
        "title": title,
        "house": f"{visit.house.site.name} · {visit.house.unit_name(view.room.unit)} · {whose}",
        "foot": f"{title} · {wording.at(visit.now, view.voice)} · {visit.person.name}",
        "notes": [words("not a diagnosis", language)]
        + ([words("nobody apart", language)] if view.shared else []),
        "pictures": [
            {"title": one.title, "says": one.says, "svg": svg(one, whose), "alt": f"{one.title}. {one.says}"}
            for one in drawn
        ],
    }
    kept = {"Content-Disposition": f'inline; filename="{resident}-{shown:%Y-%m}.pdf"'}
    return Response(pdf("month", said, visit.now), media_type="application/pdf", headers=kept)


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
        tuple(card(a, house, voice, visit.access) for a in own),
    )


def _head(visit: Visit, view: ResidentView, shown: Shown) -> dict[str, object]:
    snapshot = read_snapshot(visit.connection, visit.house, visit.now)
    now = now_of(visit, snapshot, view.resident.id)
    return {"one": now, "shown": shown, "path": f"{PATH}/{view.resident.id}", "shared": view.shared}


def _off(visit: Visit, view: ResidentView) -> list[OffLine]:
    """What is off in the flat; that nobody is at home is said by itself."""
    return [one for one in off_lines(visit) if one.room_id == view.room.id and one.cause != "away"]
