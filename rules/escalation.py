"""Escalation: who is told next while nobody has taken an alert, and when. It never ends in silence: the last
step repeats and says that nobody answered.

Here: the plan as configuration, and an alert's way through its own copy of it, as decisions on values. Not
here: who belongs to a group at that instant, and how they are told (hub). Times are the alert's, by the hub's
clock.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal, get_args

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rules.duration import Duration, write_duration
from rules.severity import SEVERITIES, Severity

Group = Literal["assigned", "unit", "neighbours", "night_patrol", "leaders"]
"""Assigned: who looks after this resident on this shift. Unit: everybody on duty there. Neighbours: those on
duty in the units that help out.
"""
GROUPS: tuple[Group, ...] = get_args(Group)

SHORTEST_REPEAT = timedelta(minutes=1)


class EscalationStep(BaseModel):
    """`to` is told `after` the alert was raised, or fell open again, if nobody has it by then."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    after: Duration
    to: Annotated[tuple[Group, ...], Field(min_length=1)]


class EscalationCourse(BaseModel):
    """The steps of one severity, in order. The last is repeated every `repeat`, until somebody answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    steps: Annotated[tuple[EscalationStep, ...], Field(min_length=1)]
    repeat: Duration

    @model_validator(mode="after")
    def _in_order(self) -> EscalationCourse:
        times = [step.after for step in self.steps]
        if times[0] != timedelta(0):
            raise ValueError(f"the first step comes after {write_duration(times[0])}; expected after: 0 s")
        for earlier, later in itertools.pairwise(times):
            if later <= earlier:
                raise ValueError(
                    f"a step after {write_duration(later)} follows one after {write_duration(earlier)};"
                    " expected each later than the one before"
                )
        if self.repeat < SHORTEST_REPEAT:
            raise ValueError(f"repeat is {write_duration(self.repeat)}; expected at least 1 min")
        return self


def _course(repeat: timedelta, *steps: tuple[timedelta, tuple[Group, ...]]) -> EscalationCourse:
    return EscalationCourse(steps=tuple(EscalationStep(after=a, to=to) for a, to in steps), repeat=repeat)


_MIN = timedelta(minutes=1)
HIGH = _course(
    5 * _MIN,
    (0 * _MIN, ("assigned",)),
    (1 * _MIN, ("unit",)),
    (3 * _MIN, ("neighbours", "night_patrol")),
    (5 * _MIN, ("leaders",)),
)
"""[default] Three routed stages brought the response from 145.7 s down to 59.0 s in a nursing home study; the
best tenth of 500 senior living systems answer within 2 min.
"""
MEDIUM = _course(
    15 * _MIN,
    (0 * _MIN, ("assigned",)),
    (5 * _MIN, ("unit",)),
    (10 * _MIN, ("neighbours", "night_patrol")),
    (20 * _MIN, ("leaders",)),
)
LOW = _course(4 * 60 * _MIN, (0 * _MIN, ("assigned",)), (30 * _MIN, ("unit",)))


class EscalationPlan(BaseModel):
    """A course for each severity."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    high: EscalationCourse = HIGH
    medium: EscalationCourse = MEDIUM
    low: EscalationCourse = LOW

    def course(self, severity: Severity) -> EscalationCourse:
        courses: dict[Severity, EscalationCourse] = {
            "high": self.high,
            "medium": self.medium,
            "low": self.low,
        }
        return courses[severity]


LONGEST_SILENCE: dict[Severity, timedelta] = {
    "high": timedelta(minutes=10),
    "medium": timedelta(hours=4),
    "low": timedelta(hours=24),
}
"""[default] Nobody changes a plan to be silent for longer than this while nobody has the alert: beyond it a
slip of the keyboard (300 min for 3) is likelier than a wish. High: the mean response of 500 senior living
systems is 8 min.
"""


def too_silent(course: EscalationCourse, severity: Severity) -> timedelta | None:
    """The longest stretch between two calls, where it is too long."""
    times = [step.after for step in course.steps]
    longest = max([course.repeat, *(later - earlier for earlier, later in itertools.pairwise(times))])
    return longest if longest > LONGEST_SILENCE[severity] else None


class Stage(msgspec.Struct, frozen=True):
    after: timedelta
    to: tuple[Group, ...]


class Course(msgspec.Struct, frozen=True):
    """A severity's stages as the alert took them along."""

    stages: tuple[Stage, ...]
    repeat: timedelta


class Escalation(msgspec.Struct, frozen=True):
    """One alert's own copy of its plan, and how far it has come. An edit of the plan does not change it.

    `taken`: how many stages were called. `repeats`: how often the last was called again. `due`: when the next
    call is made; None while somebody has the alert. `unreached`: the groups of whom the last call reached
    nobody. `again`: nobody has it any more, and the next call is to all that were called so far.
    """

    severity: Severity
    courses: dict[Severity, Course]
    due: datetime | None
    taken: int = 0
    repeats: int = 0
    unreached: tuple[str, ...] = ()
    again: bool = False

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self.courses[self.severity].stages

    @property
    def repeat(self) -> timedelta:
        return self.courses[self.severity].repeat

    @property
    def next_to(self) -> tuple[Group, ...]:
        """Whom the next call goes to: the last stage again, once all were called."""
        last = min(self.taken, len(self.stages) - 1)
        return _groups(self.stages[0 if self.again else last : last + 1])

    def ends_with(self, groups: Iterable[str]) -> bool:
        """Whether a call to these groups is one to all of the last stage."""
        return set(self.stages[-1].to) <= set(groups)

    @property
    def reached(self) -> tuple[Group, ...]:
        """The groups that were called, but for those of whom that reached nobody."""
        return tuple(group for group in _groups(self.stages[: self.taken]) if group not in self.unreached)


