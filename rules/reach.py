"""Who would be told: for every hour of the week to come, every resident and every rule in force, by which way
and by when; and the hours in which the answer is nobody, or somebody too late.

Here: the answer, from values. Not here: where the roster and the contacts come from, and that a gap is a task
(hub/reach.py). Hours in which nothing differs are answered once: rules of a severity in a unit go the same
way, and who is on duty changes a few times a day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

import msgspec

from rules.duration import Window
from rules.duty import Shift, StaffAbsence, called, nobody_in
from rules.escalation import EscalationCourse, Group, begun, reached_nobody
from rules.escalation import called as due_calls
from rules.in_stead import InVain, called_in_stead
from rules.rule import NotByRule
from rules.rulebook import Rulebook, Watch
from rules.severity import SEVERITIES, Severity
from rules.week import as_worked

HOURS = 168
HOUR = timedelta(hours=1)
LATE = timedelta(minutes=20)
"""[default] Help that is only called for after so long comes too late to be counted on; what is low may wait.
"""

Reason = Literal[
    "nobody_on_duty", "no_way", "late", "paused", "no_basis", "no_sensor", "one_person", "later_stage"
]  # fmt: skip
REASONS: tuple[Reason, ...] = get_args(Reason)
ROUTING: frozenset[Reason] = frozenset({"nobody_on_duty", "no_way", "late"})
"""Somebody would not be told, whatever the sensors say. The others leave a rule off, or too few are reached.
"""
FRAGILE: frozenset[Reason] = frozenset({"one_person", "later_stage"})
"""Somebody is told, and nobody stands in for them; or a stage is called that has no way to be reached.
"""


class Told(NamedTuple):
    """A stage of the course: `people` are called `after` the alert, and by which ways each is reached;
    `instead`: who is called for them, with their ways, where none of them is. `nobody_in`: the groups in
    which nobody is, while somebody is in another.
    """

    after: timedelta
    to: tuple[Group, ...]
    people: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    why: tuple[str, ...]
    instead: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nobody_in: tuple[str, ...] = ()

    @property
    def meant(self) -> tuple[str, ...]:
        """Those of `people` who are reached."""
        return tuple(person for person, ways in zip(self.people, self.ways, strict=True) if ways)

    @property
    def reached(self) -> tuple[str, ...]:
        return self.meant or tuple(person for person, _ in self.instead)


class Route(NamedTuple):
    """How a call would go. `reason` None: in time, and to more than one."""

    stages: tuple[Told, ...]
    reason: Reason | None

    @property
    def first(self) -> Told | None:
        """The first stage that reaches anybody."""
        return next((stage for stage in self.stages if stage.reached), None)


Stretch = tuple[datetime, datetime]


class Gap(msgspec.Struct, frozen=True):
    """Hours in which somebody would not be told. `subject`: the rule, and of a pause its room too. `hours`:
    their beginnings (aware UTC), in order. `stretches`: when within them it really begins and ends.
    """

    unit: str
    reason: Reason
    subject: str
    hours: tuple[datetime, ...]
    residents: tuple[str, ...]
    stretches: tuple[Stretch, ...]

    @property
    def begins(self) -> datetime:
        return self.stretches[0][0]

    @property
    def warning(self) -> bool:
        return self.reason in FRAGILE


class Week(msgspec.Struct, frozen=True):
    """`cells`: of each unit, what is wrong in each hour."""

    hours: tuple[datetime, ...]
    cells: dict[str, tuple[frozenset[Reason], ...]]
    gaps: tuple[Gap, ...]


class Off(NamedTuple):
    """A rule that is switched off in a room."""

    rule: str
    room: str
    since: datetime
    until: datetime


class _Alike(NamedTuple):
    """Rules that go the same way at the same hours."""

    unit: str
    severity: Severity
    window: Window | None
    carers: frozenset[int]
    """The shifts whose carer looks after one of the residents."""


class Roster:
    """The shifts as they count, cut into stretches in which nobody comes or goes. `ways`: by person those by
    which they are reached.
    """

    def __init__(
        self,
        book: Rulebook,
        shifts: Sequence[Shift],
        ways: Mapping[str, tuple[str, ...]],
        absences: Sequence[StaffAbsence] = (),
    ) -> None:
        self._site, self._ways = book.site, ways
        self._planned = any(shift.source == "roster" for shift in shifts)
        self.shifts = as_worked(book.site, shifts, absences)
        self.changes = sorted({at for shift in self.shifts for at in (shift.starts_at, shift.ends_at)})
        self._on_duty: dict[int, tuple[list[Shift], frozenset[int]]] = {}
        self._routes: dict[tuple[object, ...], Route] = {}
        self._courses: dict[tuple[str, Severity], EscalationCourse] = {}
        self._carers: dict[str, set[int]] = {}
        for number, shift in enumerate(self.shifts):
            for resident in shift.residents:
                self._carers.setdefault(resident, set()).add(number)

    def carers_of(self, residents: Iterable[str]) -> frozenset[int]:
        """The shifts on which somebody looks after one of them."""
        return frozenset(number for resident in residents for number in self._carers.get(resident, ()))

    def route(
        self,
        unit: str,
        severity: Severity,
        residents: Sequence[str],
        at: datetime,
        carers: frozenset[int] | None = None,
    ) -> Route:
        """How an alert of then would be passed on: each stage with those who are on duty at its own time.
        `carers`: of these residents, where that is known already.
        """
        carers = self.carers_of(residents) if carers is None else carers
        course = self._courses.get((unit, severity))
        if course is None:
            course = self._courses[unit, severity] = self._site.escalation_of(unit).course(severity)
        times = [at + step.after for step in course.steps]
        stretches = [bisect_right(self.changes, time) for time in times]
        theirs = frozenset[int]()
        for then, stretch in zip(times, stretches, strict=True):
            theirs |= carers & self._there(then, stretch)[1]
        # Where nobody is reached the next stage comes earlier: while others come or go, at a time of its own.
        key = (unit, severity, theirs, *stretches, at if stretches[0] != stretches[-1] else None)
        if key not in self._routes:
            stages = self._gone_through(unit, severity, residents, at)
            self._routes[key] = Route(stages, self._what_is_wrong(stages, severity))
        return self._routes[key]

    def _gone_through(
        self, unit: str, severity: Severity, residents: Sequence[str], at: datetime
    ) -> tuple[Told, ...]:
        """Each stage once, as the live calls would go (hub/escalation.py, hub/summons.py)."""
        escalation = begun(self._site.escalation_of(unit), severity, at)
        stages: list[Told] = []
        while escalation.taken < len(escalation.stages):
            then = escalation.due or at
            escalation, [call] = due_calls(escalation, then)
            told = frozenset(person for stage in stages for person in stage.reached)
            in_vain = InVain(severity, told, again=False, last=escalation.ends_with(call.to))
            stage = self._told(then - at, call.to, unit, residents, then, in_vain)
            stages.append(stage)
            if not stage.meant:
                escalation = reached_nobody(escalation, call.to, then, bool(stage.instead))
        return tuple(stages)

    def _there(self, at: datetime, stretch: int) -> tuple[list[Shift], frozenset[int]]:
        if stretch not in self._on_duty:
            numbers = [n for n, s in enumerate(self.shifts) if s.starts_at <= at < s.ends_at]
            self._on_duty[stretch] = ([self.shifts[n] for n in numbers], frozenset(numbers))
        return self._on_duty[stretch]

    def _told(
        self,
        after: timedelta,
        to: tuple[Group, ...],
        unit: str,
        residents: Sequence[str],
        at: datetime,
        in_vain: InVain,
    ) -> Told:
        """`in_vain`: what the call is where it reaches nobody."""
        on_duty = self._there(at, bisect_right(self.changes, at))[0]
        groups = [called(group, unit, residents, self._site, on_duty, at) for group in to]
        people = tuple(dict.fromkeys(person for group in groups for person in group.people))
        ways = tuple(self._ways.get(person, ()) for person in people)
        others: tuple[str, ...] = ()
        if not any(ways):
            others = called_in_stead(
                in_vain, unit, self._site, on_duty, at, lambda person: bool(self._ways.get(person))
            )
        there = tuple((person, self._ways[person]) for person in others if self._ways.get(person))
        empty = nobody_in({group: found.people for group, found in zip(to, groups, strict=True)})
        return Told(after, to, people, ways, tuple(group.why for group in groups), there, empty)

    def _what_is_wrong(self, stages: Sequence[Told], severity: Severity) -> Reason | None:
        on_duty = any(why in ("on_duty", "nobody_assigned") for stage in stages for why in stage.why)
        if not any(stage.people for stage in stages) or (self._planned and not on_duty):
            return "nobody_on_duty"
        reached = [stage for stage in stages if stage.meant]
        if not reached:
            return "no_way"
        if severity != "low" and reached[0].after >= LATE:
            return "late"
        if len({p for stage in stages for p in stage.reached}) == 1:
            return "one_person"
        return "later_stage" if any(stage.people and not stage.meant for stage in stages) else None


def week(
    books: Sequence[tuple[datetime, Rulebook]],
    shifts: Sequence[Shift],
    ways: Mapping[str, tuple[str, ...]],
    off: Sequence[Off],
    now: datetime,
    absences: Sequence[StaffAbsence] = (),
) -> Week:
    """From the hour that runs on, of which what is left counts. `books`: the rules in force from each instant
    on, in order, the first from before that hour. `shifts`: those of the last `LONGEST` too, planned or
    signed in to.
    """
    start = now.replace(minute=0, second=0, microsecond=0)
    hours = tuple(start + n * HOUR for n in range(HOURS))
    units = [unit.id for unit in books[0][1].site.units]
    found = _Found({unit: [set() for _ in hours] for unit in units})
    for number, (since, book) in enumerate(books):
        until = books[number + 1][0] if number + 1 < len(books) else hours[-1] + HOUR
        held = _of_each([(n, (at, at + HOUR)) for n, at in enumerate(hours)], since, until)
        held = [part for part in held if part[1][1] > now]
        if held:
            _look(found, book, Roster(book, shifts, ways, absences), held, off, now)
    cells = {unit: tuple(frozenset(cell) for cell in row) for unit, row in found.cells.items()}
    gaps = [
        Gap(
            unit,
            reason,
            subject,
            tuple(hours[n] for n in sorted({n for n, _ in when})),
            tuple(sorted(found.residents[key])),
            _joined(stretch for _, stretch in when),
        )
        for key, when in found.hours.items()
        for unit, reason, subject in [key]
    ]
    return Week(hours, cells, tuple(sorted(gaps, key=_gravest_first)))


def _gravest_first(gap: Gap) -> tuple[bool, bool, datetime, str, str, str]:
    return (gap.warning, gap.reason not in ROUTING, gap.begins, gap.unit, gap.reason, gap.subject)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """In order, what meets or overlaps as one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


