"""How a walk test stands: what was heard, what is left to be tried, and what the rules would make of it."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from hub.store import pauses
from hub.store import walk_tests as store
from rules.building import Device, Site
from rules.catalogue import catalogue
from rules.rehearsal import Rehearsal, rehearse
from rules.rulebook import rulebook
from rules.trial import Outcome, done, outcome
from rules.walk_test import Test


class Trial(NamedTuple):
    """How a test stands. `done`: how many of the things that are asked for were shown."""

    test: Test
    device: Device
    heard: list[store.Heard]
    done: int
    rehearsal: Rehearsal
    outcome: Outcome


def trial_of(connection: sqlite3.Connection, site: Site, test: Test) -> Trial | None:
    """None where the site has the device no more."""
    device = next((device for device in site.devices if device.id == test.device), None)
    if device is None:
        return None
    heard = store.heard(connection, test)
    said = [one.reading for one in heard]
    book = rulebook(site, catalogue(), test.started_at.astimezone(site.zone).date())
    off = {(p.rule, p.room) for p in pauses.active(connection, site.site) if p.device is None}
    rehearsal = rehearse(book, catalogue(), device, said, test.started_at, off)
    found = outcome(device.role, said, rehearsal.rules)
    return Trial(test, device, heard, done(device.role, said), rehearsal, found)