def _groups(stages: Iterable[Stage]) -> tuple[Group, ...]:
    return tuple(dict.fromkeys(group for stage in stages for group in stage.to))


class Call(msgspec.Struct, frozen=True):
    """These groups are to be told now. `nobody_answered`: all stages were called before, in vain."""

    at: datetime
    to: tuple[Group, ...]
    stage: int
    nobody_answered: bool


def begun(plan: EscalationPlan, severity: Severity, at: datetime) -> Escalation:
    """The escalation of an alert that was just raised. Its first call is due at once."""
    return Escalation(severity, {severity: _copy(plan.course(severity)) for severity in SEVERITIES}, at)


def _copy(course: EscalationCourse) -> Course:
    return Course(tuple(Stage(step.after, step.to) for step in course.steps), course.repeat)


def called(escalation: Escalation, now: datetime) -> tuple[Escalation, tuple[Call, ...]]:
    """Every call that is due by now, in order. After an outage each stage is called once, and of the
    repetitions that nobody heard only the newest: a carer is not rung twelve times for one alert.
    """
    calls: list[Call] = []
    while escalation.due is not None and escalation.due <= now:
        escalation, call = _next(escalation)
        if call.nobody_answered and calls and calls[-1].nobody_answered:
            calls.pop()
        calls.append(call)
    return escalation, tuple(calls)


def _next(escalation: Escalation) -> tuple[Escalation, Call]:
    at, last = escalation.due, len(escalation.stages) - 1
    assert at is not None
    to = escalation.next_to
    still = tuple(group for group in escalation.unreached if group not in to)
    escalation = msgspec.structs.replace(escalation, unreached=still, again=False)
    if escalation.taken > last:
        call = Call(at, to, last, nobody_answered=True)
        repeats = escalation.repeats + 1
        return msgspec.structs.replace(escalation, repeats=repeats, due=at + escalation.repeat), call
    call = Call(at, to, escalation.taken, nobody_answered=False)
    taken, wait = escalation.taken + 1, escalation.repeat
    if taken <= last:
        wait = escalation.stages[taken].after - escalation.stages[taken - 1].after
    return msgspec.structs.replace(escalation, taken=taken, due=at + wait), call


def reached_nobody(
    escalation: Escalation, groups: tuple[str, ...], at: datetime, in_stead: bool
) -> Escalation:
    """Nobody of these groups that were called hears of it. Where it was the last call, and nobody was called
    in their stead, there is nobody to wait for: the next stage of what is high comes at once, and of what is
    medium where nobody was reached before either.
    """
    unreached, called_last = tuple(dict.fromkeys((*escalation.unreached, *groups))), escalation.taken - 1
    after = msgspec.structs.replace(escalation, unreached=unreached)
    if escalation.due is None or not 0 <= called_last < len(escalation.stages):
        return after
    if not set(escalation.stages[called_last].to) <= set(groups):
        return after
    urgent = escalation.severity == "high" or (escalation.severity == "medium" and not after.reached)
    more = escalation.taken < len(escalation.stages)
    due = min(escalation.due, at) if urgent and more and not in_stead else escalation.due
    return msgspec.structs.replace(after, due=due)


def answered(escalation: Escalation) -> Escalation:
    """Somebody has the alert: nobody else is called."""
    return msgspec.structs.replace(escalation, due=None)


def fallen_open(escalation: Escalation, at: datetime) -> Escalation:
    """Whoever had it has it no more. All that were called so far are called again at once: what still waited
    for any of them was dropped when somebody took it, or says that somebody has it.
    """
    if escalation.due is not None:
        return escalation
    taken = max(0, escalation.taken - 1)
    return msgspec.structs.replace(escalation, taken=taken, repeats=0, due=at, again=True)


def widened(
    escalation: Escalation, at: datetime, never_told: frozenset[str] = frozenset()
) -> tuple[Escalation, Call]:
    """Whoever has the alert asks for assistance: the next stage is called at once; the alert is theirs.
    `never_told`: groups to whom no message went out; those of them that were called do not count as called.
    """
    stage = min(escalation.taken, len(escalation.stages) - 1)
    before = tuple(group for group in _groups(escalation.stages[:stage]) if group in never_told)
    to = tuple(dict.fromkeys((*before, *escalation.stages[stage].to)))
    call = Call(at, to, stage, nobody_answered=False)
    return msgspec.structs.replace(escalation, taken=stage + 1), call


def graver(escalation: Escalation, severity: Severity, at: datetime) -> Escalation:
    """The alert has become more severe: that course from its first stage, at once. While somebody has it, it
    is known who was called, for whenever nobody has it any more. Becoming less severe slows nothing down that
    is on its way.
    """
    if SEVERITIES.index(severity) <= SEVERITIES.index(escalation.severity):
        return escalation
    if escalation.due is not None:
        return Escalation(severity, escalation.courses, at)
    called, stages = _groups(escalation.stages[: escalation.taken]), escalation.courses[severity].stages
    taken = max((n for n, stage in enumerate(stages, 1) if {*stage.to} & {*called}), default=0)
    return Escalation(severity, escalation.courses, None, taken=taken)
