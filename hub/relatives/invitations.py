"""How a relative comes in: a link that works once and not for long, and a password of their own.

Here: making the link and using it. Not here: what an invited one may see (rules/relatives.py), the brake on
guessing (dashboards/auth.py). The link itself is nowhere kept, but for the letter that takes it out.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.store import audit, credentials, invitations, relative_messages
from hub.store import relatives as store
from hub.store.db import transaction
from hub.store.invitations import Invitation
from hub.store.relative_messages import Message
from rules.relatives import Relative

LIFETIME = timedelta(days=7)
"""[default] Long enough for somebody who reads their mail at weekends."""
PATH = "/invited/"


class Invited(NamedTuple):
    """`link`: to be shown once. `by_email`: whether it goes out by itself too."""

    link: str
    expires_at: datetime
    by_email: bool


def invite(
    connection: sqlite3.Connection, relative: Relative, pages: str, by_email: bool, by: str, now: datetime
) -> Invited:
    """A new link; any earlier one is good for nothing from now on. `pages`: where Vaka's pages are. It also
    serves who has forgotten their password.
    """
    token = secrets.token_urlsafe(32)
    link = f"{pages.rstrip('/')}{PATH}{token}"
    with transaction(connection):
        invitations.revoke_open(connection, relative.id, now)
        relative_messages.drop_waiting(connection, relative.id, "a newer link", "")
        made = Invitation(0, relative.site, relative.id, hashed(token), by, now, now + LIFETIME)
        made = invitations.put_in(connection, made)
        if by_email:
            waiting = Message(
                0, relative.site, relative.id, "", "invitation", str(made.id), link, now, next_at=now
            )
            relative_messages.put_in(connection, waiting)
        said = {"relative": relative.account, "by_email": by_email}
        audit.add(connection, relative.site, now, by, "relative invited", said)
    return Invited(link, made.expires_at, by_email)


def who_is_invited(connection: sqlite3.Connection, site: str, token: str, now: datetime) -> Relative | None:
    """Whose link it is, as long as it is good. Looking at it does not use it up: mail programs look too."""
    found = invitations.of_token(connection, site, hashed(token))
    if found is None or not found.is_open(now):
        return None
    relative = store.get(connection, site, found.relative)
    return relative if relative is not None and relative.left_at is None else None


def accept(
    connection: sqlite3.Connection, site: str, token: str, password_hash: str, now: datetime
) -> Relative | None:
    """Use the link up: the password is theirs. None where it is no longer good; of two at the same instant
    one comes in.
    """
    with transaction(connection):
        relative = who_is_invited(connection, site, token, now)
        if relative is None:
            return None
        found = invitations.of_token(connection, site, hashed(token))
        assert found is not None
        invitations.use(connection, found.id, now)
        credentials.put(connection, site, relative.account, password_hash, now)
        audit.add(
            connection, site, now, relative.account, "relative came in", {"invited_by": found.created_by}
        )
        return relative


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
