"""A rule, as configuration: one pydantic model per kind of rule, and what the catalogue says of a named rule.

Here: names, parameters, defaults. Not here: how a kind judges (rules/kinds), where a rule applies
(rules/rulebook.py).
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rules.building import Role, Slug
from rules.duration import ClockText, Duration, Window, WindowText

Severity = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Signal(_Model):
    """What a rule listens for: a measure of devices in some roles (None: any role), at a value (None: any
    change).
    """

    measure: str
    roles: tuple[Role, ...] | None = None
    value: bool | str | tuple[str, ...] | None = None

    def fits(self, value: object) -> bool:
        if self.value is None:
            return True
        return value in self.value if isinstance(self.value, tuple) else value == self.value


class Text(_Model):
    """The same words in Norwegian bokmål and English."""

    nb: str
    en: str


SIGNS_OF_LIFE = (
    Signal(measure="motion", value=True),
    Signal(measure="presence", value=True),
    Signal(measure="vibration", value=True),
    Signal(measure="open"),
    Signal(measure="in_bed"),
    Signal(measure="on"),
    Signal(measure="pressed"),
)


class Rule(_Model):
    """What every rule has. `when` in the sense of a kind is explained there."""

    rule: Slug
    name: Text
    why: Text
    severity: Severity = "medium"
    severity_when_cleared: Severity | None = None
    """A fall from which somebody has risen is less urgent, never gone."""
    vkp: str | None = None
    for_residents: bool = True
    """Whether the rule watches over a person: it is then put to use where somebody lives."""


class EventRule(Rule):
    """Something happened: a signal appeared, inside a window of the day or at any time."""

    kind: Literal["event"] = "event"
    when: tuple[Signal, ...]
    window: WindowText | None = None
    even_if_late: bool = False
    """A fall or a call for help that is found late is still raised, and says how late."""


class HeldRule(Rule):
    """Something has lasted: a signal has held without a break for a length of time."""

    kind: Literal["held"] = "held"
    when: tuple[Signal, ...]
    lasts: Duration
    window: WindowText | None = None


class QuietRule(Rule):
    """No sign of life for a length of time; a pre-warning comes first, the alert `prewarning` later."""

    kind: Literal["quiet"] = "quiet"
    signs: tuple[Signal, ...] = SIGNS_OF_LIFE
    after: Duration
    prewarning: Duration = timedelta(0)


class NotByRule(Rule):
    """No sign of life between two times of the day: not up by ten."""

    kind: Literal["not-by"] = "not-by"
    signs: tuple[Signal, ...] = SIGNS_OF_LIFE
    from_: Annotated[ClockText, Field(alias="from")]
    by: ClockText


class AwayRule(Rule):
    """Left and not back: an outer door was used, and nothing has been heard from inside since."""

    kind: Literal["away"] = "away"
    doors: tuple[Signal, ...] = (Signal(measure="open", roles=("outer_door",)),)
    signs: tuple[Signal, ...] = SIGNS_OF_LIFE
    by_day: Duration
    by_night: Duration
    night: WindowText = Window(time(22), time(7))
    exit_delay: Duration = timedelta(seconds=30)


def parts_of(rule: AnyRule) -> dict[str, tuple[Signal, ...]]:
    """What the rule listens for, by the part it plays; a reading counts for the first part it matches."""
    if isinstance(rule, AwayRule):
        return {"doors": rule.doors, "signs": rule.signs}
    if isinstance(rule, EventRule | HeldRule):
        return {"when": rule.when}
    return {"signs": rule.signs}


AnyRule = Annotated[EventRule | HeldRule | QuietRule | NotByRule | AwayRule, Field(discriminator="kind")]
RULE: TypeAdapter[AnyRule] = TypeAdapter(AnyRule)
