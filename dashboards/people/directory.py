"""Who there is and how they get in; adding, changing and removing a person. Pages and calls share it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from fastapi import HTTPException, Request

from dashboards import sessions
from dashboards.care.edit import part_of
from dashboards.sign_in import pins
from dashboards.sign_in.openid_page import provider_of
from dashboards.sign_in.page import passkeys_of
from dashboards.sign_in.totp import Totp
from dashboards.visit import Visit, address_of_pages, clock_of, settings_of
from hub import password_links
from hub.site import former
from hub.site.change import Changed, Conflict, change_site
from hub.site.edits import PutPart, Refused, RemovePart
from hub.store import audit, credentials, identities, shifts
from rules.building import SLUG, TRAILS_OWN, Person, PersonRole
from rules.pause import Refusal

Factor = Literal["", "app", "passkey"]
LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2."""


class Entry(NamedTuple):
    """One person. `last_sign_in`: as far back as sessions are kept. `subject`: what the
    other sign-in that counts here knows them as.
    """

    person: Person
    password: bool
    factor: Factor
    pin: bool
    sessions: int
    last_sign_in: datetime | None
    subject: str | None = None


def entries(request: Request, visit: Visit) -> list[Entry]:
    """Of all whom this administrator looks after, by name."""
    connection, site = visit.connection, visit.house.site.site
    apps = Totp(connection, site, settings_of(request).data).people()
    keys = {one.person for one in passkeys_of(request, connection, visit.house).everybodys()}
    having, started = credentials.people(connection, site), sessions.last_started(connection, site)
    live = [one.person for one in sessions.everybodys(connection, site, visit.now)]
    with_pin = pins.people(connection, site)
    linked = identities.of(connection, site, provider_of(request).issuer)
    return [
        Entry(
            p,
            p.id in having,
            "passkey" if p.id in keys else "app" if p.id in apps else "",
            p.id in with_pin,
            live.count(p.id),
            started.get(p.id),
            linked[p.id].subject if p.id in linked else None,
        )
        for p in sorted(visit.house.site.people, key=lambda p: (p.name, p.id))
        if in_view(visit, p.units)
    ]


def entry(request: Request, visit: Visit, id: str) -> Entry:
    """Raises HTTPException 404."""
    found = next((one for one in entries(request, visit) if one.person.id == id), None)
    if found is None:
        raise HTTPException(404, "there is no such person, or not for you")
    return found


def in_view(visit: Visit, units: Sequence[str]) -> bool:
    """An administrator of some units looks after those who are of these units alone."""
    own = visit.access.units
    return own is None or (bool(units) and own.issuperset(units))


def put(
    request: Request,
    visit: Visit,
    id: str,
    name: str,
    role: str,
    units: Sequence[str],
    language: str,
    seen: int | None,
    new: bool,
    exact: bool = False,
) -> Changed | Conflict | Refused | Refusal:
    """Somebody new, or changed. `seen`: the version that the form was drawn from; without it the one in force
    as this request began. `exact`: as in `change_site`.
    """
    known = visit.house.person(id)
    name = " ".join(name.split())
    if new and known is not None:
        return Refusal(f"there is a person {id!r} already", "known_person")
    if not name.isprintable():
        return Refusal("a name holds what cannot be seen", "unseen_name")
    if new and re.fullmatch(SLUG, id) is None:
        return Refusal(f"{id!r} is no user name; small letters, digits, - and _", "bad_user_name")
    if new and id in TRAILS_OWN:
        return Refusal(f"{id!r} is what the audit trail calls Vaka itself", "misleading_user_name")
    if new and (was := former.whose(visit.connection, visit.house.site.site, id, name)) is not None:
        why = f"that user name belonged to {was}; choose another, or add {was} by that name again"
        return Refusal(why, "others_user_name", was)
    if not in_view(visit, units):
        return Refusal("that is more than you look after", "beyond_units")
    if known is not None and id == visit.person.id and role != known.role:
        return Refusal("nobody changes their own role", "own_role")
    part: dict[str, Any] = {} if known is None else part_of(visit, "people", id)
    part |= {"id": id, "name": name, "role": role}
    for key, value in (("units", list(units)), ("language", language)):
        part.pop(key, None)
        if value:
            part[key] = value
    return change_site(
        visit.connection,
        visit.house.site.site,
        [PutPart("people", part)],
        visit.person.id,
        clock_of(request),
        seen or visit.house.version,
        exact or new,
    )


def remove(
    request: Request, visit: Visit, id: str, seen: int | None, exact: bool = False
) -> Changed | Conflict | Refused | Refusal:
    """Out of the site, and with them all by which they came in, acted and were called."""
    if id == visit.person.id:
        return Refusal("nobody removes themselves", "own_person")
    site = visit.house.site.site
    done = change_site(
        visit.connection, site, [RemovePart("people", id)], visit.person.id, clock_of(request), seen, exact
    )
    if isinstance(done, Changed):
        sign_out(visit, id)
    return done


def shifts_to_come(visit: Visit, id: str) -> int:
    """Which nobody would have if they were removed."""
    return shifts.still_planned(visit.connection, visit.house.site.site, id, visit.now)


def sign_out(visit: Visit, id: str) -> int:
    """Everywhere; returns how many sessions it were."""
    site = visit.house.site.site
    ended = sessions.end_others(visit.connection, site, id, visit.now)
    audit.add(visit.connection, site, visit.now, visit.person.id, "signed out by another", {"person": id})
    return ended


def make_link(request: Request, visit: Visit, id: str) -> str:
    """By which they choose a password; shown once."""
    pages, site = address_of_pages(request), visit.house.site.site
    return password_links.make(visit.connection, site, id, pages, visit.person.id, visit.now)


def link(request: Request, visit: Visit, id: str, subject: str) -> Refusal | None:
    """Who they are at the other sign-in that counts here. Who signs in by it is them from now on."""
    provider, subject = provider_of(request), subject.strip()
    if provider.name is None or not 0 < len(subject) <= LONGEST_SUBJECT:
        return Refusal("that is no identifier", "no_subject")
    site = visit.house.site.site
    if id == visit.person.id:
        return Refusal("everybody links their own account on /account", "own_identity")
    if not identities.link(visit.connection, site, id, provider.issuer, subject, visit.person.id, visit.now):
        return Refusal("that identifier is somebody else's", "known_subject")
    return None


def unlink(visit: Visit, id: str) -> None:
    identities.unlink(visit.connection, visit.house.site.site, id, visit.person.id, visit.now)


def reset_factors(request: Request, visit: Visit, id: str) -> Refusal | None:
    """For who has lost their phone: no app and no passkeys any more, and signed out everywhere. Nobody does
    it for themselves: an open screen would be all that it takes.
    """
    if id == visit.person.id:
        return Refusal("everybody removes their own factors on /account", "own_factors")
    site = visit.house.site.site
    Totp(visit.connection, site, settings_of(request).data).switch_off(id, visit.now, visit.person.id)
    keys = passkeys_of(request, visit.connection, visit.house)
    for one in keys.of(id):
        keys.remove(id, one.id.hex(), visit.now, visit.person.id)
    sign_out(visit, id)
    return None


ROLES: tuple[PersonRole, ...] = ("carer", "leader", "technician", "administrator", "privacy_officer")
