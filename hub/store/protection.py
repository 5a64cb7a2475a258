"""Whether each resident is watched over, as it changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from rules.protection import Protection, Why

_why = msgspec.json.Decoder(tuple[Why, ...]).decode


class Standing(msgspec.Struct, frozen=True):
    """What holds for a resident since an instant."""

    protection: Protection
    since: datetime


def now(connection: sqlite3.Connection, site: str) -> dict[str, Standing]:
    """Resident → what holds now."""
    rows = connection.execute(
        "SELECT resident, state, why, since FROM protection WHERE seq IN"
        " (SELECT max(seq) FROM protection WHERE site = ? GROUP BY resident)",
        (site,),
    )
    return {
        resident: Standing(Protection(resident, state, _why(why)), from_us(since))
        for resident, state, why, since in rows
    }


def put(connection: sqlite3.Connection, site: str, changes: Iterable[Protection], at: datetime) -> None:
    connection.executemany(
        "INSERT INTO protection (site, resident, state, why, since) VALUES (?, ?, ?, ?, ?)",
        [(site, p.resident, p.state, msgspec.json.encode(p.why).decode(), to_us(at)) for p in changes],
    )
