"""Takes messages out on one way: tries, tries again later and ever later, and gives up with a reason.

One courier for what is urgent and another for the rest of each way, each in a thread of its own: a low
message that hangs never holds up a high one. Sent first, marked afterwards: twice beats never, and a
repetition carries its id.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import msgspec

from hub.clock import Clock
from hub.store import contacts, receipts, summonses
from hub.store.db import connect, transaction
from hub.store.summonses import Summons
from hub.ways.way import Failed, Way, message_of

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds
AT_ONCE = 20  # messages between two looks
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = {True: timedelta(minutes=1), False: timedelta(minutes=10)}
"""Between two attempts, for what is urgent and what is not."""
GIVEN_UP_AFTER = timedelta(hours=24)


class Courier:
    def __init__(self, database: Path, site: str, way: Way, urgent: bool, clock: Clock) -> None:
        self._database, self._site, self._way, self._urgent, self._clock = database, site, way, urgent, clock
        self._waiting, self._stopping = Event(), Event()
        name = f"{way.name}-{'urgent' if urgent else 'later'}"
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._waiting.set()

    def stop(self) -> None:
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=LOOK_AGAIN)

    def _run(self) -> None:
        with closing(connect(self._database)) as connection:
            while not self._stopping.is_set():
                self._waiting.wait(LOOK_AGAIN)
                self._waiting.clear()
                try:
                    while self.deliver(connection) and not self._stopping.is_set():
                        pass
                except sqlite3.OperationalError as error:
                    log.warning("what was sent could not be marked: %s", error)
                    self._stopping.wait(LOOK_AGAIN)

    def deliver(self, connection: sqlite3.Connection) -> int:
        """Send what is due, some of it; returns how many were tried."""
        now = self._clock.now()
        due = summonses.due(connection, self._site, self._way.name, self._urgent, now, AT_ONCE)
        for summons in due:
            failed = self._way.send(message_of(summons))
            with transaction(connection):
                self._mark(connection, summons, failed)
        return len(due)

    def _mark(self, connection: sqlite3.Connection, summons: Summons, failed: Failed | None) -> None:
        now = self._clock.now()
        if failed is None:
            summonses.count_attempt(connection, summons.id)
            receipts.note_sent(connection, [summons.id], now)
            return
        after = outcome(summons, failed, now)
        if summonses.put_failure(connection, after) and after.next_at is None:
            log.warning("%s to %s did not go out: %s", summons.way, summons.person, after.failure)
            self._go_another_way(connection, summons, now)

    def _go_another_way(self, connection: sqlite3.Connection, summons: Summons, now: datetime) -> None:
        """The next way to the same person, at once. What is urgent went out on all of them."""
        known = [(c.way, c.address) for c in contacts.of(connection, self._site, summons.person)]
        mine = (summons.way, summons.address)
        if not summons.urgent and mine in known and mine != known[-1]:
            way, address = known[known.index(mine) + 1]
            fresh = msgspec.structs.replace(
                summons, id=0, way=way, address=address, created_at=now, next_at=now, attempts=0, failure=None
            )
            summonses.add(connection, fresh)


def outcome(summons: Summons, failed: Failed, now: datetime) -> Summons:
    """The message after an attempt that failed: to be tried again, or given up."""
    tried = msgspec.structs.replace(summons, attempts=summons.attempts + 1, next_at=None)
    if failed.for_good:
        return msgspec.structs.replace(tried, failure=failed.why)
    if now - summons.created_at >= GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=f"given up after a day: {failed.why}")
    wait = min(FIRST_WAIT * 2 ** min(summons.attempts, 16), LONGEST_WAIT[summons.urgent])
    return msgspec.structs.replace(tried, failure=failed.why, next_at=now + wait)
