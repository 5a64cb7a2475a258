"""What goes with somebody who is removed: all by which they came in, acted and were called. What they did
stays on record, under their name (hub/site/former.py).

Who is only missing from a file that was imported is out as well, but has it again where the next file has
them: an older file by mistake empties no roster. What is open by their word alone is shut in either case, and
the links that they made end: they know them, and somebody else's account opens by each. What other programs
come in by is the house's and goes on; its page says that who made it has left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

import msgspec

from hub import password_links, walk_test
from hub.store import (
    audit,
    credentials,
    emergencies,
    invitations,
    relative_messages,
    shifts,
    walk_tests,
)
from hub.store.instants import to_us

DELETED: Mapping[str, str] = {
    "contact_trial": "person = :person AND site = :site AND ended_at IS NULL",
    "pin_failure": "person = :person AND device IN (SELECT token_hash FROM shared_device WHERE site = :site)",
    "relative_review": "owner = :person AND site = :site",  # a task that is nobody's again
}
"""By table: which rows go."""
CHANGED: Mapping[str, str] = {
    "gap": "owner = NULL, due = NULL WHERE owner = :person AND site = :site AND gone_at IS NULL",
    "staff_notice": "next_at = NULL WHERE person = :person AND site = :site AND next_at IS NOT NULL",
}
ENDED = ("session", "emergency_access", "shift", "staff_absence", "walk_test")
"""What goes on until then, and is over: as history it stays."""


def see_off(connection: sqlite3.Connection, site: str, person: str, by: str, at: datetime) -> int:
    """Returns how many shifts of theirs were still to come, which nobody has now. Within the transaction in
    which they are removed.
    """
    credentials.forget(connection, site, person, at)
    freed = shifts.still_planned(connection, site, person, at)
    shifts.end_all(connection, site, person, at)
    if freed:
        audit.add(connection, site, at, by, "shifts taken out", {"person": person, "shifts": freed})
    for test in walk_tests.running(connection, site):
        if test.person == person:
            walk_test.end(connection, test, at, by)
    values = {"site": site, "person": person, "at": to_us(at)}
    for table, condition in DELETED.items():
        connection.execute(f"DELETE FROM {table} WHERE {condition}", values)
    for table, change in CHANGED.items():
        connection.execute(f"UPDATE {table} SET {change}", values)
    return freed


def shut(connection: sqlite3.Connection, site: str, person: str, by: str, at: datetime) -> None:
    """Their emergency access, and the screens where others' PINs count because they signed in fully. Within
    the transaction in which they are removed.
    """
    connection.execute("DELETE FROM shared_device WHERE site = ? AND opened_by = ?", (site, person))
    for one in emergencies.active(connection, site, at):
        if one.person == person:
            emergencies.keep(connection, msgspec.structs.replace(one, ends_at=at))
            said = {"person": person, "unit": one.unit} | ({"room": one.room} if one.room else {})
            audit.add(connection, site, at, by, "emergency access ended", said)


def end_links(connection: sqlite3.Connection, site: str, person: str, by: str, at: datetime) -> None:
    """Links to a password that they made, of staff and of relatives. Within the transaction in which they are
    removed.
    """
    ended = password_links.end_of_maker(connection, site, person)
    for one in invitations.still_out(connection, site, person, at):
        ended += invitations.revoke_open(connection, one.relative, at)
        relative_messages.drop_waiting(connection, one.relative, "its maker left", "")
    if ended:
        audit.add(connection, site, at, by, "links ended", {"person": person, "links": ended})
