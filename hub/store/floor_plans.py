"""Floor plans: one picture a unit and floor, and where on it rooms and devices are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple, cast

from hub.store.instants import from_us, to_us


class Mark(NamedTuple):
    """`x`, `y`: of the picture's width and height, in ten-thousandths, from the upper left corner."""

    kind: Literal["room", "device"]
    of: str
    x: int
    y: int


class FloorPlan(NamedTuple):
    """Without its picture, which `picture` reads. `version`: one more with each change of the marks."""

    id: int
    unit: str
    name: str
    digest: str
    width: int
    height: int
    version: int
    put_by: str
    put_at: datetime


_COLUMNS = "id, unit, name, digest, width, height, version, put_by, put_at"


def of_site(connection: sqlite3.Connection, site: str) -> list[FloorPlan]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM floor_plan WHERE site = ? ORDER BY unit, name", (site,)
    )
    return [FloorPlan(*(*row[:8], from_us(row[8]))) for row in rows]


def picture(connection: sqlite3.Connection, id: int) -> bytes:
    """As PNG. Raises KeyError where there is no such plan."""
    row = connection.execute("SELECT picture FROM floor_plan WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise KeyError(id)
    return cast(bytes, row[0])


def put(connection: sqlite3.Connection, site: str, plan: FloorPlan, png: bytes) -> int:
    """A new plan, or a new picture of the unit's plan of that name, whose marks stay. Its id. Within a
    transaction.
    """
    row = connection.execute(
        "INSERT INTO floor_plan (site, unit, name, picture, digest, width, height, version, put_by, put_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (site, unit, name) DO UPDATE SET"
        " picture = excluded.picture, digest = excluded.digest, width = excluded.width,"
        " height = excluded.height, version = version + 1, put_by = excluded.put_by, put_at = excluded.put_at"
        " RETURNING id",
        (
            site,
            plan.unit,
            plan.name,
            png,
            plan.digest,
            plan.width,
            plan.height,
            plan.put_by,
            to_us(plan.put_at),
        ),
    ).fetchone()
    return int(row[0])


def remove(connection: sqlite3.Connection, id: int) -> None:
    connection.execute("DELETE FROM floor_mark WHERE plan = ?", (id,))
    connection.execute("DELETE FROM floor_plan WHERE id = ?", (id,))


def marks(connection: sqlite3.Connection, id: int) -> list[Mark]:
    rows = connection.execute(
        "SELECT kind, of, x, y FROM floor_mark WHERE plan = ? ORDER BY kind DESC, of", (id,)
    )
    return [Mark(*row) for row in rows]


def put_marks(connection: sqlite3.Connection, id: int, version: int, wanted: Iterable[Mark]) -> int | None:
    """All marks of a plan, in place of those that were. The new version; None where it is no longer that one.
    Within a transaction.
    """
    row = connection.execute(
        "UPDATE floor_plan SET version = version + 1 WHERE id = ? AND version = ? RETURNING version",
        (id, version),
    ).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM floor_mark WHERE plan = ?", (id,))
    connection.executemany("INSERT INTO floor_mark VALUES (?, ?, ?, ?, ?)", [(id, *mark) for mark in wanted])
    return int(row[0])


def drawn_devices(connection: sqlite3.Connection, site: str) -> frozenset[str]:
    """The devices that have their place on any plan."""
    of_site = "SELECT id FROM floor_plan WHERE site = ?"
    query = f"SELECT of FROM floor_mark WHERE kind = 'device' AND plan IN ({of_site})"
    return frozenset(row[0] for row in connection.execute(query, (site,)))


_MARKED = "kind = 'device' AND of = ?2 AND plan IN (SELECT id FROM floor_plan WHERE site = ?1)"


def rename_device(connection: sqlite3.Connection, site: str, was: str, now: str) -> None:
    """Its marks are its own."""
    _changed(connection, site, was)
    connection.execute(f"UPDATE OR REPLACE floor_mark SET of = ?3 WHERE {_MARKED}", (site, was, now))


def forget_device(connection: sqlite3.Connection, site: str, device: str) -> None:
    """Its marks go with it. Within a transaction."""
    _changed(connection, site, device)
    connection.execute(f"DELETE FROM floor_mark WHERE {_MARKED}", (site, device))


def _changed(connection: sqlite3.Connection, site: str, device: str) -> None:
    """Whoever has a plan with a device open reads it anew before they change it."""
    connection.execute(
        "UPDATE floor_plan SET version = version + 1"
        f" WHERE id IN (SELECT plan FROM floor_mark WHERE {_MARKED})",
        (site, device),
    )
