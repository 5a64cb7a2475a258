"""Sends what the outbox holds, outside any transaction, and marks it after it was sent. Twice beats never.

Nothing waits for the broker's word on what went before. Marks are written a few times a second at most: each
takes the database from the readings that come in.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from typing import NamedTuple

from hub.clock import Clock, steady
from hub.mqtt.connection import Receipt
from hub.mqtt.gateway import Gateway
from hub.store import outbox
from hub.store.db import connect, transaction
from hub.threads import Threads

ON_THE_WAY = 1000  # notifications at once without the broker's word
CONFIRMED_WITHIN = 10.0  # seconds for that word; what was not confirmed is sent again
MARK_AFTER = 0.25  # seconds; what was sent in them is sent again if the hub dies
LOOK_AGAIN = 1.0  # seconds; also finds what the web process put in


class Sent(NamedTuple):
    """A notification that was given to the broker and is not marked yet."""

    address: str
    receipt: Receipt
    until: float


class Notifier:
    def __init__(
        self, database: Path, site: str, gateway: Gateway, clock: Clock, threads: Threads | None = None
    ) -> None:
        self._threads = threads or Threads()
        self._marked_at = steady()
        self._database, self._site, self._gateway, self._clock = database, site, gateway, clock
        self._waiting, self._stopping = Event(), Event()
        self._sent: dict[int, Sent] = {}
        self._looked_until = 0  # the last notification seen; 0: look at all that wait
        self._thread = self._threads.thread("notifier", self._run)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._waiting.set()

    def stop(self) -> None:
        """What the broker confirms in the meantime is marked; the rest is sent again after the next start."""
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=CONFIRMED_WITHIN + 1)

    def _run(self) -> None:
        with closing(connect(self._database)) as connection:
            while not self._stopping.is_set():
                self._waiting.wait(MARK_AFTER if self._sent else LOOK_AGAIN)
                self._waiting.clear()
                if not self._threads.tried("notifier", partial(self._look, connection)):
                    self._stopping.wait(LOOK_AGAIN)

    def _look(self, connection: sqlite3.Connection) -> None:
        try:
            if self._gateway.connected:
                self._send_waiting(connection)
        finally:  # what did go out is marked, whatever else is wrong
            if steady() - self._marked_at >= MARK_AFTER or self._stopping.is_set():
                self._marked_at = steady()
                self._mark_confirmed(connection)

    def _send_waiting(self, connection: sqlite3.Connection) -> None:
        """One that cannot be given to the broker holds up no other; it is tried again, and said."""
        wrong: Exception | None = None
        room = ON_THE_WAY - len(self._sent)
        for note in outbox.waiting(connection, self._site, room, after=self._looked_until):
            self._looked_until = note.id
            if note.id not in self._sent:
                try:
                    receipt = self._gateway.publish(note.address, note.payload, retain=True)
                except Exception as error:
                    wrong = wrong or error
                else:
                    self._sent[note.id] = Sent(note.address, receipt, steady() + CONFIRMED_WITHIN)
            if wrong is None:
                self._looked_until = note.id
        if wrong is not None:
            raise wrong

    def _mark_confirmed(self, connection: sqlite3.Connection) -> None:
        """What the broker has is marked. What it will not have had is sent again, and with it whatever was
        sent to the same address since: the newest word must be the last.
        """
        again: set[str] = set()
        confirmed = []
        for id, sent in list(self._sent.items()):
            done = sent.receipt.done
            if sent.receipt.failure is not None or (not done and steady() >= sent.until):
                again.add(sent.address)
            if sent.address in again:
                del self._sent[id]
            elif done:
                confirmed.append(id)
        if confirmed:
            with transaction(connection):
                outbox.mark_sent(connection, confirmed, self._clock.now())
            for id in confirmed:
                del self._sent[id]
        if again or not self._sent:
            self._looked_until = 0
