"""Which store answers: the embedded history, or InfluxDB where that is set (VAKA_HISTORY) and the embedded
one does not reach back so far; and the embedded one in its stead while InfluxDB is away.

The embedded history is kept beside the database either way. It answers in milliseconds; another machine takes
seconds for a year.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from devices.reading import Reading
from hub.history import Daily, History, Hourly
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


A_DAY = timedelta(days=1)
"""The first day that is kept here may have lost its morning, where the file was begun anew."""


class HistoryInStead:
    """The second answers for the time that it has whole, the first for what was before. `why_not`: why the
    second answered for that as well, in a technician's words; None while the first does. For one request.
    """

    def __init__(self, first: History, second: History) -> None:
        self._first, self._second = first, second
        self.why_not: str | None = None
        self._begins: dict[str, datetime | None] = {}

    def readings(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> Iterator[Reading]:
        here = self._second.begins()
        if here is not None and since >= here + A_DAY:
            return self._second.readings(devices, since, until, measures)
        return self._answer(lambda history: history.readings(devices, since, until, measures))

    def hourly(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> list[Hourly]:
        here = self._second.hours_begin()
        border = until if here is None else min(max(here + A_DAY, since), until)
        found: list[Hourly] = []
        if since < border:
            found += self._answer(lambda history: history.hourly(devices, since, border, measures))
        if border < until:
            found += self._second.hourly(devices, border, until, measures)
        return sorted(found, key=itemgetter(0, 1, 2))

    def daily(
        self,
        devices: Collection[str],
        since: date,
        until: date,
        measures: Collection[str] = (),
        zone: tzinfo = UTC,
    ) -> list[Daily]:
        here = self._second.hours_begin()
        border = until
        if here is not None:  # two days on it is whole in every zone
            border = min(max((here + 2 * A_DAY).date(), since), until)
        found: list[Daily] = []
        if since < border:
            found += self._answer(lambda history: history.daily(devices, since, border, measures, zone))
        if border < until:
            found += self._second.daily(devices, border, until, measures, zone)
        return sorted(found, key=itemgetter(0, 1, 2))

    def last_values(self, devices: Collection[str]) -> dict[str, dict[str, Reading]]:
        return self._first.last_values(devices)

    def begins(self) -> datetime | None:
        return self._once("readings", lambda history: history.begins())

    def hours_begin(self) -> datetime | None:
        return self._once("hours", lambda history: history.hours_begin())

    def _once(self, what: str, ask: Callable[[History], datetime | None]) -> datetime | None:
        if what not in self._begins:
            self._begins[what] = self._answer(ask)
        return self._begins[what]

    def _answer(self, ask: Callable[[History], T]) -> T:
        """Of one question only: what came from the first is whole when its call returns."""
        from hub.history.destination import AwayError

        if self.why_not is None:
            try:
                return ask(self._first)
            except AwayError as error:
                self.why_not = str(error)
        return ask(self._second)
