"""Somebody else changed the same device meanwhile: both versions beside each other, and a choice. Nothing is
overwritten unless somebody says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple, cast

import msgspec
from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.not_theirs import as_seen
from dashboards.technician.notices import Said, with_notice
from dashboards.technician.rooms import DeviceEdit, must_see
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs
from hub.site.change import Conflict, change_site
from hub.site.edits import ChangeDevice, Fault, PlaceDevice, Refused, RemoveDevice, ReplaceDevice
from hub.store.floor_plans import drawn_devices
from hub.store.site_changes import SiteChange
from rules import wording
from rules.building import ROLES, Role
from rules.wording import Voice
from rules.wording.devices import role_name

pages = APIRouter(
    prefix="/technician",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("place devices")],
)

_edits = msgspec.json.Decoder(list[DeviceEdit])


class Field(NamedTuple):
    """`key`: id, room, role, gateway or address; the page has its word."""

    key: str
    text: str
    differs: bool


class Version(NamedTuple):
    """A device as somebody wants it; no fields: it is not there."""

    who: str
    at: str
    fields: tuple[Field, ...]


class Clash(NamedTuple):
    device: str
    theirs: Version
    mine: Version


def conflict_page(
    request: Request, visit: Visit, conflict: Conflict, edits: Sequence[DeviceEdit]
) -> Response:
    """409, with both versions and the choice between them."""
    insisted = insist(edits, conflict.others)
    return HTMLResponse(
        page(
            request,
            visit,
            "technician/conflict.html",
            clashes=[_clash(visit, other, insisted) for other in conflict.others],
            edits=msgspec.json.encode(insisted).decode(),
            version_seen=max(other.version for other in conflict.others),
        ),
        409,
    )


@pages.post("/insist", dependencies=[OurForm])
def make_it_mine(
    request: Request,
    visit: Visitor,
    edits: Annotated[str, Form(max_length=1_000_000)],
    version: Annotated[int, Form()],
) -> Response:
    """Whoever came second wants it their way all the same, knowing what the other did."""
    try:
        wanted = _edits.decode(edits)
    except msgspec.DecodeError:
        raise HTTPException(400, "these are no edits of devices") from None
    must_see(visit, wanted)
    if not wanted:
        return RedirectResponse("/technician/devices", 303)
    site, by = visit.house.site.site, visit.person.id
    drawn = drawn_devices(visit.connection, site).intersection(edit.id for edit in wanted)
    outcome = as_seen(visit, change_site(visit.connection, site, wanted, by, clock_of(request), version))
    if isinstance(outcome, Conflict):
        return conflict_page(request, visit, outcome, wanted)
    if isinstance(outcome, Refused):
        return refused_page(request, visit, outcome.problems)
    named = wanted[-1].id
    said: Said = "removed" if isinstance(wanted[-1], RemoveDevice) else "moved"
    if said == "moved" and drawn and named not in drawn_devices(visit.connection, site):
        said = "undrawn"
    return RedirectResponse(with_notice("/technician/devices", said, named), 303)


def refused_page(request: Request, visit: Visit, problems: Sequence[Fault]) -> Response:
    """For what no form can show beside its fields."""
    return HTMLResponse(page(request, visit, "technician/refused.html", problems=problems), 422)


def insist(edits: Sequence[DeviceEdit], others: Sequence[SiteChange]) -> list[DeviceEdit]:
    """The same wish on top of what others did: a device that they placed is changed, one that they removed is
    placed anew, and one that has our address now gives it up.
    """
    now = {other.id: other.after for other in others if other.section == "devices"}
    wanted: list[DeviceEdit] = []
    for edit in edits:
        for id, after in now.items():
            if id != edit.id and after is not None and _same_address(edit, id, after):
                wanted.append(RemoveDevice(id))
        if isinstance(edit, PlaceDevice) and now.get(edit.id) is not None:
            wanted.append(ChangeDevice(*_keys(edit)))
        elif isinstance(edit, ChangeDevice) and edit.id in now and now[edit.id] is None:
            wanted.append(PlaceDevice(*_keys(edit)))
        elif not (isinstance(edit, RemoveDevice) and edit.id in now and now[edit.id] is None):
            wanted.append(edit)
    return wanted


def _keys(edit: PlaceDevice | ChangeDevice) -> tuple[Any, ...]:
    return (edit.id, edit.room, edit.role, edit.gateway, edit.address)


def _same_address(edit: DeviceEdit, id: str, after: dict[str, Any]) -> bool:
    if isinstance(edit, RemoveDevice):
        return False
    return (edit.address or edit.id) == (after.get("address") or id)


def their_changes(visit: Visit, conflict: Conflict) -> list[Clash]:
    """What others did, where there is nothing of ours to show beside it."""
    found = []
    for other in conflict.others:
        fields = _fields(visit, other.after, other.before)
        theirs = Version(visit.house.person_name(other.by), _at(visit, other.at), fields)
        found.append(Clash(other.id, theirs, Version("", "", ())))
    return found


def _clash(visit: Visit, other: SiteChange, insisted: Sequence[DeviceEdit]) -> Clash:
    mine = next((edit for edit in reversed(insisted) if edit.id == other.id), None)
    wanted = _as_wanted(mine, other)
    theirs, ours = _fields(visit, other.after, wanted), _fields(visit, wanted, other.after)
    return Clash(
        other.id,
        Version(visit.house.person_name(other.by), _at(visit, other.at), theirs),
        Version("", "", ours),
    )


def _as_wanted(edit: DeviceEdit | None, other: SiteChange) -> dict[str, Any] | None:
    if edit is None or isinstance(edit, RemoveDevice):
        return None
    if isinstance(edit, ReplaceDevice):
        return {**(other.after or {}), "address": edit.address}
    return {
        "id": edit.id,
        "room": edit.room,
        "role": edit.role,
        "gateway": edit.gateway,
        "address": edit.address,
    }


def _fields(visit: Visit, device: dict[str, Any] | None, beside: dict[str, Any] | None) -> tuple[Field, ...]:
    if device is None:
        return ()
    found = []
    for key in ("id", "room", "role", "gateway", "address"):
        text, other = str(device.get(key) or ""), str((beside or {}).get(key) or "")
        if text or other:
            found.append(Field(key, word_of(visit, key, text), text != other))
    return tuple(found)


def word_of(visit: Visit, key: str, text: str) -> str:
    """A device's room or role as people call it; any other key as it stands."""
    if key == "room":
        return visit.house.room_name(text)
    return role_name(cast(Role, text), visit.language) if key == "role" and text in ROLES else text


def _at(visit: Visit, at: datetime) -> str:
    return wording.at(at, Voice(visit.language, visit.house.site.zone, visit.now))
