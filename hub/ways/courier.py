"""Takes messages out on one way: tries, tries again later and ever later, and gives up with a reason.

Each address is on its own, what is urgent apart from the rest, and tests of the alerting apart from what is
real: one that hangs holds up nobody else, a low message no high one, and a test nothing real. Sent first,
marked afterwards: twice beats never, and a repetition carries its id.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import NamedTuple

import msgspec

from hub.clock import Clock
from hub.store import audit, contacts, phones, receipts, summonses
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from hub.store.summonses import Summons
from hub.summons import did_not_go_out
from hub.threads import Threads
from hub.ways.way import Failed, Message, Way, message_of
from rules.building import Site
from rules.wording.summons import subject_of_many

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds


class Lane(NamedTuple):
    """What goes out independently of the rest."""

    urgent: bool
    proof: bool


MOST_AT_ONCE = {Lane(True, False): 64, Lane(False, False): 16, Lane(True, True): 8, Lane(False, True): 8}
"""[default] Sends of a lane at the same time: each in a thread, at most one to an address."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = {True: timedelta(minutes=1), False: timedelta(minutes=10)}
"""Between two attempts, for what is urgent and what is not."""
GIVEN_UP_AFTER = timedelta(hours=24)


class Sending(NamedTuple):
    """A message on its way out, and the rows it stands for as they were then."""

    message: Message
    rows: tuple[Summons, ...]

    @property
    def place(self) -> tuple[Lane, str]:
        return Lane(self.message.urgent, self.message.proof), self.message.address


