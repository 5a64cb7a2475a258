"""Who signs in by another one's word (OpenID Connect): which subject of which issuer is which person here."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.store import audit
from hub.store.db import transaction
from hub.store.instants import from_us, to_us


class Identity(NamedTuple):
    person: str
    issuer: str
    subject: str
    linked_by: str
    linked_at: datetime


def whose(connection: sqlite3.Connection, site: str, issuer: str, subject: str) -> str | None:
    row = connection.execute(
        "SELECT person FROM identity WHERE site = ? AND issuer = ? AND subject = ?", (site, issuer, subject)
    ).fetchone()
    return None if row is None else str(row[0])


def of(connection: sqlite3.Connection, site: str, issuer: str) -> dict[str, Identity]:
    """By person."""
    rows = connection.execute(
        "SELECT person, issuer, subject, linked_by, linked_at FROM identity WHERE site = ? AND issuer = ?",
        (site, issuer),
    )
    return {row[0]: Identity(row[0], row[1], row[2], row[3], from_us(row[4])) for row in rows}


def link(
    connection: sqlite3.Connection, site: str, person: str, issuer: str, subject: str, by: str, now: datetime
) -> bool:
    """In place of the one they had. False where it is somebody else's: nobody loses theirs to another's
    claim.
    """
    with transaction(connection):
        known = whose(connection, site, issuer, subject)
        if known == person:
            return True
        if known is not None:
            return False
        connection.execute(
            "INSERT INTO identity (site, person, issuer, subject, linked_by, linked_at)"
            " VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (site, person, issuer) DO UPDATE SET subject = excluded.subject,"
            " linked_by = excluded.linked_by, linked_at = excluded.linked_at",
            (site, person, issuer, subject, by, to_us(now)),
        )
        audit.add(connection, site, now, by, "identity linked", {"person": person})
    return True


def unlink(connection: sqlite3.Connection, site: str, person: str, by: str, now: datetime) -> bool:
    """False where there is none. Whoever is signed in by it is signed out."""
    with transaction(connection):
        done = connection.execute("DELETE FROM identity WHERE site = ? AND person = ?", (site, person))
        if done.rowcount:
            connection.execute(
                "UPDATE session SET ended_at = ? WHERE site = ? AND person = ? AND ended_at IS NULL"
                " AND how = 'directory'",
                (to_us(now), site, person),
            )
            audit.add(connection, site, now, by, "identity removed", {"person": person})
    return done.rowcount > 0
