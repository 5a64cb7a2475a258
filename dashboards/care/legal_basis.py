"""Consents and decisions: what each resident may be watched over for, what is off without, and what has to be
looked at again. Leaders and administrators register and withdraw; it takes effect at once.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.bases import bases_of, reviews_of, rule_word
from dashboards.care.edit import part_of, put
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.site.edits import PutPart
from rules.building import Resident

PATH = "/care/legal-basis"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see legal basis")],
)


class Row(NamedTuple):
    """A resident in the list. `off`: rules that are off for lack of a basis; `valid`: bases that count."""

    id: str
    name: str
    room: str
    valid: int
    off: tuple[str, ...]
    due: str


class Wish(NamedTuple):
    """What the form says so far."""

    kind: str = "consent"
    rules: tuple[str, ...] = ()
    decided_by: str = ""
    valid_from: str = ""
    valid_until: str = ""
    review: str = ""


@pages.get("")
def show(request: Request, visit: Visitor) -> str:
    due = reviews_of(visit)
    first = {review.resident: review.on for review in reversed(due)}
    rows = [
        Row(
            resident.id,
            _shown_name(visit, resident),
            visit.house.room_name(resident.room),
            sum(basis.state == "valid" for basis in bases_of(visit, resident.id)),
            off_for(visit, resident),
            first.get(resident.id, ""),
        )
        for resident in residents_of(visit)
    ]
    note_seen(visit, PATH, (row.id for row in rows))
    required = visit.house.site.legal_basis == "required"
    return page(request, visit, "care/legal_basis.html", rows=rows, reviews=due, required=required)


@pages.get("/{resident}")
def show_resident(request: Request, visit: Visitor, resident: str, notice: str = "") -> str:
    required = visit.house.site.legal_basis == "required"
    said = render(visit.language, "care/_basis_notice.txt", said=notice, required=required).strip()
    return _resident_page(request, visit, _resident(visit, resident), Wish(), notice=said)


@pages.post("/{resident}", dependencies=[OurForm, needs("change legal basis")])
def register(
    request: Request,
    visit: Visitor,
    resident: str,
    kind: Annotated[str, Form()] = "",
    rules: Annotated[list[str] | None, Form()] = None,
    decided_by: Annotated[str, Form(max_length=120, title="Who consented or decided")] = "",
    valid_from: Annotated[str, Form()] = "",
    valid_until: Annotated[str, Form()] = "",
    review: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
) -> Response:
    found = _resident(visit, resident)
    wish = Wish(kind, tuple(rules or ()), decided_by.strip(), valid_from, valid_until, review)
    fault = _fault(visit, wish) or add_basis(request, visit, found.id, wish, version)
    if fault:
        return HTMLResponse(_resident_page(request, visit, found, wish, fault), 422)
    return RedirectResponse(f"{PATH}/{resident}?notice=registered", 303)


@pages.post("/{resident}/{number}/withdraw", dependencies=[OurForm, needs("change legal basis")])
def withdraw(
    request: Request, visit: Visitor, resident: str, number: int, version: Annotated[int, Form()] = 0
) -> Response:
    found = _resident(visit, resident)
    if not 0 <= number < len(found.legal_basis):
        raise HTTPException(404)
    fault = end_basis(request, visit, found.id, number, version)
    if fault:
        return HTMLResponse(_resident_page(request, visit, found, Wish(), fault), 409)
    return RedirectResponse(f"{PATH}/{resident}?notice=withdrawn", 303)


def add_basis(request: Request, visit: Visit, resident: str, wish: Wish, version: int) -> str:
    """Empty where it is in force, otherwise why not."""
    return put(request, visit, [edit_to_add(visit, resident, wish)], version)


def edit_to_add(visit: Visit, resident: str, wish: Wish) -> PutPart:
    part = part_of(visit, "residents", resident)
    basis: dict[str, Any] = {"kind": wish.kind, "rules": list(wish.rules), "decided_by": wish.decided_by}
    basis |= {"valid_from": wish.valid_from, "review": wish.review}
    if wish.valid_until:
        basis["valid_until"] = wish.valid_until
    part["legal_basis"] = [*(part.get("legal_basis") or ()), basis]
    return PutPart("residents", part)


def end_basis(request: Request, visit: Visit, resident: str, number: int, version: int) -> str:
    """Empty where it is in force, otherwise why not."""
    return put(request, visit, [edit_to_end(visit, resident, number)], version)


def edit_to_end(visit: Visit, resident: str, number: int) -> PutPart:
    """It counts no more from now on: yesterday was its last day. One that began today was never in force."""
    part = part_of(visit, "residents", resident)
    bases = [dict(basis) for basis in part.get("legal_basis") or ()]
    yesterday = visit.now.astimezone(visit.house.site.zone).date() - timedelta(days=1)
    if str(bases[number]["valid_from"]) <= yesterday.isoformat():
        bases[number]["valid_until"] = yesterday.isoformat()
    else:
        del bases[number]
    part["legal_basis"] = bases
    return PutPart("residents", part)


def residents_of(visit: Visit) -> list[Resident]:
    """Those who live here, as far as this person looks after them; by room."""
    site, today = visit.house.site, visit.now.astimezone(visit.house.site.zone).date()
    units = {room.id: room.unit for room in site.rooms}
    found = [r for r in site.residents if r.lives_here(today) and visit.access.sees_unit(units[r.room])]
    return sorted(found, key=lambda resident: (resident.room, resident.id))


def off_for(visit: Visit, resident: Resident) -> tuple[str, ...]:
    """The rules that are off for a resident's lack of a basis."""
    names = visit.house.rule_names
    return tuple(
        rule_word(names, off.rule, visit.language)
        for off in visit.house.rules.without_basis
        if resident.id in off.residents
    )


