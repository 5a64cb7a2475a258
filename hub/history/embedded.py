"""The embedded history: the segments beside the database, and what the journal has that was not moved yet.

An answer is never older than the last commit. Readings that are moved while somebody asks are neither lost
nor doubled: the journal is looked at first, and of it counts what lies behind the history's own cursor.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from devices.measures import MEASURES
from devices.reading import Reading
from hub.history import Daily, Hourly, segments
from hub.history.block import unpacked
from hub.history.days import daily, days_of, summed
from hub.history.hours import AN_HOUR, Day, Hour, day_of, decode
from hub.history.newest import last_values
from hub.history.segments import A_DAY, Series, beside, connect_history
from hub.history.whose import Whose
from hub.store import readings as journal
from hub.store.instants import from_us, to_us
from hub.store.readings import CLOCK_WRONG, NOT_JUDGED, OWN_TIME, SNAPSHOT
from rules.building import Site

_BY_SEQ = itemgetter(0)
_EPOCH = date(1970, 1, 1)
_Row = tuple[int, int, int, Any, int, int, int]
"""(seq, device no, measure no, value, at, received at, flags), instants in µs"""


class _Period(NamedTuple):
    """What is asked for: numbers of devices and measures, and µs."""

    devices: list[int]
    measures: frozenset[int]
    first: int
    last: int

    @property
    def days(self) -> range:
        return range(self.first // A_DAY, (self.last - 1) // A_DAY + 1)


class EmbeddedHistory:
    """`connection`: to the hub's database, not within a transaction. Not for two threads at once."""

    def __init__(self, connection: sqlite3.Connection, database: Path, site: Site) -> None:
        self._journal, self._file = connection, beside(database)
        self._whose = Whose(connection, site)
        self._measures = journal.measure_names(connection)

    def readings(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> Iterator[Reading]:
        wanted = set(devices)
        states = {no for no, name in self._measures.items() if MEASURES[name].kind == "state"}
        for rows in self._in_order(self._period(devices, measures, since, until)):
            for _, device, measure, value, at, received_at, flags in rows:
                if flags & NOT_JUDGED:
                    continue  # tried by a technician, or of a paused device: no rule heard it then
                id = self._whose.at(device, at)
                if id not in wanted or id is None:
                    continue  # at another place then
                instant = from_us(at)
                yield Reading(
                    id,
                    self._measures[measure],
                    bool(value) if measure in states else value,
                    instant,
                    instant if received_at == at else from_us(received_at),
                    flags & OWN_TIME != 0,
                    flags & SNAPSHOT != 0,
                    False,
                    flags & CLOCK_WRONG != 0,
                )

    def hourly(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> list[Hourly]:
        period, wanted = self._period(devices, measures, since, until), set(devices)
        found = [
            Hourly(device, self._measures[measure], from_us(began), *hour[1:])
            for device, measure, began, hour in self._hours(period, wanted)
        ]
        return sorted(found, key=itemgetter(0, 1, 2))

    def daily(
        self,
        devices: Collection[str],
        since: date,
        until: date,
        measures: Collection[str] = (),
        zone: tzinfo = UTC,
    ) -> list[Daily]:
        """From the hours as far as they are kept, which know of a device that was moved within the day, and
        of when a day begins elsewhere.
        """
        wanted = set(devices)
        with closing(connect_history(self._file)) as history:
            first = max(since, _first_by_hours(history, zone, since))
            period = self._period(devices, measures, _midnight(since), _midnight(min(first, until)))
            found = list(self._days_alone(history, period, wanted))
        days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
        begin = [to_us(_midnight(day, zone)) for day in days]
        by_day: dict[tuple[str, int, int], list[Hour]] = {}
        if len(days) > 1:
            period = self._period(devices, measures, from_us(begin[0]), from_us(begin[-1]))
            for device, measure, began, hour in self._hours(period, wanted):
                by_day.setdefault((device, measure, bisect_right(begin, began) - 1), []).append(hour)
        for (device, measure, n), own in by_day.items():
            found.append(daily(device, self._measures[measure], days[n], summed(own)))
        return sorted(found, key=itemgetter(0, 1, 2))

    def _hours(self, period: _Period, wanted: set[str]) -> Iterator[tuple[str, int, int, Hour]]:
        """(device, measure's number, when it began in µs, hour) of those that begin in the period."""
        whole = period._replace(first=period.days.start * A_DAY)
        with self._snapshot(whole) as (history, tail):
            pieces = _values_of_open_days(history, tail, whole)
            for device in period.devices:
                for measure in period.measures:
                    for day, hours in self._days(history, (device, measure), pieces, whole):
                        for hour in hours.hours:
                            began = day * A_DAY + hour.hour * AN_HOUR
                            if not period.first <= began < period.last:
                                continue
                            id = self._whose.within(device, began, began + AN_HOUR)
                            if id is not None and id in wanted:
                                yield id, measure, began, hour

    def _days_alone(self, history: sqlite3.Connection, period: _Period, wanted: set[str]) -> Iterator[Daily]:
        """Of days whose hours are gone."""
        for device in period.devices:
            for measure in period.measures:
                for day, whole in days_of(history, (device, measure), period.days):
                    id = self._whose.within(device, day * A_DAY, (day + 1) * A_DAY)
                    if id is not None and id in wanted:
                        yield daily(id, self._measures[measure], _EPOCH + timedelta(days=day), whole)

    def last_values(self, devices: Collection[str]) -> dict[str, dict[str, Reading]]:
        return last_values(self._journal, self._whose, devices)

    def begins(self) -> datetime | None:
        with closing(connect_history(self._file)) as history:
            day = segments.oldest_day(history)
        return from_us(day * A_DAY) if day is not None else journal.oldest_at(self._journal)

    def hours_begin(self) -> datetime | None:
        with closing(connect_history(self._file)) as history:
            day = segments.oldest_day_of_hours(history)
        begins = self.begins()
        if day is None or begins is None:
            return begins
        return min(from_us(day * A_DAY), begins)

    # How

    def _period(
        self, devices: Collection[str], measures: Collection[str], since: datetime, until: datetime
    ) -> _Period:
        wanted = frozenset(no for no, name in self._measures.items() if not measures or name in measures)
        return _Period(self._whose.numbers(devices), wanted, to_us(since), to_us(until))

    def _in_order(self, period: _Period) -> Iterator[list[_Row]]:
        """The readings in the journal's order, a day's worth at a time. What came in late waits for its turn:
        all that happened on a later day than the next came in after the next day had begun.
        """
        with self._snapshot(period) as (history, tail):
            own = segments.by_day(history, period.days)
            waiting: list[_Row] = []
            for day in period.days:
                new = list(_rows(history, own.get(day, ()), tail.get(day, ()), period))
                if not new:
                    continue
                new.sort(key=_BY_SEQ)
                if waiting:
                    turn = new[0][0]
                    yield [row for row in waiting if row[0] < turn]
                    late = [row for row in waiting if row[0] > turn]
                    new = sorted(late + new, key=_BY_SEQ) if late else new
                waiting = new
            yield waiting

    @contextmanager
    def _snapshot(self, period: _Period) -> Iterator[tuple[sqlite3.Connection, dict[int, list[_Row]]]]:
        """The history as it stands now, and by day what the journal has that is not there."""
        with closing(connect_history(self._file)) as history:
            self._journal.execute("BEGIN")
            try:
                journal.newest(self._journal)  # from here on the journal stands still, then the history
                history.execute("BEGIN")
                moved = segments.cursor(history)
                rows = journal.of_devices(self._journal, moved, period.devices, period.first, period.last)
            finally:
                self._journal.execute("COMMIT")  # whoever reads for long would hold up the hub's log
            tail: dict[int, list[_Row]] = {}
            for row in rows:
                tail.setdefault(row[4] // A_DAY, []).append(row)
            yield history, tail

    def _days(
        self, history: sqlite3.Connection, series: Series, pieces: _OpenDays, period: _Period
    ) -> Iterator[tuple[int, Day]]:
        """A series' days: those worked out when they were over, those that are not over, and those without a
        word of a state that lasted.
        """
        closed = dict(segments.hours_of(history, series, period.days))
        own = pieces.get(series, {})
        before = segments.hours_before(history, series, period.days.start)
        if not (closed or own or before):
            return
        last = decode(before).last if before is not None else None
        measure = self._measures[series[1]]
        for day in period.days:
            if day in own or day not in closed:
                until = min(period.last - day * A_DAY, A_DAY)
                found = day_of(measure, sorted(own.get(day, []), key=_BY_SEQ), last, until)
            else:
                found = decode(closed[day])
            last = found.last
            yield day, found


_OpenDays = dict[Series, dict[int, list[tuple[int, Any]]]]
"""Series → day → (µs since midnight, value)"""


def _midnight(day: date, zone: tzinfo = UTC) -> datetime:
    return datetime.combine(day, time(), zone)


def _first_by_hours(history: sqlite3.Connection, zone: tzinfo, otherwise: date) -> date:
    """The first day of a time zone whose hours are all kept."""
    oldest = segments.oldest_day_of_hours(history)
    if oldest is None:
        return otherwise
    day = _EPOCH + timedelta(days=oldest)
    return day if _midnight(day, zone) >= _midnight(day) else day + timedelta(days=1)


def _values_of_open_days(
    history: sqlite3.Connection, tail: dict[int, list[_Row]], period: _Period
) -> _OpenDays:
    found: _OpenDays = {}
    own = segments.by_day(history, period.days)
    for day in {*tail, *segments.days_in_pieces(history, period.days.stop)} & set(period.days):
        for _, device, measure, value, at, _, _ in _rows(
            history, own.get(day, ()), tail.get(day, ()), period
        ):
            found.setdefault((device, measure), {}).setdefault(day, []).append((at - day * A_DAY, value))
    return found


def _rows(
    history: sqlite3.Connection, own: Iterable[int], tail: Iterable[_Row], period: _Period
) -> Iterator[_Row]:
    """What is asked for of some segments and of the journal's rows."""
    _, measures, first, last = period
    for segment in own:
        for device, measure, block in segments.blocks(history, segment, period.devices):
            if measure in measures:
                for seq, at, value, delay, flags in unpacked(block):
                    if first <= at < last:
                        yield seq, device, measure, value, at, at + delay, flags
    for row in tail:
        if row[2] in measures:
            yield row
