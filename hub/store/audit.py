"""Who did or saw what, besides the steps of an alert (those are in its own trail). Only ever added to, each
entry tied to the one before it.

Here: writing, reading and cutting off what is older than it is kept. Not here: whether the chain holds
(hub/audit_chain.py). `seq` says the order in which entries were made.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us

CUT = "audit cut"
"""The entry that says what was cut off before it: up to which `seq`, how many, and the chain's value there.
"""
SALT_BYTES = 16


class Entry(msgspec.Struct, frozen=True):
    """`by`: a person's id, None for nobody known."""

    seq: int
    at: datetime
    by: str | None
    what: str
    detail: dict[str, Any]


def add(
    connection: sqlite3.Connection,
    site: str,
    at: datetime,
    by: str | None,
    what: str,
    detail: Mapping[str, object],
) -> None:
    """`by`: a person's id, None for nobody known. One statement, so that two processes never tie to the
    same.
    """
    text, salt = msgspec.json.encode(detail).decode(), secrets.token_bytes(SALT_BYTES)
    digest = digest_of(salt, site, to_us(at), by, what, text)
    connection.execute(
        "INSERT INTO audit (site, at, by, what, detail, salt, digest, chain)"
        " SELECT ?, ?, ?, ?, ?, ?, ?, chained((SELECT chain FROM audit ORDER BY seq DESC LIMIT 1), ?)",
        (site, to_us(at), by, what, text, salt, digest, digest),
    )


def last_by(
    connection: sqlite3.Connection, site: str, whats: Sequence[str], key: str, value: int
) -> str | None:
    """Who made the newest entry that says one of these things of `key`. Meant for what is not long ago."""
    marks = ", ".join("?" for _ in whats)
    row = connection.execute(
        f"SELECT by FROM audit WHERE site = ? AND what IN ({marks}) AND json_extract(detail, ?) = ?"
        " ORDER BY seq DESC LIMIT 1",
        (site, *whats, f"$.{key}", value),
    ).fetchone()
    return None if row is None else row[0]


def digest_of(salt: bytes, site: str, at_us: int, by: str | None, what: str, detail: str) -> bytes:
    content = msgspec.json.encode((site, at_us, by, what, detail))
    return hashlib.sha256(salt + content).digest()


def of_resident(
    connection: sqlite3.Connection, site: str, resident: str, since: datetime, limit: int
) -> list[Entry]:
    """What was seen or done that concerns a resident, the newest first: by their pseudonym, or by an alert
    about them.
    """
    query = (
        "SELECT seq, at, by, what, detail FROM audit WHERE site = :site AND at >= :since"
        " AND CASE WHEN json_valid(detail) THEN json_extract(detail, '$.resident') = :resident"
        " OR EXISTS (SELECT 1 FROM json_each(detail, '$.residents') r WHERE r.value = :resident)"
        " OR EXISTS (SELECT 1 FROM json_each(detail, '$.alerts') a JOIN alert ON alert.id = a.value,"
        " json_each(alert.residents) r WHERE r.value = :resident) END"
        " ORDER BY seq DESC LIMIT :limit"
    )
    return _entries(
        connection, query, {"site": site, "since": to_us(since), "resident": resident, "limit": limit}
    )


def newest(
    connection: sqlite3.Connection,
    site: str,
    limit: int,
    before: int | None = None,
    by: str = "",
    since: datetime | None = None,
) -> list[Entry]:
    """The newest first; `before`: a `seq`, to go on from. `by`: one person's alone."""
    query = (
        "SELECT seq, at, by, what, detail FROM audit WHERE site = :site AND json_valid(detail)"
        " AND (:before IS NULL OR seq < :before) AND (:by = '' OR by = :by) AND at >= :since"
        " ORDER BY seq DESC LIMIT :limit"
    )
    values = {"site": site, "limit": limit, "before": before, "by": by}
    return _entries(connection, query, values | {"since": to_us(since) if since is not None else 0})


def _entries(connection: sqlite3.Connection, query: str, values: Mapping[str, object]) -> list[Entry]:
    rows = connection.execute(query, values)
    return [Entry(row[0], from_us(row[1]), row[2], row[3], _object(row[4])) for row in rows]


def _object(text: str) -> dict[str, Any]:
    found = msgspec.json.decode(text)
    return found if isinstance(found, dict) else {"text": found}


class Link(msgspec.Struct, frozen=True):
    """An entry as the chain has it. `fits`: whether its content is what its digest was made of; None where
    it was erased. Entries from before there was a chain have none.
    """

    seq: int
    at: datetime
    what: str
    detail: str
    digest: bytes | None
    chain: bytes | None
    fits: bool | None


def links(connection: sqlite3.Connection) -> Iterator[Link]:
    """All of them, in order."""
    rows = connection.execute(
        "SELECT seq, site, at, by, what, detail, salt, digest, chain FROM audit ORDER BY seq"
    )
    for seq, site, at, by, what, detail, salt, digest, chain in rows:
        fits = None if salt is None else digest_of(salt, site, at, by, what, detail) == digest
        yield Link(seq, from_us(at), what, detail, digest, chain, fits)


def head(connection: sqlite3.Connection) -> tuple[int, bytes] | None:
    """The newest entry's `seq` and the chain's value there; None where there is no chain yet."""
    row = connection.execute(
        "SELECT seq, chain FROM audit WHERE chain IS NOT NULL ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return None if row is None else (row[0], row[1])


def cut(connection: sqlite3.Connection, site: str, before: datetime, limit: int, now: datetime) -> int:
    """Delete the oldest entries of all that are older than that, and say so in an entry of its own; returns
    how many. Within the transaction.
    """
    old = connection.execute(
        "SELECT seq, chain FROM audit"
        " WHERE seq < coalesce((SELECT min(seq) FROM audit WHERE at >= ?), 1 << 62) ORDER BY seq LIMIT ?",
        (to_us(before), limit),
    ).fetchall()
    if not old:
        return 0
    upto, chain = old[-1]
    add(connection, site, now, None, CUT, {"upto": upto, "rows": len(old), "chain": (chain or b"").hex()})
    connection.execute("DELETE FROM audit WHERE seq <= ?", (upto,))
    return len(old)


def erase(connection: sqlite3.Connection, seq: int, receipt: str) -> None:
    """Take the content of one entry away for good; that it was there, and its place, stay. Within the
    transaction.
    """
    text = msgspec.json.encode({"erased": receipt}).decode()
    connection.execute("UPDATE audit SET by = NULL, detail = ?, salt = NULL WHERE seq = ?", (text, seq))
