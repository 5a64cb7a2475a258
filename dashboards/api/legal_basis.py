"""Consents and decisions, as calls: what there is, what is off without, registered and withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from dashboards.api.etags import Seen, announce, must_be_seen
from dashboards.api.refusal import CHANGES, Refusal, settled
from dashboards.api.sent import Sent
from dashboards.care.edit import change
from dashboards.care.legal_basis import Wish, edit_to_add, edit_to_end, residents_of
from dashboards.care.seen import note_seen
from dashboards.visit import OurCall, Visit, Visitor, needs
from rules.building import Resident
from rules.legal_basis import is_valid, reviews

api = APIRouter(
    prefix="/api/v1/legal-basis",
    dependencies=[needs("see legal basis")],
    responses={401: {"model": Refusal}, 404: {"model": Refusal}},
)


class BasisOut(BaseModel):
    number: int = Field(description="Its place among the resident's: what a withdrawal names")
    kind: Literal["consent", "decision"]
    rules: list[str]
    measures: list[str]
    valid_from: date
    valid_until: date | None
    review: date
    valid: bool


class ResidentOut(BaseModel):
    resident: str
    place: str
    bases: list[BasisOut]
    off: list[str] = Field(description="Rules that are off here: no legal basis")
    review_due: date | None = Field(description="The first that has to be looked at within 30 days")


class LegalBasisOut(BaseModel):
    required: bool
    residents: list[ResidentOut]


class BasisIn(Sent):
    kind: Literal["consent", "decision"]
    rules: list[str] = Field(min_length=1)
    decided_by: str = Field(min_length=1, max_length=120)
    valid_from: date
    valid_until: date | None = None
    review: date


@api.get("")
def list_bases(visit: Visitor, response: Response) -> LegalBasisOut:
    announce(response, visit.house.version)
    found = [_out(visit, resident) for resident in residents_of(visit)]
    note_seen(visit, "/api/v1/legal-basis", (one.resident for one in found))
    return LegalBasisOut(required=visit.house.site.legal_basis == "required", residents=found)


@api.post(
    "/{resident}",
    status_code=204,
    dependencies=[OurCall, needs("change legal basis")],
    responses=CHANGES,
)
def register(request: Request, visit: Visitor, resident: str, basis: BasisIn, seen: Seen) -> None:
    """A consent or a decision that counts from its first day on."""
    _resident(visit, resident)
    version = must_be_seen(seen)
    wish = Wish(
        basis.kind,
        tuple(basis.rules),
        basis.decided_by,
        basis.valid_from.isoformat(),
        basis.valid_until.isoformat() if basis.valid_until is not None else "",
        basis.review.isoformat(),
    )
    edits = [edit_to_add(visit, resident, wish)]
    settled(change(request, visit, edits, version, exact=bool(version)), seen)


@api.delete(
    "/{resident}/{number}",
    status_code=204,
    dependencies=[OurCall, needs("change legal basis")],
    responses=CHANGES,
)
def withdraw(request: Request, visit: Visitor, resident: str, number: int, seen: Seen) -> None:
    """It counts no more from now on. It is named by its place, so that it counts as of what was read."""
    if not 0 <= number < len(_resident(visit, resident).legal_basis):
        raise HTTPException(404, "there is no such basis")
    edits, version = [edit_to_end(visit, resident, number)], must_be_seen(seen)
    settled(change(request, visit, edits, version, exact=bool(version)), seen)


def _resident(visit: Visit, id: str) -> Resident:
    found = next((resident for resident in residents_of(visit) if resident.id == id), None)
    if found is None:
        raise HTTPException(404, "there is no such resident, or not for you")
    return found


def _out(visit: Visit, resident: Resident) -> ResidentOut:
    today = visit.now.astimezone(visit.house.site.zone).date()
    due = [review.on for review in reviews(visit.house.site, today) if review.resident == resident.id]
    return ResidentOut(
        resident=resident.id,
        place=resident.room,
        bases=[
            BasisOut(
                number=number,
                kind=basis.kind,
                rules=list(basis.rules),
                measures=list(basis.measures),
                valid_from=basis.valid_from,
                valid_until=basis.valid_until,
                review=basis.review,
                valid=is_valid(basis, today),
            )
            for number, basis in enumerate(resident.legal_basis)
        ],
        off=[off.rule for off in visit.house.rules.without_basis if resident.id in off.residents],
        review_due=min(due, default=None),
    )
