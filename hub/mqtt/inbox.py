"""The hand-over between the gateway's network thread and the pipeline: items in order of arrival, bounded.

Nothing is decoded here and nothing is acknowledged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Condition

import msgspec

from devices.message import Message


class Delivery(Message, frozen=True, gc=False):
    """A message and the connection it came by. Its packet identifier means something on that one only."""

    connection: int = 0


class ConnectionChange(msgspec.Struct, frozen=True, gc=False):
    """The broker can be heard from now on, or no longer. `session_present`: it has kept our queue."""

    connected: bool
    session_present: bool
    at: datetime
    reason: str = ""


class BacklogDrained(msgspec.Struct, frozen=True, gc=False):
    """What the broker had kept for us lies before this. `capped`: a guess, our marker did not come back."""

    nonce: str
    at: datetime
    capped: bool = False
    mid: int = 0
    connection: int = 0


Item = Delivery | ConnectionChange | BacklogDrained


class Inbox:
    """Thread-safe queue of items: one side puts, one side takes.

    `room` (items) and `room_bytes` (payload) are where `put` begins to wait. The broker's in-flight window is
    meant to be smaller than `room`; the bounds are for what has no window (QoS 0, MQTT 3.1.1) and for very
    large payloads.
    """

    def __init__(self, room: int = 16_384, room_bytes: int = 64 * 1024 * 1024) -> None:
        self._room = room
        self._room_bytes = room_bytes
        self._items: list[Item] = []
        self._bytes = 0
        self._closed = False
        self._changed = Condition()
        self._wake_at = 1  # how many items the taker waits for

    def put(self, items: Sequence[Item]) -> None:
        """Append. Waits while the inbox is full. After `close()` the items are dropped."""
        with self._changed:
            if self._is_full():
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closed or not self._is_full())
            if self._closed:
                return
            self._items += items
            self._bytes += _size(items)
            if len(self._items) >= self._wake_at or self._is_full():
                self._changed.notify_all()

    def take(self, timeout: float, linger: float = 0.002, limit: int = 1000) -> list[Item]:
        """Up to `limit` items: waits `timeout` seconds for the first, then `linger` seconds for company."""
        with self._changed:
            self._wake_at = 1
            self._changed.wait_for(lambda: self._items or self._closed, timeout)
            if self._items and len(self._items) < limit and linger > 0:
                self._wake_at = limit
                self._changed.wait_for(
                    lambda: len(self._items) >= limit or self._closed or self._is_full(), linger
                )
            taken = self._items[:limit]
            del self._items[:limit]
            self._bytes -= _size(taken)
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Nothing more comes in. What is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._items)

    def _is_full(self) -> bool:
        return len(self._items) >= self._room or self._bytes >= self._room_bytes


def _size(items: Sequence[Item]) -> int:
    return sum([len(item.payload) for item in items if isinstance(item, Delivery)])
