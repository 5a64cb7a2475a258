"""The administrator's pages of other programs: what each may, until when, when it was last heard."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from babel.dates import format_date
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import Act, may_be_given
from dashboards.frame import page
from dashboards.integrations import desk, events
from dashboards.integrations.desk import ROLES, end_of
from dashboards.pages import render
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.store import events as store
from rules import wording
from rules.building import PersonRole
from rules.event import EventType
from rules.integration import LONGEST, LONGEST_PURPOSE, USUALLY, Integration, Standing, why_not_in_force
from rules.language import norwegian
from rules.pause import Refusal
from rules.wording.refusals import refusal_text
from rules.wording.undelivered import why_undelivered

PATH = "/integrations"
LATEST = 10
"""[default] So many deliveries stand on the page."""
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("manage integrations")],
)


class Line(NamedTuple):
    """One program as the list shows it; instants in words."""

    id: str
    name: str
    purpose: str
    role: PersonRole
    acts: tuple[str, ...]
    units: str
    reads_only: bool
    standing: Standing
    ends: str
    made_by: str
    maker_left: bool
    used: str
    used_from: str
    revoked_by: str


class Delivery(NamedTuple):
    """One message to its address. `again`: when it is tried next; '' where nothing more is tried."""

    type: str
    at: str
    attempts: int
    delivered: bool
    again: str
    failure: str


class Wish(NamedTuple):
    """What the form says so far."""

    id: str = ""
    name: str = ""
    purpose: str = ""
    acts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    reads_only: bool = True
    until: str = ""


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    said = render(visit.language, "integrations/_notice.txt", said=notice).strip() if notice else ""
    lines = [_line(visit, one) for one in desk.everything(visit)]
    return page(request, visit, "integrations/list.html", lines=lines, notice=said)


@pages.get("/new")
def show_new(request: Request, visit: Visitor, role: PersonRole = "technician") -> str:
    return _form(request, visit, role, Wish(until=_until(visit)))


@pages.post("/new", dependencies=[OurForm])
def make(
    request: Request,
    visit: Visitor,
    role: Annotated[PersonRole, Form()],
    id: Annotated[str, Form(max_length=64, title="Short name")] = "",
    name: Annotated[str, Form(max_length=120, title="Name")] = "",
    purpose: Annotated[str, Form(max_length=LONGEST_PURPOSE, title="What it is for")] = "",
    acts: Annotated[list[Act] | None, Form()] = None,
    units: Annotated[list[str] | None, Form()] = None,
    changes: Annotated[bool, Form()] = False,
    until: Annotated[str, Form(max_length=10, title="Last day")] = "",
) -> Response:
    wish = Wish(id, name, purpose, tuple(acts or ()), tuple(units or ()), not changes, until)
    last_day = _day(until)
    done: Any = Refusal("no day", "no_end")
    if last_day is not None:
        ends_at = end_of(visit, last_day)
        done = desk.make(
            request, visit, id, name, purpose, role, wish.acts, wish.units, wish.reads_only, ends_at
        )
    if isinstance(done, Refusal):
        return HTMLResponse(_form(request, visit, role, wish, refusal_text(done, visit.language)), 422)
    return HTMLResponse(_one(request, visit, done.integration, token=done.token), 201)


@pages.get("/{id}")
def show_one(request: Request, visit: Visitor, id: str, notice: str = "") -> str:
    said = render(visit.language, "integrations/_notice.txt", said=notice).strip() if notice else ""
    return _one(request, visit, desk.one(visit, id), notice=said)


@pages.post("/{id}/events", dependencies=[OurForm])
def subscribe(
    request: Request,
    visit: Visitor,
    id: str,
    address: Annotated[str, Form(max_length=2000, title="Its address")] = "",
    wanted: Annotated[list[EventType] | None, Form()] = None,
) -> Response:
    """From now on it is told there; the secret is shown on this answer alone."""
    known = desk.one(visit, id)
    done = events.subscribe(request, visit, id, address.strip(), wanted or [])
    if isinstance(done, Refusal):
        tried: dict[str, Any] = {
            "events_fault": refusal_text(done, visit.language),
            "address": address,
            "told": wanted or [],
        }
        return HTMLResponse(_one(request, visit, known, **tried), 422)
    return HTMLResponse(_one(request, visit, known, secret=done.secret))


@pages.post("/{id}/events/remove", dependencies=[OurForm])
def unsubscribe(visit: Visitor, id: str) -> Response:
    events.unsubscribe(visit, id)
    return RedirectResponse(f"{PATH}/{quote(id)}?notice=untold", 303)


@pages.post("/{id}/events/test", dependencies=[OurForm])
def send_ping(request: Request, visit: Visitor, id: str) -> Response:
    if isinstance(done := events.ping(request, visit, id), Refusal):
        fault = refusal_text(done, visit.language)
        return HTMLResponse(_one(request, visit, desk.one(visit, id), events_fault=fault), 422)
    return RedirectResponse(f"{PATH}/{quote(id)}?notice=pinged", 303)


@pages.post("/{id}/token", dependencies=[OurForm])
def renew(
    request: Request,
    visit: Visitor,
    id: str,
    until: Annotated[str, Form(max_length=10, title="Last day")] = "",
) -> Response:
    known, last_day = desk.one(visit, id), _day(until)
    done: Any = Refusal("no day", "no_end")
    if last_day is not None:
        done = desk.renew(request, visit, id, end_of(visit, last_day))
    if isinstance(done, Refusal):
        return HTMLResponse(_one(request, visit, known, refusal_text(done, visit.language)), 422)
    return HTMLResponse(_one(request, visit, done.integration, token=done.token))


@pages.post("/{id}/revoke", dependencies=[OurForm])
def revoke(request: Request, visit: Visitor, id: str) -> Response:
    desk.revoke(request, visit, id)
    return RedirectResponse(f"{PATH}?notice=revoked", 303)


def _one(request: Request, visit: Visit, one: Integration, fault: str = "", **said: Any) -> str:
    """`said`: of what was just done, over what is known."""
    told = store.subscription(visit.connection, visit.house.site.site, one.id)
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    ended = why_not_in_force(one, visit.now)
    values: dict[str, Any] = {
        "line": _line(visit, one),
        "fault": fault,
        "token": "",
        "ended": refusal_text(ended, visit.language) if ended is not None else "",
        "secret": "",
        "notice": "",
        "events_fault": "",
        "event_choices": events.may_be_told(one),
        "address": told.address if told is not None else "",
        "told": told.events if told is not None else (),
        "is_told": told is not None,
        "failing": wording.at(told.failing_since, voice) if told and told.failing_since else "",
        "given_up": told is not None and told.stopped_at is not None,
        "deliveries": _deliveries(visit, one, voice),
    }
    return page(
        request, visit, "integrations/one.html", until=_until(visit), **_days(visit), **{**values, **said}
    )


def _deliveries(visit: Visit, one: Integration, voice: wording.Voice) -> list[Delivery]:
    """The newest first; all of them by call."""
    return [
        Delivery(
            message.type,
            wording.at(message.created_at, voice),
            message.attempts,
            message.sent_at is not None,
            wording.at(message.next_at, voice) if message.next_at is not None else "",
            why_undelivered(message.failure, visit.language) if message.failure else "",
        )
        for message in store.newest(visit.connection, one.site, one.id, LATEST)
    ]


def _form(request: Request, visit: Visit, role: PersonRole, wish: Wish, fault: str = "") -> str:
    return page(
        request,
        visit,
        "integrations/new.html",
        wish=wish,
        fault=fault,
        role=role,
        roles=ROLES,
        acts=may_be_given(role),
        unit_choices=[(u.id, u.name) for u in visit.house.site.units if visit.access.sees_unit(u.id)],
        **_days(visit),
    )


def _line(visit: Visit, one: Integration) -> Line:
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    return Line(
        one.id,
        one.name,
        one.purpose,
        one.role,
        one.acts,
        ", ".join(visit.house.unit_name(unit) for unit in one.units),
        one.reads_only,
        one.standing(visit.now),
        _last_day(visit, one.ends_at),
        visit.house.person_name(one.created_by),
        one.created_by in visit.house.former,
        wording.at(one.used_at, voice) if one.used_at is not None else "",
        one.used_from or "",
        visit.house.person_name(one.revoked_by),
    )


def _last_day(visit: Visit, ends_at: datetime) -> str:
    style = "d. MMMM y" if norwegian(visit.language) else "d MMMM y"
    day = (ends_at - timedelta(seconds=1)).astimezone(visit.house.site.zone).date()
    return format_date(day, style, locale=visit.language)


def _days(visit: Visit) -> dict[str, str]:
    """Between which days a token's last one may lie."""
    today = visit.now.astimezone(visit.house.site.zone).date()
    return {"first_day": today.isoformat(), "last_day": (today + LONGEST).isoformat()}


def _until(visit: Visit) -> str:
    return (visit.now.astimezone(visit.house.site.zone).date() + USUALLY).isoformat()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
