"""Passwords as they are kept: one Argon2id hash for each person of a site."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub.store import audit
from hub.store.instants import to_us

SHORTEST, LONGEST = 10, 1000
"""[default] Characters of a password; any of them, and nobody has to change it by the calendar (NIST SP
800-63B, 3.1.1). Argon2id would hash more, at the cost of whoever may send it.
"""
OF_A_PERSON = (
    "credential",
    "pin",
    "pin_guess",
    "totp",
    "recovery_code",
    "passkey",
    "identity",
    "password_link",
    "contact",
    "contact_preference",
    "phone",
)


def put(
    connection: sqlite3.Connection,
    site: str,
    person: str,
    hash: str,
    at: datetime,
    by: str | None = None,
    but: bytes = b"",
) -> None:
    """A new password: whoever is signed in with the old one is signed out, but for the session `but` (its
    token's hash). Within the transaction.
    """
    connection.execute(
        "INSERT INTO credential (site, person, hash, set_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (site, person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at",
        (site, person, hash, to_us(at)),
    )
    connection.execute(
        "UPDATE session SET ended_at = ?"
        " WHERE site = ? AND person = ? AND ended_at IS NULL AND token_hash <> ?",
        (to_us(at), site, person, but),
    )
    audit.add(connection, site, at, by, "password set", {"person": person})


def people(connection: sqlite3.Connection, site: str) -> set[str]:
    """Who has a password."""
    return {row[0] for row in connection.execute("SELECT person FROM credential WHERE site = ?", (site,))}


def forget(connection: sqlite3.Connection, site: str, person: str, at: datetime) -> None:
    """All by which somebody came in and was reached: who comes back later begins anew. Within the
    transaction.
    """
    connection.execute(
        "UPDATE session SET ended_at = ? WHERE site = ? AND person = ? AND ended_at IS NULL",
        (to_us(at), site, person),
    )
    for table in OF_A_PERSON:
        connection.execute(f"DELETE FROM {table} WHERE site = ? AND person = ?", (site, person))
