"""Passwords that somebody chooses: how long they are, and that others would not guess them; and changing
one's own, of staff and of relatives: then all other sessions end. Not here: the first one, by a link
(dashboards/people/choose.py, relative/invited.py).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal, NamedTuple

from fastapi import Request

from dashboards import auth, sessions
from dashboards.sign_in.known import where
from dashboards.sign_in.page import waits
from dashboards.visit import clock_of, keep_token
from hub import password_links
from hub.guessable import is_easy
from hub.store import credentials
from hub.store.credentials import SHORTEST
from hub.store.db import transaction

Fault = Literal["", "password", "wait", "short", "easy", "differ"]


class Owner(NamedTuple):
    """Whose password it is. `token`: of the session in which they change it."""

    connection: sqlite3.Connection
    site: str
    person: str
    token: str
    now: datetime


def fault_of(new: str, again: str, name: str) -> Literal["", "short", "easy", "differ"]:
    """What keeps it from being one. `name`: by which they sign in."""
    if len(new) < SHORTEST:
        return "short"
    return "easy" if is_easy(new, name) else "differ" if new != again else ""


def unproven(request: Request, owner: Owner, password: str) -> Literal["", "password", "wait"]:
    """'password' where it is not theirs, 'wait' where too many were wrong; '' where it fits."""
    brake: auth.Brake = request.app.state.brake
    here = where(request, owner.site, owner.person)
    if waits(brake, owner.person, here, request):
        return "wait"
    if not auth.password_fits(owner.connection, owner.site, owner.person, password):
        brake.failed(owner.person, here, clock_of(request).now())
        return "password"
    brake.succeeded(owner.person, here)
    return ""


def change(request: Request, owner: Owner, new: str) -> None:
    """Only this session goes on, with another secret; a link for a new password opens nothing any more."""
    hash = auth.password_hash(new)
    with transaction(owner.connection):
        password_links.forget(owner.connection, owner.site, owner.person)
        credentials.put(
            owner.connection,
            owner.site,
            owner.person,
            hash,
            owner.now,
            by=owner.person,
            but=sessions.token_hash(owner.token),
        )
    keep_token(request, sessions.rotate(owner.connection, owner.token, owner.now))
