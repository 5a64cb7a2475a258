"""The hub's own threads: each goes on whatever goes wrong in it, and none does so in silence.

Here: which thread fails, and which has ended by itself. Not here: what each does. The main loop writes it
down (`say`), for the doctor, the auditor and the watchman; where a thread has ended, the hub stops, so that
it is started anew.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from threading import Lock, Thread

from hub.store import health
from hub.store.db import transaction

log = logging.getLogger(__name__)

PART = "threads"
"""Under which name it stands in hub/store/health.py."""


class ThreadDied(Exception):  # noqa: N818 - it says what happened
    """A thread ended by itself: nothing that it does would be done any more."""


class Threads:
    def __init__(self) -> None:
        self._failing: dict[str, str] = {}
        self._dead: dict[str, str] = {}
        self._lock = Lock()
        self._said: str | None = None  # what an earlier run of the hub said is over

    def thread(self, name: str, work: Callable[[], None]) -> Thread:
        """To be started. Whatever ends `work` but its own will is known."""

        def run() -> None:
            try:
                work()
            except BaseException as error:
                log.critical("the thread %s has ended", name, exc_info=True)
                with self._lock:
                    self._dead[name] = _named(error)

        return Thread(target=run, name=name, daemon=True)

    def tried(self, name: str, work: Callable[[], object]) -> bool:
        """Do one look of a thread; whether it went well. The disk's failures pass and are told of by whoever
        writes; all else is our own mistake: it stands until a look goes well.
        """
        try:
            work()
        except sqlite3.OperationalError as error:
            log.warning("%s: put off (%s)", name, error)
            return False
        except Exception as error:
            log.exception("%s: a look failed", name)
            with self._lock:
                self._failing[name] = _named(error)
            return False
        with self._lock:
            self._failing.pop(name, None)
        return True

    def say(self, connection: sqlite3.Connection, site: str, now: datetime) -> None:
        """Write down what is wrong, where that has changed. Raises ThreadDied where one has ended."""
        with self._lock:
            wrong = "; ".join(
                f"{name}: {why}" for name, why in sorted({**self._failing, **self._dead}.items())
            )
            dead = dict(self._dead)
        if wrong != self._said or dead:
            with transaction(connection):
                state: health.State = "down" if dead else "degraded" if wrong else "ok"
                health.say(connection, site, PART, state, now, wrong)
            self._said = wrong
        if dead:
            raise ThreadDied("; ".join(f"the thread {name} has ended ({why})" for name, why in dead.items()))


def _named(error: BaseException) -> str:
    """What kind it is: its words may hold names or addresses, and stand in the log."""
    return type(error).__name__
