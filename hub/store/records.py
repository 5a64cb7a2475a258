"""Signed records of walk tests. Only ever added to: the database itself refuses anything else."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from hub.seal import Seal
from hub.store import placements
from rules.record import Record, Summary, read, written


class Sealed(NamedTuple):
    """A record's text as it is stored, and its seal."""

    number: int
    document: str
    seal: Seal

    @property
    def record(self) -> Record:
        return read(self.document)


_COLUMNS = "number, document, key, signature"


def next_number(connection: sqlite3.Connection) -> int:
    """Within a transaction, before the record is added."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def add(connection: sqlite3.Connection, record: Record, seal: Seal) -> Sealed:
    """sqlite3.IntegrityError where the test was signed already."""
    sealed = Sealed(record.number, written(record), seal)
    connection.execute(
        "INSERT INTO record (number, site, test, device, document, key, signature)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record.number,
            record.site,
            record.test,
            record.device.id,
            sealed.document,
            seal.key,
            seal.signature,
        ),
    )
    return sealed


def get(connection: sqlite3.Connection, site: str, number: int) -> Sealed | None:
    return _one(connection, "site = ? AND number = ?", site, number)


def of_test(connection: sqlite3.Connection, test: int) -> Sealed | None:
    return _one(connection, "test = ?", test)


def last(connection: sqlite3.Connection, site: str) -> Sealed | None:
    return _one(connection, "site = ? ORDER BY number DESC LIMIT 1", site)


def of_device(connection: sqlite3.Connection, site: str, device: str) -> list[Sealed]:
    """Newest first. A record says the name of then; its test goes by the name of now."""
    of_tests = "test IN (SELECT id FROM walk_test WHERE site = ? AND device = ?) ORDER BY number DESC"
    return _many(connection, of_tests, site, device)


def everything(connection: sqlite3.Connection, site: str) -> list[Sealed]:
    """Oldest first."""
    return _many(connection, "site = ? ORDER BY number", site)


def newest(connection: sqlite3.Connection, site: str) -> dict[str, Summary]:
    """By the device's name of now; none of a device that had left when the one of now was placed."""
    rows = connection.execute(
        "SELECT walk_test.device, max(number), document FROM record JOIN walk_test ON walk_test.id = test"
        " WHERE record.site = ? GROUP BY walk_test.device",
        (site,),
    )
    present, found = placements.present(connection, site), {}
    for device, _, document in rows:
        own = {(p.gateway, p.address) for p in present.get(device, ())}
        theirs = [read(document)]
        if own and _way(theirs[0]) not in own:
            theirs = [one.record for one in of_device(connection, site, device) if _way(one.record) in own]
        if theirs:
            found[device] = summary(theirs[0])._replace(device=device)
    return found


def _way(record: Record) -> tuple[str, str]:
    return record.device.gateway, record.device.address


def summary(record: Record) -> Summary:
    device = record.device
    return Summary(
        record.number,
        device.id,
        record.person_name,
        record.signed_at,
        record.verdict,
        device.room,
        device.gateway,
        device.address,
        device.role,
    )


def _one(connection: sqlite3.Connection, condition: str, *values: object) -> Sealed | None:
    found = _many(connection, condition, *values)
    return found[0] if found else None


def _many(connection: sqlite3.Connection, condition: str, *values: object) -> list[Sealed]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM record WHERE {condition}", values)
    return [Sealed(row[0], row[1], Seal(row[2], row[3])) for row in rows]
