"""What is staged so that a newcomer has something to do: calls for help, falls, entrances left open.

Each kind in turn, in one place after another. Pure: the same start, the same scenes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, count, zip_longest

from devices.reading import Value
from hub.demo.life import Happening
from rules.building import Device, Site

FIRST_AFTER = timedelta(seconds=20)
BETWEEN = timedelta(seconds=40)
_ROUND = 3 * BETWEEN
_LIES = timedelta(seconds=50)
_STANDS_OPEN = timedelta(seconds=35)  # the house's rule gives it 20
_Act = tuple[timedelta, dict[str, Value]]


def scenes(site: Site, start: datetime) -> Iterator[Happening]:
    """Without end, in order of time: an alert about every `BETWEEN`, each kind in one place after another."""
    yield from merge(
        _repeat(
            _in_turn(site, _with_role(site, "help_button")), start, [(timedelta(0), {"pressed": "single"})]
        ),
        _repeat(
            _with_role(site, "fall_detector")[::-1],
            start + BETWEEN,
            [(timedelta(0), {"fall": "suspected"}), (_LIES, {"fall": "cleared"})],
        ),
        _repeat(
            [
                door
                for door in _with_role(site, "outer_door")
                if not site.residents_of(door.room, start.date())
            ],
            start + 2 * BETWEEN - timedelta(seconds=20),
            [(timedelta(0), {"open": True}), (_STANDS_OPEN, {"open": False})],
        ),
        key=lambda happening: happening.at,
    )


def _repeat(devices: Sequence[Device], start: datetime, acts: Sequence[_Act]) -> Iterator[Happening]:
    for turn in count() if devices else ():
        device = devices[turn % len(devices)]
        for after, said in acts:
            yield Happening(start + FIRST_AFTER + turn * _ROUND + after, device, said)


def _in_turn(site: Site, devices: Sequence[Device]) -> list[Device]:
    """One of each unit after the other, so that whoever has one unit need not wait for the others'."""
    units = {room.id: room.unit for room in site.rooms}
    by_unit = ([d for d in devices if units[d.room] == unit.id] for unit in site.units)
    return [device for device in chain.from_iterable(zip_longest(*by_unit)) if device is not None]


def _with_role(site: Site, role: str) -> list[Device]:
    return [device for device in site.devices if device.role == role]
