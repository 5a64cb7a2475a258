"""What needs an administrator today, as a call."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboards.api.people import REFUSALS
from dashboards.people.today import State, What, matters
from dashboards.visit import Visitor, needs

api = APIRouter(prefix="/api/v1", responses=REFUSALS, dependencies=[needs("manage people")])


class MatterOut(BaseModel):
    what: What
    state: State = Field(description="bad: at once; warn: soon; good: in order")
    number: int = Field(description="How many there are of it")
    first: str = Field(description="When, or whom it concerns first, in the reader's language")


@api.get("/today")
def what_needs_an_administrator(request: Request, visit: Visitor) -> list[MatterOut]:
    """The gravest first; what is in order last."""
    return [MatterOut(**one._asdict()) for one in matters(request, visit)]
