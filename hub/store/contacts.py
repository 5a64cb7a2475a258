"""By which ways people are reached, and how they want to be called. Addresses are personal: they never leave
the house but in their own message.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.store.instants import from_us, to_us
from rules.duration import parse_window
from rules.summons import Preferences


class Contact(NamedTuple):
    person: str
    way: str
    address: str


def put(connection: sqlite3.Connection, site: str, contact: Contact, at: datetime) -> None:
    connection.execute(
        "INSERT INTO contact (site, person, way, address, added_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (site, *contact, to_us(at)),
    )


def put_added(connection: sqlite3.Connection, site: str, contact: Contact, at: datetime) -> None:
    """As if it was given then. It stays in its place otherwise: a phone whose contact goes is lost."""
    connection.execute(
        "UPDATE contact SET added_at = ? WHERE site = ? AND person = ? AND way = ? AND address = ?",
        (to_us(at), site, *contact),
    )


def delete(connection: sqlite3.Connection, site: str, contact: Contact) -> bool:
    """Whether it was there."""
    return (
        connection.execute(
            "DELETE FROM contact WHERE site = ? AND person = ? AND way = ? AND address = ?", (site, *contact)
        ).rowcount
        > 0
    )


def has(connection: sqlite3.Connection, site: str, contact: Contact) -> bool:
    row = connection.execute(
        "SELECT 1 FROM contact WHERE site = ? AND person = ? AND way = ? AND address = ?", (site, *contact)
    ).fetchone()
    return row is not None


def everything(connection: sqlite3.Connection, site: str) -> list[Contact]:
    rows = connection.execute(
        "SELECT person, way, address FROM contact WHERE site = ?"
        " ORDER BY person, way <> 'webpush', added_at, way, address",
        (site,),
    )
    return [Contact(*row) for row in rows]


def of(connection: sqlite3.Connection, site: str, person: str) -> list[Contact]:
    """Their phones before all else, then in the order in which they were given."""
    return [contact for contact in everything(connection, site) if contact.person == person]


def note_answer(
    connection: sqlite3.Connection, site: str, contact: Contact, refused_at: datetime | None
) -> None:
    """The address took a message, or is refused for good: since when the first of these refusals was."""
    connection.execute(
        "UPDATE contact SET refused_at = iif(?1 IS NULL, NULL, coalesce(refused_at, ?1))"
        " WHERE site = ?2 AND person = ?3 AND way = ?4 AND address = ?5"
        " AND (refused_at IS NULL) = (?1 IS NOT NULL)",
        (None if refused_at is None else to_us(refused_at), site, *contact),
    )


def refused(connection: sqlite3.Connection, site: str) -> dict[Contact, datetime]:
    """Those that were refused for good and have taken nothing since, with since when."""
    rows = connection.execute(
        "SELECT person, way, address, refused_at FROM contact WHERE site = ? AND refused_at IS NOT NULL"
        " ORDER BY person, way, address",
        (site,),
    )
    return {Contact(*row[:3]): from_us(row[3]) for row in rows}


def preferences(connection: sqlite3.Connection, site: str, person: str) -> Preferences:
    """The defaults where they said nothing."""
    row = connection.execute(
        "SELECT quiet_from || '-' || quiet_until, gather_s FROM contact_preference"
        " WHERE site = ? AND person = ?",
        (site, person),
    ).fetchone()
    if row is None:
        return Preferences()
    quiet, gather_s = row
    return Preferences(None if quiet is None else parse_window(quiet), timedelta(seconds=gather_s))


def put_preferences(
    connection: sqlite3.Connection, site: str, person: str, wanted: Preferences, at: datetime
) -> None:
    quiet = (None, None) if wanted.quiet is None else tuple(str(wanted.quiet).split("-"))
    connection.execute(
        "INSERT INTO contact_preference (site, person, quiet_from, quiet_until, gather_s, set_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET quiet_from = excluded.quiet_from,"
        " quiet_until = excluded.quiet_until, gather_s = excluded.gather_s, set_at = excluded.set_at",
        (site, person, *quiet, int(wanted.gathered_for.total_seconds()), to_us(at)),
    )
