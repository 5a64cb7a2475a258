"""Who worked here and does no more, out of the record of the site's changes, which outlasts the audit trail:
that goes on naming them, and their user name is nobody else's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from hub.site.edits import Fault, PartDiff
from hub.store import site_changes


def names(connection: sqlite3.Connection, site: str) -> dict[str, str]:
    """By id, what each was called who was ever taken out; also of those who came back."""
    return site_changes.names_of_removed(connection, site, "people")


def whose(connection: sqlite3.Connection, site: str, id: str, name: str) -> str | None:
    """Whose user name it was, if somebody else is to have it now: all that they did would be the newcomer's.
    Who comes back under their own name has it again.
    """
    was = names(connection, site).get(id)
    return None if was is None or _plain(was) == _plain(name) else was


def faults(connection: sqlite3.Connection, site: str, changes: Iterable[PartDiff]) -> tuple[Fault, ...]:
    """Of those who would come under somebody else's user name."""
    came = [(c.id, c.after) for c in changes if c.section == "people" and c.before is None]
    found = [(id, whose(connection, site, id, str(value.get("name", "")))) for id, value in came if value]
    return tuple(
        Fault("people", id, "id", f"{id} was the user name of {was}", "another user name")
        for id, was in found
        if was is not None
    )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
