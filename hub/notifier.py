"""Sends what the outbox holds, outside any transaction, and marks it after it was sent. Twice beats never."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from threading import Event, Thread

from hub.clock import Clock
from hub.mqtt.gateway import Gateway
from hub.store import outbox
from hub.store.db import connect, transaction

log = logging.getLogger(__name__)

BATCH = 500
CONFIRMED_WITHIN = 10.0  # seconds for the broker's word on a batch; what it did not confirm is sent again
LOOK_AGAIN = 1.0  # seconds; also finds what the web process put in


class Notifier:
    def __init__(self, database: Path, site: str, gateway: Gateway, clock: Clock) -> None:
        self._database, self._site, self._gateway, self._clock = database, site, gateway, clock
        self._waiting, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name="notifier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._waiting.set()

    def stop(self) -> None:
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=CONFIRMED_WITHIN + 1)

    def _run(self) -> None:
        connection = connect(self._database)
        while not self._stopping.is_set():
            self._waiting.wait(LOOK_AGAIN)
            self._waiting.clear()
            try:
                while self._send_waiting(connection) and not self._stopping.is_set():
                    pass
            except sqlite3.OperationalError as error:
                log.warning("the outbox could not be marked, it is sent again: %s", error)
                self._stopping.wait(LOOK_AGAIN)
        connection.close()

    def _send_waiting(self, connection: sqlite3.Connection) -> bool:
        """Send a batch; whether there may be more that can be sent now."""
        if not self._gateway.connected:
            return False
        waiting = outbox.waiting(connection, self._site, BATCH)
        receipts = [
            (note.id, self._gateway.publish(note.address, note.payload, retain=True)) for note in waiting
        ]
        sent = [id for id, receipt in receipts if receipt.wait(CONFIRMED_WITHIN) and receipt.failure is None]
        if sent:
            with transaction(connection):
                outbox.mark_sent(connection, sent, self._clock.now())
        return len(sent) == BATCH
