"""Devices that are paused, and pausing one: with an owner, a reason and an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.pages import render
from dashboards.technician.devices import device_in_view
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.pauses import Pauses
from hub.store import pauses as store
from rules import wording
from rules.duration import local_instant, parse_duration
from rules.pause import Pause, Refusal, gravest
from rules.wording.devices import role_name
from rules.wording.refusals import refusal_text

PATH = "/technician/pauses"
LENGTHS = ("30 min", "2 h", "8 h", "24 h")
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("pause devices")],
)


class Line(NamedTuple):
    """A device that is off. `asked_until`: what waits for a second person's yes."""

    number: int
    device: str
    room: str
    by: str
    reason: str
    until: str
    asked_until: str
    yes_by: str
    mine: bool


class Wish(NamedTuple):
    """What the form says so far."""

    device: str = ""
    reason: str = ""
    length: str = ""
    until: str = ""


@pages.get("")
def show_pauses(request: Request, visit: Visitor, device: str = "", notice: str = "") -> str:
    if device:
        device_in_view(visit, device)
    return _page(request, visit, Wish(device), notice=_notice(visit, notice))


@pages.post("", dependencies=[OurForm])
def pause(
    request: Request,
    visit: Visitor,
    device: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=400, title="Why")] = "",
    length: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    wish = Wish(device, reason, length, until)
    done = _put(request, visit, wish)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, wish, refusal_text(done, visit.language)), 422)
    return RedirectResponse(f"{PATH}?notice={'asked' if done.waits_for_yes else 'paused'}", 303)


@pages.post("/{number}/{step}", dependencies=[OurForm])
def move(request: Request, visit: Visitor, number: int, step: Literal["resume", "confirm"]) -> Response:
    known = store.get(visit.connection, visit.house.site.site, min(number, 2**63 - 1))
    if known is None or known.device is None:
        raise HTTPException(404, "there is no such pause")
    device_in_view(visit, known.device)
    pauses = Pauses(visit.connection, visit.house.site, clock_of(request))
    act = pauses.resume_device if step == "resume" else pauses.confirm_device
    done = act(known.device, visit.person.id)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, Wish(), refusal_text(done, visit.language)), 409)
    return RedirectResponse(f"{PATH}?notice={'resumed' if step == 'resume' else 'confirmed'}", 303)


def lines(visit: Visit) -> list[Line]:
    """The paused devices that this person sees, the first to end first."""
    house, me = visit.house, visit.person.id
    voice = wording.Voice(visit.language, house.site.zone, visit.now)
    units = {room.id: room.unit for room in house.site.rooms}
    return [
        Line(
            p.id,
            p.subject,
            house.room_name(p.room),
            house.person_name(p.owner),
            p.reason,
            wording.at(p.ends_at, voice),
            wording.at(p.until, voice) if p.waits_for_yes else "",
            house.person_name(p.confirmed_by) if p.confirmed_by is not None else "",
            p.owner == me,
        )
        for p in store.active(visit.connection, house.site.site)
        if p.device is not None and visit.access.sees_unit(units.get(p.room, ""))
    ]


def _put(request: Request, visit: Visit, wish: Wish) -> Pause | Refusal:
    if not wish.device:
        return Refusal("no device", "no_device_chosen")
    device_in_view(visit, wish.device)
    until = _end(visit, wish)
    if until is None:
        return Refusal("no end", "no_end")
    pauses = Pauses(visit.connection, visit.house.site, clock_of(request))
    return pauses.pause_device(wish.device, visit.person.id, wish.reason, until)


def _end(visit: Visit, wish: Wish) -> datetime | None:
    try:
        if wish.until:
            return local_instant(wish.until, visit.house.site.zone)
        length = parse_duration(wish.length)
    except ValueError:
        return None
    return visit.now + length if length > timedelta(0) else None


def _notice(visit: Visit, said: str) -> str:
    """Empty for a word that we never say: it came in an address."""
    if said not in ("paused", "asked", "resumed", "confirmed"):
        return ""
    return render(visit.language, "technician/_pause_notice.txt", said=said).strip()


def _page(request: Request, visit: Visit, wish: Wish, fault: str = "", notice: str = "") -> str:
    house, off = visit.house, lines(visit)
    paused = {line.device for line in off}
    units = {room.id: room.unit for room in house.site.rooms}
    choices = [
        (d.id, f"{house.room_name(d.room)} · {role_name(d.role, visit.language)}")
        for d in house.site.devices
        if visit.access.sees_unit(units[d.room]) and d.id not in paused
    ]
    watches = house.rules.dependents.get(f"device:{wish.device}", ())
    return page(
        request,
        visit,
        "technician/pauses.html",
        off=off,
        wish=wish,
        fault=fault,
        notice=notice,
        choices=choices,
        lengths=LENGTHS,
        held=[watch.rule.name.said(visit.language) for watch in watches],
        is_high=gravest(watch.rule.severity for watch in watches) == "high",
    )
