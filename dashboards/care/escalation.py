"""Who is called while nobody has an alert: the site's plan and each unit's, read in words and changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from dashboards.access import may
from dashboards.care.edit import put
from dashboards.care.reach_view import Stage, stages_now
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.site.edits import PutEscalation
from rules.building import Unit
from rules.escalation import (
    GROUPS,
    SHORTEST_REPEAT,
    EscalationCourse,
    EscalationPlan,
    EscalationStep,
    Group,
    too_silent,
)
from rules.language import Language
from rules.severity import SEVERITIES, Severity
from rules.wording.escalation import course_in_words, group_words, plan_fault

PATH = "/care/escalation"
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see escalation")],
)
GRAVEST_FIRST: tuple[Severity, ...] = tuple(reversed(SEVERITIES))
ROWS = 6
"""Stages that the form has room for."""
LONGEST = timedelta(hours=24)
"""[default] A stage after that would find the next day's people."""
_MINUTES = re.compile(r"\d{1,5}([.,]\d{1,2})?")


class Row(NamedTuple):
    """A stage as the form has it: minutes, and to whom."""

    after: str
    to: tuple[str, ...]


class Draft(NamedTuple):
    """A severity's course as the form has it."""

    severity: Severity
    rows: tuple[Row, ...]
    repeat: str


class PlanShown(NamedTuple):
    """`unit` '' is the whole house; `own`: it has a plan of its own. `now`: whom a high alert would call,
    stage by stage, if it came now: as the live calls go.
    """

    unit: str
    name: str
    own: bool
    may_change: bool
    words: tuple[str, ...]
    now: list[Stage]


async def form_of(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(form_of)]
"""A form with as many fields as stages."""


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    said = render(visit.language, "care/_escalation_notice.txt", said=notice).strip() if notice else ""
    return page(request, visit, "care/escalation.html", plans=_plans(visit), notice=said)


@pages.get("/edit", dependencies=[needs("change escalation")])
def show_form(request: Request, visit: Visitor, unit: str = "") -> str:
    plan = plan_in_view(visit, unit)
    return _form_page(request, visit, unit, [draft_of(plan, s) for s in GRAVEST_FIRST], ())


@pages.post("/preview", dependencies=[OurForm, needs("change escalation")])
def preview(visit: Visitor, form: Sent) -> str:
    """What the form says so far, in words."""
    plan, faults = understood(_drafts(form), visit)
    return render(visit.language, "care/_escalation_words.html", words=words_of(plan, visit), faults=faults)


@pages.post("", dependencies=[OurForm, needs("change escalation")])
def change(request: Request, visit: Visitor, form: Sent) -> Response:
    unit, drafts = str(form.get("unit", "")), _drafts(form)
    plan_in_view(visit, unit)
    plan, faults = understood(drafts, visit)
    version = str(form.get("version", ""))
    if plan is not None:
        fault = put_plan(request, visit, unit, plan, int(version) if version.isdecimal() else 0)
        if not fault:
            return RedirectResponse(f"{PATH}?notice=changed", 303)
        faults = (fault,)
    return HTMLResponse(_form_page(request, visit, unit, drafts, faults), 422)


@pages.post("/take-back", dependencies=[OurForm, needs("change escalation")])
def take_back(request: Request, visit: Visitor, form: Sent) -> Response:
    """A unit without a plan of its own follows the house's; the house without one the default."""
    unit, version = str(form.get("unit", "")), str(form.get("version", ""))
    plan = plan_in_view(visit, unit)
    fault = put_plan(request, visit, unit, None, int(version) if version.isdecimal() else 0)
    if fault:
        drafts = [draft_of(plan, s) for s in GRAVEST_FIRST]
        return HTMLResponse(_form_page(request, visit, unit, drafts, (fault,)), 409)
    return RedirectResponse(f"{PATH}?notice=taken-back", 303)


def may_change_plan(visit: Visit, unit: str) -> bool:
    """The house's plan is for who has the whole house."""
    mine = visit.access.sees_unit(unit) if unit else visit.access.units is None
    return may(visit.person, "change escalation") and mine


def plan_in_view(visit: Visit, unit: str) -> EscalationPlan:
    """404 where there is no such unit, or it is not theirs to change."""
    known = unit == "" or any(one.id == unit for one in visit.house.site.units)
    if not known or not may_change_plan(visit, unit):
        raise HTTPException(404, "there is no such unit, or not for you")
    return visit.house.site.escalation_of(unit)


def silences(plan: EscalationPlan | None, language: Language) -> list[str]:
    """Where a plan would leave an alert without a call for too long, in words."""
    courses = [] if plan is None else [(s, too_silent(plan.course(s), s)) for s in GRAVEST_FIRST]
    return [
        plan_fault("silent", _minutes(length), s, language) for s, length in courses if length is not None
    ]


def put_plan(request: Request, visit: Visit, unit: str, plan: EscalationPlan | None, version: int) -> str:
    """Empty where it is in force, otherwise why not. What a running alert took along stays as it is."""
    return put(request, visit, [edit_of_plan(unit, plan)], version)


