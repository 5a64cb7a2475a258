"""Whether alerts reach anybody, as calls: proofs of the chain, the week to come with its gaps, one hour, and
how the watchman finds Vaka's parts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.instant import Instant
from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.api.stretch import StretchOut
from dashboards.care.proof import ask_for
from dashboards.care.proof_view import units_of
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs, settings_of
from hub import reach
from hub.store import gaps, proofs
from hub.store.proofs import Proof
from hub.watch import state
from hub.watched import watch_is_gone
from rules.pause import Refusal
from rules.proof_verdict import Leg, Reason, Result
from rules.reach import Reason as GapReason
from rules.reach import severities
from rules.receipts import TELL_OF_DELIVERY
from rules.severity import Severity
from rules.watch import Standing

api = APIRouter(prefix="/api/v1", responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}})


class LegOut(BaseModel):
    """`held`: None where it was not come to."""

    leg: Leg
    at: datetime | None
    held: bool | None


class SendingOut(BaseModel):
    """A message to one person. `silent`: its phone has not said that it got it; `tells`: whether its way ever
    does.
    """

    person: str
    way: str
    phone: str = Field(description="Which of their phones: its id; empty by other ways")
    device: str
    tells: bool
    silent: bool
    lost: bool = Field(description="Not written to: its push service knows it no more")
    sent_at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None
    failure: str | None


class LaterOut(BaseModel):
    """A later stage of the escalation: who would be called, and who of them can be reached."""

    after_s: int
    to: list[str]
    people: list[str]
    reached: list[str]


class ProofOut(BaseModel):
    """One walk of a unit's chain. `result` None: it is under way. `asked_by` None: it was planned."""

    id: int
    unit: str
    asked_at: datetime
    asked_by: str | None
    ended_at: datetime | None
    result: Result | None
    leg: Leg | None = Field(description="Where the chain broke")
    reason: Reason | None
    legs: list[LegOut]
    messages: list[SendingOut]
    everybody: bool
    later: list[LaterOut]


class ProofIn(Sent):
    unit: str
    everybody: bool = Field(False, description="Also those who are only called later get the message")


class GapTaskOut(BaseModel):
    """A gap is a task that is done when it is gone. `hours`: their beginnings in the week to come."""

    id: int
    unit: str
    reason: GapReason
    subject: str = Field(description="The rule, and of a pause its room too; empty: the whole unit")
    warning: bool
    hours: list[datetime]
    stretches: list[StretchOut] = Field(description="When within those hours it really begins and ends")
    residents: list[str]
    found_at: datetime
    owner: str | None
    due: datetime | None


class WeekOut(BaseModel):
    """`cells`: by unit, what is wrong in each of the hours; an empty list: somebody is told in time."""

    at: datetime
    hours: list[datetime]
    cells: dict[str, list[list[GapReason]]]
    gaps: list[GapTaskOut]


class AssignmentIn(Sent):
    owner: str
    due: Instant


class StageOut(BaseModel):
    """`ways`: by person. `after_s`: as the calls would go; where nobody is reached the next comes at once."""

    after_s: int
    to: list[str]
    people: list[str]
    instead: list[str] = Field(description="Who is called where none of them can be reached")
    nobody_in: list[str] = Field(description="Groups of `to` in which nobody is, while others are called")
    ways: dict[str, list[str]]


class RouteOut(BaseModel):
    """How an alert would be passed on. `wrong` None: in time, and to more than one."""

    severity: Severity
    residents: list[str]
    wrong: GapReason | None
    stages: list[StageOut]


class PartOut(BaseModel):
    """`failing`: the watchman's looks at it fail, and not for long enough yet to count as down (9 s, or 24 s
    where it was not well yet since the watchman began). `/healthz` does not wait for that.
    """

    part: str
    state: Literal["ok", "failing", "down"]
    since: datetime | None
    why: str = Field(description="Empty where it is ok")


class WatchOut(BaseModel):
    """`watched`: whether somebody watches over Vaka itself. `at`: when they looked last."""

    watched: bool
    at: datetime | None
    parts: list[PartOut]


@api.get("/proofs", dependencies=[needs("see proof")])
def list_proofs(
    visit: Visitor, page: Paged, days: Annotated[int, Query(ge=1, le=730)] = 14
) -> list[ProofOut]:
    """Those of the last days, of the units that the caller sees, the newest first."""
    seen = {unit.id for unit in units_of(visit)}
    found = proofs.since(visit.connection, visit.house.site.site, visit.now - timedelta(days=days))
    theirs = (proof for proof in found if proof.unit in seen)
    return [_proof(proof) for proof in page.cut(theirs, lambda one: (one.id,), newest_first=True)]


@api.post("/proofs", status_code=202, dependencies=[OurCall, needs("see proof")])
def ask_for_proof(request: Request, visit: Visitor, asked: ProofIn) -> ProofOut:
    """Try a unit's chain now. Who asks again within a minute is told of the one before."""
    found = ask_for(request, visit, asked.unit, asked.everybody)
    if found is None:
        raise HTTPException(404, "there is no such unit, or not for you")
    return _proof(found)


@api.get("/proofs/{number}", dependencies=[needs("see proof")])
def get_proof(visit: Visitor, number: int) -> ProofOut:
    found = proofs.get(visit.connection, visit.house.site.site, number)
    if found is None or not visit.access.sees_unit(found.unit):
        raise HTTPException(404, "there is no such proof, or not for you")
    return _proof(found)


