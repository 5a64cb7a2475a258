"""Test messages that somebody asked for on a page: taken up by the hub within a moment, sent once by the way
that calls go out by, and what came of it noted. In a thread of its own: they hold up no call.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

from hub.clock import Clock
from hub.store import audit, contact_trials, contacts, phones
from hub.store.contact_trials import Trial
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from hub.threads import Threads
from hub.ways.way import Failed, Message, Way
from rules.building import Site

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25  # seconds
AT_ONCE = 4


class Trials:
    def __init__(
        self,
        database: Path,
        site: Callable[[], Site],
        ways: Mapping[str, Way],
        clock: Clock,
        threads: Threads | None = None,
    ) -> None:
        """`site`: the one in force when it is asked. `ways`: those that this hub can use, by name."""
        self._database, self._site, self._ways, self._clock = database, site, ways, clock
        self._threads, self._stopping = threads or Threads(), Event()
        self._thread = self._threads.thread("trials", self._run)
        self._under_way: list[tuple[Trial, Future[Failed | None]]] = []
        self._out = ThreadPoolExecutor(AT_ONCE, "trial")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is under way is said to have been left at the next start."""
        self._stopping.set()
        self._thread.join(timeout=4 * LOOK_EVERY)
        self._out.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        with closing(connect(self._database)) as connection:
            begun = False
            while not self._stopping.wait(LOOK_EVERY):
                work = self._look if begun else self._begin
                begun = self._threads.tried("trials", partial(work, connection)) or begun

    def _begin(self, connection: sqlite3.Connection) -> None:
        with transaction(connection):
            contact_trials.end_what_was_left(connection, self._site().site, self._clock.now())
        self._look(connection)

    def _look(self, connection: sqlite3.Connection) -> None:
        for one in [one for one in self._under_way if one[1].done()]:
            trial, future = one
            with transaction(connection):
                self._note(connection, trial, _result(future))
            self._under_way.remove(one)
        for trial in contact_trials.waiting(connection, self._site().site):
            with transaction(connection):
                if not contact_trials.note_begun(connection, trial.id, self._clock.now()):
                    continue
            self._under_way.append((trial, self._out.submit(self._send, trial)))

    def _send(self, trial: Trial) -> Failed | None:
        way = self._ways.get(trial.way)
        if way is None:
            return Failed(f"{trial.way} is not set up on this hub", for_good=True)
        urgent = trial.way == phones.WAY  # a phone that saves its battery is to be woken
        message = Message(
            f"vaka-{trial.site}-test-{trial.id}",
            trial.site,
            trial.person,
            trial.address,
            urgent,
            trial.subject,
            trial.body,
            trial.asked_at,
            (),
            (),
        )
        return way.send(message)

    def _note(self, connection: sqlite3.Connection, trial: Trial, failed: Failed | None) -> None:
        now = self._clock.now()
        for_good = failed is not None and failed.for_good
        contact_trials.note_ended(connection, trial.id, failed.why if failed else None, for_good, now)
        contact, refused_at = Contact(trial.person, trial.way, trial.address), now if failed else None
        if trial.way != phones.WAY:
            if failed is None or failed.refused_address:
                contacts.note_answer(connection, trial.site, contact, refused_at)
        elif failed is None or failed.refused_us:
            phones.note_answer(connection, trial.site, trial.address, refused_at)
        elif failed.gone and contacts.delete(connection, trial.site, contact):
            detail = {"person": trial.person, "phone": trial.address}
            audit.add(connection, trial.site, now, trial.person, "phone lost", detail)


def _result(future: Future[Failed | None]) -> Failed | None:
    try:
        return future.result()
    except Exception:  # our own mistake: whoever waits for an answer gets one
        log.exception("a test message could not be sent")
        return Failed("it could not be sent; the hub's log says why", for_good=False)
