"""What a floor plan shows: where things are, what stands open there, and which devices cannot be heard."""

from __future__ import annotations

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
    """A mark as it is drawn: `x`, `y` in the picture's pixels."""

    kind: Literal["room", "device"]
    of: str
    word: str
    x: float
    y: float


class State(msgspec.Struct, frozen=True):
    """Of a place: the gravest alert that stands there, whether somebody has each, and whether it is lost."""

    alert: Severity | None = None
    taken: bool = True
    lost: bool = False


def shown_marks(plan: FloorPlan, marks: list[Mark], house: House) -> list[Shown]:
    """Without what the house no longer has."""
    words = {("room", room.id): house.room_name(room.id) for room in house.site.rooms}
    words |= {("device", device.id): device.id for device in house.site.devices}
    return [
        Shown(m.kind, m.of, words[m.kind, m.of], m.x * plan.width / 10_000, m.y * plan.height / 10_000)
        for m in marks
        if (m.kind, m.of) in words
    ]


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
    for alert in visible(snapshot.open, scope.access):
        if alert.prewarning or alert.rule == NOT_HEARD:
            continue
        for key in (f"room:{alert.room}", *([f"device:{alert.device}"] if alert.device else [])):
            before = found.get(key, State())
            known = [alert.severity, *([before.alert] if before.alert else [])]
            gravest: Severity = max(known, key=SEVERITIES.index)
            found[key] = State(gravest, before.taken and alert.state != "open")
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