def choices_for(visit: Visit, resident: Resident) -> list[tuple[str, str]]:
    """The rules that a basis of theirs may be for: those that would watch a person in their room."""
    book, names = visit.house.rules, visit.house.rule_names
    here = [w.name for w in book.watches.values() if w.room == resident.room and w.rule.about_a_person]
    here += [off.rule for off in book.without_basis if off.room == resident.room]
    return [(rule, rule_word(names, rule, visit.language)) for rule in dict.fromkeys(here)]


def _fault(visit: Visit, wish: Wish) -> str:
    problem = ""
    if wish.kind not in ("consent", "decision"):
        problem = "kind"
    elif not wish.rules:
        problem = "rules"
    elif not wish.decided_by:
        problem = "decided_by"
    elif not _is_day(wish.valid_from) or not _is_day(wish.review):
        problem = "days"
    elif wish.valid_until and (not _is_day(wish.valid_until) or wish.valid_until < wish.valid_from):
        problem = "until"
    elif wish.review < wish.valid_from:
        problem = "review"
    return render(visit.language, "care/_basis_fault.txt", problem=problem).strip() if problem else ""


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-11-23") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _resident(visit: Visit, id: str) -> Resident:
    found = next((resident for resident in residents_of(visit) if resident.id == id), None)
    if found is None:
        raise HTTPException(404)
    return found


def _shown_name(visit: Visit, resident: Resident) -> str:
    """An administrator keeps the bases in order without anybody's name."""
    return resident.name if visit.access.residents else resident.id


def _resident_page(
    request: Request, visit: Visit, resident: Resident, wish: Wish, fault: str = "", notice: str = ""
) -> str:
    note_seen(visit, f"{PATH}/{resident.id}", (resident.id,))
    today = visit.now.astimezone(visit.house.site.zone).date()
    return page(
        request,
        visit,
        "care/legal_basis_of.html",
        resident=resident,
        shown_name=_shown_name(visit, resident),
        room=visit.house.room_name(resident.room),
        bases=bases_of(visit, resident.id),
        off=off_for(visit, resident),
        choices=choices_for(visit, resident),
        wish=wish._replace(
            valid_from=wish.valid_from or today.isoformat(),
            review=wish.review or (today + timedelta(days=365)).isoformat(),
        ),
        fault=fault,
        notice=notice,
        version=visit.house.version,
        may_change=may(visit.person, "change legal basis"),
        required=visit.house.site.legal_basis == "required",
    )
