"""The week's letter to a relative as it would leave just now: what staff look at before it does, by the code
that writes it.
"""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.care.relative import relative_in_view
from dashboards.care.relatives import PATH
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.relative.letter import Letter, drawn, letter_to
from dashboards.visit import Visit, Visitor, history_of, needs, settings_of
from hub.relatives.enclosure import Order
from hub.relatives.letters import WEEK_PAGE
from rules.relatives import Known, Reason, may
from rules.wording.relatives import letter_body, letter_subject

pages = APIRouter(
    prefix=f"{PATH}/{{number}}/letter",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see relatives")],
)


class LetterNow(NamedTuple):
    """`week`: what it holds itself; without parts it only leads there, and `text` is all of it.
    `none_because`: of each resident by name why there is no letter at all; empty where there is one.
    """

    subject: str
    text: str
    week: Letter
    none_because: tuple[tuple[str, Reason], ...] = ()


@pages.get("")
def show(request: Request, visit: Visitor, number: int) -> str:
    known = relative_in_view(visit, number)
    note_seen(visit, f"{PATH}/{number}/letter", known.residents)
    now = letter_now(request, visit, known)
    body = now.week.body(f"{PATH}/{number}/letter/", ".png")
    return page(request, visit, "care/relative_letter.html", relative=known.relative, letter=now, body=body)


@pages.get("/{name}.png")
def show_picture(request: Request, visit: Visitor, number: int, name: str) -> Response:
    known = relative_in_view(visit, number)
    note_seen(visit, f"{PATH}/{number}/letter/{name}.png", known.residents)
    for part in letter_now(request, visit, known).week.parts:
        for own, series, _ in part.pictures:
            if own == name:
                return Response(drawn(series, own).png, media_type="image/png")
    raise HTTPException(404, "there is nothing here, or not for you")


def letter_now(request: Request, visit: Visit, known: Known) -> LetterNow:
    """Of every resident of theirs who said yes to the week; none leaves where of nobody it may be shown."""
    site, relative = visit.house.site, known.relative
    at = settings_of(request).web_address
    leads_to = f"{at.rstrip('/')}{WEEK_PAGE}" if at else None
    order = Order(site.site, relative.id, known.residents, ["digest"], leads_to, visit.now)
    week = letter_to(visit.connection, history_of(request, visit), visit.house, known, order)
    text = week.text() if week.parts else letter_body(relative.name, ["digest"], leads_to, relative.language)
    theirs = [one for id in known.residents if (one := visit.house.resident(id)) is not None]
    asked = [(one.name, may(known, "digest", one.id, visit.now, site)) for one in theirs]
    none = () if any(d.allowed for _, d in asked) else tuple((name, d.reason) for name, d in asked)
    return LetterNow(letter_subject(["digest"], site.name, relative.language), text, week, none)
