"""How each part of the hub is, as the hub itself last said."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal

import msgspec

from hub.store.instants import from_us, to_us

State = Literal["ok", "degraded", "down"]


class Health(msgspec.Struct, frozen=True):
    """`since`: when the state began. `seen`: when it was last said."""

    part: str
    state: State
    since: datetime
    seen: datetime
    detail: str


def say(
    connection: sqlite3.Connection, site: str, part: str, state: State, at: datetime, detail: str = ""
) -> None:
    us = to_us(at)
    connection.execute(
        "INSERT INTO health (site, part, state, since, seen, detail) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site, part) DO UPDATE SET seen = excluded.seen, detail = excluded.detail,"
        " since = iif(state = excluded.state, since, excluded.since), state = excluded.state",
        (site, part, state, us, us, detail),
    )


def everything(connection: sqlite3.Connection, site: str) -> list[Health]:
    rows = connection.execute(
        "SELECT part, state, since, seen, detail FROM health WHERE site = ? ORDER BY part", (site,)
    )
    return [Health(row[0], row[1], from_us(row[2]), from_us(row[3]), row[4]) for row in rows]
