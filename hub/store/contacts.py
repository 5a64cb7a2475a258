"""By which ways people are reached. Addresses are personal: they never leave the house but in their own
message.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.store.instants import to_us


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


def delete(connection: sqlite3.Connection, site: str, contact: Contact) -> bool:
    """Whether it was there."""
    return (
        connection.execute(
            "DELETE FROM contact WHERE site = ? AND person = ? AND way = ? AND address = ?", (site, *contact)
        ).rowcount
        > 0
    )


def everything(connection: sqlite3.Connection, site: str) -> list[Contact]:
    rows = connection.execute(
        "SELECT person, way, address FROM contact WHERE site = ? ORDER BY person, added_at, way, address",
        (site,),
    )
    return [Contact(*row) for row in rows]


def of(connection: sqlite3.Connection, site: str, person: str) -> list[Contact]:
    """The first that was given first."""
    return [contact for contact in everything(connection, site) if contact.person == person]
