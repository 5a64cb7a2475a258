"""One-time links by which staff choose their own password: nobody else ever knows it.

Here: making a link, and using it up. Not here: who may make one (dashboards/access.py), guessing's brake.
A link replaces the earlier ones of the same person, and never a second factor: that is asked for as ever.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import datetime, timedelta

from hub.store import audit, credentials
from hub.store.db import transaction
from hub.store.instants import to_us

LIFETIME = timedelta(hours=24)
"""[default] From one shift to the next of the same person."""
PATH = "/choose-password/"


def make(connection: sqlite3.Connection, site: str, person: str, pages: str, by: str, now: datetime) -> str:
    """To be shown once. `pages`: where Vaka's pages are."""
    token = secrets.token_urlsafe(32)
    with transaction(connection):
        forget(connection, site, person)
        connection.execute(
            "INSERT INTO password_link (token_hash, site, person, created_by, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (_hash(token), site, person, by, to_us(now), to_us(now + LIFETIME)),
        )
        audit.add(connection, site, now, by, "password link made", {"person": person})
    return f"{pages.rstrip('/')}{PATH}{token}"


def whose(connection: sqlite3.Connection, site: str, token: str, now: datetime) -> str | None:
    """As long as it is good. Looking at it does not use it up."""
    row = connection.execute(
        "SELECT person FROM password_link WHERE token_hash = ? AND site = ? AND expires_at > ?",
        (_hash(token), site, to_us(now)),
    ).fetchone()
    return None if row is None else str(row[0])


def use(
    connection: sqlite3.Connection, site: str, token: str, password_hash: str, now: datetime
) -> str | None:
    """Whose password it is now; None where the link is no longer good. Of two at once one gets through."""
    with transaction(connection):
        person = whose(connection, site, token, now)
        if person is not None:
            forget(connection, site, person)
            credentials.put(connection, site, person, password_hash, now)
    return person


def forget(connection: sqlite3.Connection, site: str, person: str) -> None:
    connection.execute("DELETE FROM password_link WHERE site = ? AND person = ?", (site, person))


def end_of_maker(connection: sqlite3.Connection, site: str, by: str) -> int:
    """Whoever made a link knows it. How many they were; within a transaction."""
    condition = "site = ? AND created_by = ?"
    return connection.execute(f"DELETE FROM password_link WHERE {condition}", (site, by)).rowcount


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
