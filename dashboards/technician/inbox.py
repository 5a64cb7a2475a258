"""Devices that were heard and have no place yet, as they speak; and those that somebody said are not ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.pages import render
from dashboards.technician.notices import notice_text, with_notice
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.discovery import Discovered, discovered, ignore, take_back
from rules import wording
from rules.placing import sign_of
from rules.wording import Language
from rules.wording.devices import measure_name, value_text

pages = APIRouter(
    prefix="/technician/inbox",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("place devices")],
)

JUST_NOW = timedelta(seconds=3)
OF_ITSELF = ("battery", "battery_low", "lqi", "rssi", "snr")
"""Measures of a device's own health: they stand apart from what it tells of a person."""
REASONS = ("neighbour", "spare", "test", "other")


class Shown(NamedTuple):
    """One value. `age` is empty where it came with what the device said last."""

    name: str
    text: str
    age: str


class Waiting(NamedTuple):
    """A device in the inbox. `query` names it in an address."""

    gateway: str
    address: str
    query: str
    sign: str
    what: str
    values: tuple[Shown, ...]
    health: tuple[Shown, ...]
    spoke: str
    is_now: bool
    reason: str
    ignored_by: str


class Inbox(NamedTuple):
    waiting: list[Waiting]
    silent: list[Waiting]
    announced: list[Waiting]
    ignored: list[Waiting]
    last: Waiting | None
    """Who spoke last of those that wait."""


@pages.get("")
def show_inbox(request: Request, visit: Visitor, notice: str = "") -> str:
    said = notice_text(visit, notice)
    return page(request, visit, "technician/inbox.html", inbox=read_inbox(visit), notice=said)


@pages.get("/list")
def show_list(visit: Visitor) -> str:
    """What the page asks for each second."""
    return render(visit.language, "technician/_waiting.html", inbox=read_inbox(visit))


@pages.get("/ignore")
def ask_why(request: Request, visit: Visitor, gateway: str, address: str) -> str:
    return page(
        request, visit, "technician/ignore.html", device=one(visit, gateway, address), reasons=REASONS
    )


@pages.post("/ignore", dependencies=[OurForm])
def ignore_device(
    visit: Visitor,
    gateway: Annotated[str, Form()],
    address: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=200, title="Why?")] = "",
    words: Annotated[str, Form(max_length=200, title="In your own words")] = "",
) -> Response:
    one(visit, gateway, address)
    why = words.strip() or reason.strip() or "other"
    ignore(visit.connection, visit.house.site.site, gateway, address, why, visit.now, visit.person.id)
    return RedirectResponse(with_notice("/technician/inbox", "ignored"), 303)


@pages.post("/take-back", dependencies=[OurForm])
def take_device_back(
    visit: Visitor, gateway: Annotated[str, Form()], address: Annotated[str, Form()]
) -> Response:
    take_back(visit.connection, visit.house.site.site, gateway, address, visit.now, visit.person.id)
    return RedirectResponse(with_notice("/technician/inbox", "taken back"), 303)


def one(visit: Visit, gateway: str, address: str) -> Waiting:
    """404 where nobody was heard under that name, or it has its place."""
    for device in discovered(visit.connection, visit.house.site):
        if (device.gateway, device.address) == (gateway, address):
            return waiting_device(device, visit)
    raise HTTPException(404, "no such device waits for a place")


def read_inbox(visit: Visit) -> Inbox:
    found = discovered(visit.connection, visit.house.site)
    ours = [device for device in found if device.ignored is None]
    here = [device for device in ours if device.is_here(visit.now)]
    last = max(here, key=_last_heard, default=None)
    return Inbox(
        waiting=[waiting_device(d, visit) for d in here],
        silent=[waiting_device(d, visit) for d in ours if d.last_heard_at is not None and d not in here],
        announced=[waiting_device(d, visit) for d in ours if d.last_heard_at is None],
        ignored=[waiting_device(d, visit) for d in found if d.ignored is not None],
        last=waiting_device(last, visit) if last is not None else None,
    )


def _last_heard(device: Discovered) -> datetime:
    assert device.last_heard_at is not None
    return device.last_heard_at


def waiting_device(device: Discovered, visit: Visit) -> Waiting:
    now, language, said = visit.now, visit.language, device.description
    measures = sorted(device.latest, key=lambda m: device.latest[m][1], reverse=True)
    spoke = device.last_heard_at
    ignored = device.ignored
    return Waiting(
        gateway=device.gateway,
        address=device.address,
        query=urlencode({"gateway": device.gateway, "address": device.address}),
        sign=sign_of(device.latest),
        what=" · ".join(dict.fromkeys(filter(None, (said.maker, said.model, said.words)))),
        values=tuple(_shown(device, m, now, language) for m in measures if m not in OF_ITSELF),
        health=tuple(_shown(device, m, now, language) for m in OF_ITSELF if m in device.latest),
        spoke=wording.length(now - spoke, language) if spoke is not None else "",
        is_now=spoke is not None and now - spoke < JUST_NOW,
        reason=ignored.reason if ignored is not None else "",
        ignored_by=visit.house.person_name(ignored.by) if ignored is not None else "",
    )


def _shown(device: Discovered, measure: str, now: datetime, language: Language) -> Shown:
    value, at = device.latest[measure]
    spoke = device.last_heard_at
    is_old = spoke is None or spoke - at >= JUST_NOW
    return Shown(
        measure_name(measure, language),
        value_text(measure, value, language),
        wording.length(now - at, language) if is_old else "",
    )
