"""Other programs and their tokens, as rows. A token's hash is never read out again."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.instants import from_us, to_us
from rules.integration import Integration

_FIELDS = Integration.__struct_fields__
_INSTANTS = ("created_at", "ends_at", "warned_at", "revoked_at", "used_at")
_LISTS = ("acts", "units")


def add(connection: sqlite3.Connection, integration: Integration, token_hash: bytes) -> bool:
    """False where there is one of this id. Within a transaction."""
    marks = ", ".join("?" for _ in (*_FIELDS, "token_hash"))
    return (
        connection.execute(
            f"INSERT INTO integration ({', '.join(_FIELDS)}, token_hash) VALUES ({marks})"
            " ON CONFLICT DO NOTHING",
            (*(_column(getattr(integration, name)) for name in _FIELDS), token_hash),
        ).rowcount
        > 0
    )


def put(connection: sqlite3.Connection, integration: Integration) -> None:
    """Store a change. Within a transaction."""
    names = [name for name in _FIELDS if name not in ("site", "id")]
    connection.execute(
        f"UPDATE integration SET {', '.join(f'{name} = ?' for name in names)} WHERE site = ? AND id = ?",
        (*(_column(getattr(integration, name)) for name in names), integration.site, integration.id),
    )


def put_token(connection: sqlite3.Connection, site: str, id: str, token_hash: bytes | None) -> None:
    """None: no token opens it any more. Within a transaction."""
    connection.execute(
        "UPDATE integration SET token_hash = ? WHERE site = ? AND id = ?", (token_hash, site, id)
    )


def note_use(connection: sqlite3.Connection, site: str, id: str, at: datetime, address: str) -> None:
    connection.execute(
        "UPDATE integration SET used_at = ?, used_from = ? WHERE site = ? AND id = ?",
        (to_us(at), address, site, id),
    )


def of_token(connection: sqlite3.Connection, site: str, token_hash: bytes) -> Integration | None:
    """Also one that has ended."""
    return next(iter(_many(connection, "token_hash = ? AND site = ?", token_hash, site)), None)


def get(connection: sqlite3.Connection, site: str, id: str) -> Integration | None:
    return next(iter(_many(connection, "site = ? AND id = ?", site, id)), None)


def everything(connection: sqlite3.Connection, site: str) -> list[Integration]:
    """By name; what was revoked last."""
    return _many(connection, "site = ? ORDER BY revoked_at IS NOT NULL, name, id", site)


def _many(connection: sqlite3.Connection, condition: str, *values: object) -> list[Integration]:
    rows = connection.execute(f"SELECT {', '.join(_FIELDS)} FROM integration WHERE {condition}", values)
    return [_integration(dict(zip(_FIELDS, row, strict=True))) for row in rows]


def _integration(fields: dict[str, Any]) -> Integration:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    for name in _LISTS:
        fields[name] = tuple(msgspec.json.decode(fields[name]))
    return Integration(**{**fields, "reads_only": bool(fields["reads_only"])})


def _column(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_us(value)
    return msgspec.json.encode(value).decode() if isinstance(value, tuple) else value
