"""Signing in: passwords, sessions, the brake on guessing, and the token that goes with every form.

Here: who somebody is. Not here: what they may see (access.py), the pages (staff.py). Passwords are set by
`vaka password`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.store.db import transaction
from hub.store.instants import from_us, to_us

IDLE_END = timedelta(hours=12)  # [default] longer than a shift and its hand-over
RENEW_AFTER = timedelta(minutes=1)
RENEW_BOARD_AFTER = timedelta(minutes=10)  # a board that hangs there is use, but no reason to write often
FREE_TRIES = 3
LONGEST_WAIT = timedelta(seconds=60)
"""[default] A locked-out night shift is worse than a guess a minute against Argon2id."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe())
_HASHING = threading.BoundedSemaphore(2)  # each takes 64 MiB


def password_fits(connection: sqlite3.Connection, site: str, person: str, password: str) -> bool:
    """Whether it is this person's password. An unknown person takes as long as a wrong password."""
    query = "SELECT hash FROM credential WHERE site = ? AND person = ?"
    row = connection.execute(query, (site, person)).fetchone()
    with _HASHING:
        try:
            _hasher.verify(_NOBODY if row is None else row[0], password)
        except (VerificationError, InvalidHashError):
            return False
    return row is not None


def password_hash(password: str) -> str:
    """A new password as it is kept."""
    with _HASHING:
        return _hasher.hash(password)


def start_session(connection: sqlite3.Connection, site: str, person: str, now: datetime) -> str:
    """A new session; returns its token, of which only the SHA-256 is kept."""
    token = secrets.token_urlsafe(32)
    values = (token_hash(token), site, person, to_us(now), to_us(now))
    with transaction(connection):
        connection.execute(
            "INSERT INTO session (token_hash, site, person, started_at, used_at) VALUES (?, ?, ?, ?, ?)",
            values,
        )
    return token


def person_of_session(connection: sqlite3.Connection, site: str, token: str, now: datetime) -> str | None:
    """Whose session it is; None where it has ended or was idle for too long. Use renews it."""
    row = connection.execute(
        "SELECT person, used_at FROM session"
        " WHERE token_hash = ? AND site = ? AND ended_at IS NULL AND used_at > ?",
        (token_hash(token), site, to_us(now - IDLE_END)),
    ).fetchone()
    if row is None:
        return None
    if now - from_us(row[1]) > RENEW_AFTER:
        with transaction(connection):
            connection.execute(
                "UPDATE session SET used_at = ? WHERE token_hash = ?", (to_us(now), token_hash(token))
            )
    return str(row[0])


def renew_sessions(
    connection: sqlite3.Connection, site: str, tokens: frozenset[bytes], now: datetime
) -> None:
    """An open board that hears its stream is in use. Writes for those not renewed lately, and never for one
    that has ended. `tokens`: hashes.
    """
    due = connection.execute(
        "SELECT token_hash FROM session WHERE site = ? AND ended_at IS NULL AND used_at > ? AND used_at < ?",
        (site, to_us(now - IDLE_END), to_us(now - RENEW_BOARD_AFTER)),
    )
    renewed = [(to_us(now), row[0]) for row in due if row[0] in tokens]
    if renewed:
        with transaction(connection):
            connection.executemany("UPDATE session SET used_at = ? WHERE token_hash = ?", renewed)


def end_session(connection: sqlite3.Connection, token: str, now: datetime) -> None:
    with transaction(connection):
        connection.execute(
            "UPDATE session SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL",
            (to_us(now), token_hash(token)),
        )


def live_sessions(connection: sqlite3.Connection, site: str, now: datetime) -> frozenset[bytes]:
    """The hashes of all sessions that have not ended."""
    rows = connection.execute(
        "SELECT token_hash FROM session WHERE site = ? AND ended_at IS NULL AND used_at > ?",
        (site, to_us(now - IDLE_END)),
    )
    return frozenset(row[0] for row in rows)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def form_token(cookie: str) -> str:
    """What a form must carry to prove that it came from our page: it follows from a cookie that no other site
    can read.
    """
    return hashlib.sha256(b"form:" + cookie.encode()).hexdigest()


def form_token_fits(cookie: str, given: str) -> bool:
    return hmac.compare_digest(form_token(cookie).encode(), given.encode())


class Brake:
    """Slows guessing down, for one person from one address: the first tries are free, then each failure
    doubles the wait, up to a minute. Others, and the same person elsewhere, notice nothing.
    """

    def __init__(self, keep: int = 10_000) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[int, datetime]] = OrderedDict()
        self._keep = keep
        self._lock = threading.Lock()

    def wait(self, person: str, address: str, now: datetime) -> timedelta:
        """How long until the next try is heard; zero or less: now."""
        with self._lock:
            count, last = self._failures.get((person, address), (0, now))
        if count < FREE_TRIES:
            return timedelta(0)
        pause = min(timedelta(seconds=2 ** min(count - FREE_TRIES, 10)), LONGEST_WAIT)
        return last + pause - now

    def failed(self, person: str, address: str, now: datetime) -> None:
        with self._lock:
            count, _ = self._failures.pop((person, address), (0, now))
            self._failures[person, address] = (count + 1, now)
            if len(self._failures) > self._keep:
                self._failures.popitem(last=False)

    def succeeded(self, person: str, address: str) -> None:
        with self._lock:
            self._failures.pop((person, address), None)
