"""Unusual look-ups, for the leader to ask about; that somebody did is noted in the trail itself."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.look_ups import DAYS, REVIEWED, Question, questions
from hub.store import audit
from rules import wording
from rules.building import Room
from rules.look_ups import Reason

PATH = "/audit/review"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("review look-ups")],
)
LONGEST_NOTE = 400


class Asked(NamedTuple):
    """A question in words. `mine`: about the reader's own look-ups, which somebody else reviews."""

    key: str
    mine: bool
    reason: Reason
    by: str
    residents: tuple[str, ...]
    pages: int
    at: str
    reviewed_by: str
    note: str


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    found = asked(visit)
    note_seen(visit, PATH, (r for q in found for r in q.of.residents))
    shown = [_in_words(visit, one) for one in found]
    return page(
        request,
        visit,
        "audit/review.html",
        waiting=[one for one in shown if not one.reviewed_by],
        done=[one for one in shown if one.reviewed_by],
        days=DAYS,
        reviewed=notice == "reviewed",
    )


@pages.post("/{key}", dependencies=[OurForm])
def review(
    visit: Visitor,
    key: str,
    note: Annotated[str, Form(max_length=LONGEST_NOTE, title="What you were told")] = "",
) -> RedirectResponse:
    note_reviewed(visit, key, note)
    return RedirectResponse(f"{PATH}?notice=reviewed", 303)


def asked(visit: Visit) -> list[Question]:
    return questions(visit.connection, visit.house.site, visit.access.units, visit.now)


def note_reviewed(visit: Visit, key: str, note: str) -> None:
    """Raises 404 where there is no such question, and 403 for who would review their own look-ups."""
    question = next((one for one in asked(visit) if one.key == key), None)
    if question is None:
        raise HTTPException(404, "there is no such look-up, or not for you")
    if question.of.by == visit.person.id:
        raise HTTPException(403, "nobody reviews their own look-ups; expected another leader")
    found = [room.unit for id in question.of.residents if (room := _home(visit, id)) is not None]
    said = {"key": key, "note": note.strip(), "units": list(dict.fromkeys(found))}
    audit.add(visit.connection, visit.house.site.site, visit.now, visit.person.id, REVIEWED, said)


def _home(visit: Visit, id: str) -> Room | None:
    resident = visit.house.resident(id)
    return visit.house.room(resident.room) if resident is not None else None


def _in_words(visit: Visit, question: Question) -> Asked:
    house = visit.house
    voice = wording.Voice(visit.language, house.site.zone, visit.now)
    residents = (house.resident(id) for id in question.of.residents)
    return Asked(
        question.key,
        question.of.by == visit.person.id,
        question.of.reason,
        house.person_name(question.of.by),
        tuple(r.name for r in residents if r is not None and visit.access.sees_resident(r, house.site)),
        len(question.of.look_ups),
        wording.at(question.of.look_ups[0].at, voice),
        house.person_name(question.reviewed_by) if question.reviewed_by is not None else "",
        question.note,
    )