_Part = tuple[int, Stretch]
"""The number of an hour, and which part of it."""


def _of_each(parts: Iterable[_Part], since: datetime, until: datetime) -> list[_Part]:
    """What of them lies between the two."""
    cut = [(n, (max(start, since), min(end, until))) for n, (start, end) in parts]
    return [(n, (start, end)) for n, (start, end) in cut if start < end]


class _Found:
    def __init__(self, cells: dict[str, list[set[Reason]]]) -> None:
        self.cells = cells
        self.hours: dict[tuple[str, Reason, str], set[_Part]] = {}
        self.residents: dict[tuple[str, Reason, str], set[str]] = {}

    def note(
        self, unit: str, reason: Reason, subject: str, parts: Iterable[_Part], who: Iterable[str]
    ) -> None:
        key = (unit, reason, subject)
        noted = self.hours.setdefault(key, set())
        for part in parts:
            noted.add(part)
            if unit in self.cells:
                self.cells[unit][part[0]].add(reason)
        self.residents.setdefault(key, set()).update(who)
        if not noted:
            del self.hours[key], self.residents[key]


def _look(
    found: _Found,
    book: Rulebook,
    roster: Roster,
    hours: Sequence[_Part],
    off: Sequence[Off],
    now: datetime,
) -> None:
    """The hours, or what of them, in which one rulebook is in force."""
    alike: dict[_Alike, list[Watch]] = {}
    for watch in book.watches.values():
        if watch.rule.goal is None:
            carers = roster.carers_of(watch.residents)
            group = _Alike(watch.unit, watch.rule.severity, window_of(watch), carers)
            alike.setdefault(group, []).append(watch)
    in_window: dict[Window | None, list[_Part]] = {}

    def open_in(window: Window | None) -> list[_Part]:
        if window not in in_window:
            parts = [part for hour in hours for part in _while_open(window, hour, book)]
            in_window[window] = [part for part in parts if part[1][1] > now]
        return in_window[window]

    for group, watches in alike.items():
        _pass_on(found, roster, group, watches, open_in(group.window), now)
    for one in off:
        paused = book.watches.get((one.rule, one.room))
        if paused is not None and one.until > now:
            concerned = _of_each(open_in(window_of(paused)), one.since, one.until)
            found.note(paused.unit, "paused", f"{one.rule} {one.room}", concerned, paused.residents)
    _note_what_is_missing(found, book, hours)


