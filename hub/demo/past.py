"""The weeks before the demo began, so that its pictures and figures have something to show: what was heard
goes through the one engine at once, what it found was seen to by the house's people, and all of it is put
into the history.

Not here: the life itself (hub/demo/weeks.py).
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from devices.reading import Reading
from hub import alerting
from hub.clock import NEVER
from hub.demo.batteries import level
from hub.demo.weeks import DAY, MINUTE, Said, silences, weeks
from hub.desk import Desk
from hub.history.segments import beside, connect_history
from hub.history.upkeep import close_days, move
from hub.settings import Settings
from hub.store import device_health, devices, outbox, readings
from hub.store import silences as store_of_silences
from hub.store.db import connect, transaction
from hub.store.instants import to_us
from rules.alert import Alert, Outcome, concern_of
from rules.backtest import backtest
from rules.building import Site
from rules.catalogue import catalogue
from rules.finding import Finding
from rules.rulebook import Rulebook, rulebook

SETTLED = timedelta(minutes=90)
"""Before the demo begins: nothing is found from then on, so that what came before is over by then."""
_AT_MOST = 25.0  # minutes for each of three acts: together less than `SETTLED`
_OUTCOMES: dict[str, tuple[int, int, int]] = {
    "help-button": (14, 4, 1),
    "fall": (8, 4, 6),
    "night-exit": (8, 5, 4),
    "door-open": (1, 9, 8),
}
"""How often it was of help, no help was needed, it was a false alarm."""
_OTHERS = (6, 5, 5)


class StoryClock:
    """Stands where the story is."""

    follows_readings = False

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class _Act(NamedTuple):
    """What somebody does about an alert, and when."""

    at: datetime
    alert: int
    what: str
    person: str


def live_through(settings: Settings, site: Site, now: datetime, days: int, seed: int) -> int:
    """Returns how many readings that was; none where the house has a history already."""
    since, until = now - days * DAY, now
    with closing(connect(settings.database)) as connection:
        if days <= 0 or readings.newest(connection):
            return 0
        # Nothing of it is real, and a crash begins anew: the disk need not be waited for.
        connection.execute("PRAGMA synchronous = OFF")
        random = Random(seed)
        said = [one for one in weeks(site, random, since, until) if not _calls_late(one, until)]
        _keep(connection, site, said)
        with closing(connect_history(beside(settings.database))) as history:
            history.execute("PRAGMA synchronous = OFF")
            while move(connection, history):
                pass
            close_days(connection, history, now)
        _People(connection, site, random).see_to(_found(site, said, until - SETTLED), until)
    return len(said)


def _calls_late(one: Said, until: datetime) -> bool:
    return one.measure in ("pressed", "fall") and one.at >= until - SETTLED


def _keep(connection: sqlite3.Connection, site: Site, said: Sequence[Said]) -> None:
    newest: dict[str, devices.Newest] = {}
    for one in said:
        newest.setdefault(one.device, {})[one.measure] = (one.value, one.at)
    named = {device.id: device for device in site.devices}
    with transaction(connection):
        measures = readings.measure_numbers(connection)
        nos = {
            id: devices.add(
                connection, site.site, site.gateway_of(named[id]), named[id].address or id, said[0].at
            )
            for id in newest
        }
        readings.append(connection, _rows(said, nos, measures))
        devices.put_latest(
            connection, [(nos[id], max(at for _, at in own.values()), own) for id, own in newest.items()]
        )
        first, last = (int(one.at.timestamp() // 86_400) for one in (said[0], said[-1]))
        device_health.put_levels(
            connection,
            [
                (no, day, level(id, said[0].at + (day - first) * DAY))
                for id, no in nos.items()
                for day in range(first, last)
            ],
        )
        ended = [(s.what, s.since, s.until) for s in silences(site, said[-1].at) if s.until is not None]
        store_of_silences.add(connection, site.site, ended)


def _rows(said: Iterable[Said], nos: dict[str, int], measures: dict[str, int]) -> Iterator[readings.Row]:
    for at, device, measure, value in said:
        instant = to_us(at)
        yield nos[device], measures[measure], value, instant, instant, readings.OWN_TIME


def _found(site: Site, said: Iterable[Said], until: datetime) -> Iterator[Finding]:
    told = (
        Reading(device, measure, value, at, at, own_time=True)
        for at, device, measure, value in said
        if at < until and measure not in ("lqi", "battery")  # no rule listens to those
    )
    return backtest(site, catalogue(), told, silences(site, until))


class _People:
    """Whoever was on duty, some minutes after each finding."""

    def __init__(self, connection: sqlite3.Connection, site: Site, random: Random) -> None:
        self._connection, self._site, self._random = connection, site, random
        self._clock = StoryClock(NEVER)
        self._desk = Desk(connection, site.site, self._clock)
        self._waiting: list[_Act] = []

    def see_to(self, findings: Iterable[Finding], until: datetime) -> None:
        book: Rulebook | None = None
        for finding in findings:
            self._act_until(finding.at)
            if book is None:
                book = rulebook(self._site, catalogue(), finding.at.astimezone(self._site.zone).date())
            watch = book.watches[finding.rule, finding.room]
            concern = concern_of(watch, (), self._site.escalation_of(watch.unit), finding.device)
            with transaction(self._connection):
                alert = alerting.take(self._connection, self._site.site, finding, concern, finding.at)
            if alert is not None and finding.kind == "raised" and alert.occurrences == 1:
                self._plan(alert, finding.at)
        self._act_until(until)
        with transaction(self._connection):  # lamps and signs were told at the time
            told = outbox.waiting(self._connection, self._site.site, 1_000_000)
            outbox.mark_sent(self._connection, (one.id for one in told), until)

    def _plan(self, alert: Alert, at: datetime) -> None:
        person = self._on_duty(at, alert.unit)
        for what, middle in (("accept", 1.3), ("arrive", 2.4), ("close", 5.0)):
            at += min(_AT_MOST, middle * self._random.lognormvariate(0, 0.7)) * MINUTE
            heapq.heappush(self._waiting, _Act(at, alert.id, what, person))

    def _act_until(self, then: datetime) -> None:
        while self._waiting and self._waiting[0].at <= then:
            act = heapq.heappop(self._waiting)
            self._clock.at = act.at
            with transaction(self._connection):
                alerting.let_time_pass(self._connection, self._site.site, act.at)
            if act.what == "accept":
                self._desk.accept(act.alert, act.person)
            elif act.what == "arrive":
                self._desk.arrive(act.alert, act.person)
            else:
                self._desk.close(act.alert, act.person, self._outcome(act.alert))

    def _outcome(self, id: int) -> Outcome:
        row = self._connection.execute("SELECT rule FROM alert WHERE id = ?", (id,)).fetchone()
        likely = _OUTCOMES.get(row[0], _OTHERS)
        outcomes: tuple[Outcome, ...] = ("helped", "no_help_needed", "false_alarm")
        return self._random.choices(outcomes, likely)[0]

    def _on_duty(self, at: datetime, unit: str) -> str:
        """As the roster of hub/demo/preparation.py has it, day after day."""
        hour = at.astimezone(self._site.zone).hour
        if 7 <= hour < 15:
            return "kari" if unit == "solsikka" else "amina"
        return "jonas" if 15 <= hour < 22 else "nora"
