"""Residents to be asked anew before a yes to a relative ends, as calls."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel

from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.sent import Sent
from dashboards.care.relative_reviews import assigned, tasks_of
from dashboards.care.seen import note_seen
from dashboards.visit import OurCall, Visitor, needs
from hub.relatives.reviews import Task
from rules.pause import Refusal
from rules.relatives import Category

api = APIRouter(
    prefix="/api/v1/relative-reviews",
    dependencies=[needs("see relatives")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}, 409: {"model": RefusalOut}},
)


class ReviewOut(BaseModel):
    """What one resident said yes to for one relative, and what of it ends on that day. `owner` null: nobody's
    yet. It is gone when a longer yes is recorded, or the yes is taken back.
    """

    relative: int
    resident: str
    categories: list[Category]
    ends_on: date
    owner: str | None
    due: date | None


class AssignmentIn(Sent):
    owner: str
    due: date


@api.get("")
def list_relative_reviews(visit: Visitor) -> list[ReviewOut]:
    """Those within 30 days, the first first."""
    found = tasks_of(visit)
    note_seen(visit, "/api/v1/relative-reviews", (task.about.resident for task in found))
    return [_out(task) for task in found]


@api.put("/{relative}/{resident}", dependencies=[OurCall, needs("invite relatives")])
def assign_relative_review(
    request: Request, visit: Visitor, relative: int, resident: str, said: AssignmentIn
) -> ReviewOut:
    """Somebody asks the resident by then."""
    done = assigned(request, visit, (relative, resident), said.owner, said.due)
    if isinstance(done, Refusal):
        raise HTTPException(404 if done.code == "no_review" else 409, done.why)
    return _out(done)


def _out(task: Task) -> ReviewOut:
    about = task.about
    return ReviewOut(
        relative=about.relative,
        resident=about.resident,
        categories=list(about.categories),
        ends_on=about.on,
        owner=task.owner,
        due=task.due,
    )
