"""Who worked or lived here and does no more, out of the record of the site's changes, which outlasts the
audit trail: that goes on naming staff. Nobody else gets their user name, nor a resident's id, by which their
relatives' consents hang.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from hub.site.edits import Fault, PartDiff, SectionName
from hub.store import site_changes


def names(connection: sqlite3.Connection, site: str) -> dict[str, str]:
    """By id, what each was called who was ever taken out; also of those who came back."""
    return site_changes.names_of_removed(connection, site, "people")


def whose(
    connection: sqlite3.Connection, site: str, id: str, name: str, section: SectionName = "people"
) -> str | None:
    """Whose user name or id it was, if somebody else is to have it now: all that they did, or what was said
    yes to for them, would be the newcomer's. Who comes back under their own name has it again.
    """
    was = site_changes.names_of_removed(connection, site, section).get(id)
    return None if was is None or same_name(was, name) else was


def faults(connection: sqlite3.Connection, site: str, changes: Iterable[PartDiff]) -> tuple[Fault, ...]:
    """Of those who would come under somebody else's user name or id."""
    found: list[Fault] = []
    for one in changes:
        if one.before is not None or one.after is None:
            continue
        id, name = one.id, str(one.after.get("name", ""))
        if one.section == "people" and (was := whose(connection, site, id, name)):
            found.append(Fault("people", id, "id", f"{id} was the user name of {was}", "another user name"))
        if one.section == "residents" and (was := whose(connection, site, id, name, "residents")):
            wrong = f"{id} was the id of the resident {was}"
            found.append(Fault("residents", id, "id", wrong, "another id, or the name as it was then"))
    return tuple(found)


class OtherName(NamedTuple):
    """A resident who is called otherwise from now on, and has all that hangs on the id."""

    resident: str
    was: str
    name: str


def other_names(changes: Iterable[PartDiff]) -> list[OtherName]:
    found = [
        OtherName(one.id, str(one.before.get("name", "")), str(one.after.get("name", "")))
        for one in changes
        if one.section == "residents" and one.before is not None and one.after is not None
    ]
    return [one for one in found if not same_name(one.was, one.name)]


def same_name(one: str, other: str) -> bool:
    """However it is spaced, in capitals or not."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
