"""The audit trail as calls: entries, a resident's own log, unusual look-ups, and whether the chain holds
(docs/audit.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal
from dashboards.api.sent import Sent
from dashboards.audit.resident import entries_of, resident_in_view
from dashboards.audit.review import LONGEST_NOTE, asked, note_reviewed
from dashboards.audit.withheld import Why, without_others
from dashboards.care.seen import note_seen
from dashboards.visit import OurCall, Visit, Visitor, needs, settings_of
from hub.audit_chain import HEADS, noted_heads, verify
from hub.look_ups import Question
from hub.store import audit
from hub.store.instants import to_us
from rules.look_ups import Reason

api = APIRouter(prefix="/api/v1/audit", responses={401: {"model": Refusal}, 404: {"model": Refusal}})


class EntryOut(BaseModel):
    """`detail` names residents by pseudonym."""

    seq: int
    at: datetime
    by: str | None
    what: str
    detail: dict[str, Any]
    withheld: Why | None = Field(
        description="Why something of `detail` is not shown: it is of a unit that is not the caller's, or of"
        " residents' lives, which the caller does not read of. null: all of it is here"
    )


class EntriesOut(BaseModel):
    entries: list[EntryOut]


class FaultOut(BaseModel):
    seq: int
    reason: Literal["changed", "untied", "without_a_chain", "beginning_gone", "head_gone"]


class VerdictOut(BaseModel):
    entries: int
    earlier: int = Field(description="From before there was a chain")
    erased: int
    noted: int = Field(description="Values that were noted beside the database")
    faults: list[FaultOut]


class QuestionOut(BaseModel):
    key: str
    reason: Reason
    by: str
    residents: list[str]
    pages: int
    since: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    note: str


class ReviewIn(Sent):
    note: str = Field("", max_length=LONGEST_NOTE)


@api.get("", dependencies=[needs("see audit")])
def entries(
    visit: Visitor, page: Paged, by: Annotated[str, Query(description="Of one person or program")] = ""
) -> EntriesOut:
    """The newest first."""
    found = audit.newest(visit.connection, visit.house.site.site, page.limit + 1, page.number(), by)
    if len(found) > page.limit:
        page.lead_on((found[page.limit - 1].seq,))
    return EntriesOut(entries=[_entry(visit, entry) for entry in found[: page.limit]])


@api.get("/chain", dependencies=[needs("see audit")])
def chain(request: Request, visit: Visitor) -> VerdictOut:
    """Whether the trail is what was written."""
    heads = noted_heads(settings_of(request).data / HEADS)
    verdict = verify(visit.connection, heads)
    return VerdictOut(
        entries=verdict.entries,
        earlier=verdict.earlier,
        erased=verdict.erased,
        noted=len(heads),
        faults=[FaultOut(seq=fault.seq, reason=fault.reason) for fault in verdict.faults],
    )


@api.get("/residents/{resident}", dependencies=[needs("see residents' logs")])
def of_resident(visit: Visitor, page: Paged, resident: str) -> EntriesOut:
    """Who has looked at a resident's data in the last 90 days. An entry names only whom the caller sees."""
    found = entries_of(visit, resident_in_view(visit, resident))
    note_seen(visit, f"/api/v1/audit/residents/{resident}", (resident,))
    part = page.cut(found, lambda entry: (entry.seq,), newest_first=True)
    return EntriesOut(entries=[_entry(visit, entry) for entry in part])


@api.get("/look-ups", dependencies=[needs("review look-ups")])
def look_ups(visit: Visitor, page: Paged) -> list[QuestionOut]:
    """Look-ups of residents that are unusual, each with its reason."""
    found = page.cut(asked(visit), _place, newest_first=True)
    note_seen(visit, "/api/v1/audit/look-ups", (r for question in found for r in question.of.residents))
    return [
        QuestionOut(
            key=one.key,
            reason=one.of.reason,
            by=one.of.by,
            residents=list(one.of.residents),
            pages=len(one.of.look_ups),
            since=one.of.look_ups[0].at,
            reviewed_by=one.reviewed_by,
            reviewed_at=one.reviewed_at,
            note=one.note,
        )
        for one in found
    ]


@api.post("/look-ups/{key}/review", status_code=204, dependencies=[needs("review look-ups"), OurCall])
def review(visit: Visitor, key: str, said: ReviewIn) -> None:
    """Somebody asked. Nobody reviews their own (403)."""
    note_reviewed(visit, key, said.note)


def _place(one: Question) -> tuple[object, ...]:
    return (to_us(one.of.look_ups[0].at), one.of.by, one.of.reason)


def _entry(visit: Visit, entry: audit.Entry) -> EntryOut:
    shown, withheld = without_others(visit, entry)
    return EntryOut(
        seq=entry.seq, at=entry.at, by=entry.by, what=entry.what, detail=shown.detail, withheld=withheld
    )
