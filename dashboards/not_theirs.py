"""What a refused edit says to whoever sees a part of the house: what is not theirs is answered like what is
not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from dashboards.visit import Visit
from hub.site.edits import Fault, Refused
from hub.site.errors import one_of

Done = TypeVar("Done")
_NOT_THERE = re.compile(r"there is no (room|unit|resident|device|person) (.+)", re.DOTALL)
_ADDRESS = re.compile(r"(.+ at gateway .+) is already (.+)", re.DOTALL)
_LIVES = re.compile(r"(.+) lives in (.+)", re.DOTALL)
_NAME = re.compile(r"(.+) is already in room (.+)", re.DOTALL)


def as_seen(visit: Visit, done: Done) -> Done | Refused:
    if visit.access.own.units is None or not isinstance(done, Refused):
        return done
    seen = _seen(visit)
    return Refused(tuple(_told(fault, seen) for fault in done.problems))


def _seen(visit: Visit) -> dict[str, Sequence[str]]:
    """By kind, the ids of what they see."""
    own, site = visit.access.own.units or frozenset(), visit.house.site
    rooms = {room.id for room in site.rooms if room.unit in own}
    return {
        "unit": [unit.id for unit in site.units if unit.id in own],
        "room": [room.id for room in site.rooms if room.id in rooms],
        "resident": [one.id for one in site.residents if one.room in rooms],
        "device": [one.id for one in site.devices if one.room in rooms],
        "person": [one.id for one in site.people if not one.units or own & {*one.units}],
    }


def _told(fault: Fault, seen: dict[str, Sequence[str]]) -> Fault:
    wrong, told = fault.wrong, msgspec.structs.replace
    if found := _NOT_THERE.fullmatch(wrong):
        return told(fault, expected=one_of(seen[found[1]], found[2].strip("'\"")))
    if (found := _LIVES.fullmatch(wrong)) and not _is_in(seen["room"], found[2]):
        nobody = f"there is no resident {found[1]}"
        return told(fault, wrong=nobody, expected=one_of(seen["resident"], found[1].strip("'\"")))
    if (found := _NAME.fullmatch(wrong)) and not _is_in(seen["room"], found[2]):
        return told(fault, wrong=f"{found[1]} is in use")
    if found := _ADDRESS.fullmatch(wrong):  # said of whichever of the two stands later in the document
        if not _is_in(seen["device"], found[2]):
            return told(fault, wrong=f"{found[1]} is in use")
        if fault.id not in seen["device"]:
            return told(fault, id=found[2].strip("'\""), wrong=f"{found[1]} is in use")
    return fault


def _is_in(ids: Sequence[str], said: str) -> bool:
    return any(repr(id) == said for id in ids)