@api.get("/reach", dependencies=[needs("see reach")])
def get_week(visit: Visitor) -> WeekOut:
    """Who would be told in each hour of the week to come, and the gaps."""
    site = visit.house.site
    usable = reach.usable_ways(visit.connection, site.site)
    week = reach.week(visit.connection, site, usable, visit.now)
    seen = {unit.id for unit in units_of(visit)}
    found = {(gap.unit, gap.reason, gap.subject): gap for gap in week.gaps}
    tasks = [
        GapTaskOut(
            id=task.id,
            unit=task.unit,
            reason=task.reason,
            subject=task.subject,
            warning=task.warning,
            hours=list(gap.hours),
            stretches=[StretchOut(since=start, until=end) for start, end in gap.stretches],
            residents=list(gap.residents),
            found_at=task.found_at,
            owner=task.owner,
            due=task.due,
        )
        for task in gaps.standing(visit.connection, site.site)
        if task.unit in seen and (gap := found.get((task.unit, task.reason, task.subject))) is not None
    ]
    cells = {unit: [sorted(cell) for cell in row] for unit, row in week.cells.items() if unit in seen}
    return WeekOut(at=visit.now, hours=list(week.hours), cells=cells, gaps=tasks)


@api.get("/reach/{unit}", dependencies=[needs("see reach")])
def get_hour(visit: Visitor, unit: str, at: Instant | None = None) -> list[RouteOut]:
    """How an alert of that instant (now, unless given) would be passed on, by severity and resident."""
    if unit not in {one.id for one in units_of(visit)}:
        raise HTTPException(404, "there is no such unit, or not for you")
    return _routes(visit, unit, at or visit.now)


@api.put(
    "/reach/gaps/{number}",
    dependencies=[OurCall, needs("assign gaps")],
    responses={409: {"model": RefusalOut}},
    status_code=204,
)
def assign_gap(request: Request, visit: Visitor, number: int, asked: AssignmentIn) -> None:
    """Somebody sees to a gap by then. Nobody can tick it off: it is done when it is gone."""
    task = gaps.get(visit.connection, visit.house.site.site, number)
    if task is None or not visit.access.sees_unit(task.unit):
        raise HTTPException(404, "there is no such gap, or not for you")
    now = clock_of(request).now()
    site, by = visit.house.site, visit.person.id
    done = reach.assign(visit.connection, site, number, asked.owner, asked.due, by, now)
    if isinstance(done, Refusal):
        raise declined(409, done)


@api.get("/watch", dependencies=[needs("see proof")])
def get_watch(request: Request, visit: Visitor) -> WatchOut:
    """How the watchman finds Vaka's parts."""
    said = state.read(settings_of(request).data)
    parts = [_part(part, s) for part, s in (said.parts.items() if said is not None else ())]
    gone = watch_is_gone(said, visit.now)
    return WatchOut(watched=not gone, at=said.at if said is not None else None, parts=[] if gone else parts)


def _part(part: str, standing: Standing) -> PartOut:
    if standing.is_down:
        return PartOut(part=part, state="down", since=standing.down_since, why=standing.why)
    if standing.failing_since is not None:
        return PartOut(part=part, state="failing", since=standing.failing_since, why=standing.why)
    return PartOut(part=part, state="ok", since=None, why="")


def _routes(visit: Visit, unit: str, at: datetime) -> list[RouteOut]:
    site, book = visit.house.site, visit.house.rules
    usable = reach.usable_ways(visit.connection, site.site)
    roster = reach.roster(visit.connection, site, book, usable, at)
    rooms = {room.id for room in site.rooms if room.unit == unit}
    living = [
        r.id for r in site.residents if r.room in rooms and r.lives_here(at.astimezone(site.zone).date())
    ]
    found = []
    for severity in severities(book, unit, at):
        for resident in living or [""]:
            route = roster.route(unit, severity, (resident,) if resident else (), at)
            stages = [
                StageOut(
                    after_s=int(stage.after.total_seconds()),
                    to=list(stage.to),
                    people=list(stage.people),
                    instead=[person for person, _ in stage.instead],
                    nobody_in=list(stage.nobody_in),
                    ways={
                        p: list(w) for p, w in (*zip(stage.people, stage.ways, strict=True), *stage.instead)
                    },
                )
                for stage in route.stages
            ]
            who = [resident] if resident else []
            found.append(RouteOut(severity=severity, residents=who, wrong=route.reason, stages=stages))
    return found


def _proof(proof: Proof) -> ProofOut:
    return ProofOut(
        id=proof.id,
        unit=proof.unit,
        asked_at=proof.asked_at,
        asked_by=proof.asked_by,
        ended_at=proof.ended_at,
        result=proof.result,
        leg=proof.leg,
        reason=proof.reason,
        legs=[LegOut(leg=step.leg, at=step.at, held=step.held) for step in proof.record.steps],
        messages=[
            SendingOut(
                person=one.person,
                way=one.way,
                phone=one.phone,
                device=one.device,
                tells=one.way in TELL_OF_DELIVERY,
                silent=one.silent,
                lost=one.lost,
                sent_at=one.sent_at,
                delivered_at=one.delivered_at,
                seen_at=one.seen_at,
                failure=one.failure,
            )
            for one in proof.record.sendings
        ],
        everybody=proof.everybody,
        later=[
            LaterOut(
                after_s=int(stage.after.total_seconds()),
                to=list(stage.to),
                people=list(stage.people),
                reached=list(stage.reached),
            )
            for stage in proof.record.later
        ],
    )
