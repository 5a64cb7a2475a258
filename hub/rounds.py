"""The rounds: what the hub looks after once a second, whatever comes in. Alerts whose time is up, a new site
file, a new day, what is paused, who is away, who is watched over, which part has been silent too long, what
is wrong with which device, and the sign that the hub itself is alive.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from hub import absences, alerting, goals, pauses, walk_test
from hub.health.faults import Faults
from hub.health.silence import Silence
from hub.pipeline import Pipeline
from hub.store import alerts, codecs, escalations, health, sites
from hub.store import protection as standings
from hub.store.db import transaction
from rules.finding import Finding
from rules.protection import NOT_HEARD, TELL_AFTER, TOLD_AGAIN, not_heard, protection

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=1)
"""Between two looks for devices that have fallen silent."""
AT_MOST = 50
"""Devices looked at for faults in one round: readings wait for it."""
STEADY = timedelta(minutes=5)


class Flapping:
    """Since when a part is away, where coming back for less than `STEADY` does not count as being back."""

    def __init__(self) -> None:
        self._lost: dict[str, datetime] = {}
        self._back: dict[str, datetime] = {}

    def since(self, unheard: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
        """For each part that is away now, when that began."""
        for part, since in unheard.items():
            self._lost.setdefault(part, since)
            self._back.pop(part, None)
        for part in [part for part in self._lost if part not in unheard]:
            if now - self._back.setdefault(part, now) >= STEADY:
                del self._lost[part], self._back[part]
        return {part: self._lost[part] for part in unheard}


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
        self._codecs = codecs.newest_id(connection, pipeline.site.site)
        self._lost = Flapping()
        self._silence = Silence(connection, pipeline)
        self._faults = Faults(connection, pipeline, self._silence)
        self._found_silent: set[str] = set()  # by their own deadline, which they have had
        self._next_look: datetime | None = None
        self._looked_back = False
        self._settled = False  # the site may have changed while the hub was down
        self.next_call: datetime | None = None
        """When somebody is to be called next, as of the last round: that does not wait for the next one."""
        self._basis: object = None  # what the protection was computed from that is written down

    def go(self, now: datetime, wall: datetime) -> None:
        """One round. `now` is the clock the rules go by, `wall` the clock on the wall (they differ in a
        replay).
        """
        self._look_for_new_site(wall)
        if not self._settled:
            alerting.follow_site(self._connection, self._pipeline.site, now)
            self._settled = True
        pauses.let_time_pass(self._connection, self._pipeline.judge.rulebook, now)
        absences.let_time_pass(self._connection, self._pipeline.site, now)
        walk_test.let_time_pass(self._connection, self._pipeline.site.site, now)
        self._pipeline.put_pauses(now)
        self._pipeline.put_aside(now)
        self._look_after_goals(now)
        site = self._pipeline.site.site
        with transaction(self._connection):
            alerting.let_absent_go(self._connection, self._pipeline.site, now)
            alerting.let_strangers_go(self._connection, self._pipeline.site, now)
            alerting.let_time_pass(self._connection, site, now)
            self._tell_of_silence(site, now)
            basis = self._put_protection(site, now)
            health.say(self._connection, site, "hub", "ok", wall)
            self.next_call = escalations.next_due(self._connection, site)
        self._basis = basis

    def _look_for_new_site(self, wall: datetime) -> None:
        """A file imported since, a codec uploaded, or midnight (people move in and out by date)."""
        newest = sites.newest(self._connection, self._pipeline.site.site)
        day = wall.astimezone(self._pipeline.site.zone).date()
        codec = codecs.newest_id(self._connection, self._pipeline.site.site)
        if newest is None or (newest.id, day, codec) == (self._version, self._day, self._codecs):
            return
        self._version, self._day, self._codecs = newest.id, day, codec
        with transaction(self._connection):
            self._faults.keep()
        if self._adopt(newest.document):
            self._settled = False
        else:
            log.error("site version %s does not hold together; the rules before it stay in force", newest.id)

    def look_after_devices(self, now: datetime, live: bool = True, all_at_once: bool = False) -> None:
        """Who has fallen silent (only `live`: a replay's clock says nothing of that), and what is wrong with
        whom. `all_at_once`: not a few devices a round, and now.
        """
        if live and (all_at_once or self._is_time_to_look(now)):
            with transaction(self._connection):
                silent = self._silence.look(now)
            for part in silent:
                self._pipeline.lost_sight(part, now)
            self._found_silent |= set(silent)
        with transaction(self._connection):
            self._faults.look(now, None if all_at_once else self._share())

    def next_silence(self, now: datetime) -> datetime | None:
        """The next instant at which a device may have been silent too long."""
        return self._silence.next_due(now)

    def _is_time_to_look(self, now: datetime) -> bool:
        due = self._next_look is None or now >= self._next_look or self._next_look - now > LOOK_EVERY
        if due:
            self._next_look = now + LOOK_EVERY
        return due

    def _share(self) -> int:
        """So many devices a round that each gets its turn in a minute."""
        return max(AT_MOST, len(self._pipeline.site.devices) // 50)

    def _look_after_goals(self, now: datetime) -> None:
        judge = self._pipeline.judge
        watched = goals.goals_of(judge.rulebook)
        if not watched:
            return
        if not self._looked_back:
            self._looked_back = True
            hub = [
                h.seen
                for h in health.everything(self._connection, self._pipeline.site.site)
                if h.part == "hub"
            ]
            if hub and hub[0] < now:
                goals.hub_was_down(self._connection, judge.rulebook, hub[0], now)
        never_heard = self._pipeline.registry.never_heard
        goals.let_time_pass(self._connection, judge.rulebook, judge.held_since(watched), never_heard, now)

    def _put_protection(self, site: str, now: datetime) -> object:
        """Write down who is watched over where something it depends on has changed; returns what it depends
        on. All of a large house each second would hold up its readings.
        """
        judge = self._pipeline.judge
        today = now.astimezone(self._pipeline.site.zone).date()
        never_heard = self._pipeline.registry.never_heard
        away = {resident: absence.back_by for resident, absence in self._pipeline.away.items()}
        aside, doubtful = dict(self._pipeline.aside), self._faults.untrusted
        basis = (judge.rulebook, today, judge.unheard, never_heard, judge.paused, away, aside, doubtful)
        if basis == self._basis:
            return basis
        before = standings.now(self._connection, site)
        new = protection(*basis)
        changes = [p for p in new if p.resident not in before or before[p.resident].protection != p]
        standings.put(self._connection, site, changes, now)
        return basis

    def _closed_lately(self, site: str, part: str, since: datetime, now: datetime) -> bool:
        """Somebody closed the alert about this same silence a short while ago."""
        known = alerts.newest_closed(self._connection, site, NOT_HEARD, part)
        return (
            known is not None
            and known.cleared_at is None
            and known.closed_at is not None
            and known.closed_at >= since
            and now - known.closed_at < TOLD_AGAIN[part.partition(":")[0]]
        )

    def _tell_of_silence(self, site: str, now: datetime) -> None:
        """A part silent too long becomes one alert; heard again, the alert says so and waits for a human."""
        book, unheard = self._pipeline.judge.rulebook, self._pipeline.judge.unheard
        told = {a.room: a for a in alerts.open_of_rule(self._connection, site, NOT_HEARD)}
        self._found_silent &= unheard.keys()
        kept_aside = {f"device:{device}" for device in self._pipeline.aside}
        for part, since in self._lost.since(unheard, now).items():
            alert = told.get(part)
            is_told = alert is not None and alert.cleared_at is None
            if part in kept_aside:
                continue  # whoever took it aside knows, and those who depend on it are told
            long_enough = part in self._found_silent or now - since >= TELL_AFTER[part.partition(":")[0]]
            if not is_told and long_enough and not self._closed_lately(site, part, since, now):
                finding, concern = not_heard(book, part, since)
                alerting.take(self._connection, site, finding, concern, now)
        for part, alert in told.items():
            if part not in unheard and alert.cleared_at is None:
                _, concern = not_heard(book, part, alert.raised_at)
                finding = Finding(NOT_HEARD, part, "cleared", now, "heard again", alert.device)
                alerting.take(self._connection, site, finding, concern, now)
