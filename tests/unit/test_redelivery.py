"""What the broker sends a second time is known, over restarts and rollbacks; what is new is never taken
for it.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.message import Message
from hub.redelivery import REMEMBERED, Redelivery
from hub.store.db import connect, transaction

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def message(number: int, mid: int | None = None) -> Message:
    payload = f'{{"open": true, "n": {number}}}'.encode()
    return Message("zigbee2mqtt/door", payload, AT, mid=number % 65535 + 1 if mid is None else mid)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(tmp_path / "vaka.db")
    yield connection
    connection.close()


def commit(connection: sqlite3.Connection, memory: Redelivery, *messages: Message) -> None:
    for one in messages:
        memory.note(one)
    with transaction(connection):
        memory.put()
    memory.keep()


def test_what_was_committed_is_known_also_after_a_restart(connection: sqlite3.Connection) -> None:
    memory = Redelivery(connection)
    commit(connection, memory, message(1), message(2))
    for known in (memory, Redelivery(connection)):
        assert known.is_redelivery(message(1))
        assert known.is_redelivery(message(2))
        assert not known.is_redelivery(message(3))


def test_the_same_bytes_under_another_number_are_no_redelivery_but_came_before(
    connection: sqlite3.Connection,
) -> None:
    memory = Redelivery(connection)
    commit(connection, memory, message(1))
    assert not memory.is_redelivery(message(1, mid=99))
    assert memory.came_before(message(1, mid=99))
    assert not memory.came_before(message(2))


def test_what_was_rolled_back_is_not_known(connection: sqlite3.Connection) -> None:
    memory = Redelivery(connection)
    commit(connection, memory, message(1))
    memory.note(message(1))
    memory.note(message(2))
    assert memory.is_redelivery(message(2))
    memory.undo()
    assert memory.is_redelivery(message(1))
    assert not memory.is_redelivery(message(2))
    assert not Redelivery(connection).is_redelivery(message(2))


def test_the_memory_holds_what_may_be_in_flight_and_does_not_grow(connection: sqlite3.Connection) -> None:
    memory = Redelivery(connection)
    size = 1000
    for first in range(0, REMEMBERED + 5 * size, size):
        commit(connection, memory, *(message(n) for n in range(first, first + size)))
    newest = REMEMBERED + 5 * size
    again = Redelivery(connection)
    for known in (memory, again):
        assert all(known.is_redelivery(message(n)) for n in range(newest - REMEMBERED, newest, 97))
        assert not known.is_redelivery(message(0))
    stored = connection.execute("SELECT sum(length(entries)) / 10 FROM committed_batch").fetchone()[0]
    assert REMEMBERED <= stored <= REMEMBERED + size


def test_after_a_session_was_lost_a_number_used_again_is_no_redelivery(
    connection: sqlite3.Connection,
) -> None:
    memory = Redelivery(connection)
    commit(connection, memory, message(1), message(2))
    with transaction(connection):
        memory.forget_identifiers()
    memory.keep()
    for known in (memory, Redelivery(connection)):
        assert not known.is_redelivery(message(1))
        assert known.came_before(message(1))
    commit(connection, memory, message(1))
    assert Redelivery(connection).is_redelivery(message(1))
