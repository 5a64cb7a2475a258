"""The floor plans of the demo's house: where its rooms are, where in them its sensors hang, and the picture.
What is drawn is made up, as the house is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from typing import Literal, NamedTuple

import typst

from hub.clock import WallClock
from hub.floor_plans import FloorPlans
from hub.settings import Settings
from hub.store import floor_plans
from hub.store.db import connect
from hub.store.floor_plans import Mark
from rules.building import Site

WIDTH, HEIGHT = 2000, 1000
NAME = "1. etasje"
TECHNICIAN = "trond"
"""Who put them up."""
_WIDE, _DEEP, _BROAD = 620, 380, 160
"""A flat along the corridor and away from it, and across the corridor."""
_LEFT, _TOP = 60, 40


class Place(NamedTuple):
    """The corridor (`away` 0), or one of three in a row above it (-1) or below it (1)."""

    column: int
    away: Literal[-1, 0, 1]

    def at(self, x: int, y: int) -> tuple[int, int]:
        """So far from its left wall and into it from the corridor; in the corridor: from the upper wall."""
        wall = _TOP + _DEEP + (_BROAD if self.away > 0 else 0)
        return _LEFT + self.column * _WIDE + x, wall + (y if self.away >= 0 else -y)

    def box(self, x: int, y: int, width: int, depth: int) -> tuple[int, int, int, int]:
        """From its corner there: left, top, width and height."""
        left, near = self.at(x, y)
        return left, near if self.away >= 0 else near - depth, width, depth


CORRIDOR = Place(0, 0)
FLATS = (Place(0, -1), Place(1, -1), Place(0, 1), Place(1, 1))
SHARED = {"Stue og kjøkken": Place(2, -1), "Vaktrom": Place(2, 1)}
IN_A_FLAT = {
    "room": (210, 330),
    "outer_door": (160, 40),
    "motion": (160, 185),
    "bathroom_motion": (510, 90),
    "help_button": (510, 335),
    "bed": (510, 255),
    "fall_detector": (210, 255),
}
"""Where its name stands, and where a device of a role hangs."""
IN_THE_CORRIDOR = {"room": (930, 80), "outer_door": (130, 80), "smoke_detector": (1550, 80)}


def hang_floor_plans(settings: Settings, site: Site) -> None:
    """One for each unit, where it has none yet."""
    with closing(connect(settings.database)) as connection:
        book = FloorPlans(connection, site.site, WallClock(), TECHNICIAN)
        there = {plan.unit for plan in floor_plans.of_site(connection, site.site)}
        for unit in site.units:
            if unit.id not in there:
                id = book.put(unit.id, NAME, _picture(), WIDTH, HEIGHT)
                book.mark(id, 1, list(_marks(site, unit.id)))


def _marks(site: Site, unit: str) -> Iterator[Mark]:
    lived_in = {resident.room for resident in site.residents}
    here = [room.id for room in site.rooms if room.unit == unit]
    [corridor] = [room for room in here if room not in lived_in]
    at = {
        room: (place, IN_A_FLAT)
        for place, room in zip(FLATS, [room for room in here if room in lived_in], strict=True)
    }
    at[corridor] = (CORRIDOR, IN_THE_CORRIDOR)
    for room, (place, hung) in at.items():
        yield _mark("room", room, place.at(*hung["room"]))
        for device in site.devices:
            if device.room == room:
                yield _mark("device", device.id, place.at(*hung[device.role]))


def _mark(kind: Literal["room", "device"], of: str, at: tuple[int, int]) -> Mark:
    x, y = at
    return Mark(kind, of, x * 10_000 // WIDTH, y * 10_000 // HEIGHT)


def _picture() -> bytes:
    flats = [
        {"at": place.box(0, 0, _WIDE, _DEEP), "bath": place.box(400, 0, 220, 180),
         "bed": place.box(420, 210, 180, 90), "door": place.at(160, 0), "up": place.away < 0}
        for place in FLATS
    ]  # fmt: skip
    shared = [
        {"at": place.box(0, 0, _WIDE, _DEEP), "word": word, "door": place.at(160, 0), "up": place.away < 0}
        for word, place in SHARED.items()
    ]
    plan = {"width": WIDTH, "height": HEIGHT, "corridor": CORRIDOR.box(0, 0, 3 * _WIDE, _BROAD),
            "entrance": CORRIDOR.at(0, _BROAD // 2), "rooms": flats + shared}  # fmt: skip
    source = (files("hub.demo") / "floor_plan.typ").read_bytes()
    drawn = typst.compile(source, format="png", ppi=72.0, sys_inputs={"plan": json.dumps(plan)})
    assert isinstance(drawn, bytes)
    return drawn
