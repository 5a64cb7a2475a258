"""A rule tried on a room's own history, as the part of a page that changes while a value is being chosen: how
often it would have come, when, and what staff said of those that came.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple

from babel.dates import format_date
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from dashboards.care.rule import said_by
from dashboards.care.seen import note_seen
from dashboards.care.values import values_in
from dashboards.pages import render
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, needs, settings_of
from hub.dry_run import DAYS, DAYS_AT_MOST, DryRuns, Refusal, dry_runs
from rules import wording
from rules.backtest import Spell
from rules.dry_run import DryRun, WouldCome
from rules.language import norwegian
from rules.tuning import Tuning
from rules.wording.site_file import fault_in_words

pages = APIRouter()

Days = Annotated[int, Query(ge=1, le=DAYS_AT_MOST, description="How far back")]
SHOWN = 40
"""Alerts in the list; the counts tell of all."""
_ASKED = frozenset({"days"})
_BAR, _FOOT = 64, 4
"""Of the drawing: the height of the highest bar, and of one that stands for nothing."""


class Line(NamedTuple):
    """One alert as it would have come, or as it would not have."""

    day: str
    clock: str
    heard: str
    how: str
    outcome: str


class Bar(NamedTuple):
    hour: int
    tried: int
    now: int
    tried_height: float
    now_height: float


class Missed(NamedTuple):
    """What the hub did not hear, or was told not to mind."""

    kind: str
    what: str
    length: str


def of(request: Request, visit: Visit, room: str) -> DryRuns:
    """Dry runs for who may look into the life in a room. 404 for others, as for what is not there."""
    found = visit.house.room(room)
    if found is None or not (visit.access.residents and visit.access.sees_unit(found.unit)):
        raise HTTPException(404, "there is nothing here, or not for you")
    return dry_runs(visit.connection, settings_of(request), visit.house.rules, visit.now)


def values_of(request: Request) -> dict[str, str]:
    """The values to be tried: all that the address says besides what it asks."""
    return {key: value for key, value in request.query_params.items() if key not in _ASKED and value}


def residents_of(visit: Visit, room: str) -> list[str]:
    today = visit.now.astimezone(visit.house.site.zone).date()
    return [resident.id for resident in visit.house.site.residents_of(room, today)]


@pages.get(
    "/care/rules/{rule}/rooms/{room}/dry-run",
    response_class=HTMLResponse,
    dependencies=[needs("try rules")],
    include_in_schema=False,
)
def show(request: Request, visit: Visitor, rule: str, room: str, days: Days = DAYS) -> str:
    """The part of the rule's page; a value that can't be is said there in its sentence."""
    runs = of(request, visit, room)
    found = runs.run(rule, room, _chosen(request, visit, rule, room), days)
    note_seen(visit, request.url.path, residents_of(visit, room))
    return render(visit.language, "care/_dry_run.html", **shown(visit, found, days))


@pages.get(
    "/care/rules/{rule}/rooms/{room}/tuning",
    response_class=HTMLResponse,
    dependencies=[needs("try rules")],
    include_in_schema=False,
)
def show_tuning(request: Request, visit: Visitor, rule: str, room: str) -> str:
    """What the outcomes of the last weeks suggest."""
    found = of(request, visit, room).tuning(rule, room)
    note_seen(visit, request.url.path, residents_of(visit, room))
    return render(visit.language, "care/_tuning.html", **tuning_shown(visit, found))


def _chosen(request: Request, visit: Visit, rule: str, room: str) -> dict[str, Any]:
    """The values as the form of the rule's page has them, or as an address says them."""
    form = dict(request.query_params)
    if (rule, room) in visit.house.rules.watches and any("." in key for key in form):
        return said_by(form, values_in(visit, rule, room))
    return dict(values_of(request))


def shown(visit: Visit, found: DryRun | Refusal, days: int) -> dict[str, Any]:
    """What `care/_dry_run.html` needs."""
    if isinstance(found, Refusal):
        said = " ".join(fault_in_words(wrong, right, visit.language) for _, wrong, right in found.wrong)
        return {"refusal": found, "said_wrong": said, "run": None}
    busiest = max(range(24), key=lambda hour: (found.by_hour[hour], -hour))
    highest = max(*found.by_hour, *found.now_by_hour, 1)
    return {
        "refusal": None,
        "run": found,
        "days": days,
        "covered": max(1, round((found.until - found.since) / timedelta(days=1))),
        "count": len(found.tried),
        "at_night": sum(one.at_night for one in found.tried),
        "busiest": (busiest, (busiest + 1) % 24, found.by_hour[busiest]),
        "said": found.said(found.tried),
        "said_gone": found.said(found.gone),
        "bars": [
            Bar(hour, tried, now, _height(tried, highest), _height(now, highest))
            for hour, (tried, now) in enumerate(zip(found.by_hour, found.now_by_hour, strict=True))
        ],
        "nights": [
            (_day_text(visit, night.day + timedelta(days=1)), night.tried, night.now)
            for night in found.nights
        ],
        "lines": _lines(visit, found),
        "more": max(0, len(found.tried) + len(found.gone) - SHOWN),
        "missed": [_missed(visit, spell, found) for spell in found.spells],
    }


def tuning_shown(visit: Visit, found: Tuning | Refusal) -> dict[str, Any]:
    """What `care/_tuning.html` needs."""
    if isinstance(found, Refusal) or found.suggested is None:
        return {"suggested": None, "tuning": found if isinstance(found, Tuning) else None}
    best = found.suggested
    return {
        "suggested": best,
        "tuning": found,
        "today": found.values[best.key],
        "later": wording.length(best.later, visit.language) if best.later else "",
    }


def _height(count: int, highest: int) -> float:
    return round(_FOOT + (_BAR - _FOOT) * count / highest, 1) if count else 0.0


def _lines(visit: Visit, found: DryRun) -> list[Line]:
    """The newest first."""
    own = [(one, "too" if one.comes_now else "besides") for one in found.tried]
    own += [(one, "gone") for one in found.gone]
    own.sort(key=lambda pair: pair[0].began, reverse=True)
    return [_line(visit, one, how) for one, how in own[:SHOWN]]


def _line(visit: Visit, one: WouldCome, how: str) -> Line:
    voice = voice_of(visit.scope, visit.house, visit.now)
    heard = wording.what_was_heard(one.evidence[0], visit.house.site, voice) if one.evidence else ""
    outcome = one.came.outcome if one.came is not None and one.came.outcome is not None else ""
    return Line(_day(visit, one.began), _clock(visit, one.began), heard, how, outcome)


def _day(visit: Visit, at: datetime) -> str:
    return _day_text(visit, at.astimezone(visit.house.site.zone).date())


def _day_text(visit: Visit, day: date) -> str:
    return format_date(day, "EEE d. MMM" if norwegian(visit.language) else "EEE d MMM", locale=visit.language)


def _clock(visit: Visit, at: datetime) -> str:
    return f"{at.astimezone(visit.house.site.zone):{'%H.%M' if norwegian(visit.language) else '%H:%M'}}"


def _missed(visit: Visit, spell: Spell, found: DryRun) -> Missed:
    length = min(spell.until or found.until, found.until) - max(spell.since, found.since)
    return Missed(
        spell.kind,
        spell.what.partition(":")[2] or spell.what,
        wording.length(max(length, timedelta(0)), visit.language),
    )
