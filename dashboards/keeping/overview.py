"""What is kept: each class of data with its time and what there is of it, what is done by the clock, the
backups, and who was erased or is to be.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.access import may
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.keeping.whom import asked_of, people_of, thousands
from dashboards.pages import render
from dashboards.visit import Visit, Visitor, needs, settings_of
from hub.retention import Held, held
from hub.settings import Settings
from hub.store import backups, jobs
from rules import wording
from rules.language import norwegian

PATH = "/keeping"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see what is kept")],
)
IN_DAYS = ("readings", "hourly", "daily")
"""What is counted in days, not in rows."""


class Line(NamedTuple):
    """A class of data. `oldest`: a day, '' where there is nothing."""

    name: str
    kept: str
    said_by: str
    amount: str
    oldest: str


class JobLine(NamedTuple):
    """`state`: 'ok', 'failed', 'late' or 'never'."""

    name: str
    state: str
    last: str
    next: str
    said: str


class BackupLine(NamedTuple):
    file: str
    made: str
    size: str
    until: str
    there: bool


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    settings = settings_of(request)
    said = render(visit.language, "keeping/_notice.txt", said=notice).strip() if notice else ""
    people = people_of(visit) if may(visit.person, "erase residents") else []
    if people and visit.access.residents:
        note_seen(visit, "/keeping", (one.id for one in people))
    return page(
        request,
        visit,
        "keeping/overview.html",
        lines=[line_of(visit, one) for one in held(settings.database, settings)],
        jobs=jobs_of(visit),
        backups=backups_of(visit, settings),
        writes_backups=settings.backup_recipient is not None,
        erasures=asked_of(visit) if may(visit.person, "see erasures") else [],
        people=people,
        notice=said,
    )


def line_of(visit: Visit, one: Held) -> Line:
    count = thousands(one.rows)
    days = render(visit.language, "keeping/_days.txt", days=one.days).strip()
    unit = render(visit.language, "keeping/_count.txt", count=one.rows, shown=count, days=one.name in IN_DAYS)
    return Line(one.name, days, one.said_by, unit.strip() if one.rows else "", _date(visit, one.oldest))


def jobs_of(visit: Visit) -> list[JobLine]:
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    found = []
    for job in jobs.everything(visit.connection):
        late = (visit.now - job.due).total_seconds() > 3600
        state = "failed" if job.failed_at else "late" if late else "never" if job.done_at is None else "ok"
        last = wording.at(job.done_at, voice) if job.done_at is not None else ""
        found.append(JobLine(job.name, state, last, wording.at(job.due, voice), job.said))
    return found


def backups_of(visit: Visit, settings: Settings) -> list[BackupLine]:
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    return [
        BackupLine(
            one.file,
            wording.at(one.made_at, voice),
            f"{one.bytes / 1024**2:.1f} MiB".replace(".", "," if norwegian(visit.language) else "."),
            _date(visit, one.kept_until),
            (settings.backups / one.file).exists(),
        )
        for one in backups.everything(visit.connection)
    ]


def _date(visit: Visit, at: datetime | None) -> str:
    if at is None:
        return ""
    return wording.full_date(at, wording.Voice(visit.language, visit.house.site.zone, visit.now))
