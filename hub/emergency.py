"""Access to a resident of another unit in an emergency (blålys), or to the whole unit where one cannot tell
who it is: begun with a reason, over by itself, told to those who answer for it.

Here: beginning, ending, and who is told. Not here: what it opens (dashboards/access.py).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from hub.staff_notices import tell
from hub.store import audit, emergencies
from hub.store.db import transaction
from hub.store.emergencies import Emergency
from rules.building import Person, Room, Site
from rules.pause import Refusal
from rules.wording.emergency import body, subject

LASTS = timedelta(minutes=60)
"""[default] Until somebody who belongs there has come."""
SHOWN_FOR = timedelta(days=90)
"""[default] How far back those who answer for it see it; the audit trail goes further."""
BEGUN = "emergency access begun"
"""In the audit trail."""
SHORTEST_REASON, LONGEST_REASON = 5, 400


class Opened(NamedTuple):
    """What is open to one person besides their own: whole units, and those who live in single rooms."""

    units: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()


NOTHING = Opened()


def begin(
    connection: sqlite3.Connection,
    site: Site,
    person: Person,
    unit: str,
    room: str,
    reason: str,
    web_address: str | None,
    now: datetime,
) -> Emergency | Refusal:
    """`room`: those who live there, without whom their unit stays shut; ''  opens all of `unit`. Asked for
    again while it lasts, or while the whole unit is open: nothing new, it goes on until its end.
    """
    reason = " ".join(reason.split())
    if room:
        unit = next((one.unit for one in rooms_to_choose(site, person, now) if one.id == room), "")
        if not unit:
            return Refusal(f"nobody of another unit lives in a room {room!r}", "no_room")
    if unit not in {one.id for one in site.units}:
        return Refusal(f"there is no unit {unit!r}" if unit else "name a room or a unit", "no_unit")
    if not person.units or unit in person.units:
        return Refusal("that unit is theirs already", "own_unit")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return Refusal("the reason is missing or too long", "no_reason")
    with transaction(connection):
        known = [one for one in emergencies.active(connection, site.site, now) if one.person == person.id]
        same = next((one for one in known if one.unit == unit and one.room in (None, room or None)), None)
        if same is not None:
            return same
        begun = Emergency(0, site.site, person.id, unit, reason, now, now + LASTS, room=room or None)
        begun = emergencies.put_in(connection, begun)
        said: dict[str, object] = {"unit": unit, "reason": reason, "until": begun.ends_at.isoformat()}
        said |= {"room": room} if room else {}
        said |= {"residents": _opened_by(site, begun)}  # it stands in the log of each of them
        audit.add(connection, site.site, now, person.id, BEGUN, said)
        tell(connection, site.site, _told(site, begun, web_address), now)
    return begun


def end(
    connection: sqlite3.Connection, site: str, person: str, now: datetime, number: int | None = None
) -> bool:
    """What they need no more: that one of theirs, or all. Returns whether there was any."""
    with transaction(connection):
        theirs = [
            one
            for one in emergencies.active(connection, site, now)
            if one.person == person and number in (None, one.id)
        ]
        for one in theirs:
            emergencies.keep(connection, msgspec.structs.replace(one, ends_at=now))
            said = {"unit": one.unit} | ({"room": one.room} if one.room else {})
            audit.add(connection, site, now, person, "emergency access ended", said)
    return bool(theirs)


def note_seen(connection: sqlite3.Connection, one: Emergency, by: str, now: datetime) -> None:
    """The first who looks at it."""
    with transaction(connection):
        emergencies.keep(connection, msgspec.structs.replace(one, seen_by=by, seen_at=now))
        said = {"person": one.person, "unit": one.unit}
        audit.add(connection, one.site, now, by, "emergency access reviewed", said)


def rooms_to_choose(site: Site, person: Person, now: datetime) -> list[Room]:
    """Of other units than their own, those that somebody lives in today."""
    today = now.astimezone(site.zone).date()
    lived_in = {one.room for one in site.residents if one.lives_here(today)}
    own = person.units
    return [room for room in site.rooms if own and room.unit not in own and room.id in lived_in]


def _opened_by(site: Site, one: Emergency) -> list[str]:
    """Who lives there that day."""
    rooms = {room.id for room in site.rooms if room.unit == one.unit and one.room in (None, room.id)}
    today = one.began_at.astimezone(site.zone).date()
    return [
        resident.id for resident in site.residents if resident.room in rooms and resident.lives_here(today)
    ]


def opened_to(connection: sqlite3.Connection, site: str, now: datetime) -> dict[str, Opened]:
    """To what each person has access besides their own right now."""
    found: dict[str, Opened] = {}
    for one in emergencies.active(connection, site, now):
        units, rooms = found.get(one.person, NOTHING)
        if one.room is None:
            found[one.person] = Opened(units | {one.unit}, rooms)
        else:
            found[one.person] = Opened(units, rooms | {one.room})
    return found


def answers_for(person: Person, one: Emergency) -> bool:
    """The leaders and the privacy officers of the unit; nobody for themselves."""
    near = not person.units or one.unit in person.units
    return near and person.id != one.person and person.role in ("leader", "privacy_officer")


def _told(site: Site, one: Emergency, web_address: str | None) -> list[tuple[str, str, str]]:
    unit = next(unit.name for unit in site.units if unit.id == one.unit)
    room = next((room.name or room.id for room in site.rooms if room.id == one.room), None)
    place = unit if room is None else f"{unit}, {room}"
    until = one.ends_at.astimezone(site.zone)
    return [
        (
            person.id,
            subject(place, person.language or site.language),
            body(place, until, web_address, person.language or site.language),
        )
        for person in site.people
        if answers_for(person, one)
    ]
