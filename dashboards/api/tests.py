"""Walk tests as calls: a device is tried out without paging anybody, and what came of it is signed
(docs/walk-test.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from dashboards.api.paging import Paged
from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.technician.devices import device_in_view
from dashboards.technician.records import record_pdf, sealed_in_view, tested_of
from dashboards.visit import OurCall, Visit, Visitor, clock_of, needs, settings_of
from hub.records import exported
from hub.signing import MOST_OF_A_NOTE, Signing
from hub.store import walk_tests
from hub.store.records import Sealed
from hub.trial import Trial, trial_of
from hub.walk_test import WalkTests
from rules.pause import Refusal
from rules.record import Still
from rules.rehearsal import Reason
from rules.severity import Severity
from rules.trial import ASKED, Verdict
from rules.walk_test import Test

api = APIRouter(
    prefix="/api/v1",
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
    dependencies=[needs("test devices")],
)


class HeardOut(BaseModel):
    """One reading of the device under test."""

    measure: str
    value: bool | float | str
    at: datetime = Field(description="By the device's own clock where own_time, else the time of arrival")
    received_at: datetime
    stored_at: datetime = Field(description="Right before it was committed")
    own_time: bool
    from_memory: bool = Field(description="What the gateway had kept from earlier: it proves nothing")


class RuleOut(BaseModel):
    """What a rule that needs the device would make of what it said."""

    rule: str
    place: str
    severity: Severity
    fires: bool
    why: Reason
    about: list[str]
    after_s: float | None = Field(description="From what the device did to the alert")
    assumed: list[str] = Field(description="Other devices whose readings were assumed")


class StepOut(BaseModel):
    name: str
    done: bool
    needed: bool


class TrialOut(BaseModel):
    """How a test stands. `reasons`: code and what it is about."""

    test: int
    device: str
    person: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    running: bool
    asked: list[StepOut]
    readings: list[HeardOut]
    rules: list[RuleOut]
    verdict: Verdict
    reasons: list[tuple[str, str]]


class TestedOut(BaseModel):
    """How a device stands: never tried, as it hangs now, or before it was moved or replaced."""

    device: str
    still: Still
    record: int | None
    verdict: Verdict | None


class TestsOut(BaseModel):
    at: datetime
    devices: list[TestedOut]


class SignIn(Sent):
    note: str = Field("", max_length=MOST_OF_A_NOTE)


class SignedOut(BaseModel):
    """The record. `document` is its text to the last character: what the seal is on."""

    number: int
    verdict: Verdict
    seal: Literal["fits", "does not fit"]
    key: str = Field(description="The public key's fingerprint")
    document: str


_CONFLICT: dict[int | str, dict[str, object]] = {409: {"model": RefusalOut}}


@api.get("/tests")
def list_tests(visit: Visitor, page: Paged) -> TestsOut:
    """Every device that the caller sees, by id, and how its last test stands."""
    units = {room.id: room.unit for room in visit.house.site.rooms}
    seen = [d for d in visit.house.site.devices if visit.access.sees_unit(units[d.room])]
    part = page.cut(seen, lambda d: (d.id,))
    found = [tested_of(visit, device) for device in part]
    devices = [
        TestedOut(device=t.device, still=t.still, record=t.number or None, verdict=t.verdict) for t in found
    ]
    return TestsOut(at=visit.now, devices=devices)


@api.get("/tests/{number}")
def show_record(visit: Visitor, number: int) -> SignedOut:
    return _signed(sealed_in_view(visit, number))


@api.get("/tests/{number}/sealed", response_class=Response)
def take_record(visit: Visitor, number: int) -> Response:
    """Text, seal and key in one object: what `vaka record verify` reads."""
    return Response(exported(sealed_in_view(visit, number)), media_type="application/json")


@api.get("/tests/{number}/pdf", response_class=Response)
def print_record(visit: Visitor, number: int) -> Response:
    """The record to print, in the caller's language, tagged for screen readers."""
    return Response(record_pdf(visit, sealed_in_view(visit, number)), media_type="application/pdf")