def edit_of_plan(unit: str, plan: EscalationPlan | None) -> PutEscalation:
    """`unit` empty: the house's. None: the default, or the house's, counts again."""
    return PutEscalation(plan.model_dump(mode="json") if plan is not None else None, unit or None)


def words_of(plan: EscalationPlan | None, visit: Visit) -> tuple[str, ...]:
    """A sentence for each severity, the gravest first."""
    if plan is None:
        return ()
    return tuple(course_in_words(plan.course(s), s, visit.language) for s in GRAVEST_FIRST)


def draft_of(plan: EscalationPlan, severity: Severity) -> Draft:
    course = plan.course(severity)
    rows = tuple(Row(_minutes(step.after), step.to) for step in course.steps)
    return Draft(severity, rows, _minutes(course.repeat))


def understood(drafts: Sequence[Draft], visit: Visit) -> tuple[EscalationPlan | None, tuple[str, ...]]:
    """The plan, or all that is wrong with it in the reader's words."""
    courses: dict[Severity, EscalationCourse] = {}
    faults: list[str] = []
    for draft in drafts:
        course = _course(draft)
        if isinstance(course, EscalationCourse):
            courses[draft.severity] = course
        else:
            faults += [plan_fault(code, said, draft.severity, visit.language) for code, said in course]
    if faults:
        return None, tuple(faults)
    return EscalationPlan(**courses), ()


def _course(draft: Draft) -> EscalationCourse | list[tuple[str, str]]:
    """(code, what stands there) of all that is wrong."""
    wrong: list[tuple[str, str]] = []
    steps: list[EscalationStep] = []
    for n, row in enumerate(draft.rows):
        to: list[Group] = [group for group in GROUPS if group in row.to]
        if n and not row.after.strip() and not to:
            continue
        after = _length("0" if n == 0 else row.after)
        if after is None:
            wrong.append(("not_a_time", row.after or "–"))
        elif after > LONGEST:
            wrong.append(("too_long", row.after))
        elif not to:
            wrong.append(("nobody", row.after) if n else ("no_stage", ""))
        elif steps and after <= steps[-1].after:
            wrong.append(("order", row.after))
        else:
            steps.append(EscalationStep(after=after, to=tuple(to)))
    repeat = _length(draft.repeat)
    if repeat is None:
        wrong.append(("not_a_time", draft.repeat or "–"))
    elif repeat > LONGEST:
        wrong.append(("too_long", draft.repeat))
    elif repeat < SHORTEST_REPEAT:
        wrong.append(("repeat", draft.repeat))
    if wrong or repeat is None:
        return wrong
    course = EscalationCourse(steps=tuple(steps), repeat=repeat)
    silent = too_silent(course, draft.severity)
    return [("silent", _minutes(silent))] if silent is not None else course


def _length(minutes: str) -> timedelta | None:
    text = minutes.strip()
    if not _MINUTES.fullmatch(text):
        return None
    return timedelta(seconds=round(float(text.replace(",", ".")) * 60))


def _minutes(length: timedelta) -> str:
    return f"{length / timedelta(minutes=1):g}"


def _drafts(form: FormData) -> list[Draft]:
    def rows(severity: Severity) -> tuple[Row, ...]:
        return tuple(
            Row(
                str(form.get(f"{severity}-after-{n}", ""))[:20],
                tuple(str(to) for to in form.getlist(f"{severity}-to-{n}")),
            )
            for n in range(ROWS)
        )

    return [Draft(s, rows(s), str(form.get(f"{s}-repeat", ""))[:20]) for s in GRAVEST_FIRST]


def _plans(visit: Visit) -> list[PlanShown]:
    site = visit.house.site
    units = [unit for unit in site.units if visit.access.sees_unit(unit.id)]
    whole = PlanShown(
        "",
        site.name,
        site.escalation != EscalationPlan(),
        may_change_plan(visit, ""),
        words_of(site.escalation, visit),
        [],
    )
    return [whole, *(_of_unit(visit, unit) for unit in units)]


def _of_unit(visit: Visit, unit: Unit) -> PlanShown:
    own = unit.escalation is not None
    words = words_of(unit.escalation, visit)
    now = stages_now(visit, unit.id, "high")
    return PlanShown(unit.id, unit.name, own, may_change_plan(visit, unit.id), words, now)


def _form_page(
    request: Request, visit: Visit, unit: str, drafts: Sequence[Draft], faults: tuple[str, ...]
) -> str:
    plan, _ = understood(drafts, visit)
    padded = [d._replace(rows=(*d.rows, *[Row("", ())] * ROWS)[:ROWS]) for d in drafts]
    own = next((u.escalation for u in visit.house.site.units if u.id == unit), None)
    return page(
        request,
        visit,
        "care/escalation_edit.html",
        unit=unit,
        name=visit.house.unit_name(unit) if unit else visit.house.site.name,
        drafts=padded,
        groups=[(group, group_words([group], visit.language)) for group in GROUPS],
        faults=faults,
        words=words_of(plan, visit),
        version=visit.house.version,
        own=own is not None if unit else visit.house.site.escalation != EscalationPlan(),
    )
