"""What gateways and devices have announced of themselves: the newest of each topic. An empty one takes it
back.
"""

from __future__ import annotations

import sqlite3

from devices.message import Message
from hub.store.instants import from_us, to_us

KEPT = 20_000
"""Topics; what is announced beyond them is understood until the hub starts again."""


def put(connection: sqlite3.Connection, site: str, message: Message) -> bool:
    """Keep it; whether it says anything new."""
    known = connection.execute(
        "SELECT payload FROM announcement WHERE site = ? AND topic = ?", (site, message.topic)
    ).fetchone()
    if (known[0] if known else b"") == message.payload:
        return False
    if not message.payload:
        connection.execute("DELETE FROM announcement WHERE site = ? AND topic = ?", (site, message.topic))
    elif known or connection.execute("SELECT count(*) FROM announcement").fetchone()[0] < KEPT:
        connection.execute(
            "INSERT INTO announcement VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET payload = excluded.payload, received_at = excluded.received_at",
            (site, message.topic, message.payload, to_us(message.received_at)),
        )
    return True


def everything(connection: sqlite3.Connection, site: str) -> list[Message]:
    """As the broker would send them again: kept from earlier."""
    rows = connection.execute(
        "SELECT topic, payload, received_at FROM announcement WHERE site = ? ORDER BY topic", (site,)
    )
    return [Message(row[0], row[1], from_us(row[2]), retained=True) for row in rows]


def one(connection: sqlite3.Connection, site: str, topic: str) -> Message | None:
    """What was announced on this topic last."""
    row = connection.execute(
        "SELECT payload, received_at FROM announcement WHERE site = ? AND topic = ?", (site, topic)
    ).fetchone()
    return Message(topic, row[0], from_us(row[1]), retained=True) if row is not None else None
