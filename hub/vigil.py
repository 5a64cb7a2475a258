"""The hub's second pair of eyes: a thread beside the one that judges, which tries the alerting itself, looks
for what is overdue, for hours in which nobody would be told, and after the watchman.

Here: what is looked at when. What is made of it: hub/proving.py, hub/audit_round.py, hub/reach.py,
hub/watched.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Event

from hub import audit_round, proving, reach, watched
from hub.clock import Clock
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.publisher import Publisher, PublishError
from hub.settings import Settings
from hub.store.db import connect
from hub.threads import Threads
from rules.building import Site

LOOK_EVERY = 1.0  # seconds
SETTLED = timedelta(seconds=30)
"""[default] After a start the hub first catches up with what came meanwhile: nothing is overdue before that.
"""
AUDIT_EVERY = timedelta(seconds=5)
REACH_EVERY = timedelta(seconds=15)
"""Between two looks whether anything has changed that decides who would be told."""


class Vigil:
    def __init__(
        self,
        settings: Settings,
        site: Callable[[], Site],
        clock: Clock,
        ways: Collection[str],
        threads: Threads | None = None,
    ) -> None:
        """`site`: the one in force when it is asked. `ways`: those that this hub can use."""
        self._settings, self._site, self._clock = settings, site, clock
        self._access = BrokerAccess.from_settings(settings)
        self._stopping = Event()
        self._threads = threads or Threads()
        self._thread = self._threads.thread("vigil", self._run)
        self._started = clock.now()
        self._audit_at = self._reach_at = self._started
        self._reach = reach.Reach(ways)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=LOOK_EVERY)

    def _run(self) -> None:
        with closing(connect(self._settings.database)) as connection:
            while not self._stopping.wait(LOOK_EVERY):
                self._threads.tried("vigil", partial(self._look, connection))

    def _look(self, connection: sqlite3.Connection) -> None:
        site, now = self._site(), self._clock.now()
        proving.plan(connection, site, self._started, now)
        proving.go(connection, site, self._publish, self._clock.now)
        if now >= self._audit_at or self._audit_at - now > AUDIT_EVERY:  # or the clock was set back
            self._audit_at = now + AUDIT_EVERY
            watched.follow(connection, site.site, self._settings.data, self._started, now)
            if now - self._started > SETTLED:
                audit_round.go(connection, site, now, self._settings.web_address)
        if now >= self._reach_at or self._reach_at - now > REACH_EVERY:
            self._reach_at = now + REACH_EVERY
            self._reach.follow(connection, site, now)

    def _publish(self, messages: Sequence[tuple[str, str]]) -> str | None:
        """As a device would: by a connection that the hub has no part in."""
        try:
            with Publisher(self._access, f"vaka-proof-{self._site().site}") as publisher:
                for topic, payload in messages:
                    publisher.publish(topic, payload)
        except (PublishError, OSError) as error:
            return str(error)
        return None
