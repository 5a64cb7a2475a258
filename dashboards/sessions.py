"""Sessions: beginning, finding by what the browser holds, changing its secret, ending.

A session's cookie is `key.secret`. The key stays as long as the session, so that open boards and the tokens
of open forms go on; the secret changes every quarter of an hour, so that a copy of it is soon worth nothing,
and whoever still comes with an old one ends the session. Of both only the SHA-256 is kept. Not here: who
somebody is (auth.py), what they may see (access.py).
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from hub.store import audit
from hub.store.db import transaction
from hub.store.instants import from_us, to_us

How = Literal["password", "code", "passkey", "pin", "directory"]
"""What somebody signed in with: `code` is a password and a code, `directory` another one's word (OpenID)."""
Kind = Literal["computer", "phone", "shared"]

IDLE_END = timedelta(hours=12)  # [default] longer than a shift and its hand-over
PHONE_IDLE_END = timedelta(hours=8)
"""[default] A quiet night; a phone that was lost is not found signed in the next evening."""
RENEW_AFTER = timedelta(minutes=1)
RENEW_BOARD_AFTER = timedelta(minutes=10)  # a board that hangs there is use, but no reason to write often
ROTATE_AFTER = timedelta(minutes=15)  # [default]
GRACE = timedelta(minutes=1)
"""[default] Requests that were under way while the secret changed."""

_STANDS = "ended_at IS NULL AND used_at + idle_us > :now AND (ends_at IS NULL OR ends_at > :now)"


class Found(NamedTuple):
    """`token`: what the browser is to hold from now on."""

    person: str
    how: How
    kind: Kind
    device: str | None
    token: str
    started_at: datetime


class Session(NamedTuple):
    """One of somebody's, as a list shows it. `id` names it and is no secret."""

    id: str
    person: str
    how: How
    kind: Kind
    started_at: datetime
    used_at: datetime


def start(
    connection: sqlite3.Connection,
    site: str,
    person: str,
    now: datetime,
    how: How = "password",
    kind: Kind = "computer",
    idle_end: timedelta = IDLE_END,
    ends_at: datetime | None = None,
    device: str | None = None,
) -> str:
    """A new session; returns what its cookie holds. `ends_at`: however much it is used."""
    key, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    values = {
        "token_hash": _hash(key),
        "secret_hash": _hash(secret),
        "site": site,
        "person": person,
        "started_at": to_us(now),
        "used_at": to_us(now),
        "rotated_at": to_us(now),
        "how": how,
        "kind": kind,
        "idle_us": int(idle_end / timedelta(microseconds=1)),
        "ends_at": None if ends_at is None else to_us(ends_at),
        "device": device,
    }
    with transaction(connection):
        connection.execute(
            f"INSERT INTO session ({', '.join(values)}) VALUES ({', '.join('?' for _ in values)})",
            tuple(values.values()),
        )
    return f"{key}.{secret}"


def find(connection: sqlite3.Connection, site: str, token: str, now: datetime) -> Found | None:
    """Whose session it is; None where it has ended or was idle for too long. Use renews it, and changes its
    secret now and then.
    """
    row = connection.execute(
        "SELECT person, how, kind, device, started_at, used_at, secret_hash, previous_hash, rotated_at,"
        f" confirmed_at FROM session WHERE token_hash = :key AND site = :site AND {_STANDS}",
        {"key": token_hash(token), "site": site, "now": to_us(now)},
    ).fetchone()
    if row is None:
        return None
    key, _, secret = token.partition(".")
    given, newest = _hash(secret), row["secret_hash"]
    confirmed = None if row["confirmed_at"] is None else from_us(row["confirmed_at"])
    if newest is not None and given != newest:
        fresh = confirmed is None or now - confirmed < GRACE
        if given != row["previous_hash"] or not fresh:
            _end_copied(connection, site, token, row["person"], now)
            return None
    changed: dict[str, object] = {}
    if now - from_us(row["used_at"]) > RENEW_AFTER:
        changed["used_at"] = to_us(now)
    if given == newest and confirmed is None:
        changed["confirmed_at"] = to_us(now)
    if newest is None or _is_due(row["rotated_at"], given == newest, now):
        token = f"{key}.{secrets.token_urlsafe(32)}"
        changed |= _with_secret(token, given, now)
    if changed:
        _put(connection, token, changed)
    started_at = from_us(row["started_at"])
    return Found(row["person"], row["how"], row["kind"], row["device"], token, started_at)


def rotate(connection: sqlite3.Connection, token: str, now: datetime, how: How | None = None) -> str:
    """A new secret at once, since what the session may do has changed. `how`: what it is proven by now."""
    key, _, secret = token.partition(".")
    token = f"{key}.{secrets.token_urlsafe(32)}"
    changed = _with_secret(token, _hash(secret), now) | ({} if how is None else {"how": how})
    _put(connection, token, changed)
    return token


