"""What is kept, how long, and what is done by the clock; a resident's export; erasing one; as calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from dashboards.api import refusal
from dashboards.api.paging import Paged
from dashboards.api.sent import Sent
from dashboards.keeping.erasures import Step, decided, finished
from dashboards.keeping.residents import ask_for, export_of
from dashboards.keeping.whom import State, asked_of, erasure_in_view, resident_in_view, state_of
from dashboards.pace import EXPORTS, paced
from dashboards.visit import OurCall, Visit, Visitor, needs, settings_of
from hub.erasing.plan import decoded
from hub.erasing.receipt import exported
from hub.retention import held
from hub.store import backups, jobs
from hub.store.erasures import Erasure
from rules.pause import Refusal

SAYS_NO: dict[int | str, dict[str, Any]] = {401: {"model": refusal.Refusal}, 404: {"model": refusal.Refusal}}
api = APIRouter(prefix="/api/v1", responses=SAYS_NO)


class ClassOut(BaseModel):
    """A class of data. `rows`: of readings, hours and days the days of which there are any; of `audit` the
    trail's entries with proofs of the alerting, gaps, emergency access, relatives' looks and integrations.
    """

    name: str
    days: int = Field(description="For which it is kept")
    said_by: Literal["site file", "setting", "default"]
    because: str = Field(description="Why that is the default")
    rows: int
    oldest: datetime | None


class JobOut(BaseModel):
    name: str
    due: datetime
    started_at: datetime | None
    done_at: datetime | None = Field(description="The last run that succeeded")
    failed_at: datetime | None = Field(description="Null: the last run succeeded")
    said: str


class BackupOut(BaseModel):
    file: str
    made_at: datetime
    bytes: int
    kept_until: datetime
    verified_at: datetime
    there: bool = Field(description="Whether its file is where it was put")


class KeepingOut(BaseModel):
    classes: list[ClassOut]
    jobs: list[JobOut]
    backups: list[BackupOut]


class ErasureOut(BaseModel):
    number: int
    state: State = Field(description="stuck: confirmed for over a day, and not done; the job says why")
    why: Literal["moved_out", "died", "asked"]
    resident: str | None = Field(description="The pseudonym; null once it is done or taken back")
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    ended_at: datetime | None


class ErasureIn(Sent):
    resident: str = Field(max_length=64)
    resident_again: str = Field(max_length=64, description="The same once more, so that it is no slip")
    why: Literal["moved_out", "died", "asked"]


@api.get("/keeping", dependencies=[needs("see what is kept")])
def what_is_kept(request: Request, visit: Visitor) -> KeepingOut:
    settings = settings_of(request)
    return KeepingOut(
        classes=[ClassOut(**one._asdict()) for one in held(settings.database, settings)],
        jobs=[JobOut(**one._asdict()) for one in jobs.everything(visit.connection)],
        backups=[
            BackupOut(**one._asdict(), there=(settings.backups / one.file).exists())
            for one in backups.everything(visit.connection)
        ],
    )


@api.get("/jobs", dependencies=[needs("place devices")])
def list_jobs(visit: Visitor) -> list[JobOut]:
    """What is done by the clock, and how its last run went, for who keeps the installation at work."""
    return [JobOut(**one._asdict()) for one in jobs.everything(visit.connection)]


@api.get("/erasures", dependencies=[needs("see erasures")])
def list_erasures(visit: Visitor, page: Paged) -> list[ErasureOut]:
    """The newest first."""
    part = page.cut(asked_of(visit), lambda one: (one.number,), newest_first=True)
    return [_out(visit, erasure_in_view(visit, one.number)) for one in part]


@api.post(
    "/erasures",
    status_code=201,
    dependencies=[OurCall, needs("erase residents")],
    responses={409: {"model": refusal.Refusal}},
)
def ask(request: Request, visit: Visitor, wish: ErasureIn) -> ErasureOut:
    """Nothing is deleted before a second person agrees."""
    resident = resident_in_view(visit, wish.resident)
    return _answer(visit, ask_for(request, visit, resident, wish.why, wish.resident_again))


@api.post(
    "/erasures/{number}/{step}",
    dependencies=[OurCall, needs("erase residents")],
    responses={409: {"model": refusal.Refusal}},
)
def decide(request: Request, visit: Visitor, number: int, step: Step) -> ErasureOut:
    """A second person's yes, after which it is done and cannot be taken back; or it is taken back."""
    return _answer(visit, decided(request, visit, number, step))


@api.get("/erasures/{number}/receipt", dependencies=[needs("see erasures")])
def receipt(visit: Visitor, number: int) -> Response:
    """The sealed text, the seal and the key."""
    return Response(exported(finished(visit, number)), media_type="application/json")


@api.get(
    "/residents/{resident}/export",
    dependencies=[needs("export residents"), paced(EXPORTS)],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def take_export(request: Request, visit: Visitor, resident: str) -> StreamingResponse:
    """All that is held on a resident, as a ZIP file."""
    return export_of(request, visit, resident_in_view(visit, resident))


def _answer(visit: Visit, done: Erasure | Refusal) -> ErasureOut:
    if isinstance(done, Refusal):
        raise refusal.declined(409, done)
    return _out(visit, done)


def _out(visit: Visit, one: Erasure) -> ErasureOut:
    return ErasureOut(
        number=one.number,
        state=state_of(one, visit.now),
        why=one.why,
        resident=decoded(one.plan).resident if one.plan is not None else None,
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        confirmed_by=one.confirmed_by,
        confirmed_at=one.confirmed_at,
        ended_at=one.ended_at,
    )
