"""The duty roster, as calls: who is on duty, planned shifts, absences of staff, signing in to a shift."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.etags import TagSeen, said_to_be_seen
from dashboards.api.instant import Instant
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import RefusedError, declined
from dashboards.api.sent import Sent
from dashboards.care.away import residents_of
from dashboards.care.duty import absent, book, refused_sign_in
from dashboards.care.duty_view import may_change, registered_absences, staff_of, units_of, without_missing
from dashboards.care.roster_import import held_in_view, left_as_it_is, taken_over, tried
from dashboards.care.seen import note_seen
from dashboards.care.shift import plan, shift_in_view
from dashboards.visit import OurCall, Visit, Visitor, needs
from hub.desk import in_hand
from hub.roster_calendar import LARGEST
from hub.roster_left_out import NotUnderstood
from hub.store import shifts as store
from hub.store.held_rosters import HeldRoster
from rules.duty import LONGEST, Function, Shift, StaffAbsence
from rules.integration import is_program
from rules.pause import Refusal
from rules.week import WEEK, gaps
from rules.wording import Voice
from rules.wording.roster import takes_out_most

api = APIRouter(
    prefix="/api/v1/duty",
    dependencies=[needs("see roster")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)
FARTHEST = timedelta(days=62)
FARTHEST_COPY = timedelta(days=3 * 366)
"""[default] As far as the page leads."""


class ShiftOut(BaseModel):
    """One person's duty. No units: the whole house. `residents`: pseudonyms, whom they look after."""

    id: int
    person: str
    function: Function
    units: list[str]
    residents: list[str]
    starts_at: datetime
    ends_at: datetime
    source: Literal["roster", "signed_in"]
    instead_of: list[str] = Field(description="Who is planned there and is not called meanwhile")
    version: str = Field(description="Another one as soon as it is changed")


class StaffAbsenceOut(BaseModel):
    id: int
    person: str
    starts_at: datetime
    ends_at: datetime
    said_by: str


class GapOut(BaseModel):
    """A stretch without a carer on duty. `who`: the night patrol goes by, or nobody."""

    unit: str
    starts_at: datetime
    ends_at: datetime
    who: Literal["nobody", "night_patrol"]


class RosterOut(BaseModel):
    """`on_duty`: who counts now, by the one rule. `shifts`: all of the stretch, planned and signed in to.
    `absences`: as they were said; whoever signed in all the same is on duty until that shift ends.
    """

    at: datetime
    on_duty: list[ShiftOut]
    shifts: list[ShiftOut]
    absences: list[StaffAbsenceOut]
    gaps: list[GapOut]


class ShiftIn(Sent):
    person: str
    function: Function = "carer"
    units: list[str] = Field(default=[], description="None: the whole house")
    residents: list[str] = Field([])
    starts_at: Instant
    ends_at: Instant
    version: Annotated[
        str,
        Field(
            max_length=64,
            description="Of a change: as it was seen, 409 where it was changed since; * for any",
        ),
    ] = ""


class SignInIn(Sent):
    units: list[str] = Field(min_length=1)
    function: Function = "carer"
    residents: list[str] = Field([])
    until: Annotated[Instant | None, Field(description="The end of the planned shift, or 8 hours")] = None
    instead_of: list[str] = Field(
        [],
        max_length=100,
        description="Who is planned there as the same and does not come: not called meanwhile, and told",
    )


class StaffAbsenceIn(Sent):
    person: str
    starts_at: Annotated[Instant | None, Field(description="Now, unless given")] = None
    ends_at: Instant


class CopyIn(Sent):
    """A week of a unit's roster into another one, by the wall clock."""

    unit: str
    week: date = Field(description="A day of the week to copy")
    to: date | None = Field(None, description="A day of the week to copy to; the next one, unless given")


class CopiedOut(BaseModel):
    added: int = Field(description="What is there already stays and is not doubled")


class NotUnderstoodOut(BaseModel):
    """`where`: an event by its title and day, or a line."""

    where: str
    code: str
    why: str = Field(description="In the reader's language")
    starts_at: datetime | None = Field(
        None, description="Of an event, or of the shift that it was; null without hours"
    )
    ends_at: datetime | None = None


class StillThereOut(NotUnderstoodOut):
    """A shift on the roster of somebody who is away then by the calendar."""

    id: int = Field(description="The shift's: `DELETE /api/v1/duty/shifts/{number}` takes it out")


class ImportRefused(RefusalOut):
    """Nothing of the file could be understood; why, entry by entry. None where it was the call itself."""

    not_understood: list[NotUnderstoodOut] = Field(default=[])


