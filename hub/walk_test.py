"""Walk tests: what a technician does, and what time does. The same kind of transaction as the desk's; each
step is on the audit trail.

Whoever starts a test may be another process than the hub: the hub looks before every batch of readings
(hub/pipeline.py), so that nothing that is committed after the start of a test is judged.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import msgspec

from hub.clock import Clock
from hub.store import audit
from hub.store import walk_tests as store
from hub.store.db import transaction
from rules.building import Site
from rules.pause import Refusal
from rules.walk_test import LONGEST, Test


class WalkTests:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def start(self, device: str, person: str, lasts: timedelta = LONGEST) -> Test | Refusal:
        """From now on nobody is paged by the device, and nobody hears a real call of it."""
        with transaction(self._connection):
            now = self._clock.now()
            if all(placed.id != device for placed in self._site.devices):
                return Refusal(f"{self._site.site} has no device {device!r}", "no_device")
            if all(somebody.id != person for somebody in self._site.people):
                return Refusal(f"{self._site.site} has no person {person!r}", "not_staff")
            if not timedelta(0) < lasts <= LONGEST:
                minutes = f"{LONGEST.total_seconds() / 60:.0f}"
                return Refusal(f"a test lasts at most {minutes} minutes", "test_long", minutes)
            known = store.of(self._connection, self._site.site, device)
            if known is not None and known.runs(now):
                return Refusal(f"{known.person} is testing it", "tested_by_other")
            if known is not None and known.ended_at is None:
                end(self._connection, known, known.ends_at, None)
            test = Test(0, self._site.site, device, person, now, now + lasts)
            test = store.add(self._connection, test)
            self._note(test, "walk test started", person, now)
            return test

    def cancel(self, device: str, person: str) -> Test | Refusal:
        """Nothing is signed; what the device says is judged again."""
        with transaction(self._connection):
            now = self._clock.now()
            test = store.of(self._connection, self._site.site, device)
            if test is None or not test.runs(now):
                return Refusal(f"{device!r} is not under test", "not_under_test")
            return end(self._connection, test, now, person)

    def _note(self, test: Test, what: str, by: str, at: datetime) -> None:
        detail = {"device": test.device, "test": test.id, "ends_at": test.ends_at}
        audit.add(self._connection, test.site, at, by, what, detail)


def let_time_pass(connection: sqlite3.Connection, site: str, now: datetime) -> None:
    """Tests whose time is up end by themselves. No transaction where none is."""
    if all(now < test.ends_at for test in store.running(connection, site)):
        return
    with transaction(connection):
        for test in store.running(connection, site):
            if test.ends_at <= now:
                end(connection, test, test.ends_at, None)


def end(connection: sqlite3.Connection, test: Test, at: datetime, by: str | None) -> Test:
    """Within a transaction."""
    after = msgspec.structs.replace(test, ended_at=at, ended_by=by)
    store.put(connection, after)
    audit.add(connection, test.site, at, by, "walk test ended", {"device": test.device, "test": test.id})
    return after