def _pass_on(
    found: _Found,
    roster: Roster,
    group: _Alike,
    watches: Sequence[Watch],
    hours: Sequence[_Part],
    now: datetime,
) -> None:
    residents = tuple(dict.fromkeys(resident for watch in watches for resident in watch.residents))
    wrong: dict[Reason, list[_Part]] = {}
    changes = roster.changes
    for n, (at, until) in hours:
        begun = max(at, now)
        there = bisect_right(changes, begun)
        within = changes[there : bisect_left(changes, until)]
        since = max(at, changes[there - 1]) if there else at
        for start, end in pairwise((since, *within, until)):
            moment = max(start, begun)
            reason = roster.route(group.unit, group.severity, residents, moment, group.carers).reason
            if reason is not None:
                wrong.setdefault(reason, []).append((n, (start, end)))
    for reason, when in wrong.items():
        found.note(group.unit, reason, "", when, residents)


def _note_what_is_missing(found: _Found, book: Rulebook, hours: Sequence[_Part]) -> None:
    """Rules that were meant for a room and are not in force there at any hour."""
    units = {room.id: room.unit for room in book.site.rooms}
    living: dict[str, list[str]] = {}
    for resident in book.site.residents:
        living.setdefault(resident.room, []).append(resident.id)
    for lack in (one for one in book.uncovered if not one.goal):
        found.note(units[lack.room], "no_sensor", lack.rule, hours, living.get(lack.room, ()))
    for without in (one for one in book.without_basis if not one.goal):
        found.note(units[without.room], "no_basis", without.rule, hours, without.residents)


