"""PINs, and the screens that several share: after one full sign-in there, others change places by PIN.

A PIN is short, so it counts nowhere else, only for as long as the screen is open, and only a few wrong ones
are heard of one person at one screen. Whoever is stopped by that signs in with the password, there as
everywhere: nobody can be locked out by somebody else's guessing.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from datetime import datetime, timedelta
from typing import Literal

from dashboards.auth import fits_hash, password_hash
from hub.store import audit, shifts
from hub.store.db import transaction
from hub.store.instants import from_us, to_us
from rules.building import Site

OPEN_FOR = timedelta(hours=12)
"""[default] A full sign-in at least once a shift."""
AFTER_SHIFT = timedelta(hours=1)
"""[default] The hand-over of a shift that is on the roster."""
WRONG_AT_MOST = 5
"""[default] Of 10,000: guessing one comes to one in 2,000 for each full sign-in."""
WRONG_OF_OPENER = 15
"""[default] Of one person at all the screens that another one opens, until `GUESSES_FORGOTTEN`: who has an
account signs in as often as they like.
"""
GUESSES_FORGOTTEN = timedelta(hours=24)
PIN = re.compile(r"\d{4,6}", re.ASCII)
_IN_A_ROW = ("0123456789", "9876543210")

Verdict = Literal["fits", "wrong", "stopped", "closed"]
"""`stopped`: too many wrong ones. `closed`: nobody has signed in fully at this screen this shift."""


def fault_of(pin: str, again: str) -> str:
    """Why it can't be a PIN: 'digits', 'easy', 'differ'; '' where it can."""
    if not PIN.fullmatch(pin):
        return "digits"
    if len(set(pin)) == 1 or any(pin in row for row in _IN_A_ROW):
        return "easy"
    return "differ" if pin != again else ""


def put(connection: sqlite3.Connection, site: str, person: str, pin: str, now: datetime) -> None:
    hash = password_hash(pin)
    with transaction(connection):
        connection.execute(
            "INSERT INTO pin (site, person, hash, set_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (site, person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at",
            (site, person, hash, to_us(now)),
        )
        audit.add(connection, site, now, person, "PIN set", {})


def remove(connection: sqlite3.Connection, site: str, person: str, now: datetime) -> None:
    with transaction(connection):
        connection.execute("DELETE FROM pin WHERE site = ? AND person = ?", (site, person))
        audit.add(connection, site, now, person, "PIN removed", {})


def people(connection: sqlite3.Connection, site: str) -> set[str]:
    """Who has one."""
    return {row[0] for row in connection.execute("SELECT person FROM pin WHERE site = ?", (site,))}


def open_device(
    connection: sqlite3.Connection, site: Site, device: str, person: str, now: datetime
) -> datetime:
    """Somebody signed in fully at it: PINs count there from now on. Returns until when. `device`: its
    cookie.
    """
    own = [s.ends_at for s in shifts.on_duty(connection, site, now) if s.person == person]
    until = min([now + OPEN_FOR, *(ends_at + AFTER_SHIFT for ends_at in own)])
    with transaction(connection):
        connection.execute(
            "INSERT INTO shared_device (token_hash, site, opened_by, opened_at, open_until)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (token_hash) DO UPDATE SET opened_by = excluded.opened_by,"
            " opened_at = excluded.opened_at, open_until = excluded.open_until",
            (_hash(device), site.site, person, to_us(now), to_us(until)),
        )
        _forget_failures(connection, device, person)
        _forget_guesses(connection, site.site, person, person)
    return until


def close_device(connection: sqlite3.Connection, device: str) -> None:
    with transaction(connection):
        connection.execute("DELETE FROM shared_device WHERE token_hash = ?", (_hash(device),))


def open_until(connection: sqlite3.Connection, site: str, device: str, now: datetime) -> datetime | None:
    """None where PINs do not count at it (now)."""
    row = _device(connection, site, device, now)
    return None if row is None else from_us(row["open_until"])


def opened_by(connection: sqlite3.Connection, site: str, device: str, now: datetime) -> str | None:
    """Who signed in fully at it; None where PINs do not count at it (now)."""
    row = _device(connection, site, device, now)
    return None if row is None else str(row["opened_by"])


def _device(connection: sqlite3.Connection, site: str, device: str, now: datetime) -> sqlite3.Row | None:
    found: sqlite3.Row | None = connection.execute(
        "SELECT opened_by, open_until FROM shared_device"
        " WHERE token_hash = ? AND site = ? AND open_until > ?",
        (_hash(device), site, to_us(now)),
    ).fetchone()
    return found


def try_pin(
    connection: sqlite3.Connection, site: str, device: str, person: str, pin: str, now: datetime
) -> Verdict:
    """An unknown person takes as long as a wrong PIN. Each try is counted before it is heard."""
    opener = opened_by(connection, site, device, now)
    if opener is None:
        return "closed"
    with transaction(connection):
        guesses = _guessed(connection, site, opener, person, now)
        (failures,) = connection.execute(
            "INSERT INTO pin_failure (device, person, failures, last_at) VALUES (?, ?, 1, ?)"
            " ON CONFLICT (device, person) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at"
            " RETURNING failures",
            (_hash(device), person, to_us(now)),
        ).fetchone()
    if failures > WRONG_AT_MOST or guesses > WRONG_OF_OPENER:
        return "stopped"
    row = connection.execute("SELECT hash FROM pin WHERE site = ? AND person = ?", (site, person)).fetchone()
    if not fits_hash(None if row is None else row[0], pin):
        return "stopped" if failures == WRONG_AT_MOST else "wrong"
    with transaction(connection):
        _forget_failures(connection, device, person)
        _forget_guesses(connection, site, opener, person)
    return "fits"


def _guessed(connection: sqlite3.Connection, site: str, opener: str, person: str, now: datetime) -> int:
    """One more; how many it is lately."""
    (guesses,) = connection.execute(
        "INSERT INTO pin_guess (site, opened_by, person, failures, last_at)"
        " VALUES (:site, :opener, :person, 1, :now)"
        " ON CONFLICT (site, opened_by, person) DO UPDATE SET last_at = :now,"
        " failures = CASE WHEN last_at < :since THEN 1 ELSE failures + 1 END RETURNING failures",
        {
            "site": site,
            "opener": opener,
            "person": person,
            "now": to_us(now),
            "since": to_us(now - GUESSES_FORGOTTEN),
        },
    ).fetchone()
    return int(guesses)


def _forget_failures(connection: sqlite3.Connection, device: str, person: str) -> None:
    connection.execute("DELETE FROM pin_failure WHERE device = ? AND person = ?", (_hash(device), person))


def _forget_guesses(connection: sqlite3.Connection, site: str, opener: str, person: str) -> None:
    connection.execute(
        "DELETE FROM pin_guess WHERE site = ? AND opened_by = ? AND person = ?", (site, opener, person)
    )


def _hash(device: str) -> bytes:
    return hashlib.sha256(device.encode()).digest()
