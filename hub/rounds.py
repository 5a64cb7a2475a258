"""The rounds: what the hub looks after once a second, whatever comes in. Alerts whose time is up, a new site
file, a new day, what is paused, who is watched over, which part has been silent too long, and the sign that
the hub itself is alive.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import date, datetime

from hub import alerting, pauses
from hub.pipeline import Pipeline
from hub.store import alerts, health, sites
from hub.store import protection as standings
from hub.store.db import transaction
from rules.building import Site
from rules.finding import Finding
from rules.protection import NOT_HEARD, TELL_AFTER, not_heard, protection

log = logging.getLogger(__name__)

ReadSite = Callable[[str], Site | None]
"""A site file's text → the site, None where it no longer holds together."""


class Rounds:
    def __init__(
        self,
        connection: sqlite3.Connection,
        pipeline: Pipeline,
        adopt: Callable[[str], bool],
        version: int,
        day: date,
    ) -> None:
        self._connection, self._pipeline = connection, pipeline
        self._adopt, self._version, self._day = adopt, version, day
        self._basis: object = None  # what the protection was computed from that is written down

    def go(self, now: datetime, wall: datetime) -> None:
        """One round. `now` is the clock the rules go by, `wall` the clock on the wall (they differ in a
        replay).
        """
        self._look_for_new_site(wall)
        pauses.let_time_pass(self._connection, self._pipeline.judge.rulebook, now)
        self._pipeline.put_pauses(now)
        site = self._pipeline.site.site
        with transaction(self._connection):
            alerting.let_time_pass(self._connection, site, now)
            self._tell_of_silence(site, now)
            basis = self._put_protection(site, now)
            health.say(self._connection, site, "hub", "ok", wall)
        self._basis = basis

    def _look_for_new_site(self, wall: datetime) -> None:
        """A file imported since, or midnight (people move in and out by date)."""
        newest = sites.newest(self._connection, self._pipeline.site.site)
        day = wall.astimezone(self._pipeline.site.zone).date()
        if newest is None or (newest.id == self._version and day == self._day):
            return
        self._version, self._day = newest.id, day
        if not self._adopt(newest.document):
            log.error("site version %s does not hold together; the rules before it stay in force", newest.id)

    def _put_protection(self, site: str, now: datetime) -> object:
        """Write down who is watched over where something it depends on has changed; returns what it depends
        on. All of a large house each second would hold up its readings.
        """
        judge = self._pipeline.judge
        today = now.astimezone(self._pipeline.site.zone).date()
        never_heard = self._pipeline.registry.never_heard
        basis = (judge.rulebook, today, judge.unheard, never_heard, judge.paused)
        if basis == self._basis:
            return basis
        before = standings.now(self._connection, site)
        new = protection(*basis)
        changes = [p for p in new if p.resident not in before or before[p.resident].protection != p]
        standings.put(self._connection, site, changes, now)
        return basis

    def _tell_of_silence(self, site: str, now: datetime) -> None:
        """A part silent too long becomes one alert; heard again, the alert says so and waits for a human."""
        book, unheard = self._pipeline.judge.rulebook, self._pipeline.judge.unheard
        told = {a.room: a for a in alerts.open_of_rule(self._connection, site, NOT_HEARD)}
        for part, since in unheard.items():
            alert = told.get(part)
            is_told = alert is not None and alert.cleared_at is None
            if not is_told and now - since >= TELL_AFTER[part.partition(":")[0]]:
                finding, concern = not_heard(book, part, since)
                alerting.take(self._connection, site, finding, concern, now)
        for part, alert in told.items():
            if part not in unheard and alert.cleared_at is None:
                _, concern = not_heard(book, part, alert.raised_at)
                finding = Finding(NOT_HEARD, part, "cleared", now, "heard again", alert.device)
                alerting.take(self._connection, site, finding, concern, now)
