"""Where each device of a site was, and under which addresses it spoke: its history is theirs."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.building import NATIVE, Site


class Placement(msgspec.Struct, frozen=True):
    """`since`: 1970 of those the house began with: all counts that was ever heard from there. `until`: None
    while it is there.
    """

    device: str
    room: str
    role: str
    gateway: str
    address: str
    also_native: bool
    since: datetime
    until: datetime | None


_COLUMNS = "device, room, role, gateway, address, also_native"


def of(connection: sqlite3.Connection, site: str, device: str) -> list[Placement]:
    """Where a device was and what it was called, in order."""
    return _many(connection, "site = ? AND device = ? ORDER BY since, seq", site, device)


def of_present(connection: sqlite3.Connection, site: str, device: str) -> list[Placement]:
    """The same of the device that has the name now, and of those that it was put in the stead of: not of one
    that had left when it was placed under the name.
    """
    return _own(of(connection, site, device))


def present(connection: sqlite3.Connection, site: str) -> dict[str, list[Placement]]:
    """The same of every name."""
    by_device: dict[str, list[Placement]] = {}
    for one in everything(connection, site):
        by_device.setdefault(one.device, []).append(one)
    return {device: _own(places) for device, places in by_device.items()}


def _own(places: list[Placement]) -> list[Placement]:
    own = places[-1:]
    for one in places[-2::-1]:
        ways = {(other.gateway, other.address) for other in own}
        if one.until == own[0].since or (one.gateway, one.address) in ways:
            own.insert(0, one)
    return own


def everything(connection: sqlite3.Connection, site: str) -> list[Placement]:
    """Where every device of a site ever was, by time."""
    return _many(connection, "site = ? ORDER BY since, seq", site)


def of_several(connection: sqlite3.Connection, site: str) -> tuple[Placement, ...]:
    """Of each name that ever hung otherwise than now, by the same device or another one: where, by time."""
    names = "SELECT device FROM placement WHERE site = ?1 AND until IS NOT NULL"
    return tuple(_many(connection, f"site = ?1 AND device IN ({names}) ORDER BY since, seq", site))


def follow(connection: sqlite3.Connection, site: Site, at: datetime, from_the_first: bool = False) -> None:
    """Write down what a site that comes into force moves. The caller holds the transaction.

    A device nobody placed before brings what was heard from its address until then, where no other device had
    that. `from_the_first`: each brings all that ever was, for it was there before this was written down.
    """
    wanted = {
        d.id: (d.id, d.room, d.role, site.gateway_of(d), d.address or d.id, d.gateway is None)
        for d in site.devices
    }
    open_rows = {
        row[0]: (*row[:5], bool(row[5]))
        for row in connection.execute(
            f"SELECT {_COLUMNS} FROM placement WHERE site = ? AND until IS NULL", (site.site,)
        )
    }
    closed = [(to_us(at), site.site, id) for id, row in open_rows.items() if wanted.get(id) != row]
    connection.executemany(
        "UPDATE placement SET until = ? WHERE site = ? AND device = ? AND until IS NULL", closed
    )
    for id, row in wanted.items():
        if open_rows.get(id) == row:
            continue
        since = 0 if from_the_first else to_us(at)
        if not from_the_first and not _known(connection, site.site, id, row[3], row[4]):
            ways = {row[3], NATIVE} if row[5] else {row[3]}
            since = min(since, *(_first_heard(connection, site.site, way, row[4], since) for way in ways))
        connection.execute(
            f"INSERT INTO placement (site, {_COLUMNS}, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (site.site, *row, since),
        )


def _known(connection: sqlite3.Connection, site: str, device: str, gateway: str, address: str) -> bool:
    by_id = "SELECT 1 FROM placement WHERE site = ? AND device = ?"
    by_address = "SELECT 1 FROM placement WHERE site = ? AND address = ? AND gateway = ?"
    return any(
        connection.execute(query, values).fetchone() is not None
        for query, values in ((by_id, (site, device)), (by_address, (site, address, gateway)))
    )


def _first_heard(
    connection: sqlite3.Connection, site: str, gateway: str, address: str, otherwise: int
) -> int:
    query = "SELECT first_heard_at FROM device WHERE site = ? AND gateway = ? AND address = ?"
    row = connection.execute(query, (site, gateway, address)).fetchone()
    return otherwise if row is None else int(row[0])


def _many(connection: sqlite3.Connection, condition: str, *values: object) -> list[Placement]:
    rows = connection.execute(f"SELECT {_COLUMNS}, since, until FROM placement WHERE {condition}", values)
    return [
        Placement(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            bool(row[5]),
            from_us(row[6]),
            None if row[7] is None else from_us(row[7]),
        )
        for row in rows
    ]


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """Its history is its own under whatever name."""
    connection.execute("UPDATE placement SET device = ? WHERE site = ? AND device = ?", (now, site, was))


def any_of(connection: sqlite3.Connection, site: str) -> bool:
    """Whether it was ever written down where a site's devices are."""
    return connection.execute("SELECT 1 FROM placement WHERE site = ?", (site,)).fetchone() is not None
