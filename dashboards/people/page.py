"""The administrator's pages of people."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.account.page import unproven
from dashboards.frame import page
from dashboards.pages import render
from dashboards.people import directory
from dashboards.people.directory import ROLES, Entry
from dashboards.sign_in.openid_page import provider_of
from dashboards.visit import OurForm, Visit, Visitor, needs
from hub.site.change import Changed, Conflict
from hub.site.edits import Refused
from rules import wording
from rules.building import PersonRole
from rules.pause import Refusal
from rules.wording.refusals import refusal_text

PATH = "/people"
MANY = 10_000
pages = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("manage people")],
)


class Line(NamedTuple):
    id: str
    name: str
    role: PersonRole
    units: str
    password: bool
    factor: str
    sessions: int
    last: str


class Wish(NamedTuple):
    """What the form says so far."""

    id: str = ""
    name: str = ""
    role: str = "carer"
    units: tuple[str, ...] = ()
    language: str = ""


@pages.get("")
def show(
    request: Request, visit: Visitor, notice: str = "", shifts: Annotated[int, Query(ge=0, le=MANY)] = 0
) -> str:
    said = render(visit.language, "people/_notice.txt", said=notice, shifts=shifts).strip() if notice else ""
    lines = [_line(visit, one) for one in directory.entries(request, visit)]
    return page(request, visit, "people/list.html", lines=lines, notice=said)


@pages.get("/new")
def show_new(request: Request, visit: Visitor) -> str:
    return _form(request, visit, Wish(), None)


@pages.post("/new", dependencies=[OurForm])
def add(
    request: Request,
    visit: Visitor,
    version: Annotated[int, Form(ge=1)],
    id: Annotated[str, Form(max_length=64, title="User name")] = "",
    name: Annotated[str, Form(max_length=200, title="Name")] = "",
    role: Annotated[str, Form(max_length=40, title="Role")] = "",
    units: Annotated[list[str] | None, Form()] = None,
    language: Annotated[str, Form(max_length=2, title="Language")] = "",
) -> Response:
    wish = Wish(id.strip().lower(), name, role, tuple(units or ()), language)
    done = directory.put(request, visit, *wish, version, new=True)
    if not isinstance(done, Changed):
        return HTMLResponse(_form(request, visit, wish, None, _why(visit, done)), _status(done))
    return RedirectResponse(f"{PATH}/{wish.id}?notice=added", 303)


@pages.get("/{who}")
def show_one(request: Request, visit: Visitor, who: str, notice: str = "") -> str:
    said = render(visit.language, "people/_notice.txt", said=notice).strip() if notice else ""
    found = directory.entry(request, visit, who)
    return _form(request, visit, _wish(found), found, notice=said)


@pages.post("/{who}", dependencies=[OurForm])
def change(
    request: Request,
    visit: Visitor,
    who: str,
    version: Annotated[int, Form(ge=1)],
    name: Annotated[str, Form(max_length=200, title="Name")] = "",
    role: Annotated[str, Form(max_length=40, title="Role")] = "",
    units: Annotated[list[str] | None, Form()] = None,
    language: Annotated[str, Form(max_length=2, title="Language")] = "",
) -> Response:
    found = directory.entry(request, visit, who)
    wish = Wish(who, name, role, tuple(units or ()), language)
    done = directory.put(request, visit, *wish, version, new=False)
    if not isinstance(done, Changed):
        return HTMLResponse(_form(request, visit, wish, found, _why(visit, done)), _status(done))
    return RedirectResponse(f"{PATH}/{who}?notice=changed", 303)


@pages.post("/{who}/remove", dependencies=[OurForm])
def remove(request: Request, visit: Visitor, who: str, version: Annotated[int, Form(ge=1)]) -> Response:
    found = directory.entry(request, visit, who)
    done = directory.remove(request, visit, who, version)
    if not isinstance(done, Changed):
        return HTMLResponse(_form(request, visit, _wish(found), found, _why(visit, done)), _status(done))
    return RedirectResponse(f"{PATH}?notice=removed&shifts={min(done.shifts, MANY)}", 303)


@pages.post("/{who}/link", dependencies=[OurForm], response_model=None)
def make_link(
    request: Request,
    visit: Visitor,
    who: str,
    password: Annotated[str, Form(max_length=1024, title="Your password")] = "",
) -> str | Response:
    """For oneself with the password, as all that lets somebody in."""
    found = directory.entry(request, visit, who)
    if who == visit.person.id and (unproved := unproven(request, visit, password)):
        return HTMLResponse(_form(request, visit, _wish(found), found, unproved=unproved), 422)
    link = directory.make_link(request, visit, who)
    return _form(request, visit, _wish(found), found, link=link)


@pages.post("/{who}/identity", dependencies=[OurForm])
def link(
    request: Request,
    visit: Visitor,
    who: str,
    subject: Annotated[str, Form(max_length=300, title="Their identifier there (sub)")] = "",
) -> Response:
    """An empty one takes the link away."""
    found = directory.entry(request, visit, who)
    if not subject.strip():
        directory.unlink(visit, who)
        return RedirectResponse(f"{PATH}/{who}?notice=unlinked", 303)
    if fault := directory.link(request, visit, who, subject):
        return HTMLResponse(_form(request, visit, _wish(found), found, _why(visit, fault)), 422)
    return RedirectResponse(f"{PATH}/{who}?notice=linked", 303)


@pages.post("/{who}/sign-out", dependencies=[OurForm])
def sign_out(request: Request, visit: Visitor, who: str) -> Response:
    directory.sign_out(visit, directory.entry(request, visit, who).person.id)
    return RedirectResponse(f"{PATH}/{who}?notice=signed-out", 303)


@pages.post("/{who}/factors", dependencies=[OurForm])
def reset_factors(request: Request, visit: Visitor, who: str) -> Response:
    found = directory.entry(request, visit, who)
    if fault := directory.reset_factors(request, visit, who):
        return HTMLResponse(_form(request, visit, _wish(found), found, _why(visit, fault)), 422)
    return RedirectResponse(f"{PATH}/{who}?notice=factors-reset", 303)


def _wish(found: Entry) -> Wish:
    p = found.person
    return Wish(p.id, p.name, p.role, p.units, p.language or "")


def _line(visit: Visit, one: Entry) -> Line:
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    return Line(
        one.person.id,
        one.person.name,
        one.person.role,
        ", ".join(visit.house.unit_name(unit) for unit in one.person.units),
        one.password,
        one.factor,
        one.sessions,
        wording.at(one.last_sign_in, voice) if one.last_sign_in is not None else "",
    )


def _why(visit: Visit, done: Conflict | Refused | Refusal) -> str:
    if isinstance(done, Refusal):
        return refusal_text(done, visit.language)
    if isinstance(done, Refused):
        return " ".join(str(problem) for problem in done.problems)
    other = done.others[0]
    voice = wording.Voice(visit.language, visit.house.site.zone, visit.now)
    who, when = visit.house.person_name(other.by), wording.at(other.at, voice)
    return render(visit.language, "care/_conflict.txt", who=who, when=when).strip()


def _status(done: Conflict | Refused | Refusal) -> int:
    return 409 if isinstance(done, Conflict) else 422


def _form(
    request: Request,
    visit: Visit,
    wish: Wish,
    found: Entry | None,
    fault: str = "",
    notice: str = "",
    link: str = "",
    unproved: str = "",
) -> str:
    values: dict[str, Any] = {"wish": wish, "fault": fault, "notice": notice, "link": link}
    values |= {"unproved": unproved, "just_came": visit.just_came, "how": visit.how}
    return page(
        request,
        visit,
        "people/person.html",
        line=_line(visit, found) if found is not None else None,
        shifts=directory.shifts_to_come(visit, found.person.id) if found is not None else 0,
        mine=found is not None and found.person.id == visit.person.id,
        roles=ROLES,
        unit_choices=[(u.id, u.name) for u in visit.house.site.units if visit.access.sees_unit(u.id)],
        version=visit.house.version,
        openid_name=provider_of(request).name,
        subject=(found.subject or "") if found is not None else "",
        **values,
    )
