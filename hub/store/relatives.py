"""Relatives, to whom they belong, what was consented to, and what rests. A consent and a rest that ended
stay: they are the record, until the relative is forgotten (hub/relatives/forget.py).
"""

from __future__ import annotations

import sqlite3

from hub.homes import homes_by_room
from hub.store.structs import add, many, put
from rules.relatives import Bond, Consent, Known, Relative, Rest


def get(connection: sqlite3.Connection, site: str, id: int) -> Relative | None:
    found = many(connection, "relative", Relative, "site = ? AND id = ?", site, id)
    return found[0] if found else None


def of_email(connection: sqlite3.Connection, site: str, email: str) -> Relative | None:
    """By the address that they sign in with, in small letters."""
    found = many(connection, "relative", Relative, "site = ? AND email = ?", site, email)
    return found[0] if found else None


def everybody(connection: sqlite3.Connection, site: str) -> list[Relative]:
    """By name."""
    return many(connection, "relative", Relative, "site = ? ORDER BY name, id", site)


def known(connection: sqlite3.Connection, relative: Relative) -> Known:
    """All that is written down of one relative, the oldest first."""
    condition = "relative = ? ORDER BY id"
    return Known(
        relative,
        many(connection, "relative_bond", Bond, condition, relative.id),
        many(connection, "relative_consent", Consent, condition, relative.id),
        many(connection, "relative_rest", Rest, condition, relative.id),
        homes_by_room(connection, relative.site),
    )


def add_relative(connection: sqlite3.Connection, relative: Relative) -> Relative:
    """sqlite3.IntegrityError where the site has somebody with this address."""
    return add(connection, "relative", relative)


def put_relative(connection: sqlite3.Connection, relative: Relative) -> None:
    put(connection, "relative", relative)


def add_bond(connection: sqlite3.Connection, bond: Bond) -> Bond:
    return add(connection, "relative_bond", bond)


def put_bond(connection: sqlite3.Connection, bond: Bond) -> None:
    put(connection, "relative_bond", bond)


def add_consent(connection: sqlite3.Connection, consent: Consent) -> Consent:
    return add(connection, "relative_consent", consent)


def put_consent(connection: sqlite3.Connection, consent: Consent) -> None:
    put(connection, "relative_consent", consent)


def add_rest(connection: sqlite3.Connection, rest: Rest) -> Rest:
    return add(connection, "relative_rest", rest)


def put_rest(connection: sqlite3.Connection, rest: Rest) -> None:
    put(connection, "relative_rest", rest)


def delete(connection: sqlite3.Connection, relative: Relative) -> None:
    """With all that belongs to them, their sign-in too. Within a transaction."""
    account = (relative.site, relative.account)
    connection.execute("DELETE FROM session WHERE site = ? AND person = ?", account)
    connection.execute("DELETE FROM credential WHERE site = ? AND person = ?", account)
    connection.execute("DELETE FROM relative WHERE id = ?", (relative.id,))
