"""Passwords as they are kept: one Argon2id hash for each person of a site."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from hub.store import audit
from hub.store.instants import to_us


def put(connection: sqlite3.Connection, site: str, person: str, hash: str, at: datetime) -> None:
    """A new password: whoever is signed in with the old one is signed out. Within the transaction."""
    connection.execute(
        "INSERT INTO credential (site, person, hash, set_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (site, person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at",
        (site, person, hash, to_us(at)),
    )
    connection.execute(
        "UPDATE session SET ended_at = ? WHERE site = ? AND person = ? AND ended_at IS NULL",
        (to_us(at), site, person),
    )
    audit.add(connection, site, at, None, "password set", {"person": person})


def people(connection: sqlite3.Connection, site: str) -> set[str]:
    """Who has a password."""
    return {row[0] for row in connection.execute("SELECT person FROM credential WHERE site = ?", (site,))}


def forget(connection: sqlite3.Connection, site: str, person: str) -> None:
    """All by which somebody came in: who is called the same later begins anew. Within the transaction."""
    for table in ("credential", "pin", "totp", "recovery_code", "passkey"):
        connection.execute(f"DELETE FROM {table} WHERE site = ? AND person = ?", (site, person))