class ImportOut(BaseModel):
    """What a file came to, or would. Of a spreadsheet with a mistake nothing is taken over."""

    taken_over: bool
    added: list[ShiftOut]
    changed: list[ShiftOut]
    removed: list[ShiftOut]
    same: int
    followed: list[ShiftOut] = Field(
        description="Of `same` those that came from elsewhere: the calendar changes them and takes them out"
        " from now on"
    )
    not_understood: list[NotUnderstoodOut]
    no_shifts: list[NotUnderstoodOut] = Field(
        description="Events that are nobody's shift: somebody's absence (`absent`), a whole day (`whole_day`)"
        " and shifts of whoever is away then by such an absence (`away`)"
    )
    still_there: list[StillThereOut] = Field(
        description="Shifts of whoever is away then by such an absence, which are on the roster and not in"
        " the calendar: they stay, and are called, until somebody takes them out or registers the absence"
    )
    lost: int = Field(description="Shifts to come that go, with nobody in their place")
    lost_of: int = Field(description="Of how many that the calendar has on those days")
    needs_confirm: bool = Field(description="It is held back without `confirm`")


class AlertsInHand(RefusalOut):
    """`alerts_in_hand`: nobody goes off duty with these (none where it was something else)."""

    alerts: list[int] = Field(default=[])


class ImportHeld(RefusalOut):
    """Nothing was taken over: it takes out most of what is to come. A task for leaders."""

    lost: int
    lost_of: int


class HeldOut(BaseModel):
    """A roster that was held back, or one in force that left shifts. `by`: a person or a program; none where
    nobody said.
    """

    id: int
    at: datetime
    by: str | None
    lost: int
    lost_of: int
    still_there: list[int] = Field(
        description="Of one in force: shifts on the roster of whoever is away by it, which it does not take"
        " out, by number. Empty: it was held back"
    )


_CONFLICT: dict[int | str, dict[str, type[RefusalOut]]] = {409: {"model": RefusalOut}}
_UNSEEN: dict[int | str, dict[str, type[RefusalOut]]] = {
    status: {"model": RefusalOut} for status in (409, 412, 428)
}


@api.get("")
def show_roster(
    visit: Visitor,
    since: Annotated[Instant | None, Query(description="Now, unless given")] = None,
    until: Annotated[Instant | None, Query(description="A week later; 62 days at most")] = None,
) -> RosterOut:
    """The roster of the units that the caller looks after."""
    site, begin = visit.house.site, since or visit.now
    end = min(until or begin + timedelta(days=7), begin + FARTHEST)
    known = store.between(visit.connection, site.site, begin - LONGEST, end)
    absences = store.absences(visit.connection, site.site, begin, end)
    staff = {person.id for person in staff_of(visit)}
    torn = [
        gap for unit in units_of(visit) for gap in gaps(site, unit.id, known, absences, begin, end, visit.now)
    ]
    on_duty = [_out(visit, s) for s in store.on_duty(visit.connection, site, visit.now) if _sees(visit, s)]
    shifts = [_out(visit, s) for s in without_missing(visit, known) if s.ends_at > begin and _sees(visit, s)]
    note_seen(visit, "/api/v1/duty", (r for s in (*on_duty, *shifts) for r in s.residents))
    return RosterOut(
        at=visit.now,
        on_duty=on_duty,
        shifts=shifts,
        absences=[_absence_out(absence) for absence in absences if absence.person in staff],
        gaps=[GapOut(**gap._asdict()) for gap in torn if gap.starts_at < gap.ends_at],
    )


@api.post("/shifts", status_code=201, dependencies=[OurCall, needs("plan roster")], responses=_CONFLICT)
def add_shift(request: Request, visit: Visitor, shift: ShiftIn) -> ShiftOut:
    """Plan somebody."""
    return _done(visit, plan(request, visit, _shift(0, shift)))


@api.put("/shifts/{number}", dependencies=[OurCall, needs("plan roster")], responses=_UNSEEN)
def put_shift(request: Request, visit: Visitor, number: int, shift: ShiftIn, seen: TagSeen) -> ShiftOut:
    """Change a planned shift: all of it, as it is to be."""
    shift_in_view(visit, number)
    version = said_to_be_seen(seen, shift.version)
    return _done(visit, plan(request, visit, _shift(number, shift), version), seen)


