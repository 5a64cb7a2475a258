"""What needs an administrator today: people, legal bases, what is kept, backups, other programs, the house's
own parts. The page that they land on.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.keeping.whom import asked_of
from dashboards.people import directory
from dashboards.snapshot import unheard
from dashboards.visit import Visit, Visitor, needs, settings_of
from hub.doctor_of_keeping import BACKUP_TOO_OLD
from hub.settings import Settings
from hub.store import backups, integrations, jobs
from rules import legal_basis, wording
from rules.wording.relatives import until_when

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("manage people")]
)
What = Literal[
    "silent",
    "backups",
    "jobs",
    "legal bases",
    "erasures",
    "integrations",
    "without sign-in",
    "without second factor",
    "second factor not demanded",
]
State = Literal["bad", "warn", "good"]
_NAMED = 3
"""[default] As many as fit a phone's line."""


class Matter(NamedTuple):
    """One thing to see to, or that it is in order. `first`: when, or whom it concerns first, in words;
    `beyond`: how many more it concerns.
    """

    what: What
    state: State
    number: int
    first: str = ""
    beyond: int = 0


@pages.get("/today")
def show_today(request: Request, visit: Visitor) -> str:
    return page(request, visit, "people/today.html", matters=matters(request, visit))


def matters(request: Request, visit: Visit) -> list[Matter]:
    """The gravest first; what is in order last."""
    settings = settings_of(request)
    found = [
        _silent(visit),
        _backups(visit, settings),
        _jobs(visit),
        _legal_bases(visit),
        _erasures(visit),
        _integrations(visit),
        *_people(request, visit, settings),
    ]
    order: tuple[State, ...] = ("bad", "warn", "good")
    return sorted(found, key=lambda one: order.index(one.state))


def _silent(visit: Visit) -> Matter:
    found = unheard(visit.connection, visit.house.site.site)
    return Matter("silent", "bad" if found else "good", len(found))


def _backups(visit: Visit, settings: Settings) -> Matter:
    known = backups.everything(visit.connection)
    if settings.backup_recipient is None:
        return Matter("backups", "warn", 0)
    if not known or visit.now - known[0].verified_at > BACKUP_TOO_OLD:
        return Matter("backups", "bad", len(known), _at(visit, known[0].made_at) if known else "")
    return Matter("backups", "good", len(known), _at(visit, known[0].made_at))


def _jobs(visit: Visit) -> Matter:
    failed = [job.name for job in jobs.everything(visit.connection) if job.failed_at is not None]
    return Matter("jobs", "bad" if failed else "good", len(failed), ", ".join(failed))


def _legal_bases(visit: Visit) -> Matter:
    today = visit.now.astimezone(visit.house.site.zone).date()
    found = legal_basis.reviews(visit.house.site, today)
    if not found:
        return Matter("legal bases", "good", 0)
    return Matter(
        "legal bases",
        "bad" if found[0].on < today else "warn",
        len(found),
        until_when(found[0].on, visit.language),
    )


def _erasures(visit: Visit) -> Matter:
    asked = asked_of(visit)
    if stuck := [one for one in asked if one.state == "stuck"]:
        return Matter("erasures", "bad", len(stuck))
    waiting = [one for one in asked if one.state == "waiting"]
    return Matter("erasures", "warn" if waiting else "good", len(waiting))


def _integrations(visit: Visit) -> Matter:
    known = integrations.everything(visit.connection, visit.house.site.site)
    ending = [one for one in known if one.standing(visit.now) in ("ends_soon", "ended")]
    return Matter("integrations", "warn" if ending else "good", len(ending), ", ".join(o.id for o in ending))


def _people(request: Request, visit: Visit, settings: Settings) -> list[Matter]:
    known = directory.entries(request, visit)
    outside = [one.person.name for one in known if not (one.password or one.factor or one.subject)]
    return [_concerning("without sign-in", outside), _second_factor(known, settings.second_factor_roles)]


def _second_factor(known: list[directory.Entry], strict: Collection[str]) -> Matter:
    """Where it is demanded of nobody, that nobody lacks it is no good order: `number` is then who has one."""
    if not strict:
        having = sum(bool(one.factor or one.subject) for one in known)
        return Matter("second factor not demanded", "warn", having)
    weak = [one.person.name for one in known if one.person.role in strict and not (one.factor or one.subject)]
    return _concerning("without second factor", weak)


def _concerning(what: What, names: list[str]) -> Matter:
    first, beyond = ", ".join(names[:_NAMED]), max(0, len(names) - _NAMED)
    return Matter(what, "warn" if names else "good", len(names), first, beyond)


def _at(visit: Visit, at: datetime) -> str:
    return wording.at(at, wording.Voice(visit.language, visit.house.site.zone, visit.now))
