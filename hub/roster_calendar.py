"""A roster from a calendar file (iCalendar, RFC 5545), as planning programs export it: each event a shift,
but those that say that somebody is not there, and whole days: whoever is ill must not be the one called.

What can't be understood is said event by event, and stops nothing else. A file may come from anywhere: its
size, its events and its recurrences are bounded. How events are read is documented in docs/duty.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from icalendar import Calendar
from icalendar.prop import vDDDTypes

from hub.calendar_people import People
from hub.calendar_recurrence import Recurrences
from hub.calendar_times import (
    AHEAD,
    BACK,
    Event,
    OddError,
    as_it_stands,
    away,
    is_about,
    is_whole_day,
    moved_from,
    short,
    stretches,
)
from hub.duty import why_not
from hub.roster_absences import MOST as MOST_AWAY
from hub.roster_absences import Absences, Away
from hub.roster_left_out import NotUnderstood, of_whoever_is_away
from hub.roster_words import function_of, says_absent
from rules.building import Person, Site
from rules.duty import FUNCTIONS_OF, Function, Shift

LARGEST = 1_000_000
"""[default] Bytes of a file: a year of a big house is a fifth of that."""
MOST_EVENTS = 5_000
MOST_SHIFTS = 5_000


class CalendarRead(NamedTuple):
    """`shifts` have keys. `uids`: beginnings of the keys of all events that were understood or called off:
    what else is on the roster under one of these is there no more. `failed`: those of events that were not
    understood: nothing is said of what they were. `calendar`: which one it is, empty where it has no name.
    `kept_out`: shifts of whoever is away by another event of the file, with that as the reason.
    """

    shifts: tuple[Shift, ...]
    uids: frozenset[str]
    problems: tuple[NotUnderstood, ...]
    failed: frozenset[str] = frozenset()
    calendar: str = ""
    no_shifts: tuple[NotUnderstood, ...] = ()
    titles: Mapping[str, str] = MappingProxyType({})
    kept_out: tuple[tuple[Shift, NotUnderstood], ...] = ()
    away: Absences = Absences(())


def read_calendar(data: bytes, site: Site, emails: Mapping[str, str], now: datetime) -> CalendarRead:
    """The shifts of a file. `emails`: who has which address, in small letters."""
    if len(data) > LARGEST:
        return _nothing("too_large", f"{len(data)} B")
    if data.upper().count(b"BEGIN:VCALENDAR") > data.upper().count(b"END:VCALENDAR"):  # a download cut off
        return _nothing("no_calendar", "no END:VCALENDAR")
    try:
        calendars = Calendar.from_ical(data, multiple=True)
        events = [e for calendar in calendars for e in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError, RecursionError, AttributeError) as error:
        return _nothing("no_calendar", error)
    if not events:
        return _nothing("no_events", "")
    if len(events) > MOST_EVENTS:
        return _nothing("too_many_events", len(events))
    return _Reading(site, emails, now, _which(calendars)).read(events)


def _nothing(code: str, said: object) -> CalendarRead:
    return CalendarRead((), frozenset(), (NotUnderstood("", code, short(said)),))


class _Reading:
    def __init__(self, site: Site, emails: Mapping[str, str], now: datetime, calendar: str) -> None:
        self._site, self._people, self._now = site, People(site, emails), now
        self._since, self._until = now - BACK, now + AHEAD
        self._again, self._calendar = Recurrences(), calendar
        self._shifts: dict[str, Shift] = {}
        self._uids: set[str] = set()
        self._problems: list[NotUnderstood] = []
        self._no_shifts: list[NotUnderstood] = []
        self._titles: dict[str, str] = {}
        self._away: set[Away] = set()

    def read(self, events: list[Event]) -> CalendarRead:
        failed: set[str] = set()
        moved = {at for event in events if (at := self._moved(event)) is not None}
        for event in events:
            try:
                self._take(event, moved)
            except OddError as odd:
                failed.add(_prefix(_uid(event)))
                self._problems.append(self._not_understood(event, odd.code, odd.said))
            if len(self._shifts) > MOST_SHIFTS:
                return _nothing("too_many_shifts", MOST_SHIFTS)
            if len(self._away) > MOST_AWAY:
                return _nothing("too_many_events", MOST_AWAY)
        absences = Absences(self._away)
        kept_out = self._keep_out(absences)
        understood = frozenset(self._uids - failed)
        found = tuple(self._shifts.values())
        return CalendarRead(
            found,
            understood,
            tuple(self._problems),
            frozenset(failed),
            self._calendar,
            tuple(self._no_shifts),
            self._titles,
            kept_out,
            absences,
        )

    def _moved(self, event: Event) -> tuple[str, datetime] | None:
        try:
            at = moved_from(event, self._site)
        except OddError:
            return None
        return (_uid(event), at) if at is not None else None

    def _take(self, event: Event, moved: set[tuple[str, datetime]]) -> None:
        if event.errors:
            raise OddError("broken", event.errors[0][0])
        uid = _uid(event)
        if not uid:
            raise OddError("no_uid")
        prefix = _prefix(uid)
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            self._uids.add(prefix)
            return
        if (why := self._no_shift(event)) is not None:
            self._uids.add(prefix)  # what was a shift of it before is none any more
            if is_about(event, (self._since, self._until)):
                self._no_shifts.append(self._not_understood(event, why))
                if why == "absent":
                    self._note_away(event, moved)
            return
        person = self._people.whose_shift(event)
        function, residents = self._function(event, person), self._residents(event)
        units = self._units(event, person)
        found: dict[str, Shift] = {}
        for original, starts, ends in stretches(event, self._site, (self._since, self._until), self._again):
            replaced = "RECURRENCE-ID" not in event and (uid, original) in moved
            if replaced or not self._since <= starts <= self._until:
                continue
            key = f"{prefix}{original:%Y%m%dT%H%M}"
            shift = Shift(
                0, person.id, units, function, starts, ends, residents, key=key, calendar=self._calendar
            )
            refusal = why_not(shift, self._site)
            if refusal is not None:
                raise OddError(refusal.code)
            found[key] = shift
        self._shifts |= found
        self._titles |= dict.fromkeys(found, short(event.get("SUMMARY", "")))
        self._uids.add(prefix)

    def _note_away(self, event: Event, moved: set[tuple[str, datetime]]) -> None:
        """Whose absence it is, and when. What cannot be told takes no shift: it is listed all the same."""
        person = self._people.whose_absence(event)
        if person is None:
            return
        title, whole = short(event.get("SUMMARY", "")) or "(…)", is_whole_day(event)
        with suppress(OddError, OverflowError):
            found = list(away(event, self._site, (self._since, self._until), self._again))
            for original, starts, ends in found:
                if "RECURRENCE-ID" in event or (_uid(event), original) not in moved:
                    self._away.add(Away(person.id, title, starts, ends, whole))

    def _keep_out(self, absences: Absences) -> tuple[tuple[Shift, NotUnderstood], ...]:
        """Takes out what is not over of whoever is away then."""
        found = []
        for key, shift in list(self._shifts.items()):
            why = absences.of(shift) if shift.ends_at > self._now else None
            if why is not None:
                del self._shifts[key]
                found.append((shift, of_whoever_is_away(shift, why, self._titles[key], self._site)))
        return tuple(found)

    def _not_understood(self, event: Event, code: str, said: str = "") -> NotUnderstood:
        title, (starts, ends) = short(event.get("SUMMARY", "")), as_it_stands(event, self._site)
        found = NotUnderstood(_title(event), code, said, title=title, starts=starts, ends=ends)
        return found._replace(since=starts, until=ends) if code == "shift_length" else found

    def _no_shift(self, event: Event) -> str | None:
        """Why it is nobody's shift (rules/wording/roster.py). Whoever is named in it may be on any."""
        text = " ".join([str(event.get("SUMMARY", "")), *_categories(event)])[:1000]
        if says_absent(text, self._people.names):
            return "absent"
        return "whole_day" if is_whole_day(event) else None

    def _function(self, event: Event, person: Person) -> Function:
        said = str(event.get("X-VAKA-FUNCTION", "")).strip()
        if said and function_of(said) is None:
            raise OddError("no_such_function", said)
        for word in (said, *_categories(event)):
            if (function := function_of(word)) is not None:
                return function
        theirs = FUNCTIONS_OF.get(person.role)
        if theirs is None:
            raise OddError("no_function", person.id)
        return "leader" if person.role == "leader" else theirs[0]

    def _units(self, event: Event, person: Person) -> tuple[str, ...]:
        """Those that the event names, else the person's own."""
        known = {u.id.casefold(): u.id for u in self._site.units}
        known |= {u.name.casefold(): u.id for u in self._site.units}
        own = _list(event.get("X-VAKA-UNITS", ""))
        if own:
            strange = [word for word in own if word.casefold() not in known]
            if strange:
                raise OddError("no_such_unit", strange[0])
            return tuple(dict.fromkeys(known[word.casefold()] for word in own))
        found = [known[word.casefold()] for word in _categories(event) if word.casefold() in known]
        location = str(event.get("LOCATION", "")).strip()
        if location and not found:
            words = [word.casefold() for word in re.split(r"\s*[,;/+]\s*", location[:500]) if word]
            if any(word not in known for word in words):
                raise OddError("no_such_unit", location)
            found = [known[word] for word in words]
        return tuple(dict.fromkeys(found)) or person.units

    def _residents(self, event: Event) -> tuple[str, ...]:
        said = _list(event.get("X-VAKA-RESIDENTS", ""))
        strange = [id for id in said if id not in {r.id for r in self._site.residents}]
        if strange:
            raise OddError("no_such_resident", strange[0])
        return said


