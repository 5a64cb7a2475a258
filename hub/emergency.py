"""Access to another unit in an emergency (blålys): begun with a reason, over by itself, told to those who
answer for it.

Here: beginning, ending, and who is told. Not here: what it opens (dashboards/access.py).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import msgspec

from hub.staff_notices import tell
from hub.store import audit, emergencies
from hub.store.db import transaction
from hub.store.emergencies import Emergency
from rules.building import Person, Site
from rules.pause import Refusal
from rules.wording.emergency import body, subject

LASTS = timedelta(minutes=60)
"""[default] Until somebody who belongs there has come."""
SHORTEST_REASON, LONGEST_REASON = 5, 400


def begin(
    connection: sqlite3.Connection,
    site: Site,
    person: Person,
    unit: str,
    reason: str,
    web_address: str | None,
    now: datetime,
) -> Emergency | Refusal:
    """Asked for again while it lasts: nothing new, it goes on until its end."""
    reason = " ".join(reason.split())
    if unit not in {one.id for one in site.units}:
        return Refusal(f"there is no unit {unit!r}", "no_unit")
    if not person.units or unit in person.units:
        return Refusal("that unit is theirs already", "own_unit")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return Refusal("the reason is missing or too long", "no_reason")
    with transaction(connection):
        known = [one for one in emergencies.active(connection, site.site, now) if one.person == person.id]
        same = next((one for one in known if one.unit == unit), None)
        if same is not None:
            return same
        begun = Emergency(0, site.site, person.id, unit, reason, now, now + LASTS)
        begun = emergencies.put_in(connection, begun)
        said = {"unit": unit, "reason": reason, "until": begun.ends_at.isoformat()}
        audit.add(connection, site.site, now, person.id, "emergency access begun", said)
        tell(connection, site.site, _told(site, begun, web_address), now)
    return begun


def end(connection: sqlite3.Connection, site: str, person: str, now: datetime) -> None:
    """All that somebody has: they need it no more."""
    with transaction(connection):
        for one in emergencies.active(connection, site, now):
            if one.person == person:
                emergencies.keep(connection, msgspec.structs.replace(one, ends_at=now))
                said = {"unit": one.unit}
                audit.add(connection, site, now, person, "emergency access ended", said)


def note_seen(connection: sqlite3.Connection, one: Emergency, by: str, now: datetime) -> None:
    """The first who looks at it."""
    with transaction(connection):
        emergencies.keep(connection, msgspec.structs.replace(one, seen_by=by, seen_at=now))
        said = {"person": one.person, "unit": one.unit}
        audit.add(connection, one.site, now, by, "emergency access reviewed", said)


def units_of(connection: sqlite3.Connection, site: str, now: datetime) -> dict[str, frozenset[str]]:
    """To which units each person has access besides their own right now."""
    found: dict[str, frozenset[str]] = {}
    for one in emergencies.active(connection, site, now):
        found[one.person] = found.get(one.person, frozenset()) | {one.unit}
    return found


def answers_for(person: Person, one: Emergency) -> bool:
    """The leaders of the unit and of who asked, and privacy officers; nobody for themselves."""
    leads = person.role == "leader" and (not person.units or one.unit in person.units)
    return person.id != one.person and (leads or person.role == "privacy_officer")


def _told(site: Site, one: Emergency, web_address: str | None) -> list[tuple[str, str, str]]:
    unit = next(unit.name for unit in site.units if unit.id == one.unit)
    until = one.ends_at.astimezone(site.zone)
    return [
        (
            person.id,
            subject(unit, person.language or site.language),
            body(unit, until, web_address, person.language or site.language),
        )
        for person in site.people
        if answers_for(person, one)
    ]
