"""What people asked gateways of devices to do, and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from devices.asking import Ask
from hub.store.instants import from_us, to_us

State = Literal["waiting", "sent", "silent", "done", "refused", "dropped"]


class GatewayRequest(msgspec.Struct, frozen=True):
    """`said`: the gateway's own words where it refused, or why it was dropped. `followed`: for a rename,
    whether the site file has the new name.
    """

    id: int
    site: str
    gateway: str
    kind: str
    ask: Ask
    transaction: str
    state: State
    said: str
    asked_by: str
    asked_at: datetime
    good_until: datetime
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    followed: bool = False


_COLUMNS = (
    "id, site, gateway, kind, ask, transaction_id, state, said, asked_by, asked_at, good_until, sent_at,"
    " answered_at, followed"
)
_read_ask = msgspec.json.Decoder(Ask).decode


def add(connection: sqlite3.Connection, request: GatewayRequest) -> GatewayRequest:
    """The same with its number."""
    cursor = connection.execute(
        f"INSERT INTO gateway_request ({_COLUMNS[4:]}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            request.site,
            request.gateway,
            request.kind,
            msgspec.json.encode(request.ask).decode(),
            request.transaction,
            request.state,
            request.said,
            request.asked_by,
            to_us(request.asked_at),
            to_us(request.good_until),
            None if request.sent_at is None else to_us(request.sent_at),
            None if request.answered_at is None else to_us(request.answered_at),
            request.followed,
        ),
    )
    assert cursor.lastrowid is not None
    return msgspec.structs.replace(request, id=cursor.lastrowid)


def put(connection: sqlite3.Connection, request: GatewayRequest) -> None:
    """What became of it."""
    connection.execute(
        "UPDATE gateway_request SET state = ?, said = ?, sent_at = ?, answered_at = ?, followed = ?"
        " WHERE id = ?",
        (
            request.state,
            request.said,
            None if request.sent_at is None else to_us(request.sent_at),
            None if request.answered_at is None else to_us(request.answered_at),
            request.followed,
            request.id,
        ),
    )


def by_transaction(connection: sqlite3.Connection, site: str, transaction: str) -> GatewayRequest | None:
    found = _of(connection, "site = ? AND transaction_id = ?", site, transaction)
    return found[0] if found else None


def by_id(connection: sqlite3.Connection, site: str, id: int) -> GatewayRequest | None:
    found = _of(connection, "site = ? AND id = ?", site, id)
    return found[0] if found else None


def under_way(connection: sqlite3.Connection, site: str) -> list[GatewayRequest]:
    """Those that are still to be sent or answered, the oldest first."""
    return _of(connection, "site = ? AND state IN ('waiting', 'sent') ORDER BY id", site)


def unfollowed(connection: sqlite3.Connection, site: str) -> list[GatewayRequest]:
    """Those that were sent and may have changed a name that the site file does not have yet."""
    return _of(
        connection,
        "site = ? AND followed = 0 AND ask LIKE '%rename%' AND state IN ('sent', 'silent', 'done')"
        " ORDER BY id",
        site,
    )


def recent(connection: sqlite3.Connection, site: str, since: datetime) -> list[GatewayRequest]:
    """Newest first."""
    return _of(connection, "site = ? AND asked_at >= ? ORDER BY id DESC LIMIT 200", site, to_us(since))


def _of(connection: sqlite3.Connection, where: str, *values: object) -> list[GatewayRequest]:
    rows: Sequence[tuple[str, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM gateway_request WHERE {where}", values
    ).fetchall()
    return [_request(row) for row in rows]


def _request(row: Sequence[object]) -> GatewayRequest:
    id, site, gateway, kind, ask, transaction, state, said, by, asked, good, sent, answered, followed = row
    return GatewayRequest(
        id,  # type: ignore[arg-type]
        str(site),
        str(gateway),
        str(kind),
        _read_ask(str(ask)),
        str(transaction),
        state,  # type: ignore[arg-type]
        str(said),
        str(by),
        _instant(asked),
        _instant(good),
        None if sent is None else _instant(sent),
        None if answered is None else _instant(answered),
        bool(followed),
    )


def _instant(us: object) -> datetime:
    assert isinstance(us, int)
    return from_us(us)
