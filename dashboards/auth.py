"""Passwords, the brake on guessing, and the token that goes with every form.

Here: who somebody is. Not here: their sessions (sessions.py), other ways in (sign_in/), what they may see
(access.py).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboards.sessions import key_of

FREE_TRIES = 3
LONGEST_WAIT = timedelta(seconds=60)
"""[default] A locked-out night shift is worse than a guess a minute against Argon2id."""

FORGOTTEN_AFTER = timedelta(hours=1)
"""[default] A program that had an old token, somebody who mistyped: what was yesterday slows down nobody."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe())
_HASHING = threading.BoundedSemaphore(2)  # each takes 64 MiB
STRANGERS = 6
"""[default] Half a second of waiting, on two cores; of the web process's 40 threads the rest serve the
boards.
"""
_STRANGERS = threading.BoundedSemaphore(STRANGERS)


class BusyError(Exception):
    """Too many strangers try passwords at this moment."""


@contextmanager
def turn(known: bool) -> Iterator[None]:
    """Trying passwords takes the machine's time: so many at once do it who were never here before, however
    many come. Raises BusyError at once; whoever is known in their browser is heard.
    """
    if known:
        yield
        return
    if not _STRANGERS.acquire(blocking=False):
        raise BusyError
    try:
        yield
    finally:
        _STRANGERS.release()


def password_fits(connection: sqlite3.Connection, site: str, person: str, password: str) -> bool:
    """Whether it is this person's password. An unknown person takes as long as a wrong password."""
    query = "SELECT hash FROM credential WHERE site = ? AND person = ?"
    row = connection.execute(query, (site, person)).fetchone()
    return fits_hash(None if row is None else row[0], password)


def fits_hash(hash: str | None, secret: str) -> bool:
    """Whether it is the secret that this was made from; without a hash it takes as long, and is not."""
    with _HASHING:
        try:
            _hasher.verify(_NOBODY if hash is None else hash, secret)
        except (VerificationError, InvalidHashError):
            return False
    return hash is not None


def password_hash(password: str) -> str:
    """A new password as it is kept."""
    with _HASHING:
        return _hasher.hash(password)


def form_token(cookie: str) -> str:
    """What a form must carry to prove that it came from our page: it follows from a cookie that no other site
    can read, of a session from the part that stays.
    """
    return hashlib.sha256(b"form:" + key_of(cookie).encode()).hexdigest()


def form_token_fits(cookie: str, given: str) -> bool:
    return hmac.compare_digest(form_token(cookie).encode(), given.encode())


class Brake:
    """Slows guessing down, for one person from one address, or in one browser that knows them
    (sign_in/known.py): the first tries are free, then each failure doubles the wait, up to a minute. Others,
    and the same person elsewhere, notice nothing; after an hour without one all is forgotten.
    """

    def __init__(self, keep: int = 10_000) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[int, datetime]] = OrderedDict()
        self._keep = keep
        self._lock = threading.Lock()

    def wait(self, person: str, address: str, now: datetime, longest: timedelta = LONGEST_WAIT) -> timedelta:
        """How long until the next try is heard; zero or less: now."""
        with self._lock:
            count, last = self._failures.get((person, address), (0, now))
        if count < FREE_TRIES or now - last > FORGOTTEN_AFTER:
            return timedelta(0)
        pause = min(timedelta(seconds=2 ** min(count - FREE_TRIES, 10)), longest)
        return last + pause - now

    def failed(self, person: str, address: str, now: datetime) -> None:
        with self._lock:
            count, last = self._failures.pop((person, address), (0, now))
            before = 0 if now - last > FORGOTTEN_AFTER else count
            self._failures[person, address] = (before + 1, now)
            if len(self._failures) > self._keep:
                self._failures.popitem(last=False)

    def succeeded(self, person: str, address: str) -> None:
        with self._lock:
            self._failures.pop((person, address), None)