class Courier:
    def __init__(
        self,
        database: Path,
        site: Callable[[], Site],
        way: Way,
        clock: Clock,
        threads: Threads | None = None,
    ) -> None:
        """`site`: the one in force when it is asked."""
        self._threads = threads or Threads()
        self._database, self._site, self._way, self._clock = database, site, way, clock
        self._waiting, self._stopping = Event(), Event()
        self._under_way: dict[tuple[Lane, str], Thread] = {}
        self._served = dict.fromkeys(MOST_AT_ONCE, "")  # the address that had its turn last
        self._results: SimpleQueue[tuple[Sending, Failed | None]] = SimpleQueue()
        self._thread = self._threads.thread(f"courier-{way.name}", self._run)

    def start(self) -> None:
        """What waited while the hub was down goes out at once."""
        self._waiting.set()
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._waiting.set()

    def stop(self) -> None:
        """What is under way and does not end at once is sent again after the next start."""
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=3 * LOOK_AGAIN)

    def _run(self) -> None:
        with closing(connect(self._database)) as connection:
            while not self._stopping.is_set():
                self._waiting.wait(LOOK_AGAIN)
                self._waiting.clear()
                self._try(connection, self.go_round)
            for thread in list(self._under_way.values()):
                thread.join(timeout=LOOK_AGAIN / len(self._under_way))
            self._try(connection, self._mark)

    def _try(self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], object]) -> None:
        if not self._threads.tried(f"courier-{self._way.name}", partial(work, connection)):
            self._stopping.wait(LOOK_AGAIN)

    def go_round(self, connection: sqlite3.Connection) -> int:
        """Mark what came of the messages under way, and send what is due to addresses that none is under way
        to. Returns how many were sent off.
        """
        self._mark(connection)
        return self._send_what_is_due(connection)

    def deliver(self, connection: sqlite3.Connection) -> int:
        """One round with its end awaited; returns how many were tried."""
        sent_off = self.go_round(connection)
        for thread in list(self._under_way.values()):
            thread.join()
        self._mark(connection)
        return sent_off

    def _send_what_is_due(self, connection: sqlite3.Connection) -> int:
        return sum(self._send_some(connection, lane) for lane in MOST_AT_ONCE)

    def _send_some(self, connection: sqlite3.Connection, lane: Lane) -> int:
        """To as many addresses as there is room for; who had no turn has the next."""
        site, now = self._site(), self._clock.now()
        busy = {address for under_way, address in self._under_way if under_way == lane}
        room = MOST_AT_ONCE[lane] - len(busy)
        if room <= 0:
            return 0
        due = self._addresses(connection, site, lane, now, room + len(busy))
        sent_off = 0
        for address in [address for address in due if address not in busy][:room]:
            self._served[lane] = address
            sending = self._next(connection, site, lane, address, now)
            if sending is not None:
                sent_off += 1
                thread = Thread(target=self._send, args=(sending,), name=f"to-{self._way.name}", daemon=True)
                thread.start()  # where the machine has no thread left it is tried with the next look
                self._under_way[sending.place] = thread
        return sent_off

    def _addresses(
        self, connection: sqlite3.Connection, site: Site, lane: Lane, now: datetime, limit: int
    ) -> list[str]:
        after = self._served[lane]
        return summonses.addresses_due(connection, site.site, self._way.name, *lane, now, after, limit)

    def _next(
        self, connection: sqlite3.Connection, site: Site, lane: Lane, address: str, now: datetime
    ) -> Sending | None:
        first = summonses.due(connection, site.site, self._way.name, *lane, address, now)
        if first is not None and not _is_theirs(connection, site, first):
            with transaction(connection):
                self._give_up(connection, first, Failed("the address is not theirs any more", True), now)
            self._waiting.set()  # for what stands behind it
            return None
        if first is None or first.held is None:
            return None if first is None else Sending(message_of(first), (first,))
        with transaction(connection):  # who goes out with whom is committed before: a repetition is the same
            rows = summonses.bundled(connection, first, now)
        if not rows:
            return None
        person = next((p for p in site.people if p.id == first.person), None)
        language = (person.language if person is not None else None) or site.language
        flood = any(row.held == "flood" for row in rows)
        subject = subject_of_many(len({row.alert for row in rows}), flood, rows[-1].subject, language)
        return Sending(message_of(rows[0], rows[1:], subject), tuple(rows))

    def _send(self, sending: Sending) -> None:
        try:
            failed = self._way.send(sending.message)
        except Exception:  # our own mistake: the message must not be lost by it, nor the address be deaf
            log.exception("a message by %s could not be sent", self._way.name)
            failed = Failed("it could not be sent; the hub's log says why", for_good=False)
        self._results.put((sending, failed))
        self._waiting.set()

    def _mark(self, connection: sqlite3.Connection) -> None:
        ended: list[tuple[Sending, Failed | None]] = []
        while True:
            try:
                ended.append(self._results.get_nowait())
            except Empty:
                break
        if not ended:
            return
        try:
            with transaction(connection):
                for sending, failed in ended:
                    self._mark_one(connection, sending, failed)
        except sqlite3.OperationalError:
            for one in ended:  # the disk is full: it was sent, and is marked later
                self._results.put(one)
            raise
        for sending, _ in ended:
            self._under_way.pop(sending.place, None)

    def _mark_one(self, connection: sqlite3.Connection, sending: Sending, failed: Failed | None) -> None:
        now = self._clock.now()
        if failed is None:
            summonses.count_attempt(connection, sending.message.summonses)
            receipts.note_sent(connection, sending.message.summonses, now)
            self._note_answer(connection, sending.rows[0], None)
            return
        for row in sending.rows:
            self._give_up(connection, row, failed, now)
        if failed.refused_us or failed.refused_address:
            self._note_answer(connection, sending.rows[0], now)
        if failed.gone:
            self._forget(connection, sending.rows[0], failed, now)

    def _note_answer(self, connection: sqlite3.Connection, one: Summons, refused_at: datetime | None) -> None:
        if one.way == phones.WAY:
            phones.note_answer(connection, one.site, one.address, refused_at)
        else:
            contact = Contact(one.person, one.way, one.address)
            contacts.note_answer(connection, one.site, contact, refused_at)

    def _give_up(self, connection: sqlite3.Connection, row: Summons, failed: Failed, now: datetime) -> None:
        """Unless it is tried again later."""
        after = outcome(row, failed, now)
        if not summonses.put_failure(connection, after):
            return
        if after.next_at is None:
            log.warning("%s to %s did not go out: %s", row.way, row.person, after.failure)
            self._go_another_way(connection, row, now)
        did_not_go_out(connection, after, now)

    def _forget(self, connection: sqlite3.Connection, one: Summons, failed: Failed, now: datetime) -> None:
        if contacts.delete(connection, one.site, Contact(one.person, one.way, one.address)):
            detail = {"person": one.person, "way": one.way, "why": failed.why}
            audit.add(connection, one.site, now, None, "contact removed", detail)

    def _go_another_way(self, connection: sqlite3.Connection, summons: Summons, now: datetime) -> None:
        """The next way to the same person, at once. What is urgent went out on all of them."""
        known = [(c.way, c.address) for c in contacts.of(connection, summons.site, summons.person)]
        mine = (summons.way, summons.address)
        left = known[known.index(mine) + 1 :] if mine in known else known
        if not summons.urgent and left and summons.person in {p.id for p in self._site().people}:
            way, address = left[0]
            fresh = msgspec.structs.replace(
                summons,
                id=0,
                way=way,
                address=address,
                created_at=now,
                next_at=now,
                attempts=0,
                failure=None,
                bundle=None,
            )
            summonses.add(connection, fresh)


def _is_theirs(connection: sqlite3.Connection, site: Site, summons: Summons) -> bool:
    """Whether whoever is called still works here, and still has this address: it may be a stranger's now."""
    contact = Contact(summons.person, summons.way, summons.address)
    works_here = summons.person in {person.id for person in site.people}
    return works_here and contacts.has(connection, summons.site, contact)


def outcome(summons: Summons, failed: Failed, now: datetime) -> Summons:
    """The message after an attempt that failed: to be tried again, or given up."""
    tried = msgspec.structs.replace(summons, attempts=summons.attempts + 1, next_at=None)
    if failed.for_good:
        return msgspec.structs.replace(tried, failure=failed.why)
    if now - summons.created_at >= GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=f"given up after a day: {failed.why}")
    wait = min(FIRST_WAIT * 2 ** min(summons.attempts, 16), LONGEST_WAIT[summons.urgent])
    if failed.after is not None:
        wait = max(wait, min(failed.after, LONGEST_WAIT[summons.urgent]))
    return msgspec.structs.replace(tried, failure=failed.why, next_at=now + wait)
