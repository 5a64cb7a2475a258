"""Giving a discovered device its place: room, role and name, with what that means said before it is done."""

from __future__ import annotations

from typing import Annotated, NamedTuple, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.not_theirs import as_seen
from dashboards.technician.conflict import conflict_page
from dashboards.technician.inbox import Waiting, waiting_device
from dashboards.technician.preview import Preview, preview
from dashboards.technician.rooms import Choice, Group, must_see_room, rooms_by_unit
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.discovery import Discovered, describe, descriptions, discovered
from hub.site.change import Changed, Conflict, change_site, try_edits
from hub.site.edits import Fault, PlaceDevice, Refused, Would
from rules.building import ROLES, Role
from rules.placing import fits, other_roles, suggested_id, suggested_roles
from rules.wording.devices import role_name

pages = APIRouter(
    prefix="/technician",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("place devices")],
)


class Wish(NamedTuple):
    """What the form says so far."""

    gateway: str
    address: str
    room: str
    role: str
    id: str
    version: int


class PlaceForm(NamedTuple):
    wish: Wish
    device: Waiting
    heard: bool
    rooms: tuple[Group, ...]
    suggested: tuple[Choice, ...]
    others: tuple[Choice, ...]
    suggested_id: str
    preview: Preview | None
    faults: dict[str, Fault]
    """By the key of the form they belong to; '' for the whole of it."""
    taken_by: str
    unfit: bool


@pages.get("/place")
def show_form(
    request: Request,
    visit: Visitor,
    gateway: str,
    address: str,
    room: str = "",
    role: str = "",
    id: str = "",
    suggested: str = "",
    version: int = 0,
) -> str:
    """The form; htmx asks for it again with each choice. `suggested`: the name that was suggested before."""
    kept_id = "" if id == suggested else id
    wish = Wish(gateway, address, room, role, kept_id, version or visit.house.version)
    return page(request, visit, "technician/place.html", form=_form(visit, wish))


@pages.post("/place", dependencies=[OurForm])
def place(
    request: Request,
    visit: Visitor,
    gateway: Annotated[str, Form()],
    address: Annotated[str, Form()],
    room: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    id: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = 0,
) -> Response:
    wish = Wish(gateway, address, room, role, id.strip(), version)
    must_see_room(visit, wish.room)
    if not (wish.room and wish.role and wish.id):
        form = _form(visit, wish)
        return HTMLResponse(page(request, visit, "technician/place.html", form=form), 422)
    edits = [_edit(visit, wish)]
    site = visit.house.site.site
    clock, by = clock_of(request), visit.person.id
    outcome = as_seen(visit, change_site(visit.connection, site, edits, by, clock, version or None))
    if isinstance(outcome, Refused):
        form = _form(visit, wish, outcome)
        return HTMLResponse(page(request, visit, "technician/place.html", form=form), 422)
    if isinstance(outcome, Changed):
        return RedirectResponse(f"/technician/placed?{urlencode({'device': wish.id})}", 303)
    return conflict_page(request, visit, outcome, edits)


@pages.get("/placed")
def show_placed(request: Request, visit: Visitor, device: str) -> Response:
    """Where it stands now, and what comes next: its test."""
    found = next((d for d in visit.house.site.devices if d.id == device), None)
    if found is None:
        return RedirectResponse("/technician/inbox", 303)
    must_see_room(visit, found.room)
    rules = [
        watch.rule.name.said(visit.language)
        for watch in visit.house.rules.watches.values()
        if device in watch.devices
    ]
    return HTMLResponse(
        page(
            request,
            visit,
            "technician/placed.html",
            device=found,
            room=visit.house.room_name(found.room),
            role=role_name(found.role, visit.language),
            rules=sorted(rules),
        )
    )


def _form(visit: Visit, wish: Wish, refused: Refused | None = None) -> PlaceForm:
    site, language = visit.house.site, visit.language
    device = _device(visit, wish)
    measures = set(device.latest)
    said = device.description
    likely = suggested_roles(measures, f"{said.model} {said.words} {wish.address}")
    role = cast(Role, wish.role if wish.role in ROLES else likely[0])
    room = wish.room if visit.house.room(wish.room) is not None else ""
    id = suggested_id(site, room, role, site.language) if room else ""
    wish = wish._replace(room=room, role=role, id=wish.id or id)
    would: Would | Refused | Conflict | None = refused
    if would is None and wish.room and wish.id:
        would = as_seen(visit, try_edits(visit.connection, site.site, [_edit(visit, wish)]))
    holder = next((d for d in site.devices if d.id == wish.id), None)
    seen = {d.id for d in site.devices if visit.access.own.sees_part(f"device:{d.id}", site)}
    return PlaceForm(
        wish=wish,
        device=waiting_device(device, visit),
        heard=device.last_heard_at is not None,
        rooms=rooms_by_unit(visit),
        suggested=tuple(Choice(r, role_name(r, language)) for r in likely),
        others=tuple(Choice(r, role_name(cast(Role, r), language)) for r in other_roles(likely)),
        suggested_id=id,
        preview=preview(visit, would) if isinstance(would, Would) else None,
        faults={f.key: f for f in would.problems} if isinstance(would, Refused) else {},
        taken_by=visit.house.room_name(holder.room) if holder is not None and holder.id in seen else "",
        unfit=bool(measures) and not fits(role, measures),
    )


def _device(visit: Visit, wish: Wish) -> Discovered:
    """Also one that nobody has heard yet: placed ahead, by its label."""
    for device in discovered(visit.connection, visit.house.site):
        if (device.gateway, device.address) == (wish.gateway, wish.address):
            return device
    description = describe(descriptions(visit.connection, visit.house.site), wish.gateway, wish.address)
    return Discovered(wish.gateway, wish.address, None, None, {}, description, frozenset(), None)


def _edit(visit: Visit, wish: Wish) -> PlaceDevice:
    return PlaceDevice(wish.id, wish.room, wish.role, *spoken(visit, wish.gateway, wish.address, wish.id))


def spoken(visit: Visit, gateway: str, address: str, id: str) -> tuple[str | None, str | None]:
    """(gateway, address) as a site file says them: what goes without saying is left out."""
    gateways = visit.house.site.gateways
    first = gateways[0].id if gateways else None
    return None if gateway == first else gateway, None if address == id else address
