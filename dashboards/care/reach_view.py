"""The week to come as a page shows it: a map of hours for each unit, gaps as tasks, an hour's stages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from dashboards.care.proof_view import units_of
from dashboards.views import voice_of
from dashboards.visit import Visit
from hub import reach
from hub.store import gaps
from rules import wording
from rules.duration import local_instant
from rules.language import norwegian
from rules.reach import ROUTING, Reason, Route, Told, Week, severities
from rules.severity import Severity
from rules.wording.escalation import groups_in_words
from rules.wording.receipts import which_way
from rules.wording.voice import Voice

GONE_SHOWN = timedelta(days=14)
State = Literal["well", "look", "gap"]
_ORDER: tuple[Reason, ...] = (
    "nobody_on_duty", "no_way", "late", "paused", "no_basis", "no_sensor", "one_person", "later_stage",
)  # fmt: skip


class Span(NamedTuple):
    """Hours of one day that are alike. `x`, `width`: in hours from midnight."""

    x: int
    width: int
    state: State
    words: str
    at: str


class Day(NamedTuple):
    word: str
    short: str
    spans: list[Span]


class Map(NamedTuple):
    id: str
    name: str
    days: list[Day]
    gap_hours: int


class Task(NamedTuple):
    """`reason`: what is to be done about it hangs on that. `id` 0: the hub has not noted it yet."""

    id: int
    unit: str
    reason: Reason
    what: str
    hours: str
    residents: tuple[str, ...]
    concerned: int
    warning: bool
    is_off: bool
    is_near: bool
    owner: str
    owner_name: str
    due: str
    is_overdue: bool
    at: str
    unit_id: str


class Gone(NamedTuple):
    unit: str
    what: str
    when: str
    owner: str


class Stage(NamedTuple):
    """`people`, and who is called `instead`: name and ways, in words. `to`: the groups in which somebody is,
    where that is any; `nobody_in`: the others. `gap`: nobody is on duty as that; `people` are then those whom
    the site names, called all the same.
    """

    after: str
    to: str
    people: list[tuple[str, tuple[str, ...]]]
    instead: list[tuple[str, tuple[str, ...]]]
    nobody_in: str
    gap: Literal["", "carer", "leader"]


class RouteView(NamedTuple):
    """How an alert of a severity would be passed on. `who`: of these residents, where it differs."""

    severity: Severity
    who: tuple[str, ...]
    why: str
    state: State
    stages: list[Stage]


def state_of(reasons: Iterable[Reason]) -> State:
    found = set(reasons)
    return "gap" if found & ROUTING else "look" if found else "well"


def hour_of(visit: Visit, text: str) -> datetime:
    """The instant that a form or a link asks about; of the hour that runs, and where it asks about none that
    can be: now.
    """
    this_minute = visit.now.replace(second=0, microsecond=0)
    try:
        asked = local_instant(text, visit.house.site.zone)
    except ValueError:
        return this_minute
    return this_minute if asked <= this_minute < asked + timedelta(hours=1) else asked


def maps(visit: Visit, week: Week) -> list[Map]:
    voice, zone = voice_of(visit.scope, visit.house, visit.now), visit.house.site.zone
    found = []
    for unit in units_of(visit):
        hours = list(zip(week.hours, week.cells[unit.id], strict=True))
        days = []
        for _, of_day in groupby(hours, key=lambda hour: hour[0].astimezone(zone).date()):
            cells = list(of_day)
            spans = []
            for reasons, alike in groupby(cells, key=lambda cell: cell[1]):
                there = [at for at, _ in alike]
                words = ", ".join(wording.reason_words(r, voice) for r in _ORDER if r in reasons)
                at = f"{there[0].astimezone(zone):%Y-%m-%dT%H:%M}"
                x = there[0].astimezone(zone).hour
                spans.append(Span(x, len(there), state_of(reasons), words, at))
            word, local = wording.day(cells[0][0], voice), cells[0][0].astimezone(zone)
            days.append(Day(word, f"{word[: 2 if norwegian(visit.language) else 3]} {local.day}", spans))
        bad = sum(bool(reasons & ROUTING) for _, reasons in hours)
        found.append(Map(unit.id, unit.name, days, bad))
    return found


def tasks(visit: Visit, week: Week) -> list[Task]:
    """The gaps that the computation finds right now, with who sees to each. One that just came up is there at
    once, with no number yet: the hub makes it a task within seconds, and nobody can be given it before.
    """
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    known = {task.key: task for task in gaps.standing(visit.connection, house.site.site)}
    theirs = [
        (gap, known.get((gap.unit, gap.reason, gap.subject)))
        for gap in week.gaps
        if visit.access.sees_unit(gap.unit)
    ]
    found = []
    for gap, task in sorted(
        theirs, key=lambda one: (one[0].warning, one[0].reason not in ROUTING, one[0].begins)
    ):
        residents = [r for id in gap.residents if (r := house.resident(id)) is not None]
        owner, due = (task.owner, task.due) if task is not None else (None, None)
        found.append(
            Task(
                task.id if task is not None else 0,
                house.unit_name(gap.unit),
                gap.reason,
                wording.gap_words(gap.reason, gap.subject, voice),
                wording.hours_in_words(gap, voice),
                tuple(r.name for r in residents if visit.access.sees_resident(r, house.site)),
                len(gap.residents),
                gap.warning,
                gap.reason in ("paused", "no_basis", "no_sensor"),
                reach.is_near(gap.reason, gap.begins, len(gap.hours), visit.now),
                owner or "",
                house.person_name(owner),
                wording.day(due, voice) if due is not None else "",
                due is not None and due < visit.now,
                f"{gap.begins.astimezone(house.site.zone):%Y-%m-%dT%H:%M}",
                gap.unit,
            )
        )
    return found


def gone(visit: Visit) -> list[Gone]:
    """What was closed lately, by its going."""
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    return [
        Gone(
            house.unit_name(task.unit),
            wording.gap_words(task.reason, task.subject, voice),
            wording.at(task.gone_at, voice),
            house.person_name(task.owner),
        )
        for task in gaps.gone_since(visit.connection, house.site.site, visit.now - GONE_SHOWN)
        if task.gone_at is not None and visit.access.sees_unit(task.unit)
    ][:10]


def routes(visit: Visit, unit: str, at: datetime) -> list[RouteView]:
    """By severity of the rules that can raise an alert then; residents who go the same way together."""
    house, book = visit.house, visit.house.rules
    usable = reach.usable_ways(visit.connection, house.site.site)
    roster = reach.roster(visit.connection, house.site, book, usable, at)
    rooms = {room.id for room in house.site.rooms if room.unit == unit}
    today = at.astimezone(house.site.zone).date()
    living = [r for r in house.site.residents if r.room in rooms and r.lives_here(today)]
    found = []
    for severity in severities(book, unit, at):
        by_route: dict[Route, list[str]] = {}
        for resident in living:
            route = roster.route(unit, severity, (resident.id,), at)
            seen = visit.access.sees_resident(resident, house.site)
            by_route.setdefault(route, []).append(resident.name if seen else resident.id)
        if not living:
            by_route[roster.route(unit, severity, (), at)] = []
        for route, who in by_route.items():
            found.append(_route(visit, severity, tuple(who) if len(by_route) > 1 else (), route))
    return found


def _route(visit: Visit, severity: Severity, who: tuple[str, ...], route: Route) -> RouteView:
    voice = voice_of(visit.scope, visit.house, visit.now)
    return RouteView(
        severity,
        who,
        wording.reason_words(route.reason, voice) if route.reason is not None else "",
        "well" if route.reason is None else state_of((route.reason,)),
        [_stage(visit, stage, voice) for stage in route.stages],
    )


def stages_now(visit: Visit, unit: str, severity: Severity) -> list[Stage]:
    """How an alert about nobody in particular would be passed on if it came now."""
    usable = reach.usable_ways(visit.connection, visit.house.site.site)
    roster = reach.roster(visit.connection, visit.house.site, visit.house.rules, usable, visit.now)
    voice = voice_of(visit.scope, visit.house, visit.now)
    return [_stage(visit, stage, voice) for stage in roster.route(unit, severity, (), visit.now).stages]


def _stage(visit: Visit, stage: Told, voice: Voice) -> Stage:
    def in_words(people: Iterable[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (visit.house.person_name(person), tuple(which_way(way, voice) for way in ways))
            for person, ways in people
        ]

    torn = all(why in ("nobody_on_duty", "nobody") for why in stage.why)
    meant: Literal["carer", "leader"] = "leader" if set(stage.to) == {"leaders"} else "carer"
    return Stage(
        wording.length(stage.after, visit.language) if stage.after else "",
        groups_in_words([group for group in stage.to if group not in stage.nobody_in], voice),
        in_words(zip(stage.people, stage.ways, strict=True)),
        in_words(stage.instead),
        groups_in_words(stage.nobody_in, voice) if stage.nobody_in else "",
        meant if torn else "",
    )
