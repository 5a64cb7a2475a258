"""When an event of a calendar file is: its recurrence, its exceptions and its length, by its own wall clock.

Here: an event's stretches of time. Not here: whose shift that is, as what, where (hub/roster_calendar.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from icalendar.prop import vDDDTypes

from rules.building import Site
from rules.duration import local_instant
from rules.duty import LONGEST
from rules.recurrence import UnusableRuleError, days_on

BACK, AHEAD = timedelta(days=7), timedelta(weeks=26)
"""[default] What is planned for then is taken over; a recurrence goes on for ever."""
LONGEST_ALL_DAY = 31
"""[default] Days. An event over several whole days is a shift on each of them."""

Event = Any
"""A VEVENT: to the library's types each of its properties may be any of thirty kinds."""


class OddError(Exception):
    """Why an event is no shift: a code (rules/wording/roster.py), and what stands there."""

    def __init__(self, code: str, said: object = "") -> None:
        super().__init__(code)
        self.code, self.said = code, short(said)


class Stretch(NamedTuple):
    """`original`: which of the event's times it stands for, also where that one was moved."""

    original: datetime
    starts_at: datetime
    ends_at: datetime


def stretches(event: Event, site: Site, since: datetime, until: datetime) -> Iterator[Stretch]:
    """An event's times, in order; of a recurrence those that begin about there. Raises OddError."""
    start = _moment_of(event, "DTSTART")
    if start is None:
        raise OddError("no_times")
    zone = start.tzinfo if isinstance(start, datetime) and start.tzinfo else site.zone
    wall, length, whole_days = _wall(start), _length(event, start, zone), not isinstance(start, datetime)
    if whole_days and length > timedelta(days=LONGEST_ALL_DAY):
        raise OddError("too_many_days", f"{length.days} d")
    if not whole_days and not timedelta(0) < length <= LONGEST:
        raise OddError("shift_length", length)
    moved = moved_from(event, site)
    for day in _days(event, wall, zone, since, until):
        begins = datetime.combine(day, wall.time())
        original = moved or _of_wall(begins, zone)
        if not whole_days:
            yield Stretch(original, _of_wall(begins, zone), _of_wall(begins + length, zone))
            continue
        for n in range(max(1, length.days)):
            one, after = (_of_wall(begins + timedelta(days=n + more), zone) for more in (0, 1))
            yield Stretch(original + timedelta(days=n), one, after)


def moved_from(event: Event, site: Site) -> datetime | None:
    """Of an event that stands for one time of a recurrence: which one."""
    if "RECURRENCE-ID" not in event:
        return None
    at = _moment_of(event, "RECURRENCE-ID")
    assert at is not None
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.astimezone(UTC)
    return local_instant(f"{_wall(at):%Y-%m-%dT%H:%M}", site.zone)


def _length(event: Event, start: date, zone: tzinfo) -> timedelta:
    """By the wall clock, so that a night in which the clocks change ends at its hour all the same."""
    if "DURATION" in event:
        length = getattr(event["DURATION"], "dt", None)  # a broken one was refused before
        if not isinstance(length, timedelta):
            raise OddError("broken", "DURATION")
        return length
    end = _moment_of(event, "DTEND")
    if end is None:
        if isinstance(start, datetime):
            raise OddError("no_end")
        return timedelta(days=1)
    if isinstance(end, datetime) and end.tzinfo is not None:
        end = end.astimezone(zone)
    return _wall(end) - _wall(start)


def _days(event: Event, wall: datetime, zone: tzinfo, since: datetime, until: datetime) -> Iterator[date]:
    """The days on which it begins."""
    for strange in ("RDATE", "EXRULE"):
        if strange in event:
            raise OddError("recurrence", strange)
    rule = event.get("RRULE")
    if rule is None or "RECURRENCE-ID" in event:
        yield wall.date()
        return
    if isinstance(rule, list):
        raise OddError("recurrence", "RRULE, RRULE")
    left_out = _left_out(event, zone)
    try:
        found = days_on(_plain(rule, wall, zone), wall.date(), until.astimezone(zone).date())
    except UnusableRuleError as error:
        raise OddError("recurrence", error) from None
    first = since.astimezone(zone).date() - timedelta(days=LONGEST_ALL_DAY)
    for day in found:
        if day >= first and datetime.combine(day, wall.time()) not in left_out:
            yield day


def _left_out(event: Event, zone: tzinfo) -> set[datetime]:
    """EXDATE, by the event's own wall clock."""
    found = event.get("EXDATE") or []
    days = [d.dt for one in (found if isinstance(found, list) else [found]) for d in one.dts]
    return {_wall(d.astimezone(zone) if isinstance(d, datetime) and d.tzinfo else d) for d in days}


def _plain(rule: Mapping[str, Any], wall: datetime, zone: tzinfo) -> dict[str, list[str]]:
    """A recurrence as text, its end as the last day on which the event may begin."""
    said = {str(key).upper(): [str(value) for value in values] for key, values in rule.items()}
    ends = list(rule.get("UNTIL") or [])
    if ends and isinstance(ends[0], date):
        end = ends[0]
        aware = isinstance(end, datetime) and end.tzinfo is not None
        last = _wall(end.astimezone(zone) if aware and isinstance(end, datetime) else end)
        if isinstance(end, datetime) and last.time() < wall.time():
            last -= timedelta(days=1)
        said["UNTIL"] = [last.date().isoformat()]
    return said


def _moment_of(event: Event, name: str) -> date | None:
    """A date, or a time whose zone is known. Raises OddError."""
    found = event.get(name)
    if found is None:
        return None
    at = found.dt if isinstance(found, vDDDTypes) else None
    if not isinstance(at, date):
        raise OddError("broken", name)
    zone = getattr(found, "params", {}).get("TZID")
    if isinstance(at, datetime) and at.tzinfo is None and zone:
        raise OddError("no_such_zone", zone)
    return at


def _wall(at: date) -> datetime:
    return at.replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time())


def _of_wall(wall: datetime, zone: tzinfo) -> datetime:
    """A wall clock's time as an instant; of a doubled time the first, a skipped one as the clocks jump."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def short(said: object) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(said))
    return text if len(text) <= 80 else text[:79] + "…"
