"""Which rules are switched off or rest now and since when, and which go on because somebody came home, or
stirs where nobody should be.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from devices.reading import Reading
from hub import absences as absences_in_force
from hub.clock import Clock
from hub.findings import Findings
from hub.store import absences, pauses
from rules.absence import Absence, away_now, empty_rooms, resting, stirs
from rules.building import Site
from rules.finding import Evidence
from rules.judge import Judge, Key
from rules.latest import Standing
from rules.rulebook import Rulebook


class Resting:
    """Who is away, and what rests meanwhile, of the site and the rules in force."""

    def __init__(self, connection: sqlite3.Connection, site: Site, judge: Judge) -> None:
        self._connection, self._site, self._judge = connection, site, judge
        self.away: dict[str, Absence] = {}
        self._since: dict[Key, datetime] = {}

    def look(self, at: datetime) -> dict[Key, datetime]:
        """What is to be held from `at` on: what rests, and what is switched off."""
        book = self._judge.rulebook
        self.away = away_now(absences.active(self._connection, self._site.site), at)
        self._since = resting(book, empty_rooms(book, self.away)) if self.away else {}
        return held_now(self._connection, self._site.site, self._since, at)

    def mind(self, reading: Reading, standing: Standing, findings: Findings, clock: Clock) -> None:
        """Somebody may have come home unnoticed: then the rules must not go on resting."""
        if not self._since:
            return
        for listener in self._judge.rulebook.listeners.get((reading.device, reading.measure), ()):
            watch = listener.watch
            since = self._since.get(watch.key)
            if since is None or not stirs(reading, standing, since):
                continue
            if not findings.staff(watch.room, reading.at):
                heard = Evidence(reading.device, reading.measure, reading.value, reading.at)
                away = [self.away[resident] for resident in watch.residents]
                absences_in_force.somebody_in(self._connection, self._site, away, heard, clock.now())
            return


def held_now(
    connection: sqlite3.Connection, site: str, resting: Mapping[Key, datetime], at: datetime
) -> dict[Key, datetime]:
    """By rule and room. `resting`: those that rest while nobody is at home."""
    held = {
        (pause.rule, pause.room): pause.paused_at
        for pause in pauses.active(connection, site)
        if pause.device is None and pause.ends_at > at
    }
    for key, since in resting.items():
        held[key] = min(since, held.get(key, since))
    return held


def let_go_by_a_return(
    connection: sqlite3.Connection, site: Site, book: Rulebook, gone_on: Mapping[Key, datetime]
) -> dict[Key, datetime]:
    """Of the rules that go on (and were held since then), those that somebody's coming home lets go on, and
    since when.
    """
    if not gone_on:
        return {}
    since = min(gone_on.values())
    home: dict[str, datetime] = {}
    rooms = {resident.id: resident.room for resident in site.residents}
    for absence in absences.ended(connection, site.site, since):
        assert absence.ended_at is not None
        room = rooms.get(absence.resident, "")
        home[room] = max(absence.ended_at, home.get(room, absence.ended_at))
    switched_on = {
        (pause.rule, pause.room): pause.ended_at
        for pause in reversed(pauses.ended(connection, site.site, since))
        if pause.device is None
    }
    found = {}
    for key, held_since in gone_on.items():
        watch = book.watches.get(key)
        at = home.get(key[1])
        if watch is not None and watch.rule.for_residents and at is not None and at >= held_since:
            found[key] = max(at, switched_on.get(key) or at)
    return found
