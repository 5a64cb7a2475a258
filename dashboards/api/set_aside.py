"""What could not be understood as JSON: why, what was sent, what it would become now, and clearing it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.technician.set_aside import clear_in_view, find_in_view, in_view
from dashboards.visit import OurCall, Visit, Visitor, needs, settings_of
from hub import quarantine
from hub.store.instants import to_us
from hub.store.quarantine import Quarantined
from rules.wording.reasons import Sort, in_words, sort_of

api = APIRouter(
    prefix="/api/v1/quarantine",
    dependencies=[needs("see quarantine")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)


class SetAsideOut(BaseModel):
    """One topic and reason, with how often it came."""

    key: str
    topic: str
    sort: Sort
    reason: str = Field(description="In the reader's language")
    size: int = Field(description="Bytes of the newest")
    count: int
    first_received_at: datetime
    last_received_at: datetime


class SentOut(BaseModel):
    """The newest of them. `text` is fit to be shown: what cannot be printed is escaped."""

    form: Literal["empty", "json", "text", "hex"]
    text: str
    cut: bool = Field(description="Only its beginning is kept")


class OneOut(SetAsideOut):
    sent: SentOut


class ReadingOut(BaseModel):
    device: str
    measure: str
    value: bool | float | str


class NowOut(BaseModel):
    """What it would become by today's site file, codecs and announcements."""

    readings: list[ReadingOut]
    error: str | None
    unknown: list[str] = Field(description="Devices in it that the site does not name")
    cut: bool


class ClearedOut(BaseModel):
    cleared: int


@api.get("")
def list_set_aside(visit: Visitor, page: Paged) -> list[SetAsideOut]:
    """The newest first."""
    return [SetAsideOut(**_shared(visit, row)) for row in page.cut(in_view(visit), _place, newest_first=True)]


@api.get("/{key}")
def one_set_aside(visit: Visitor, key: str) -> OneOut:
    """With what was sent."""
    row = find_in_view(visit, key)
    return OneOut(**_shared(visit, row), sent=SentOut(**quarantine.sent(row)._asdict()))


@api.get("/{key}/now")
def try_again(request: Request, visit: Visitor, key: str) -> NowOut:
    """Decode the newest once more; nothing is put into the journal."""
    row = find_in_view(visit, key)
    now = quarantine.understood_now(visit.connection, settings_of(request).database, visit.house.site, row)
    return NowOut(
        readings=[
            ReadingOut(device=r.device, measure=r.measure, value=r.value) for r in now.decoded.readings
        ],
        error=in_words(now.decoded.error, visit.language) if now.decoded.error else None,
        unknown=list(now.unknown),
        cut=now.cut,
    )


@api.delete("/{key}", dependencies=[OurCall])
def clear_one(request: Request, visit: Visitor, key: str) -> ClearedOut:
    row = find_in_view(visit, key)
    return ClearedOut(cleared=clear_in_view(request, visit, [row]))


@api.delete("", dependencies=[OurCall])
def clear_all(
    request: Request,
    visit: Visitor,
    topic: Annotated[str | None, Query(description="Only of this topic")] = None,
) -> ClearedOut:
    """What comes again is set aside again."""
    chosen = None if topic is None else [row for row in in_view(visit) if row.topic == topic]
    return ClearedOut(cleared=clear_in_view(request, visit, chosen))


def _place(row: Quarantined) -> tuple[object, ...]:
    return (to_us(row.last_received_at), quarantine.key_of(row))


def _shared(visit: Visit, row: Quarantined) -> dict[str, object]:
    return {
        "key": quarantine.key_of(row),
        "topic": row.topic,
        "sort": sort_of(row.reason),
        "reason": in_words(row.reason, visit.language),
        "size": row.payload_size,
        "count": row.count,
        "first_received_at": row.first_received_at,
        "last_received_at": row.last_received_at,
    }
