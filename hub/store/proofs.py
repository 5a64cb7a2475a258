"""Proofs of the alerting: what was asked for, how far each came, and what came of it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from hub.store.db import LARGEST_ID
from hub.store.instants import from_us, to_us
from rules.proof_verdict import Later, Leg, Reason, Result, Sending, Step


class Record(msgspec.Struct, frozen=True):
    """Each leg with its time, each message, and the later stages."""

    steps: tuple[Step, ...] = ()
    sendings: tuple[Sending, ...] = ()
    later: tuple[Later, ...] = ()


class Proof(msgspec.Struct, frozen=True):
    """One walk of one unit's chain. `asked_by` None: it was planned. `result` None: it is under way.
    `everybody`: its message also goes to those who are called later.
    """

    id: int
    site: str
    unit: str
    asked_at: datetime
    asked_by: str | None = None
    begun_at: datetime | None = None
    published_at: datetime | None = None
    refused: str = ""
    alert: int | None = None
    ended_at: datetime | None = None
    result: Result | None = None
    leg: Leg | None = None
    reason: Reason | None = None
    record: Record = Record()
    everybody: bool = False


_FIELDS = tuple(name for name in Proof.__struct_fields__ if name != "id")
_COLUMNS = ", ".join(_FIELDS)
_INSTANTS = frozenset({"asked_at", "begun_at", "published_at", "ended_at"})
_record = msgspec.json.Decoder(Record).decode


def add(connection: sqlite3.Connection, proof: Proof) -> Proof:
    """Store a new one; returns it with its id. sqlite3.IntegrityError where one of the unit is under way."""
    marks = ", ".join("?" for _ in _FIELDS)
    cursor = connection.execute(f"INSERT INTO proof ({_COLUMNS}) VALUES ({marks})", _row(proof))
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(proof, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, proof: Proof) -> None:
    assignments = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(f"UPDATE proof SET {assignments} WHERE id = ?", (*_row(proof), proof.id))


def get(connection: sqlite3.Connection, site: str, id: int) -> Proof | None:
    if not 0 < id <= LARGEST_ID:
        return None
    return next(iter(_many(connection, "id = ?", site, (id,))), None)


def under_way(connection: sqlite3.Connection, site: str) -> list[Proof]:
    """Those that nothing has come of yet, the longest asked for first."""
    return _many(connection, "ended_at IS NULL ORDER BY asked_at, id", site, ())


def under_way_of(connection: sqlite3.Connection, site: str, unit: str) -> Proof | None:
    return next(iter(_many(connection, "unit = ? AND ended_at IS NULL", site, (unit,))), None)


def newest(connection: sqlite3.Connection, site: str, unit: str) -> Proof | None:
    """The one that was asked for last."""
    return next(
        iter(_many(connection, "unit = ? ORDER BY asked_at DESC, id DESC LIMIT 1", site, (unit,))), None
    )


def newest_ended(connection: sqlite3.Connection, site: str, unit: str) -> Proof | None:
    """The one that was asked for last, of those that something has come of."""
    condition = "unit = ? AND ended_at IS NOT NULL ORDER BY asked_at DESC, id DESC LIMIT 1"
    return next(iter(_many(connection, condition, site, (unit,))), None)


def last_planned(connection: sqlite3.Connection, site: str, unit: str, until: datetime) -> Proof | None:
    """The newest until then that nobody asked for: by a clock that was wrong some may seem to be yet to come,
    and must not put off others.
    """
    condition = "unit = ? AND asked_by IS NULL AND asked_at <= ? ORDER BY asked_at DESC, id DESC LIMIT 1"
    return next(iter(_many(connection, condition, site, (unit, to_us(until)))), None)


def last_held(connection: sqlite3.Connection, site: str, unit: str) -> Proof | None:
    condition = "unit = ? AND result = 'held' ORDER BY ended_at DESC, id DESC LIMIT 1"
    return next(iter(_many(connection, condition, site, (unit,))), None)


def since(connection: sqlite3.Connection, site: str, at: datetime) -> list[Proof]:
    """Those asked for since then, newest first."""
    return _many(connection, "asked_at >= ? ORDER BY asked_at DESC, id DESC", site, (to_us(at),))


def _many(connection: sqlite3.Connection, condition: str, site: str, values: tuple[Any, ...]) -> list[Proof]:
    rows = connection.execute(
        f"SELECT id, {_COLUMNS} FROM proof WHERE site = ? AND {condition}", (site, *values)
    )
    return [_proof(dict(zip(("id", *_FIELDS), row, strict=True))) for row in rows]


def _proof(fields: dict[str, Any]) -> Proof:
    for name in _INSTANTS:
        if fields[name] is not None:
            fields[name] = from_us(fields[name])
    read = {"record": _record(fields["record"]), "everybody": bool(fields["everybody"])}
    return Proof(**{**fields, **read})


def _row(proof: Proof) -> list[Any]:
    values = []
    for name in _FIELDS:
        value = getattr(proof, name)
        if isinstance(value, datetime):
            value = to_us(value)
        elif isinstance(value, Record):
            value = msgspec.json.encode(value).decode()
        values.append(value)
    return values
