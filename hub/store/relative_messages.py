"""What relatives are told: which news wait, left, or were told after all to nobody. The words themselves are
made when a letter leaves (hub/relatives/letters.py), and are not kept.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from hub.store.instants import from_us, to_us
from hub.store.structs import add, many, put
from rules.telling_relatives import Kind

_TABLE = "relative_message"


class Message(msgspec.Struct, frozen=True):
    """One piece of news for one relative. `about`: an alert's number, a day, an invitation's number.
    `letter`: those that leave together have the first one's number. `next_at` None: nothing more is tried;
    without `sent_at` `dropped` then says why it was told to nobody.
    """

    id: int
    site: str
    relative: int
    resident: str
    kind: Kind
    about: str
    secret: str | None
    created_at: datetime
    letter: int | None = None
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    dropped: str | None = None
    failure: str | None = None


def put_in(connection: sqlite3.Connection, message: Message) -> bool:
    """Whether it is new: nothing is told twice."""
    return add(connection, _TABLE, message, unless_there=True).id > 0


def keep(connection: sqlite3.Connection, message: Message) -> None:
    put(connection, _TABLE, message)


def due(connection: sqlite3.Connection, site: str, now: datetime) -> list[Message]:
    """What may be sent by now, by relative, the oldest first."""
    condition = "site = ? AND next_at <= ? ORDER BY relative, id"
    return many(connection, _TABLE, Message, condition, site, to_us(now))


def of(connection: sqlite3.Connection, relative: int, limit: int = 200) -> list[Message]:
    """The newest first."""
    return many(connection, _TABLE, Message, "relative = ? ORDER BY id DESC LIMIT ?", relative, limit)


def about(
    connection: sqlite3.Connection, relative: int, resident: str, kind: Kind, about: str
) -> Message | None:
    condition = "relative = ? AND resident = ? AND kind = ? AND about = ?"
    found = many(connection, _TABLE, Message, condition, relative, resident, kind, about)
    return found[0] if found else None


def letters_since(connection: sqlite3.Connection, relative: int, since: datetime) -> list[datetime]:
    """When letters went to this relative that count among those of a day: with something that is news to
    them. No invitation, nor what says only how the week was, or how something ended that they were told of.
    """
    rows = connection.execute(
        "SELECT DISTINCT sent_at FROM relative_message AS one"
        " WHERE relative = ? AND sent_at > ? AND kind NOT IN ('invitation', 'digest')"
        " AND NOT (kind = 'handled' AND EXISTS (SELECT 1 FROM relative_message AS told WHERE"
        " told.relative = one.relative AND told.resident = one.resident AND told.about = one.about"
        " AND told.kind = 'told' AND told.sent_at IS NOT NULL))",
        (relative, to_us(since)),
    )
    return [from_us(row[0]) for row in rows]


def drop_waiting(connection: sqlite3.Connection, relative: int, why: str, resident: str | None = None) -> int:
    """What waits is told to nobody (of one resident, where one is named); returns how many it were."""
    return connection.execute(
        "UPDATE relative_message SET next_at = NULL, dropped = ?, secret = NULL"
        " WHERE relative = ? AND next_at IS NOT NULL AND (? IS NULL OR resident = ?)",
        (why, relative, resident, resident),
    ).rowcount


def cursor(connection: sqlite3.Connection, site: str) -> int | None:
    """The last step of the alerts' trail that was looked at; None before the first start."""
    row = connection.execute("SELECT seq FROM relative_cursor WHERE site = ?", (site,)).fetchone()
    return None if row is None else int(row[0])


def put_cursor(connection: sqlite3.Connection, site: str, seq: int) -> None:
    connection.execute(
        "INSERT INTO relative_cursor (site, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
        (site, seq),
    )
