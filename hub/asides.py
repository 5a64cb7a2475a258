"""Which devices are taken out of the judging now, under test or paused: since when, why, and until when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from devices.reading import Reading
from hub.store import pauses, readings, sites, walk_tests
from rules.finding import Finding
from rules.judge import Judge
from rules.protection import Why
from rules.walk_test import Test


class Aside(NamedTuple):
    since: datetime
    why: Why


def aside_now(connection: sqlite3.Connection, site: str, at: datetime) -> dict[str, Aside]:
    """By device. A pause or test whose time is up is over, whoever has written that down."""
    found: dict[str, Aside] = {}
    for pause in pauses.devices(connection, site):
        if at < pause.ends_at and pause.device is not None:
            why = Why("device_paused", pause.device, pause.owner, pause.reason, pause.ends_at)
            found[pause.device] = Aside(pause.paused_at, why)
    for test in walk_tests.running(connection, site):
        if test.runs(at):
            since = min(test.started_at, found[test.device].since) if test.device in found else None
            why = Why("device_tested", test.device, test.person, "", test.ends_at)
            found[test.device] = Aside(since or test.started_at, why)
    return found


def ends_of(
    connection: sqlite3.Connection, site: str, devices: Iterable[str], at: datetime
) -> dict[str, datetime]:
    """When the last test or pause of each device was over, `at` at the latest."""
    ends: dict[str, datetime] = {}
    for device in devices:
        over: list[datetime] = []
        if (test := walk_tests.of(connection, site, device)) is not None:
            over.append(test.until)
        if (pause := pauses.last_of_device(connection, site, device)) is not None:
            over.append(pause.ended_at or pause.ends_at)
        ends[device] = min(max(over, default=at), at)
    return ends


class Asides:
    """What is out of the judging, of the rules in force. Others write the rows of tests and pauses."""

    def __init__(self, connection: sqlite3.Connection, site: str, judge: Judge) -> None:
        self._connection, self._site, self._judge = connection, site, judge
        self._version = sites.newest_id(connection, site)
        self.why: dict[str, Why] = {}
        self.read_tests()

    def read_tests(self) -> None:
        """Of each device that was ever under test the newest."""
        self._tests = {test.device: test for test in walk_tests.newest(self._connection, self._site)}

    def may_differ(self, at: datetime) -> bool:
        """Whether it is worth a transaction to look."""
        return bool(self.why) or self._now(at).keys() != self._judge.aside.keys()

    def look(self, at: datetime) -> list[Finding]:
        """Within a transaction beside which no other writes: take out what is under test or paused now, and
        nothing else.
        """
        found, before = self._now(at), self._judge.aside
        aside = {device: one.since for device, one in found.items()}
        why, tests = {device: one.why for device, one in found.items()}, dict(self._tests)
        changing = sites.newest_id(self._connection, self._site) != self._version
        if changing:  # a site that is about to be taken over may have other names: until then nothing ends
            aside, why = {**before, **aside}, {**self.why, **why}
        self.why = why
        if aside.keys() == before.keys():
            if self._some_test_has_another_end():
                self.read_tests()
            return []
        self.read_tests()
        if changing:
            self._tests = {**tests, **self._tests}
        ended = ends_of(self._connection, self._site, before.keys() - aside.keys(), at)
        return self._judge.put_aside(aside, ended, at)

    def test_of(self, reading: Reading, catching_up: bool) -> Test | None:
        """The test that a reading belongs to."""
        test = self._tests.get(reading.device)
        return test if test is not None and test.holds(reading, catching_up) else None

    def not_judged(self, reading: Reading, catching_up: bool) -> int:
        """Whether no rule is to judge it, as the journal flags that; 0: they are."""
        if self.test_of(reading, catching_up) is not None:
            return readings.TESTED
        since = self._judge.aside_since(reading.device)
        return readings.PAUSED if since is not None and reading.at >= since else 0

    def _now(self, at: datetime) -> dict[str, Aside]:
        return aside_now(self._connection, self._site, at)

    def _some_test_has_another_end(self) -> bool:
        return any(
            why.until != known.ends_at
            for device, why in self.why.items()
            if (known := self._tests.get(device)) is not None and why.cause == "device_tested"
        )
