"""The walk test: start, "open the door now" with every reading as it comes in, what the rules make of it, and
the signature.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.pages import render
from dashboards.technician.devices import device_once_called
from dashboards.technician.records import tested_of
from dashboards.technician.trial_view import trial_view
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs, settings_of
from hub.signing import MOST_OF_A_NOTE, Signing, cannot_sign
from hub.store import records, walk_tests
from hub.trial import trial_of
from hub.walk_test import WalkTests
from rules import wording
from rules.building import Device
from rules.pause import Refusal
from rules.walk_test import LONGEST, Test
from rules.wording.devices import role_name
from rules.wording.refusals import refusal_text

pages = APIRouter(
    prefix="/technician/devices",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("test devices")],
)

Stage = Literal["before", "running", "over"]
"""`over`: ended by itself, and may still be signed."""


def address_of(device: str) -> str:
    """Where a device is tested."""
    return f"/technician/devices/{quote(device, safe='')}/test"


@pages.get("/{id:path}/test")
def show_test(request: Request, visit: Visitor, id: str, refused: str = "") -> str:
    device = device_once_called(visit, id)
    return page(
        request,
        visit,
        "technician/walk_test.html",
        **_values(visit, device),
        refused=refusal_text(Refusal("", refused), visit.language),
        longest=int(LONGEST.total_seconds() // 60),
        most_of_a_note=MOST_OF_A_NOTE,
    )


@pages.get("/{id:path}/test/live")
def show_trial(visit: Visitor, id: str) -> str:
    """The part of the page that changes as readings come in."""
    return render(visit.language, "technician/_trial.html", **_values(visit, device_once_called(visit, id)))


def _values(visit: Visit, device: Device) -> dict[str, Any]:
    test = _test_of(visit, device.id)
    trial = trial_of(visit.connection, visit.house.site, test) if test is not None else None
    stage: Stage = "before" if test is None else "running" if test.runs(visit.now) else "over"
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    return {
        "device": device,
        "room": visit.house.room_name(device.room),
        "role": role_name(device.role, visit.language),
        "address": address_of(device.id),
        "stage": stage,
        "test": test,
        "mine": test is not None and test.person == visit.person.id,
        "by": visit.house.person_name(test.person) if test is not None else "",
        "until": wording.at(test.until, voice) if test is not None else "",
        "trial": trial_view(trial, visit.house, visit.language) if trial is not None else None,
        "tested": tested_of(visit, device),
    }


def _test_of(visit: Visit, device: str) -> Test | None:
    """The test that runs, or that ended by itself and may still be signed by whoever looks."""
    test = walk_tests.of(visit.connection, visit.house.site.site, device)
    if test is None or test.runs(visit.now):
        return test
    signed = records.of_test(visit.connection, test.id) is not None
    return None if cannot_sign(test, visit.person.id, visit.now, signed) else test


@pages.post("/{id:path}/test/start", dependencies=[OurForm])
def start(request: Request, visit: Visitor, id: str) -> Response:
    id = device_once_called(visit, id).id
    return _back(id, _tests(request, visit).start(id, visit.person.id))


@pages.post("/{id:path}/test/cancel", dependencies=[OurForm])
def cancel(request: Request, visit: Visitor, id: str) -> Response:
    id = device_once_called(visit, id).id
    return _back(id, _tests(request, visit).cancel(id, visit.person.id))


@pages.post("/{id:path}/test/sign", dependencies=[OurForm])
def sign(
    request: Request,
    visit: Visitor,
    id: str,
    test: Annotated[int, Form()],
    note: Annotated[str, Form(max_length=MOST_OF_A_NOTE, title="Note")] = "",
) -> Response:
    id = device_once_called(visit, id).id
    known = walk_tests.get(visit.connection, visit.house.site.site, test)
    if known is None or known.device != id:
        raise HTTPException(404, "there is no such test")
    data = settings_of(request).data
    done = Signing(visit.connection, visit.house.site, clock_of(request), data).sign(
        test, visit.person.id, note
    )
    if isinstance(done, Refusal):
        return _back(id, done)
    return RedirectResponse(f"/technician/tests/{done.number}?notice=signed", 303)


def _tests(request: Request, visit: Visit) -> WalkTests:
    return WalkTests(visit.connection, visit.house.site, clock_of(request))


def _back(id: str, done: Test | Refusal) -> Response:
    refused = f"?refused={done.code}" if isinstance(done, Refusal) else ""
    return RedirectResponse(f"{address_of(id)}{refused}", 303)
