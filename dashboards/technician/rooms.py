"""The rooms that a technician may place devices in: the choices of a form, and a check of what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import HTTPException

from dashboards.visit import Visit
from hub.site.edits import ChangeDevice, PlaceDevice, RemoveDevice, ReplaceDevice

DeviceEdit = PlaceDevice | ChangeDevice | ReplaceDevice | RemoveDevice


class Choice(NamedTuple):
    value: str
    word: str


class Group(NamedTuple):
    """`name`: what the choices have in common; empty for roles, which the page names itself."""

    name: str
    choices: tuple[Choice, ...]


def must_see_room(visit: Visit, id: str) -> None:
    """404 for a room of a unit that is not the visitor's. A room that there is not is told by the checks."""
    room = visit.house.room(id)
    if room is not None and not visit.access.sees_unit(room.unit):
        raise HTTPException(404, "there is nothing here, or not for you")


def rooms_by_unit(visit: Visit) -> tuple[Group, ...]:
    """Those that the visitor sees, in the order of the site."""
    site = visit.house.site
    return tuple(
        Group(
            unit.name,
            tuple(Choice(r.id, visit.house.room_name(r.id)) for r in site.rooms if r.unit == unit.id),
        )
        for unit in site.units
        if visit.access.sees_unit(unit.id)
    )


def must_see(visit: Visit, edits: Sequence[DeviceEdit]) -> None:
    """404 where one of them is about a room of somebody else's unit, by where the device is or shall be."""
    rooms = {d.id: d.room for d in visit.house.site.devices}
    for edit in edits:
        must_see_room(visit, rooms.get(edit.id, ""))
        if isinstance(edit, PlaceDevice | ChangeDevice):
            must_see_room(visit, edit.room)
