"""The history in InfluxDB: what was copied there, and of the journal what InfluxDB has not confirmed yet.

An answer is never older than the last commit, as with the embedded history: the journal is looked at first,
with the cursor in the same instant, and of InfluxDB counts what lies before it. Instants of devices are to
the millisecond (docs/adr/0003-readings-in-influxdb.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, tzinfo
from operator import itemgetter
from typing import Any, NamedTuple

from devices.measures import MEASURES
from devices.reading import Reading, Value
from hub.former_names import bearers, changes_of
from hub.history import Daily, Hourly
from hub.history.days import of_hours
from hub.history.flux import Questions, literal, one_of
from hub.history.hours import AN_HOUR, HOURS, day_of
from hub.history.line_protocol import as_kept, instant_ns
from hub.history.newest import last_values
from hub.history.whose import FOR_EVER, Whose
from hub.store import history_cursor
from hub.store import readings as journal
from hub.store.instants import from_us, to_us
from hub.store.readings import CLOCK_WRONG, NOT_JUDGED, OWN_TIME, SNAPSHOT
from rules.building import Site

_MS = 1_000
_A_DAY = HOURS * AN_HOUR
_UNNAMED = "unnamed-"
_COLUMNS = ("_time", "_value", "_field", "_measurement", "device")
_FIELDS = ("value", "seq", "delay", "flags")
_Tags = dict[str, list[tuple[int, str]]]
_Key = tuple[str, str, int]
"""(device's id, measure, instant in ns)"""


class _Kept(NamedTuple):
    """A reading from either side. Instants in µs; `seq` is None for what was copied before it was written."""

    seq: int | None
    device: str
    measure: str
    value: Value
    at: int
    received_at: int
    flags: int


class InfluxHistory:
    """`connection`: to the hub's database, not within a transaction. Not for two threads at once.

    Every method but `last_values` raises AwayError where InfluxDB cannot answer.
    """

    def __init__(
        self, connection: sqlite3.Connection, site: Site, questions: Questions, destination: str
    ) -> None:
        self._journal, self._questions, self._destination = connection, questions, destination
        self._site, self._of_site = site.site, site
        self._whose = Whose(connection, site)
        self._measures = journal.measure_names(connection)

    def readings(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> Iterator[Reading]:
        found = self._kept(devices, to_us(since), to_us(until), measures)
        found.sort(key=lambda kept: (kept.seq is not None, kept.seq or kept.at))
        return (_reading(kept) for kept in found if not kept.flags & NOT_JUDGED)

    def hourly(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> list[Hourly]:
        first, last = to_us(since) // _A_DAY * _A_DAY, to_us(until)
        series: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        for kept in self._kept(devices, first, last, measures, ("value",)):
            series.setdefault((kept.device, kept.measure), []).append((kept.at, kept.value))
        before = self._before(devices, first, measures)
        found: list[Hourly] = []
        for key in series.keys() | before.keys():
            values = sorted(series.get(key, ()), key=itemgetter(0))
            found += _hours(*key, values, before.get(key), first, last)
        return sorted((hour for hour in found if since <= hour.at < until), key=itemgetter(0, 1, 2))

    def daily(
        self,
        devices: Collection[str],
        since: date,
        until: date,
        measures: Collection[str] = (),
        zone: tzinfo = UTC,
    ) -> list[Daily]:
        first, last = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, until))
        return of_hours(self.hourly(devices, first, last, measures), zone)

    def last_values(self, devices: Collection[str]) -> dict[str, dict[str, Reading]]:
        return last_values(self._journal, self._whose, devices)

    def begins(self) -> datetime | None:
        asked = (
            f"{self._from()} |> range(start: 0)"
            f" |> filter(fn: (r) => r.site == {literal(self._site)} and r._field == {literal('seq')})"
            ' |> first() |> keep(columns: ["_time"]) |> sort(columns: ["_time"]) |> limit(n: 1)'
        )
        for (at,), _ in self._questions.ask(asked, ("_time",)):
            return from_us(_ns(at) // 1000 // _A_DAY * _A_DAY)
        return journal.oldest_at(self._journal)

    def hours_begin(self) -> datetime | None:
        return self.begins()  # they are worked out from the readings

    # How

    def _kept(
        self,
        devices: Collection[str],
        first: int,
        last: int,
        measures: Collection[str],
        fields: Collection[str] = _FIELDS,
    ) -> list[_Kept]:
        """Readings of those devices from `first` to before `last` (µs), in no order; of what InfluxDB has, so
        many fields.
        """
        if not devices or first >= last:
            return []
        cursor, tail = self._tail(devices, first, last, measures)
        # Written, and not confirmed yet: the journal tells of it.
        written = {(k.device, k.measure, instant_ns(k.at // _MS, k.seq)) for k in tail if k.seq is not None}
        found = [
            kept
            for key, kept in self._copied(devices, first, last, measures, fields)
            if first <= kept.at < last and (kept.seq or 0) <= cursor and key not in written
        ]
        return found + tail

    def _tail(
        self, devices: Collection[str], first: int, last: int, measures: Collection[str]
    ) -> tuple[int, list[_Kept]]:
        """How far InfluxDB has confirmed the journal, and what comes after."""
        self._journal.execute("BEGIN")
        try:
            cursor = history_cursor.of(self._journal, self._destination)
            numbers = self._whose.numbers(devices)
            rows = journal.of_devices(self._journal, cursor, numbers, first, last)
        finally:
            self._journal.execute("COMMIT")
        tail = []
        for seq, no, measure_no, value, at, received_at, flags in rows:
            id, measure = self._whose.at(no, at), self._measures[measure_no]
            if id in devices and id is not None and (not measures or measure in measures):
                state = MEASURES[measure].kind == "state"
                tail.append(_Kept(seq, id, measure, bool(value) if state else value, at, received_at, flags))
        return cursor, tail

    def _copied(
        self,
        devices: Collection[str],
        first: int,
        last: int,
        measures: Collection[str],
        fields: Collection[str],
    ) -> Iterator[tuple[_Key, _Kept]]:
        """What InfluxDB has: its fields stand one below the other and are brought together here."""
        start, stop = first // _MS * 1_000_000, -(-last // _MS) * 1_000_000
        asked = (
            f"{self._from()} |> range(start: time(v: {start}), stop: time(v: {stop}))"
            f"{self._filters(devices, measures)} |> filter(fn: (r) => {one_of('_field', fields)})"
            f" |> keep(columns: {_columns(_COLUMNS)})"
        )
        values: dict[_Key, Value] = {}
        beside: dict[str, dict[_Key, int]] = {"seq": {}, "delay": {}, "flags": {}}
        for (instant, value, field, measure, tag), kind in self._questions.ask(asked, _COLUMNS):
            key = tag, measure, _ns(instant)
            if field == "value":
                values[key] = _value(value, kind)
            elif field in beside:
                beside[field][key] = int(value)
        tags = self._tags(devices)
        for key, said in values.items():
            tag, measure, ns = key
            at = ns // 1_000_000 * _MS
            id = self._whose_tag(tag, at, tags, devices)
            if id is None:
                continue
            flags = beside["flags"].get(key, OWN_TIME)
            received_at = at + beside["delay"].get(key, 0)
            if not flags & OWN_TIME and received_at - at < _MS:
                at = received_at  # taken as the time of its arrival, which is known to the µs
            yield (
                (id, measure, ns),
                _Kept(beside["seq"].get(key), id, measure, said, at, received_at, flags),
            )

    def _before(
        self, devices: Collection[str], first: int, measures: Collection[str]
    ) -> dict[tuple[str, str], Value]:
        """How each state stood when the first day began."""
        if not devices:
            return {}
        states = [
            m for m, kind in MEASURES.items() if kind.kind == "state" and (not measures or m in measures)
        ]
        asked = (
            f"{self._from()} |> range(start: 0, stop: time(v: {first * 1000}))"
            f'{self._filters(devices, states)} |> filter(fn: (r) => r._field == "value") |> last()'
            f" |> keep(columns: {_columns(_COLUMNS)})"
        )
        newest: dict[tuple[str, str], tuple[int, Value]] = {}
        tags = self._tags(devices)
        for (instant, value, _, measure, tag), kind in self._questions.ask(asked, _COLUMNS):
            ns = _ns(instant)
            id = self._whose_tag(tag, ns // 1000, tags, devices)
            if id is not None and ns >= newest.get((id, measure), (0, None))[0]:
                newest[id, measure] = ns, _value(value, kind)
        return {key: value for key, (_, value) in newest.items()}

    def _from(self) -> str:
        return f"from(bucket: {literal(self._questions.bucket)})"

    def _filters(self, devices: Collection[str], measures: Collection[str]) -> str:
        unnamed = (f"{_UNNAMED}{no}" for no in self._whose.numbers(devices))
        tags = {*self._tags(devices), *unnamed}
        # Only readings have a device: without measures asked for nothing else comes either.
        of_measures = f" |> filter(fn: (r) => {one_of('_measurement', measures)})" if measures else ""
        return (
            f" |> filter(fn: (r) => r.site == {literal(self._site)})"
            f" |> filter(fn: (r) => {one_of('device', tags)}){of_measures}"
        )

    def _tags(self, devices: Collection[str]) -> _Tags:
        """What they are and were called; with whose name it was up to which instant (µs)."""
        called = {change.id for id in devices for change in changes_of(self._journal, self._of_site, id)}
        return {
            as_kept(name): [
                *((to_us(until), id) for until, id in bearers(self._journal, self._of_site, name)),
                (FOR_EVER, name),
            ]
            for name in {*devices, *called}
        }

    def _whose_tag(self, tag: str, at: int, tags: _Tags, devices: Collection[str]) -> str | None:
        """Which of the devices asked for a point is of: by its tag, or where it had no name yet, by its place
        at that instant.
        """
        no = tag.removeprefix(_UNNAMED)
        id = next((id for until, id in tags.get(tag, ()) if at < until), None)
        if id is None and no.isdecimal():
            id = self._whose.at(int(no), at)
        return id if id in devices else None


def _hours(
    device: str, measure: str, values: list[tuple[int, Any]], before: object, first: int, last: int
) -> Iterator[Hourly]:
    days: dict[int, list[tuple[int, Any]]] = {}
    for at, value in values:
        days.setdefault(at // _A_DAY, []).append((at % _A_DAY, value))
    for day in range(first // _A_DAY, (last - 1) // _A_DAY + 1):
        found = day_of(measure, days.get(day, ()), before, min(last - day * _A_DAY, _A_DAY))
        before = found.last
        for hour in found.hours:
            yield Hourly(device, measure, from_us(day * _A_DAY + hour.hour * AN_HOUR), *hour[1:])


def _reading(kept: _Kept) -> Reading:
    at = from_us(kept.at)
    return Reading(
        kept.device,
        kept.measure,
        kept.value,
        at,
        at if kept.received_at == kept.at else from_us(kept.received_at),
        kept.flags & OWN_TIME != 0,
        kept.flags & SNAPSHOT != 0,
        False,
        kept.flags & CLOCK_WRONG != 0,
    )


def _columns(names: tuple[str, ...]) -> str:
    return f"[{', '.join(literal(name) for name in names)}]"


def _value(text: str, kind: str) -> Value:
    if kind == "boolean":
        return text == "true"
    return float(text) if kind == "double" else text.replace("\r\n", "\n")  # as CSV has a line break


def _ns(instant: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 instant in UTC; InfluxDB leaves zeros at the end away."""
    whole, _, part = instant.removesuffix("Z").partition(".")
    seconds = round(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * 1_000_000_000 + int(part.ljust(9, "0") or 0)
