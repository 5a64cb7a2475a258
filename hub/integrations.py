"""Other programs and their tokens: made, renewed, revoked, recognised; and who is told of them.

Here: the rows and the audit trail, in one transaction. Not here: what a token may (dashboards/access.py).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from hub.settings import Settings
from hub.site.file import SiteFile, read_held
from hub.staff_notices import tell
from hub.store import audit, events, integrations, sites
from hub.store.db import connect, transaction
from hub.store.sites import NoSiteError
from rules.building import Person, PersonRole, Site
from rules.integration import (
    LONGEST_PURPOSE,
    SHORTEST_PURPOSE,
    Integration,
    is_to_be_warned_of,
    why_not_in_force,
    why_not_until,
)
from rules.pause import Refusal
from rules.wording.integrations import ends_body, ends_subject, made_body, made_subject
from rules.wording.voice import Language

TOKEN = "vaka_"
"""How every token begins, so that who finds one knows what it is."""
NOTE_USE_EVERY = timedelta(minutes=1)
WARNED_EVERY = timedelta(hours=6)
_ID = re.compile(r"[a-z0-9æøå][a-z0-9æøå_-]{0,63}")


class Made(NamedTuple):
    """`token`: to be shown once, nobody can read it again."""

    integration: Integration
    token: str


def make(
    connection: sqlite3.Connection,
    site: Site,
    wanted: Integration,
    sees_residents: bool,
    web_address: str | None,
    now: datetime,
) -> Made | Refusal:
    """`sees_residents`: then those who answer for the residents are told."""
    fault = why_not(wanted, now)
    if fault is not None:
        return fault
    token = _new_token()
    with transaction(connection):
        if not integrations.add(connection, wanted, hash_of(token)):
            return Refusal(f"there is an integration {wanted.id!r} already", "known_integration")
        _note(connection, wanted, "integration made", wanted.created_by, now)
        if sees_residents:
            told = [
                (one.id, made_subject(wanted.name, language), made_body(wanted.name, web_address, language))
                for one, language in _near(site, ("leader", "privacy_officer"), wanted)
            ]
            tell(connection, site.site, told, now)
    return Made(wanted, token)


def renew(
    connection: sqlite3.Connection, site: str, id: str, ends_at: datetime, by: str, now: datetime
) -> Made | Refusal:
    """A new token until then. The one before opens nothing any more, from now on."""
    known = integrations.get(connection, site, id)
    if known is None:
        return Refusal("there is no such integration", "no_integration")
    gone = why_not_in_force(known, now) if known.revoked_at is not None else None
    fault = gone or why_not_until(ends_at, now)
    if fault is not None:
        return fault
    renewed = msgspec.structs.replace(known, ends_at=ends_at, warned_at=None)
    token = _new_token()
    with transaction(connection):
        integrations.put(connection, renewed)
        integrations.put_token(connection, site, id, hash_of(token))
        _note(connection, renewed, "integration renewed", by, now)
    return Made(renewed, token)


def revoke(connection: sqlite3.Connection, site: str, id: str, by: str, now: datetime) -> bool:
    """From now on its token opens nothing, and it is told of nothing. False where there is none."""
    with transaction(connection):
        known = integrations.get(connection, site, id)
        if known is None or known.revoked_at is not None:
            return False
        revoked = msgspec.structs.replace(known, revoked_by=by, revoked_at=now)
        integrations.put(connection, revoked)
        integrations.put_token(connection, site, id, None)
        events.unsubscribe(connection, site, id)
        _note(connection, revoked, "integration revoked", by, now)
    return True


def recognise(
    connection: sqlite3.Connection, site: str, token: str, address: str, now: datetime
) -> Integration | None:
    """Whose token it is; None for one that has ended, was revoked or never was."""
    found = integrations.of_token(connection, site, hash_of(token))
    if found is None or not found.is_in_force(now):
        return None
    if found.used_at is None or now - found.used_at >= NOTE_USE_EVERY or found.used_from != address:
        with transaction(connection):
            integrations.note_use(connection, site, found.id, now, address)
    return found


def warn(settings: Settings, now: datetime) -> str:
    """Tell the administrators of tokens that end soon; what was done, in a sentence."""
    with closing(connect(settings.database)) as connection:
        site = _site(connection, settings.site)
        if site is None:
            return "there is no site yet"
        due = [one for one in integrations.everything(connection, site.site) if is_to_be_warned_of(one, now)]
        with transaction(connection):
            for one in due:
                _warn_of(connection, site, one, settings.web_address, now)
    return f"warned of {', '.join(one.id for one in due)}" if due else "no token ends soon"


def why_not(wanted: Integration, now: datetime) -> Refusal | None:
    if not _ID.fullmatch(wanted.id):
        return Refusal(f"{wanted.id!r} is no short name; small letters, digits, - and _", "no_id")
    if not wanted.name or len(wanted.name) > 120 or any(ord(sign) < 32 for sign in wanted.name):
        return Refusal("the name is missing, too long, or holds what no name does", "no_name")
    if not SHORTEST_PURPOSE <= len(wanted.purpose) <= LONGEST_PURPOSE:
        expected = f"{SHORTEST_PURPOSE} to {LONGEST_PURPOSE} characters"
        return Refusal(f"say what it is for, in {expected}", "no_purpose")
    if not wanted.acts:
        return Refusal("it could do nothing; choose at least one thing", "no_acts")
    return why_not_until(wanted.ends_at, now)


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def administrators(site: Site, integration: Integration) -> list[tuple[Person, Language]]:
    """Who may renew it, each with their language: those of the whole house, and of all its units."""
    units = frozenset(integration.units)
    return [
        (person, language)
        for person, language in _near(site, ("administrator",), integration)
        if not person.units or (units and units.issubset(person.units))
    ]


def _near(
    site: Site, roles: tuple[PersonRole, ...], integration: Integration
) -> list[tuple[Person, Language]]:
    """Whose units it concerns."""
    units = set(integration.units)
    return [
        (person, person.language or site.language)
        for person in site.people
        if person.role in roles and (not person.units or not units or not units.isdisjoint(person.units))
    ]


def _warn_of(
    connection: sqlite3.Connection, site: Site, one: Integration, address: str | None, now: datetime
) -> None:
    ends = one.ends_at.astimezone(site.zone)
    told = [
        (person.id, ends_subject(one.name, language), ends_body(one.name, ends, address, language))
        for person, language in administrators(site, one)
    ]
    tell(connection, site.site, told, now)
    integrations.put(connection, msgspec.structs.replace(one, warned_at=now))


def _note(connection: sqlite3.Connection, one: Integration, what: str, by: str, now: datetime) -> None:
    said = {
        "integration": one.id,
        "role": one.role,
        "acts": list(one.acts),
        "units": list(one.units),
        "reads_only": one.reads_only,
        "until": one.ends_at.isoformat(),
    }
    audit.add(connection, one.site, now, by, what, said)


def _site(connection: sqlite3.Connection, named: str | None) -> Site | None:
    try:
        held = read_held(sites.in_force(connection, named).document)
    except NoSiteError:
        return None
    return held.site if isinstance(held, SiteFile) else None


def _new_token() -> str:
    return f"{TOKEN}{secrets.token_urlsafe(32)}"
