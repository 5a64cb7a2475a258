"""What the rules found, put into force: a goal's day, or an alert with who else was there and how its sensors
were.

Here: everything between a finding and its rows. Not here: an alert's own states (hub/alerting.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from devices.reading import Reading
from hub import alerting, goals, sensors_then
from hub.clock import Clock
from hub.registry import Registry
from hub.store import alerts
from rules.alert import concern_of
from rules.building import Site
from rules.company import company, staff
from rules.finding import Evidence, Finding
from rules.goal import needs_an_occasion
from rules.judge import Judge
from rules.proof import PROOF, concern_of_proof, proof_site


class Findings:
    """Of the site and the rules in force. All within the caller's transaction."""

    def __init__(
        self, connection: sqlite3.Connection, site: Site, judge: Judge, registry: Registry, clock: Clock
    ) -> None:
        self._connection, self._site, self._clock = connection, site, clock
        self._judge, self._registry = judge, registry
        self.has_goals = bool(goals.goals_of(judge.rulebook))

    def put(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            watch = self._judge.rulebook.watches[finding.rule, finding.room]
            found_at = self._clock.now()
            if finding.rule == PROOF:
                concern = concern_of_proof(watch.unit)
                alerting.take(self._connection, proof_site(self._site.site), finding, concern, found_at)
                continue
            if watch.rule.goal is not None:
                goals.take(self._connection, self._site, watch, finding, found_at)
                continue
            others: tuple[Evidence, ...] = ()
            if finding.kind != "cleared":
                devices = self._judge.rulebook.devices_of(finding.room)
                others = (
                    *company(devices, self._judge.latest, finding.at),
                    *self.staff(finding.room, finding.at),
                )
            concern = concern_of(watch, others, self._site.escalation_of(watch.unit), finding.device)
            alert = alerting.take(self._connection, self._site.site, finding, concern, found_at)
            if alert is not None and finding.kind != "cleared":
                sensors_then.write_down(self._connection, alert, watch, self._judge, self._registry, found_at)

    def staff(self, room: str, at: datetime) -> tuple[Evidence, ...]:
        """What says that somebody of the staff was in a room."""
        open_there = [a for a in alerts.open_alerts(self._connection, self._site.site) if a.room == room]
        return staff(self._judge.rulebook.devices_of(room), self._judge.latest, open_there, at)

    def note_occasions(self, reading: Reading) -> None:
        """A goal about a thing that is used counts on days on which it was."""
        for watch, part, wanted in self._judge.rulebook.listeners.get((reading.device, reading.measure), ()):
            is_used = part == "when" and (wanted is None or reading.value in wanted)
            if is_used and watch.rule.goal is not None and needs_an_occasion(watch.rule):
                goals.note_occasion(self._connection, self._site, watch, reading.at)
