"""Who lived in which room when: what a room's sensors said is about all who lived in it then, whoever lives
there now.

Here: the values and the question. Not here: what follows for relatives (rules/relatives.py); where it is
known from (hub/homes.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.stretches import Stretch


class Home(NamedTuple):
    """Somebody lived in a room. `resident` None: one who is erased, of whom nothing else is known. `until`
    is not part of it, None where they live there still.
    """

    resident: str | None
    since: datetime
    until: datetime | None


def others(homes: Iterable[Home], resident: str, during: Stretch) -> set[str | None]:
    """Who else lived in the room at any time of it."""
    return {
        home.resident
        for home in homes
        if home.resident != resident
        and home.since < during.until
        and (home.until is None or during.since < home.until)
    }


def living(homes: Iterable[Home], at: datetime) -> set[str | None]:
    """Who lived in the room just then."""
    return {h.resident for h in homes if h.since <= at and (h.until is None or at < h.until)}


def day_with_its_night(day: date, zone: ZoneInfo) -> Stretch:
    """A day and all of the one in whose evening its night began: of a day on which somebody moved nobody
    wrote down the hour.
    """
    since, until = day - timedelta(days=1), day + timedelta(days=1)
    return Stretch(datetime.combine(since, time(), zone), datetime.combine(until, time(), zone))