@api.delete("/shifts/{number}", dependencies=[OurCall, needs("plan roster")], responses=_UNSEEN)
def remove_shift(
    request: Request,
    visit: Visitor,
    number: int,
    seen: TagSeen,
    version: Annotated[
        str, Query(max_length=64, description="As it was seen: 409 where it was changed; * for any")
    ] = "",
) -> ShiftOut:
    """Take a planned shift out of the roster."""
    shift_in_view(visit, number)
    known = said_to_be_seen(seen, version)
    return _done(visit, book(request, visit).remove(number, visit.person.id, known), seen)


@api.post("/copies", status_code=201, dependencies=[OurCall, needs("plan roster")])
def copy_week(request: Request, visit: Visitor, asked: CopyIn) -> CopiedOut:
    """Copy a unit's planned week."""
    if asked.unit not in {one.id for one in units_of(visit)}:
        raise HTTPException(404, "there is no such unit, or not for you")
    days = (asked.week, asked.to or asked.week)
    if any(abs(day - visit.now.date()) > FARTHEST_COPY for day in days):
        raise RefusedError(422, "that week is too far away", "no_week")
    first = asked.week - timedelta(days=asked.week.weekday())
    to = first + WEEK if asked.to is None else asked.to - timedelta(days=asked.to.weekday())
    return CopiedOut(added=book(request, visit).copy_week(first, to, [asked.unit], visit.person.id))


@api.put("/mine", dependencies=[OurCall, needs("keep own account")], responses=_CONFLICT)
def sign_in(request: Request, visit: Visitor, said: SignInIn) -> ShiftOut:
    """ "I am on duty": the caller, in these units, from now on, beside those who are planned."""
    refusal = refused_sign_in(visit, said.units, said.residents)
    if refusal is not None:
        return _done(visit, refusal)
    duty = book(request, visit)
    wish = (said.function, said.units, said.residents, said.until, said.instead_of)
    return _done(visit, duty.sign_in(visit.person.id, *wish))


@api.delete(
    "/mine",
    dependencies=[OurCall, needs("keep own account")],
    responses={409: {"model": AlertsInHand}},
)
def leave(
    request: Request,
    visit: Visitor,
    hand_back: Annotated[
        bool, Query(description="Hand back the alerts that the caller has: others are called at once")
    ] = False,
) -> ShiftOut:
    """ "I am going off duty": the caller, now. 409 (`alerts_in_hand`) while they have alerts and do not hand
    them back.
    """
    done = book(request, visit).leave(visit.person.id, hand_back)
    if isinstance(done, Refusal) and done.code == "alerts_in_hand":
        held = [alert.id for alert in in_hand(visit.connection, visit.house.site.site, visit.person.id)]
        raise RefusedError(409, done.why, done.code, {"alerts": held})
    return _done(visit, done)


@api.post(
    "/absences",
    status_code=201,
    dependencies=[OurCall, needs("say which staff are absent")],
    responses=_CONFLICT,
)
def say_absent(request: Request, visit: Visitor, said: StaffAbsenceIn) -> StaffAbsenceOut:
    """Somebody of the staff is not there: their shifts do not count. Why is not kept. 409 (`absent_already`)
    where that is registered already for all of the time.
    """
    if said.person not in {person.id for person in staff_of(visit)}:
        raise RefusedError(409, "no such person, or not of your units", "no_person")
    since = said.starts_at or visit.now
    return _absence_done(absent(request, visit, said.person, since, said.ends_at))


@api.delete(
    "/absences/{number}", dependencies=[OurCall, needs("say which staff are absent")], responses=_CONFLICT
)
def say_back(request: Request, visit: Visitor, number: int) -> StaffAbsenceOut:
    """They come after all, from now on."""
    if number not in {absence.id for absence in registered_absences(visit)}:
        raise HTTPException(404, "there is no such absence, or not for you")
    return _absence_done(book(request, visit).back(number, visit.person.id))


