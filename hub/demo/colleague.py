"""A made-up colleague: takes what nobody else takes, so that the demo's board stays one that can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from threading import Event

from hub.clock import Clock
from hub.desk import Desk
from hub.settings import Settings
from hub.store import alerts
from hub.store.db import connect
from rules.alert import Alert, Outcome

WAITS = timedelta(minutes=3)
_STEP = timedelta(seconds=30)
_LOOKS_EVERY = 2.0  # seconds


class Colleague:
    def __init__(self, settings: Settings, site: str, person: str, clock: Clock) -> None:
        self._settings, self._site, self._person, self._clock = settings, site, person, clock
        self._outcomes: Iterator[Outcome] = cycle(("helped", "no_help_needed", "false_alarm"))

    def work(self, stopping: Event) -> None:
        connection = connect(self._settings.database)
        desk = Desk(connection, self._site, self._clock)
        while not stopping.wait(_LOOKS_EVERY):
            self.look(connection, desk)
        connection.close()

    def look(self, connection: sqlite3.Connection, desk: Desk) -> None:
        """Once over the board, one step with each alert that waits for it."""
        for alert in alerts.open_alerts(connection, self._site):
            self._act(desk, alert)

    def _act(self, desk: Desk, alert: Alert) -> None:
        now = self._clock.now()
        if alert.state == "open" and now - alert.found_at >= WAITS:
            desk.accept(alert.id, self._person)
        elif alert.accepted_by != self._person:
            return
        elif alert.state == "accepted" and alert.accepted_at and now - alert.accepted_at >= _STEP:
            desk.arrive(alert.id, self._person)
        elif alert.state == "arrived" and alert.arrived_at and now - alert.arrived_at >= _STEP:
            desk.close(alert.id, self._person, next(self._outcomes))