def renew(connection: sqlite3.Connection, site: str, tokens: frozenset[bytes], now: datetime) -> None:
    """An open board that hears its stream is in use. Writes for those not renewed lately, and never for one
    that has ended. `tokens`: hashes.
    """
    due = connection.execute(
        f"SELECT token_hash FROM session WHERE site = :site AND {_STANDS} AND used_at < :before",
        {"site": site, "now": to_us(now), "before": to_us(now - RENEW_BOARD_AFTER)},
    )
    renewed = [(to_us(now), row[0]) for row in due if row[0] in tokens]
    if renewed:
        with transaction(connection):
            connection.executemany("UPDATE session SET used_at = ? WHERE token_hash = ?", renewed)


def end(connection: sqlite3.Connection, token: str, now: datetime) -> None:
    _put(connection, token, {"ended_at": to_us(now)})


def end_one(connection: sqlite3.Connection, site: str, person: str, id: str, now: datetime) -> bool:
    """False where this person has no such session."""
    with transaction(connection):
        return (
            _end_where(connection, "lower(hex(substr(token_hash, 1, 8))) = ?", (id,), site, person, now) > 0
        )


def end_others(connection: sqlite3.Connection, site: str, person: str, now: datetime, but: str = "") -> int:
    """All of somebody's but the one of this token; returns how many."""
    with transaction(connection):
        return _end_where(connection, "token_hash <> ?", (token_hash(but),), site, person, now)


def of(connection: sqlite3.Connection, site: str, person: str, now: datetime) -> list[Session]:
    """Those that stand, the one that was used last first."""
    return [one for one in everybodys(connection, site, now) if one.person == person]


def everybodys(connection: sqlite3.Connection, site: str, now: datetime) -> list[Session]:
    rows = connection.execute(
        "SELECT token_hash, person, how, kind, started_at, used_at FROM session"
        f" WHERE site = :site AND {_STANDS} ORDER BY used_at DESC",
        {"site": site, "now": to_us(now)},
    )
    return [
        Session(row[0][:8].hex(), row[1], row[2], row[3], from_us(row[4]), from_us(row[5])) for row in rows
    ]


def last_started(connection: sqlite3.Connection, site: str) -> dict[str, datetime]:
    """When each person last signed in, as far back as sessions are kept."""
    rows = connection.execute(
        "SELECT person, max(started_at) FROM session WHERE site = ? GROUP BY person", (site,)
    )
    return {row[0]: from_us(row[1]) for row in rows}


def id_of(token: str) -> str:
    return token_hash(token)[:8].hex()


def live(connection: sqlite3.Connection, site: str, now: datetime) -> frozenset[bytes]:
    """The hashes of all sessions that have not ended."""
    rows = connection.execute(
        f"SELECT token_hash FROM session WHERE site = :site AND {_STANDS}", {"site": site, "now": to_us(now)}
    )
    return frozenset(row[0] for row in rows)


def key_of(token: str) -> str:
    """The part that stays as long as the session."""
    return token.partition(".")[0]


def token_hash(token: str) -> bytes:
    """Of the part that stays."""
    return _hash(key_of(token))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _is_due(rotated_at: int | None, by_the_newest: bool, now: datetime) -> bool:
    """An older secret gets a new one only after the grace: the answer with the newest may be under way."""
    if rotated_at is None:
        return True
    return now - from_us(rotated_at) > (ROTATE_AFTER if by_the_newest else GRACE)


def _with_secret(token: str, previous: bytes, now: datetime) -> dict[str, object]:
    return {
        "secret_hash": _hash(token.partition(".")[2]),
        "previous_hash": previous,
        "rotated_at": to_us(now),
        "confirmed_at": None,
    }


def _put(connection: sqlite3.Connection, token: str, changed: Mapping[str, object]) -> None:
    names = ", ".join(f"{name} = ?" for name in changed)
    with transaction(connection):
        connection.execute(
            f"UPDATE session SET {names} WHERE token_hash = ? AND ended_at IS NULL",
            (*changed.values(), token_hash(token)),
        )


def _end_where(
    connection: sqlite3.Connection,
    condition: str,
    values: tuple[object, ...],
    site: str,
    person: str,
    now: datetime,
) -> int:
    return connection.execute(
        f"UPDATE session SET ended_at = ? WHERE site = ? AND person = ? AND ended_at IS NULL AND {condition}",
        (to_us(now), site, person, *values),
    ).rowcount


def _end_copied(connection: sqlite3.Connection, site: str, token: str, person: str, now: datetime) -> None:
    """Somebody holds a copy of it, and nobody can tell which of the two is the person."""
    end(connection, token, now)
    audit.add(connection, site, now, None, "session ended", {"person": person, "why": "an old copy was used"})
