"""What gateways have said of their networks: who joined, whether pairing is open, what devices are called."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from devices.asking import Joining, Named, PairingState
from hub.store.instants import from_us, to_us

JOININGS_KEPT = 5_000
NAMES_KEPT = 20_000
"""Of all gateways of a site; a publisher gone wild must not fill the disk."""


class Joined(NamedTuple):
    seq: int
    gateway: str
    at: datetime
    joining: Joining


class Pairing(NamedTuple):
    state: PairingState
    said_at: datetime


def add_joining(connection: sqlite3.Connection, site: str, gateway: str, news: Joining, at: datetime) -> None:
    """The oldest are forgotten: a device that joins again and again must not fill the disk."""
    cursor = connection.execute(
        "INSERT INTO gateway_joining (site, gateway, at, news, address, name, model, supported)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (site, gateway, to_us(at), news.news, news.address, news.name, news.model, news.supported),
    )
    assert cursor.lastrowid is not None
    connection.execute("DELETE FROM gateway_joining WHERE seq <= ?", (cursor.lastrowid - JOININGS_KEPT,))


def joinings(connection: sqlite3.Connection, site: str, since: datetime) -> list[Joined]:
    """Newest first."""
    rows = connection.execute(
        "SELECT seq, gateway, at, news, address, name, model, supported FROM gateway_joining"
        " WHERE site = ? AND at >= ? ORDER BY seq DESC LIMIT 500",
        (site, to_us(since)),
    )
    return [
        Joined(
            row[0],
            row[1],
            from_us(row[2]),
            Joining(row[3], row[4], row[5], row[6], None if row[7] is None else bool(row[7])),
        )
        for row in rows
    ]


def put_pairing(
    connection: sqlite3.Connection, site: str, gateway: str, state: PairingState, at: datetime
) -> None:
    connection.execute(
        "INSERT INTO gateway_pairing VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET open = excluded.open, open_until = excluded.open_until, said_at = excluded.said_at",
        (site, gateway, state.open, None if state.until is None else to_us(state.until), to_us(at)),
    )


def pairings(connection: sqlite3.Connection, site: str) -> dict[str, Pairing]:
    """By gateway, as each last said it."""
    rows = connection.execute(
        "SELECT gateway, open, open_until, said_at FROM gateway_pairing WHERE site = ?", (site,)
    )
    return {
        row[0]: Pairing(
            PairingState(bool(row[1]), None if row[2] is None else from_us(row[2])), from_us(row[3])
        )
        for row in rows
    }


def put_names(
    connection: sqlite3.Connection, site: str, gateway: str, devices: Iterable[Named], at: datetime
) -> None:
    """What each is called now. A name it had before becomes its newest again."""
    newest = dict(_newest(connection, site, gateway))
    rows = [(site, gateway, d.address, d.name, to_us(at)) for d in devices if newest.get(d.address) != d.name]
    if rows:
        count = "SELECT count(*) FROM gateway_name WHERE site = ?"
        rows = rows[: max(0, NAMES_KEPT - connection.execute(count, (site,)).fetchone()[0])]
    connection.executemany(
        "INSERT INTO gateway_name VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET since = excluded.since",
        rows,
    )


def names(connection: sqlite3.Connection, site: str) -> list[tuple[str, str, str]]:
    """(gateway, device's own address, a name it has or had), each device's newest last."""
    rows = connection.execute(
        "SELECT gateway, address, name FROM gateway_name WHERE site = ? ORDER BY since", (site,)
    )
    return [tuple(row) for row in rows]


def _newest(connection: sqlite3.Connection, site: str, gateway: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT address, name FROM gateway_name WHERE site = ? AND gateway = ? ORDER BY since",
        (site, gateway),
    )
    return [tuple(row) for row in rows]
