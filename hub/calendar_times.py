"""When an event of a calendar file is: its recurrence, its exceptions and its length, by its own wall clock.

Here: an event's stretches of time. Not here: whose shift that is, as what, where (hub/roster_calendar.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from icalendar.prop import vDDDTypes

from hub.calendar_recurrence import Recurrences
from rules.building import Site
from rules.duration import local_instant
from rules.duty import LONGEST
from rules.recurrence import UnusableRuleError

BACK, AHEAD = timedelta(days=7), timedelta(weeks=26)
"""[default] What is planned for then is taken over; a recurrence goes on for ever."""
LONGEST_AWAY = timedelta(days=3 * 366)
"""[default] Whoever is away for longer is no longer on any roster."""

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


def stretches(
    event: Event, site: Site, window: tuple[datetime, datetime], again: Recurrences
) -> Iterator[Stretch]:
    """An event's times, in order; of a recurrence those that begin about there. Raises OddError."""
    start, zone = _start(event, site)
    length = _length(event, start, zone)
    if not timedelta(0) < length <= LONGEST:
        raise OddError("shift_length")
    return _each(event, site, length, window, again)


def away(
    event: Event, site: Site, window: tuple[datetime, datetime], again: Recurrences
) -> Iterator[Stretch]:
    """The same of an absence, which may last for weeks: of whole days from midnight to midnight."""
    start, zone = _start(event, site)
    if not is_whole_day(event):
        length = _length(event, start, zone)
    elif "DTEND" in event or "DURATION" in event:
        length = max(_length(event, start, zone), timedelta(days=1))
    else:
        length = timedelta(days=1)
    if not timedelta(0) < length <= LONGEST_AWAY:
        raise OddError("broken", "DTEND")
    return _each(event, site, length, (window[0] - length, window[1]), again)


def _start(event: Event, site: Site) -> tuple[date, tzinfo]:
    start = _moment_of(event, "DTSTART")
    if start is None:
        raise OddError("no_times")
    return start, start.tzinfo if isinstance(start, datetime) and start.tzinfo else site.zone


def _each(
    event: Event, site: Site, length: timedelta, window: tuple[datetime, datetime], again: Recurrences
) -> Iterator[Stretch]:
    start, zone = _start(event, site)
    moved = moved_from(event, site)
    for begins in _begins(event, _wall(start), zone, window, again):
        yield Stretch(
            moved or _of_wall(begins, zone), _of_wall(begins, zone), _of_wall(begins + length, zone)
        )


def is_whole_day(event: Event) -> bool:
    """One or several days, without hours."""
    found = event.get("DTSTART")
    at = found.dt if isinstance(found, vDDDTypes) else None
    return isinstance(at, date) and not isinstance(at, datetime)


def as_it_stands(event: Event, site: Site) -> tuple[date | None, datetime | None]:
    """(from, to) for people to read, also of what is no shift: a day where it has no hours; what can't be
    told is None.
    """
    try:
        start = _moment_of(event, "DTSTART")
        if not isinstance(start, datetime):
            return start, None
        zone = start.tzinfo or site.zone
        starts = _of_wall(_wall(start), zone)
    except OddError:
        return None, None
    try:
        ends = _of_wall(_wall(start) + _length(event, start, zone), zone)
        return starts, ends if _in_every_zone(ends) else None
    except (OddError, OverflowError):
        return starts, None


def is_about(event: Event, window: tuple[datetime, datetime]) -> bool:
    """Whether it may be in the stretch; of what comes again and what can't be read: it may."""
    days = [
        found.dt.date() if isinstance(found.dt, datetime) else found.dt
        for found in (event.get("DTSTART"), event.get("DTEND"))
        if isinstance(found, vDDDTypes) and isinstance(found.dt, date)
    ]
    if not days or "RRULE" in event or "RDATE" in event:
        return True
    since, until = (at.date() for at in window)
    return days[0] <= until and max(days) >= since


def moved_from(event: Event, site: Site) -> datetime | None:
    """Of an event that stands for one time of a recurrence: which one."""
    if "RECURRENCE-ID" not in event:
        return None
    if str(event["RECURRENCE-ID"].params.get("RANGE", "")):
        raise OddError("recurrence", "RANGE=THISANDFUTURE")
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
        raise OddError("no_end")
    if isinstance(end, datetime) and end.tzinfo is not None:
        end = end.astimezone(zone)
    return _wall(end) - _wall(start)


def _begins(
    event: Event, wall: datetime, zone: tzinfo, window: tuple[datetime, datetime], again: Recurrences
) -> Iterator[datetime]:
    """When it begins, by its own wall clock, in order."""
    if "EXRULE" in event:
        raise OddError("recurrence", "EXRULE")
    rule = event.get("RRULE")
    if "RECURRENCE-ID" in event or (rule is None and "RDATE" not in event):
        yield wall
        return
    if isinstance(rule, list):
        raise OddError("recurrence", "RRULE, RRULE")
    since, until = (at.astimezone(zone).replace(tzinfo=None) for at in window)
    left_out = _dates_of(event, "EXDATE", wall, zone)
    found = _dates_of(event, "RDATE", wall, zone)
    try:
        found |= {wall} if rule is None else {*again.begins(_plain(rule, wall, zone), wall, until)}
    except UnusableRuleError as error:
        raise OddError("recurrence", error) from None
    yield from sorted(at for at in found - left_out if since.date() <= at.date() <= until.date())


def _dates_of(event: Event, name: str, wall: datetime, zone: tzinfo) -> set[datetime]:
    """RDATE or EXDATE, by the event's own wall clock; a day alone is that day at the event's own time."""
    found = event.get(name) or []
    every = [one.dt for part in (found if isinstance(found, list) else [found]) for one in part.dts]
    if not all(isinstance(at, date) for at in every):
        raise OddError("recurrence", f"{name};VALUE=PERIOD")
    if not all(_in_every_zone(at) for at in every):
        raise OddError("broken", name)
    return {
        _wall(at.astimezone(zone) if at.tzinfo else at)
        if isinstance(at, datetime)
        else datetime.combine(at, wall.time())
        for at in every
    }


def _plain(rule: Mapping[str, Any], wall: datetime, zone: tzinfo) -> dict[str, list[str]]:
    """A recurrence as text, its end as the last day on which the event may begin."""
    said = {str(key).upper(): [str(value) for value in values] for key, values in rule.items()}
    ends = list(rule.get("UNTIL") or [])
    if ends and isinstance(ends[0], date):
        end = ends[0]
        if not _in_every_zone(end):  # as some programs write that it never ends
            return {name: values for name, values in said.items() if name != "UNTIL"}
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
    if not isinstance(at, date) or not _in_every_zone(at):
        raise OddError("broken", name)
    zone = getattr(found, "params", {}).get("TZID")
    if isinstance(at, datetime) and at.tzinfo is None and zone:
        raise OddError("no_such_zone", zone)
    return at


def _in_every_zone(at: date) -> bool:
    """The first and the last hours of the calendar do not exist in every zone."""
    return date.min.year < at.year < date.max.year


def _wall(at: date) -> datetime:
    return at.replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time())


def _of_wall(wall: datetime, zone: tzinfo) -> datetime:
    """A wall clock's time as an instant; of a doubled time the first, a skipped one as the clocks jump."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def short(said: object) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(said))
    return text if len(text) <= 80 else text[:79] + "…"
