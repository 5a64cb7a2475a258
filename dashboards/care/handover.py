"""The hand-over: what the next shift must know, on one page that can be printed, with notes to those who come
and a receipt by those who have read it.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.away import residents_of
from dashboards.care.duty_view import units_of
from dashboards.care.handover_view import HOURS, handed_over, notes_of
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import clock_text, day_text, render
from dashboards.pdf import pdf
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.hand_over import HandOver
from hub.store.hand_over import Note
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

PATH = "/care/handover"
COUNTS = (1, 3, 6, 9)
"""For how many shifts after the one that runs a note may be written on the page."""
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("hand over")],
)


@pages.get("")
def show(request: Request, visit: Visitor, hours: int = 12, notice: str = "") -> str:
    return _page(request, visit, hours, notice=notice)


@pages.post("/notes", dependencies=[OurForm])
def write(
    request: Request,
    visit: Visitor,
    about: Annotated[str, Form()] = "",
    words: Annotated[str, Form(max_length=2000, title="What they must know")] = "",
    shifts: Annotated[int, Form(title="For how long")] = 1,
) -> Response:
    """`about`: `unit:sol` or `resident:r1`; `unit:` is the whole house."""
    kind, _, id = about.partition(":")
    if kind == "resident":
        done = write_note(request, visit, "", id, words, shifts)
    elif kind == "unit":
        done = write_note(request, visit, id, None, words, shifts)
    else:
        done = Refusal("nothing that it is about", "no_about")
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, 12, refusal_text(done, visit.language), about, words), 422)
    return RedirectResponse(f"{PATH}?notice=written#notes", 303)


@pages.post("/notes/{number}/end", dependencies=[OurForm])
def end(request: Request, visit: Visitor, number: int) -> Response:
    """It has been seen to."""
    end_note(request, visit, number)
    return RedirectResponse(f"{PATH}?notice=ended#notes", 303)


@pages.post("/read", dependencies=[OurForm])
def confirm(request: Request, visit: Visitor) -> Response:
    """ "I have read it." """
    _book(request, visit).read(visit.person.id)
    return RedirectResponse(f"{PATH}?notice=read#read", 303)


@pages.get("/handover.pdf")
def print_out(visit: Visitor, hours: int = 12) -> Response:
    local = visit.now.astimezone(visit.house.site.zone)
    name = f"vaka-{visit.house.site.site}-{local:%Y-%m-%d-%H%M}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(handover_pdf(visit, hours), media_type="application/pdf", headers=headers)


def write_note(
    request: Request, visit: Visit, unit: str, resident: str | None, words: str, count: int
) -> Note | Refusal:
    """About a resident whom they see, a unit of theirs, or the house, where all of it is theirs."""
    if resident is not None and resident not in {r.id for r in residents_of(visit)}:
        return Refusal("no such resident, or not for you", "no_resident")
    elsewhere = unit not in {one.id for one in units_of(visit)} if unit else visit.access.units is not None
    if resident is None and elsewhere:
        return Refusal("no such unit, or not yours", "no_unit")
    return _book(request, visit).write(unit, resident, words, count, visit.person.id)


def end_note(request: Request, visit: Visit, number: int) -> None:
    """404 where there is no such note, or it is none of theirs."""
    if number not in {note.id for note in notes_of(visit)}:
        raise HTTPException(404, "there is no such note any more, or not for you")
    _book(request, visit).end(number, visit.person.id)


def handover_pdf(visit: Visit, hours: int) -> bytes:
    """The page as a document."""
    zone, language = visit.house.site.zone, visit.language
    told = handed_over(visit, min(max(hours, 1), 72))
    note_seen(visit, f"{PATH}/handover.pdf", (r.id for r in residents_of(visit)))
    when = f"{day_text(visit.now, zone, language)}, {clock_text(visit.now, zone, language)}"
    units = ", ".join(unit.name for unit in units_of(visit))
    text = render(
        language, "care/_handover_document.json", told=told, site=visit.house.site, when=when, units=units
    )
    said = json.loads(text)
    return pdf("hand_over", {**said, "language": language}, visit.now)


def _book(request: Request, visit: Visit) -> HandOver:
    return HandOver(visit.connection, visit.house.site, clock_of(request))


def _page(
    request: Request,
    visit: Visit,
    hours: int,
    fault: str = "",
    about: str = "",
    words: str = "",
    notice: str = "",
) -> str:
    told = handed_over(visit, min(max(hours, 1), 72))
    residents = residents_of(visit)
    note_seen(visit, PATH, (resident.id for resident in residents))
    choices = [(f"unit:{unit.id}", unit.name) for unit in units_of(visit)]
    choices += [("unit:", visit.house.site.name)] if visit.access.units is None else []
    choices += [(f"resident:{r.id}", f"{visit.house.room_name(r.room)} {r.name}") for r in residents]
    said = render(visit.language, "care/_handover_notice.txt", said=notice).strip() if notice else ""
    return page(
        request,
        visit,
        "care/handover.html",
        told=told,
        board=told.board,
        off=told.off,
        lacking=told.lacking,
        reviews=told.reviews,
        on_again=told.on_again,
        back=told.back,
        hours=told.hours,
        all_hours=HOURS,
        counts=COUNTS,
        choices=choices,
        about=about,
        words=words,
        fault=fault,
        notice=said,
        i_have_read=any(reader.is_me and reader.at for reader in told.readers),
    )
