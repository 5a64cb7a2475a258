"""All that is off as a page shows it: what, where, for whom, by whom, why and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from dashboards.views import voice_of
from dashboards.visit import Visit
from hub.off import Off, all_off, on_again
from rules import wording
from rules.rule import Text


class Line(NamedTuple):
    """One thing that is off. `rule` and `device`: what switches it on again, empty where no tap does.
    `asked_until`: what waits for a second person's yes; `yes_by`: who gave it.
    """

    cause: str
    names: tuple[str, ...]
    room_id: str
    room: str
    residents: tuple[str, ...]
    reason: str
    by: str
    since: str
    until: str
    rule: str
    device: str
    asked_until: str
    mine: bool
    resident_ids: tuple[str, ...] = ()
    yes_by: str = ""


def lines(visit: Visit) -> list[Line]:
    """What this person sees of all that is off."""
    return _lines(visit, all_off(visit.connection, visit.house.rules, visit.now))


def lines_on_again(visit: Visit, since: datetime) -> list[Line]:
    """What was paused and went on again since then. `since`, `until`: the two instants."""
    voice = voice_of(visit.scope, visit.house, visit.now)
    found = on_again(visit.connection, visit.house.rules, since)
    return [
        line._replace(since=wording.at(off.since, voice))
        for off in found
        for line in _lines(visit, [off])
        if off.since is not None
    ]


def _lines(visit: Visit, found: Iterable[Off]) -> list[Line]:
    units = {room.id: room.unit for room in visit.house.site.rooms}
    names = visit.house.rule_names
    return [
        line_of(visit, off, names)
        for off in found
        if visit.access.sees_room(off.room, units.get(off.room, ""))
    ]


def line_of(visit: Visit, off: Off, names: Mapping[str, Text]) -> Line:
    house, voice = visit.house, voice_of(visit.scope, visit.house, visit.now)
    is_device = off.cause in ("device_paused", "device_tested")
    known = (house.resident(id) for id in off.residents)
    residents = [r for r in known if r is not None and visit.access.sees_resident(r, house.site)]
    pause = off.pause
    return Line(
        off.cause,
        tuple(n if is_device or n not in names else names[n].said(visit.language) for n in off.names),
        off.room,
        house.room_name(off.room),
        tuple(r.name for r in residents),
        off.reason if visit.access.residents else "",
        house.person_name(off.owner) if off.owner is not None else "",
        wording.since(off.since, voice) if off.since is not None else "",
        wording.at(off.until, voice) if off.until is not None else "",
        pause.rule if pause is not None and pause.device is None else "",
        pause.device or "" if pause is not None else "",
        wording.at(pause.until, voice) if pause is not None and pause.waits_for_yes else "",
        off.owner == visit.person.id,
        tuple(r.id for r in residents),
        house.person_name(pause.confirmed_by) if pause is not None and pause.confirmed_by else "",
    )
