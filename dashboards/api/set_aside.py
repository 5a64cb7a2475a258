"""What could not be understood as JSON: why, what was sent, what it would become now, and clearing it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.technician.reasons import Sort, in_words, sort_of
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs, settings_of
from hub import quarantine
from hub.store import quarantine as store
from hub.store.quarantine import Quarantined

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
def list_set_aside(visit: Visitor, limit: Annotated[int, Query(ge=1, le=10_000)] = 500) -> list[SetAsideOut]:
    """The newest first."""
    rows = store.rows(visit.connection, visit.house.site.site, limit)
    return [SetAsideOut(**_shared(visit, row)) for row in rows]


@api.get("/{key}")
def one_set_aside(visit: Visitor, key: str) -> OneOut:
    """With what was sent."""
    row = _find(visit, key)
    return OneOut(**_shared(visit, row), sent=SentOut(**quarantine.sent(row)._asdict()))


@api.get("/{key}/now")
def try_again(request: Request, visit: Visitor, key: str) -> NowOut:
    """Decode the newest once more; nothing is put into the journal."""
    row = _find(visit, key)
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
    row = _find(visit, key)
    return _cleared(request, visit, row.topic, row.reason)


@api.delete("", dependencies=[OurCall])
def clear_all(
    request: Request,
    visit: Visitor,
    topic: Annotated[str | None, Query(description="Only of this topic")] = None,
) -> ClearedOut:
    """What comes again is set aside again."""
    return _cleared(request, visit, topic, None)


def _cleared(request: Request, visit: Visit, topic: str | None, reason: str | None) -> ClearedOut:
    site, by = visit.house.site.site, visit.person.id
    count = quarantine.clear(visit.connection, site, by, clock_of(request), topic, reason)
    return ClearedOut(cleared=count)


def _find(visit: Visit, key: str) -> Quarantined:
    found = quarantine.find(visit.connection, visit.house.site.site, key)
    if found is None:
        raise HTTPException(404, "there is nothing here, or not for you")
    return found


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
