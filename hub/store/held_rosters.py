"""Rosters from files that were held back (rules/roster_loss.py), or are in force and left shifts of people
who are away by them: tasks for leaders.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.structs import add, many

_TABLE = "held_roster"


class HeldRoster(msgspec.Struct, frozen=True):
    """`lost` of `total` shifts to come would have gone. `units`: ids with spaces between, '' the house.
    `still`: of one in force, the shifts that it left, each with whose it was (`12:kari`).
    """

    id: int
    site: str
    calendar: str
    at: datetime
    by: str | None
    lost: int
    total: int
    units: str
    still: str = ""

    @property
    def left(self) -> list[tuple[int, str]]:
        """The shifts by number and person."""
        return [(int(id), person) for id, _, person in (one.partition(":") for one in self.still.split())]


def put(connection: sqlite3.Connection, held: HeldRoster) -> None:
    """Within a transaction, in which the earlier one of the same calendar and units was removed."""
    add(connection, _TABLE, held)


def remove(connection: sqlite3.Connection, site: str, id: int) -> None:
    """The task is over. Within a transaction."""
    connection.execute("DELETE FROM held_roster WHERE site = ? AND id = ?", (site, id))


def of(connection: sqlite3.Connection, site: str) -> list[HeldRoster]:
    """The newest first."""
    return many(connection, _TABLE, HeldRoster, "site = ? ORDER BY at DESC, id DESC", site)
