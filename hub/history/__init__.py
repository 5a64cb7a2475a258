"""The time series: what the journal of readings holds, kept for graphs, studies and dry runs.

Here: what can be asked of it, whoever answers; hub/history/embedded.py answers from the files beside the
database. Devices have the names the site gives them; instants
are aware UTC, `since` included, `until` not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple, Protocol

from devices.reading import Reading


class Hourly(NamedTuple):
    """One hour of one measure of one device, beginning at `at` (aware UTC). `times`: how often a state became
    true, else how many readings. `seconds`: how long the state was true, as far as anybody heard. `lowest`,
    `mean`, `highest`: a number's. What does not apply is None.
    """

    device: str
    measure: str
    at: datetime
    times: int
    seconds: float | None = None
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None


class Daily(NamedTuple):
    """One day of one measure of one device, with the same figures as of an hour. `hours`: in how many of its
    hours there was anything to tell.
    """

    device: str
    measure: str
    day: date
    times: int
    hours: int
    seconds: float | None = None
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None


class History(Protocol):
    def readings(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> Iterator[Reading]:
        """The readings of some devices (of some measures, where any are named), in the order in which they
        were committed, the newest commit included.
        """
        ...

    def hourly(
        self, devices: Collection[str], since: datetime, until: datetime, measures: Collection[str] = ()
    ) -> list[Hourly]:
        """Hours that begin in the period and have anything to tell, by device, measure and time. The hour
        that is running counts as far as it has come.
        """
        ...

    def daily(
        self,
        devices: Collection[str],
        since: date,
        until: date,
        measures: Collection[str] = (),
        zone: tzinfo = UTC,
    ) -> list[Daily]:
        """Days of a time zone from `since` to before `until` that have anything to tell, by device, measure
        and day. Kept for longer than hours and readings: days before `hours_begin()` are UTC's. The day that
        is running counts as far as it has come.
        """
        ...

    def last_values(self, devices: Collection[str]) -> dict[str, dict[str, Reading]]:
        """The newest reading of each measure, by device and measure."""
        ...

    def begins(self) -> datetime | None:
        """The earliest instant of which readings are kept, to the day; None where there are none."""
        ...

    def hours_begin(self) -> datetime | None:
        """The same of hourly values: never later than that of readings."""
        ...