def _which(calendars: Sequence[Event]) -> str:
    """A calendar by its name (RFC 7986, or what everybody writes); a digest, since it may be a person's."""
    for calendar in calendars:
        name = str(calendar.get("NAME") or calendar.get("X-WR-CALNAME") or "").strip()
        if name:
            return hashlib.sha256(name.encode()).hexdigest()[:16]
    return ""


def _uid(event: Event) -> str:
    return str(event.get("UID", "")).strip()


def _categories(event: Event) -> list[str]:
    found = event.get("CATEGORIES") or []
    return [
        str(word).strip()
        for one in (found if isinstance(found, list) else [found])
        for word in getattr(one, "cats", [])
    ]


def _list(value: object) -> tuple[str, ...]:
    return tuple(re.split(r"[\s,;+]+", str(value).strip())) if str(value).strip() else ()


def _prefix(uid: str) -> str:
    """The beginning of the keys of an event's shifts. A digest: no calendar is quoted in the database."""
    return f"ics:{hashlib.sha256(uid.encode()).hexdigest()[:32]}:"


def _title(event: Event) -> str:
    found = event.get("DTSTART")
    start = found.dt if isinstance(found, vDDDTypes) else None
    when = f" {start:%Y-%m-%d}" if isinstance(start, date) else ""
    return short(f"{event.get('SUMMARY', '')}{when}".strip() or "(…)")
