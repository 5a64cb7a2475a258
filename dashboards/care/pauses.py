"""The page of all that is off, and switching rules off and on again: with an owner, a reason and an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.off import lines
from dashboards.care.relatives import untold
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.off import CAUSES
from hub.pauses import Pauses
from rules.duration import local_instant, parse_duration
from rules.pause import Pause, Refusal
from rules.wording.refusals import refusal_text

PATH = "/care/off"
LENGTHS = ("1 h", "4 h", "12 h", "24 h")
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


class Wish(NamedTuple):
    """What the form says so far."""

    room: str = ""
    rule: str = ""
    reason: str = ""
    length: str = ""
    until: str = ""


@pages.get("", dependencies=[needs("see rules")])
def show(
    request: Request,
    visit: Visitor,
    room: str = "",
    rule: str = "",
    reason: str = "",
    length: str = "",
    until: str = "",
    notice: str = "",
) -> str:
    wish = Wish(room, rule, reason, length, until)
    return _page(request, visit, wish, notice=notice_text(visit, notice))


@pages.post("", dependencies=[OurForm, needs("pause rules")])
def pause(
    request: Request,
    visit: Visitor,
    room: Annotated[str, Form()] = "",
    rule: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=400, title="Why")] = "",
    length: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    wish = Wish(room, rule, reason, length, until)
    done = _put(request, visit, wish)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, wish, refusal_text(done, visit.language)), 422)
    return RedirectResponse(f"{PATH}?notice={'asked' if done.waits_for_yes else 'paused'}", 303)


@pages.post("/{room}/{rule}/{step}", dependencies=[OurForm, needs("pause rules")])
def move(
    request: Request, visit: Visitor, room: str, rule: str, step: Literal["resume", "confirm"]
) -> Response:
    if room not in rooms_of(visit):
        raise HTTPException(404)
    pauses = Pauses(visit.connection, visit.house.site, clock_of(request))
    done = (pauses.resume if step == "resume" else pauses.confirm)(rule, room, visit.person.id)
    if isinstance(done, Refusal):
        return HTMLResponse(_page(request, visit, Wish(), refusal_text(done, visit.language)), 409)
    return RedirectResponse(f"{PATH}?notice={'resumed' if step == 'resume' else 'confirmed'}", 303)


def rooms_of(visit: Visit) -> dict[str, str]:
    """The rooms with rules in force that this person sees: id → name."""
    house = visit.house
    seen = {room.id for room in house.site.rooms if visit.access.sees_unit(room.unit)}
    found = dict.fromkeys(watch.room for watch in house.rules.watches.values() if watch.room in seen)
    return {room: house.room_name(room) for room in found}


def notice_text(visit: Visit, said: str) -> str:
    """Empty for a word that we never say: it came in an address."""
    if said not in ("paused", "asked", "resumed", "confirmed"):
        return ""
    return render(visit.language, "care/_pause_notice.txt", said=said).strip()


def _put(request: Request, visit: Visit, wish: Wish) -> Pause | Refusal:
    if wish.room not in rooms_of(visit):
        return Refusal("no such room", "not_in_force")
    until = _end(visit, wish)
    if until is None:
        return Refusal("no end", "no_end")
    pauses = Pauses(visit.connection, visit.house.site, clock_of(request))
    return pauses.pause(wish.rule, wish.room, visit.person.id, wish.reason, until)


def _end(visit: Visit, wish: Wish) -> datetime | None:
    try:
        if wish.until:
            return local_instant(wish.until, visit.house.site.zone)
        length = parse_duration(wish.length)
    except ValueError:
        return None
    return visit.now + length if length > timedelta(0) else None


def _page(request: Request, visit: Visit, wish: Wish, fault: str = "", notice: str = "") -> str:
    off, house = lines(visit), visit.house
    here = [watch for watch in house.rules.watches.values() if watch.room == wish.room]
    paused = {(line.room_id, line.rule) for line in off if line.rule}
    choices = [
        (watch.name, watch.rule.name.said(visit.language), watch.rule.severity)
        for watch in here
        if watch.key[::-1] not in paused
    ]
    resting = untold(visit)
    named = [resident for line in off for resident in line.resident_ids]
    note_seen(visit, PATH, [*named, *(one.resident for one in resting)])
    return page(
        request,
        visit,
        "care/off.html",
        by_cause=[(cause, [line for line in off if line.cause == cause]) for cause in CAUSES],
        untold=resting,
        wish=wish,
        fault=fault,
        notice=notice,
        rooms=rooms_of(visit),
        choices=choices,
        lengths=LENGTHS,
        may_pause=may(visit.person, "pause rules"),
        is_high=any(name == wish.rule and severity == "high" for name, _, severity in choices),
    )
