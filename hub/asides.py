"""Which devices are taken out of the judging now, under test or paused: since when, why, and until when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.store import pauses, walk_tests
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


def tests_by_device(connection: sqlite3.Connection, site: str) -> dict[str, Test]:
    """Of each device that was ever under test the newest."""
    return {test.device: test for test in walk_tests.newest(connection, site)}