def window_of(watch: Watch) -> Window | None:
    """When a rule can raise an alert at all; None: at any hour."""
    if isinstance(watch.rule, NotByRule):
        return Window(watch.rule.by, _an_hour_later(watch.rule))
    window = getattr(watch.rule, "window", None)
    return window if isinstance(window, Window) else None


def _an_hour_later(rule: NotByRule) -> time:
    return rule.by.replace(hour=(rule.by.hour + 1) % 24)


def _while_open(window: Window | None, part: _Part, book: Rulebook) -> Iterator[_Part]:
    """What of it lies in the window."""
    n, (at, until) = part
    if window is None or window.start == window.end:
        yield part
        return
    closed = Window(window.end, window.start)
    while (opens := window.first_inside(at, book.zone)) < until:
        at = closed.first_inside(opens, book.zone)
        yield n, (opens, min(at, until))


def _is_open(window: Window | None, at: datetime, book: Rulebook) -> bool:
    """Whether some of the hour that begins then lies in the window."""
    if window is None:
        return True
    return any(window.contains(at + n * HOUR / 4, book.zone) for n in range(4))


def severities(book: Rulebook, unit: str, at: datetime) -> list[Severity]:
    """Of the rules that can raise an alert in the hour that begins then, the gravest first."""
    found = {
        watch.rule.severity
        for watch in book.watches.values()
        if watch.unit == unit and watch.rule.goal is None and _is_open(window_of(watch), at, book)
    }
    return [severity for severity in reversed(SEVERITIES) if severity in found]
