"""Who asks a resident anew before their yes to a relative ends, and by when."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

import msgspec

from hub.store.structs import add, many, put

_TABLE = "relative_review"


class Assignment(msgspec.Struct, frozen=True):
    """`ends_on`: the last day of the yes that it is about: another yes is another task."""

    id: int
    site: str
    relative: int
    resident: str
    ends_on: date
    owner: str
    due: date
    assigned_by: str
    assigned_at: datetime


def everything(connection: sqlite3.Connection, site: str) -> list[Assignment]:
    return many(connection, _TABLE, Assignment, "site = ? ORDER BY id", site)


def keep(connection: sqlite3.Connection, assignment: Assignment) -> None:
    """In place of who had it before."""
    condition = "relative = ? AND resident = ? AND ends_on = ?"
    about = (assignment.relative, assignment.resident, assignment.ends_on.isoformat())
    found = many(connection, _TABLE, Assignment, condition, *about)
    if found:
        put(connection, _TABLE, msgspec.structs.replace(assignment, id=found[0].id))
    else:
        add(connection, _TABLE, assignment)