@api.get("/devices/{id:path}/test")
def show_test(visit: Visitor, id: str) -> TrialOut:
    """The newest test of a device, running or over, with all that came in."""
    device_in_view(visit, id)
    test = walk_tests.of(visit.connection, visit.house.site.site, id)
    if test is None:
        raise HTTPException(404, "the device was never tested")
    return _trial(visit, test)


@api.post("/devices/{id:path}/test", status_code=201, dependencies=[OurCall], responses=_CONFLICT)
def start_test(request: Request, visit: Visitor, id: str) -> TrialOut:
    """From now on nobody is paged by the device, not by a real call either; for 15 minutes at most."""
    device_in_view(visit, id)
    return _trial(visit, _done(_tests(request, visit).start(id, visit.person.id)))


@api.delete("/devices/{id:path}/test", dependencies=[OurCall], responses=_CONFLICT)
def cancel_test(request: Request, visit: Visitor, id: str) -> TrialOut:
    """The test ends, and nothing is signed."""
    device_in_view(visit, id)
    return _trial(visit, _done(_tests(request, visit).cancel(id, visit.person.id)))


@api.post("/devices/{id:path}/test/sign", status_code=201, dependencies=[OurCall], responses=_CONFLICT)
def sign_test(request: Request, visit: Visitor, id: str, said: SignIn) -> SignedOut:
    """The newest test of the device ends, if it runs, and goes on record, sealed. By who made it alone."""
    device_in_view(visit, id)
    test = walk_tests.of(visit.connection, visit.house.site.site, id)
    if test is None:
        raise HTTPException(404, "the device was never tested")
    signing = Signing(visit.connection, visit.house.site, clock_of(request), settings_of(request).data)
    done = signing.sign(test.id, visit.person.id, said.note)
    if isinstance(done, Refusal):
        raise declined(409, done)
    return _signed(done)


def _tests(request: Request, visit: Visit) -> WalkTests:
    return WalkTests(visit.connection, visit.house.site, clock_of(request))


def _done(done: Test | Refusal) -> Test:
    if isinstance(done, Refusal):
        raise declined(409, done)
    return done


def _signed(sealed: Sealed) -> SignedOut:
    return SignedOut(
        number=sealed.number,
        verdict=sealed.record.verdict,
        seal="fits" if sealed.seal.fits(sealed.document) else "does not fit",
        key=sealed.seal.fingerprint,
        document=sealed.document,
    )


def _trial(visit: Visit, test: Test) -> TrialOut:
    trial = trial_of(visit.connection, visit.house.site, test)
    assert trial is not None, "the device was looked for"
    return TrialOut(
        test=test.id,
        device=test.device,
        person=test.person,
        started_at=test.started_at,
        ends_at=test.ends_at,
        ended_at=test.ended_at,
        running=test.runs(visit.now),
        asked=[
            StepOut(name=step.name, done=n < trial.done, needed=step.needed)
            for n, step in enumerate(ASKED[trial.device.role])
        ],
        readings=_heard(trial),
        rules=_rules(trial),
        verdict=trial.outcome.verdict,
        reasons=list(trial.outcome.reasons),
    )


def _heard(trial: Trial) -> list[HeardOut]:
    return [
        HeardOut(
            measure=heard.reading.measure,
            value=heard.reading.value,
            at=heard.reading.at,
            received_at=heard.reading.received_at,
            stored_at=heard.stored_at,
            own_time=heard.reading.own_time,
            from_memory=heard.reading.snapshot,
        )
        for heard in trial.heard
    ]


def _rules(trial: Trial) -> list[RuleOut]:
    return [
        RuleOut(
            rule=rule.rule,
            place=rule.room,
            severity=rule.severity,
            fires=rule.fires,
            why=rule.why,
            about=list(rule.about),
            after_s=rule.after.total_seconds() if rule.after is not None else None,
            assumed=list(rule.others),
        )
        for rule in trial.rehearsal.rules
    ]
