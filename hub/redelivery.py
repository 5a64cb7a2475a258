"""Telling a redelivery from news: what was committed but perhaps not acknowledged, remembered on disk.

The broker sends again what it has no acknowledgement for, marked as redelivered and under the same packet
identifier. A publisher that saw no answer sends again too, unmarked, but byte for byte the same: where the
message carries its own time that is no news either.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, deque
from collections.abc import Iterator
from hashlib import blake2b

from devices.message import Message

REMEMBERED = 20_000
"""Messages; more than may be in flight to us at once (the gateway's receive maximum)."""


_DIGEST, _ENTRY = 8, 10
_NO_IDENTIFIER = bytes(2)


class Redelivery:
    """Of each remembered message an entry: 8 bytes digest of topic and payload, 2 bytes packet identifier."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._batches: deque[tuple[int, bytes]] = deque()
        self._count = 0
        self._entries: Counter[bytes] = Counter()
        self._digests: Counter[bytes] = Counter()
        self._batch: list[bytes] = []
        self._seq = 0
        for seq, entries in connection.execute("SELECT seq, entries FROM committed_batch ORDER BY seq"):
            self._remember(seq, entries)
            for entry in _split(entries):
                self._add(entry)

    def is_redelivery(self, message: Message) -> bool:
        """Whether the broker sends again what was taken: the same bytes under the same packet identifier."""
        return _entry(message) in self._entries

    def came_before(self, message: Message) -> bool:
        """Whether the same bytes were taken lately, from whomever."""
        return _entry(message)[:_DIGEST] in self._digests

    def note(self, message: Message) -> None:
        """The message is part of the batch that is about to be committed."""
        entry = _entry(message)
        self._batch.append(entry)
        self._add(entry)

    def forget_identifiers(self) -> None:
        """A new session: packet identifiers begin anew, the bytes are still known. Within a transaction."""
        batches = [
            (b"".join(e[:_DIGEST] + _NO_IDENTIFIER for e in _split(b)), seq) for seq, b in self._batches
        ]
        self._connection.executemany("UPDATE committed_batch SET entries = ? WHERE seq = ?", batches)
        self._batches = deque((seq, entries) for entries, seq in batches)
        self._entries.clear()
        self._digests.clear()
        for entries, _ in batches:
            for entry in _split(entries):
                self._add(entry)

    def put(self) -> None:
        """Write the batch beside its readings, and let go of the oldest. Within the transaction."""
        if self._batch:
            entries = b"".join(self._batch)
            cursor = self._connection.execute("INSERT INTO committed_batch (entries) VALUES (?)", (entries,))
            self._seq = cursor.lastrowid or 0
            surplus = [seq for seq, _ in self._surplus()]
            if surplus:
                self._connection.execute("DELETE FROM committed_batch WHERE seq <= ?", (surplus[-1],))

    def keep(self) -> None:
        """The batch was committed."""
        if not self._batch:
            return
        for _, entries in self._surplus():
            self._batches.popleft()
            self._count -= len(entries) // _ENTRY
            for entry in _split(entries):
                self._drop(entry)
        self._remember(self._seq, b"".join(self._batch))
        self._batch = []

    def undo(self) -> None:
        """The batch was rolled back."""
        for entry in self._batch:
            self._drop(entry)
        self._batch = []

    def _surplus(self) -> list[tuple[int, bytes]]:
        """The oldest batches, as far as enough are remembered without them."""
        surplus, count = [], self._count
        for seq, entries in self._batches:
            count -= len(entries) // _ENTRY
            if count < REMEMBERED:
                break
            surplus.append((seq, entries))
        return surplus

    def _remember(self, seq: int, entries: bytes) -> None:
        self._batches.append((seq, entries))
        self._count += len(entries) // _ENTRY

    def _add(self, entry: bytes) -> None:
        self._entries[entry] += 1
        self._digests[entry[:_DIGEST]] += 1

    def _drop(self, entry: bytes) -> None:
        for counter, key in ((self._entries, entry), (self._digests, entry[:_DIGEST])):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]


def _entry(message: Message) -> bytes:
    digest = blake2b(
        message.topic.encode(errors="surrogatepass") + b"\0" + message.payload, digest_size=_DIGEST
    )
    return digest.digest() + message.mid.to_bytes(2, "big")


def _split(entries: bytes) -> Iterator[bytes]:
    for start in range(0, len(entries), _ENTRY):
        yield entries[start : start + _ENTRY]