async def body_of(request: Request) -> bytes:
    """What was uploaded. Raises HTTPException (413) where that is too much."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise HTTPException(413, f"the roster has more than {LARGEST:,} bytes")
    return data


@api.post(
    "/import",
    dependencies=[OurCall, needs("plan roster")],
    responses={
        409: {"model": ImportHeld},
        413: {"model": RefusalOut},
        422: {"model": ImportRefused},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/calendar": {"schema": {"type": "string"}}, "text/csv": {"schema": {}}},
        }
    },
)
def import_roster(
    visit: Visitor,
    data: Annotated[bytes, Depends(body_of)],
    dry_run: Annotated[bool, Query(description="Only say what would change")] = False,
    confirm: Annotated[
        int,
        Query(ge=0, le=1_000_000, description="`lost`, as a trial or a refusal said it: that many may go"),
    ] = 0,
) -> ImportOut:
    """Take a roster over from iCalendar or CSV. Absences and whole days of a calendar are no shifts, nor is
    what whoever is away by such an absence was planned for then (`no_shifts`). 422 where nothing of it could
    be understood; 409 where it takes out more than half of the calendar's shifts to come on its days, and
    more than five, with nobody in their place: nothing is changed then, and leaders have a task, until it is
    sent again with `confirm`. A program cannot confirm: a leader imports the file, or leaves the roster as it
    is.
    """
    confirmed = 0 if is_program(visit.person.id) else confirm
    found = tried(visit, data, "roster") if dry_run else taken_over(visit, data, "roster", confirmed)
    if found.held:
        lost, total, _ = found.loss
        why = takes_out_most(lost, total, visit.language)
        raise RefusedError(409, why, "takes_out_most", {"lost": lost, "lost_of": total})
    not_understood = [_not_understood(visit, one) for one in found.problems]
    if not_understood and not (found.changes_something or found.same or found.no_shifts):
        said = {"not_understood": [one.model_dump(mode="json") for one in not_understood]}
        raise RefusedError(422, not_understood[0].why, not_understood[0].code, said)
    return ImportOut(
        taken_over=found.changes_something and not dry_run,
        added=[_out(visit, shift) for shift in found.added],
        changed=[_out(visit, after) for _, after in found.changed],
        removed=[_out(visit, shift) for shift in found.removed],
        same=found.same,
        followed=[_out(visit, shift) for shift in found.followed],
        not_understood=not_understood,
        no_shifts=[_not_understood(visit, one) for one in found.no_shifts],
        still_there=[
            StillThereOut(id=shift.id, **_not_understood(visit, why).model_dump())
            for shift, why in found.still_there
        ],
        lost=found.loss.lost,
        lost_of=found.loss.of,
        needs_confirm=found.loss.held() is not None,
    )


@api.get("/import/held", dependencies=[needs("plan roster")])
def list_held(visit: Visitor) -> list[HeldOut]:
    """Rosters from files that were held back, and that nobody has seen to."""
    return [_held_out(one) for one in held_in_view(visit)]


@api.delete(
    "/import/held/{number}",
    dependencies=[OurCall, needs("plan roster")],
    responses={403: {"model": RefusalOut}},
)
def leave_held(visit: Visitor, number: int) -> HeldOut:
    """The roster stays as it is. Refused to who does not plan for all units that it is about."""
    left = left_as_it_is(visit, number)
    if isinstance(left, Refusal):
        raise declined(403, left)
    return _held_out(left)


def _not_understood(visit: Visit, one: NotUnderstood) -> NotUnderstoodOut:
    voice = Voice(visit.language, visit.house.site.zone, visit.now)
    starts = one.starts if isinstance(one.starts, datetime) else None
    return NotUnderstoodOut(
        where=one.where, code=one.code, why=one.in_words(voice), starts_at=starts, ends_at=one.ends
    )


def _held_out(held: HeldRoster) -> HeldOut:
    still = [id for id, _ in held.left]
    return HeldOut(id=held.id, at=held.at, by=held.by, lost=held.lost, lost_of=held.total, still_there=still)


def _sees(visit: Visit, shift: Shift) -> bool:
    return not shift.units or may_change(visit, shift) or any(visit.access.sees_unit(u) for u in shift.units)


def _shift(number: int, shift: ShiftIn) -> Shift:
    units, residents = tuple(shift.units), tuple(shift.residents)
    return Shift(number, shift.person, units, shift.function, shift.starts_at, shift.ends_at, residents)


def _done(visit: Visit, done: Shift | Refusal, matched: str = "") -> ShiftOut:
    if isinstance(done, Refusal):
        raise declined(412 if matched and done.code in ("shift_changed", "no_shift") else 409, done)
    return _out(visit, done)


def _out(visit: Visit, shift: Shift) -> ShiftOut:
    """Of whom they look after only those whom the caller sees."""
    seen = {resident.id for resident in residents_of(visit)}
    values = {name: getattr(shift, name) for name in ShiftOut.model_fields}
    return ShiftOut(**{**values, "residents": [r for r in shift.residents if r in seen]})


def _absence_done(done: StaffAbsence | Refusal) -> StaffAbsenceOut:
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _absence_out(done)


def _absence_out(absence: StaffAbsence) -> StaffAbsenceOut:
    return StaffAbsenceOut(**{name: getattr(absence, name) for name in StaffAbsenceOut.model_fields})
