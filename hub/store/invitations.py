"""One-time links by which relatives come in. Of a token only its SHA-256 is kept."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import to_us
from hub.store.structs import add, many


class Invitation(msgspec.Struct, frozen=True):
    """Good until it expires, is used, or is taken back."""

    id: int
    site: str
    relative: int
    token_hash: bytes
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and at < self.expires_at


def put_in(connection: sqlite3.Connection, invitation: Invitation) -> Invitation:
    return add(connection, "relative_invitation", invitation)


def of_token(connection: sqlite3.Connection, site: str, token_hash: bytes) -> Invitation | None:
    condition = "site = ? AND token_hash = ?"
    found = many(connection, "relative_invitation", Invitation, condition, site, token_hash)
    return found[0] if found else None


def of(connection: sqlite3.Connection, relative: int) -> list[Invitation]:
    """The newest first."""
    return many(connection, "relative_invitation", Invitation, "relative = ? ORDER BY id DESC", relative)


def still_out(connection: sqlite3.Connection, site: str, by: str, at: datetime) -> list[Invitation]:
    """Those that somebody made, and which lead in."""
    condition = "site = ? AND created_by = ? ORDER BY id"
    found = many(connection, "relative_invitation", Invitation, condition, site, by)
    return [one for one in found if one.is_open(at)]


def use(connection: sqlite3.Connection, id: int, at: datetime) -> None:
    connection.execute("UPDATE relative_invitation SET used_at = ? WHERE id = ?", (to_us(at), id))


def revoke_open(connection: sqlite3.Connection, relative: int, at: datetime) -> int:
    """No link that is still out leads in any more; returns how many it were."""
    return connection.execute(
        "UPDATE relative_invitation SET revoked_at = ?"
        " WHERE relative = ? AND used_at IS NULL AND revoked_at IS NULL",
        (to_us(at), relative),
    ).rowcount
