"""What a floor plan shows: where things are, what stands open there, and which devices cannot be heard."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import msgspec

from dashboards.house import House
from dashboards.pages import render
from dashboards.snapshot import Snapshot
from dashboards.views import Board, Scope, visible
from hub.registry import device_ids
from hub.store.floor_plans import FloorPlan, Mark
from rules.protection import NOT_HEARD
from rules.severity import SEVERITIES, Severity


class Shown(NamedTuple):
    """A mark as it is drawn: `x`, `y` in the picture's pixels. `short`: what is enough in its place."""

    kind: Literal["room", "device"]
    of: str
    word: str
    short: str
    x: float
    y: float
    in_room: bool
    """A device whose room stands on the plan too, and lights up with it."""


class State(msgspec.Struct, frozen=True):
    """Of a place: the gravest alert that stands there, whether somebody has each, and whether it is lost.
    `id`: that alert's; of several, one that nobody has.
    """

    alert: Severity | None = None
    id: int | None = None
    taken: bool = True
    lost: bool = False


def shown_marks(plan: FloorPlan, marks: list[Mark], house: House) -> list[Shown]:
    """Without what the house no longer has; rooms last, which lie above their devices."""
    words = {("room", room.id): house.room_name(room.id) for room in house.site.rooms}
    words |= {("device", device.id): device.id for device in house.site.devices}
    rooms = {device.id: device.room for device in house.site.devices}
    placed = {mark.of for mark in marks if mark.kind == "room"}
    return [
        Shown(
            m.kind,
            m.of,
            words[m.kind, m.of],
            _short(m, words[m.kind, m.of], rooms),
            m.x * plan.width / 10_000,
            m.y * plan.height / 10_000,
            m.kind == "device" and rooms.get(m.of) in placed,
        )
        for m in sorted(marks, key=lambda mark: mark.kind)
        if (m.kind, m.of) in words
    ]


def _short(mark: Mark, word: str, rooms: dict[str, str]) -> str:
    """On its plan a flat is what stands on its door ("3B" of "Flat 3B"), a device goes without its room's."""
    if mark.kind == "room":
        return mark.of if re.search(rf"\b{re.escape(mark.of)}\b", word) else word
    return word.removeprefix(f"{rooms[mark.of]} ")


def places_of(house: House, unit: str) -> list[tuple[Literal["room", "device"], str, str]]:
    """What can be put on a unit's plan: (kind, id, word), rooms first."""
    rooms = {room.id for room in house.site.rooms if room.unit == unit}
    return [
        *(("room", room, house.room_name(room)) for room in sorted(rooms)),
        *(("device", device.id, device.id) for device in house.site.devices if device.room in rooms),
    ]


def states(snapshot: Snapshot, scope: Scope) -> dict[str, State]:
    """By `room:3B` and `device:3B bed`: all that is not as it should be and that the scope sees."""
    found: dict[str, State] = {}
    standing = [
        one for one in visible(snapshot.open, scope.access) if not one.prewarning and one.rule != NOT_HEARD
    ]
    for alert in sorted(
        standing, key=lambda one: (-SEVERITIES.index(one.severity), one.state != "open", one.id)
    ):
        for key in (f"room:{alert.room}", *([f"device:{alert.device}"] if alert.device else [])):
            first = found.get(key, State(alert.severity, alert.id))
            found[key] = msgspec.structs.replace(first, taken=first.taken and alert.state != "open")
    site = snapshot.house.site
    lost = {part.part for part in snapshot.unheard}
    ways = {id: gateway for (gateway, _), id in reversed(device_ids(site).items())}
    for device in site.devices:
        if lost & {f"device:{device.id}", f"gateway:{ways[device.id]}"} and scope.access.sees_part(
            f"device:{device.id}", site
        ):
            key = f"device:{device.id}"
            found[key] = msgspec.structs.replace(found.get(key, State()), lost=True)
    return found


def floor_parts(snapshot: Snapshot, shown: Board, scope: Scope) -> dict[str, str]:
    """What the stream tells a plan: the states as JSON, and the same in words."""
    return {
        "states": msgspec.json.encode(states(snapshot, scope)).decode(),
        "floor-list": render(scope.language, "wall/_floor_list.html", board=shown).strip(),
    }
