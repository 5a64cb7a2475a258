"""A scenario as its file tells it: what it may say, and the instants of its steps.

The format is described in docs/scenarios.md. Reading the file, with all its mistakes: hub/scenario/file.py.
Playing it: hub/scenario/play.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from rules.alert import State
from rules.building import Site
from rules.catalogue import catalogue
from rules.duration import Duration
from rules.goal import Outcome
from rules.protection import State as ProtectionState
from rules.rulebook import rulebook
from rules.severity import Severity

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(_Strict):
    """`rules`: names of rules in force, or rules of the scenario's own; None: as the site has them."""

    site: str
    now: str
    rules: tuple[str | dict[str, Any], ...] | None = None


class Step(BaseModel):
    """One thing that happens at a local time. Unknown keys are measures that `device` says."""

    model_config = ConfigDict(extra="allow", frozen=True)

    at: str
    device: str | None = None
    said_at: str | None = None
    own_time: bool = True
    retained: bool = False
    again: Literal["by the broker", "by the publisher"] | None = None
    topic: str | None = None
    payload: str = ""
    hub: Literal["stops", "starts", "restarts", "restarts without session"] | None = None
    broker: Literal["lost", "back", "back without session"] | None = None
    gateway: str | None = None
    state: Literal["lost", "back"] | None = None
    person: str | None = None
    does: Literal["accept", "arrive", "close", "pause", "confirm", "resume", "away", "back"] | None = None
    rule: str | None = None
    outcome: Literal["helped", "no_help_needed", "false_alarm", "test"] | None = None
    place: str | None = None
    lasts: Duration | None = None
    reason: str = ""
    who: str | None = None
    left: str | None = None
    clock: Duration | None = None
    back: bool = False
    resident: str | None = None
    protection: ProtectionState | None = None

    @property
    def said(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Expected(_Strict):
    """What is known of one alert; what is not given is not compared."""

    at: str
    rule: str
    place: str
    severity: Severity | None = None
    state: State | None = None
    device: str | None = None
    found: str | None = None
    cleared: str | bool | None = None
    prewarning: bool | None = None
    late: bool | None = None
    occurrences: int | None = None
    outcome: str | None = None
    by: str | None = None
    several: bool | None = None
    residents: tuple[str, ...] | None = None
    staff: Literal["there", "badge", "coming"] | None = None


class ExpectedGoal(_Strict):
    """What came of a goal on a day; a day ends at 04:00 of the next."""

    day: str
    rule: str
    place: str
    outcome: Outcome


class Told(_Strict):
    """A scenario as it stands in the file."""

    name: str
    given: Given
    steps: tuple[Step, ...]
    expect: tuple[Expected, ...]
    goals: tuple[ExpectedGoal, ...] = ()
    nothing_else: Literal[True] = True


class Scenario(BaseModel):
    """A scenario that can be played. `document`: the site file with the scenario's rules in force."""

    model_config = ConfigDict(frozen=True)

    file: str
    line: int
    told: Told
    site: Site
    document: str

    @property
    def name(self) -> str:
        return self.told.name

    @property
    def rules(self) -> set[str]:
        """The rules of the catalogue that are in force."""
        book = rulebook(self.site, catalogue(), self.start.date())
        used = {use.name: use.rule for use in self.site.rules}
        return {used[name] for name, _ in book.watches}

    @property
    def kinds(self) -> set[str]:
        """The kinds of the rules in force."""
        book = rulebook(self.site, catalogue(), self.start.date())
        return {watch.rule.kind for watch in book.watches.values()}

    @property
    def start(self) -> datetime:
        return instant(self.told.given.now, LONG_AGO, self.site.zone)

    def moments(self) -> Iterator[tuple[Step, datetime]]:
        """Each step with its instant."""
        return moments(self.told.steps, self.start, self.site.zone)


def moments(steps: tuple[Step, ...], start: datetime, zone: ZoneInfo) -> Iterator[tuple[Step, datetime]]:
    """Each step with its instant; after a step that moves the clock, by the clock as it is then."""
    now = start
    for step in steps:
        now = instant(step.at, now, zone)
        yield step, now
        if step.clock is not None:
            now += -step.clock if step.back else step.clock


def instant(text: str, after: datetime, zone: ZoneInfo) -> datetime:
    """`02:10`, `02:10:05.250`, `02:10+01:00` → the next such local time at or after `after`; or a whole
    instant. Raises ValueError where it is none.
    """
    if "T" in text or re.match(r"\d{4}-", text):
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    clock = time.fromisoformat(text)
    local = after.astimezone(clock.tzinfo or zone)
    for days in range(3):
        day = local.date() + timedelta(days=days)
        at = datetime.combine(day, clock, clock.tzinfo or zone).astimezone(UTC)
        if at >= after:
            return at
    raise AssertionError("a day has an end")
