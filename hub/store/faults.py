"""What is and was wrong with devices. One fault of a kind stands per device: a constraint of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.health.fault import Fault, Figure

_figures = msgspec.json.Decoder(dict[str, Figure]).decode
_COLUMNS = "id, kind, device, since, found_at, reason, figures, told_at, ended_at"


class Kept(msgspec.Struct, frozen=True):
    """`found_at`: when the hub knew. `told_at`: when an alert last said so."""

    id: int
    fault: Fault
    found_at: datetime
    told_at: datetime | None = None
    ended_at: datetime | None = None


def standing(connection: sqlite3.Connection, site: str) -> list[Kept]:
    """What is wrong now, the oldest first."""
    return _many(connection, "site = ? AND ended_at IS NULL ORDER BY since, id", site)


def of_device(connection: sqlite3.Connection, site: str, device: str, limit: int = 50) -> list[Kept]:
    """What is and was wrong with a device: what stands first, then the newest."""
    condition = "site = ? AND device = ? ORDER BY ended_at IS NOT NULL, id DESC LIMIT ?"
    return _many(connection, condition, site, device, limit)


def begin(connection: sqlite3.Connection, site: str, fault: Fault, found_at: datetime) -> None:
    connection.execute(
        "INSERT INTO fault (site, kind, device, since, found_at, reason, figures)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            site,
            fault.kind,
            fault.device,
            to_us(fault.since),
            to_us(found_at),
            fault.reason,
            msgspec.json.encode(fault.figures).decode(),
        ),
    )


def put(connection: sqlite3.Connection, id: int, fault: Fault) -> None:
    """Its reason and figures as they are now."""
    figures = msgspec.json.encode(fault.figures).decode()
    connection.execute("UPDATE fault SET reason = ?, figures = ? WHERE id = ?", (fault.reason, figures, id))


def end(connection: sqlite3.Connection, ids: Iterable[int], at: datetime) -> None:
    connection.executemany("UPDATE fault SET ended_at = ? WHERE id = ?", [(to_us(at), id) for id in ids])


def told(connection: sqlite3.Connection, ids: Iterable[int], at: datetime) -> None:
    connection.executemany("UPDATE fault SET told_at = ? WHERE id = ?", [(to_us(at), id) for id in ids])


def move(connection: sqlite3.Connection, id: int, since: datetime, found_at: datetime) -> None:
    """The clock was set."""
    connection.execute(
        "UPDATE fault SET since = ?, found_at = ? WHERE id = ?", (to_us(since), to_us(found_at), id)
    )


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """What stands of one who had the new name before, and left, goes: the hub has not seen that yet."""
    connection.execute("DELETE FROM fault WHERE site = ? AND device = ? AND ended_at IS NULL", (site, now))
    connection.execute("UPDATE fault SET device = ? WHERE site = ? AND device = ?", (now, site, was))


def _many(connection: sqlite3.Connection, condition: str, *values: object) -> list[Kept]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM fault WHERE {condition}", values)
    return [
        Kept(
            row[0],
            Fault(row[1], row[2], from_us(row[3]), row[5], _figures(row[6])),
            from_us(row[4]),
            None if row[7] is None else from_us(row[7]),
            None if row[8] is None else from_us(row[8]),
        )
        for row in rows
    ]
