"""Which store answers: the embedded history, or InfluxDB where that is set (VAKA_HISTORY), and the embedded
one in its stead while InfluxDB is away.

The embedded history is kept beside the database either way; it reaches back less far.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from devices.reading import Reading
from hub.history import History, Hourly
from hub.history.embedded import EmbeddedHistory
from hub.settings import Settings
from rules.building import Site

if TYPE_CHECKING:
    from hub.history.flux import Questions


T = TypeVar("T")


class Stores:
    """One for a process, for all of its threads: it holds the connection to InfluxDB."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._questions: Questions | None = None

    def history(self, connection: sqlite3.Connection, site: Site) -> History:
        """For one thread. A `HistoryInStead` where InfluxDB is set."""
        embedded = EmbeddedHistory(connection, self._settings.database, site)
        destination = self._settings.influx_destination
        if self._settings.history == "embedded" or destination is None:
            return embedded
        from hub.history.influx import InfluxHistory  # here: its library takes 16 MB and 0.3 s

        return HistoryInStead(InfluxHistory(connection, site, self._asked(), destination), embedded)

    def _asked(self) -> Questions:
        from hub.history.destination import Destination
        from hub.history.flux import Questions

        with self._lock:
            if self._questions is None:
                self._questions = Questions(Destination.from_settings(self._settings))
            return self._questions


class HistoryInStead:
    """`why_not`: why the second answered instead of the first, in a technician's words; None while the first
    does.
    """

    def __init__(self, first: History, second: History) -> None:
        self._first, self._second = first, second
        self.why_not: str | None = None

    def readings(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> Iterator[Reading]:
        return self._answer(lambda history: history.readings(devices, since, until, measures))

    def hourly(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> list[Hourly]:
        return self._answer(lambda history: history.hourly(devices, since, until, measures))

    def last_values(self, devices: Collection[str]) -> dict[str, dict[str, Reading]]:
        return self._first.last_values(devices)

    def begins(self) -> datetime | None:
        return self._answer(lambda history: history.begins())

    def _answer(self, ask: Callable[[History], T]) -> T:
        """Of one question only: what came from the first is whole when its call returns."""
        from hub.history.destination import AwayError

        if self.why_not is None:
            try:
                return ask(self._first)
            except AwayError as error:
                self.why_not = str(error)
        return ask(self._second)
