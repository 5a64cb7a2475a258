"""A rule, as configuration: one pydantic model per kind of rule, and what the catalogue says of a named rule.

Here: names, parameters, defaults. Not here: how a kind judges (rules/kinds), where a rule applies
(rules/rulebook.py).
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    field_validator,
    model_validator,
)

from devices.measures import MEASURES
from rules.building import Role, Slug
from rules.duration import ClockText, Duration, Window, WindowText, write_duration
from rules.language import Text as Text
from rules.severity import Severity


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Signal(_Model):
    """What a rule listens for: a measure of devices in some roles (None: any role), at a value (None: any
    change).
    """

    measure: str
    roles: tuple[Role, ...] | None = None
    value: bool | str | tuple[str, ...] | None = None

    @field_validator("measure")
    @classmethod
    def _known(cls, measure: str) -> str:
        if measure not in MEASURES:
            raise ValueError(f"{measure!r} is not a measure; expected one of {', '.join(MEASURES)}")
        return measure

    @model_validator(mode="after")
    def _value_of_the_measure(self) -> Signal:
        measure = MEASURES[self.measure]
        words = () if self.value is None or isinstance(self.value, bool) else self.value
        words = (words,) if isinstance(words, str) else words
        if measure.kind == "state" and words:
            raise ValueError(f"{self.measure} has the value {words[0]!r}; expected true or false")
        if measure.kind == "number" and self.value is not None:
            raise ValueError(
                f"{self.measure} is a number and has a value; expected no value: any change counts"
            )
        if measure.kind == "event" and isinstance(self.value, bool):
            raise ValueError(
                f"{self.measure} has the value {str(self.value).lower()}; expected a word or none"
            )
        unknown = [word for word in words if measure.words and word not in measure.words]
        if unknown:
            raise ValueError(
                f"{self.measure} never says {unknown[0]!r}; expected {' or '.join(measure.words)}"
            )
        return self

    @property
    def is_settled(self) -> bool:
        """Whether it can tell a state that holds from one that does not."""
        return MEASURES[self.measure].kind == "state" and self.value is not None

    @property
    def wanted(self) -> frozenset[object] | None:
        """The values it waits for, None for any change."""
        if self.value is None:
            return None
        return frozenset(self.value if isinstance(self.value, tuple) else (self.value,))


Signals = Annotated[tuple[Signal, ...], Field(min_length=1)]


def _long_enough(length: timedelta) -> timedelta:
    if length < timedelta(seconds=1):
        raise ValueError(f"{write_duration(length)} is too short; expected at least 1 s")
    return length


LongEnough = Annotated[Duration, AfterValidator(_long_enough)]

SEEN_FROM_AFAR = frozenset({"motion", "presence", "vibration"})
"""What sun, heating or a passing lorry can set off as well; a door or a bed takes a hand or a body."""

SIGNS_OF_LIFE = (
    Signal(measure="motion", value=True),
    Signal(measure="presence", value=True),
    Signal(measure="vibration", value=True),
    Signal(measure="open"),
    Signal(measure="in_bed"),
    Signal(measure="sitting_up"),
    Signal(measure="on"),
    Signal(measure="pressed"),
)


_NEVER_BESIDE_THE_BATH: tuple[Role, ...] = (
    "outer_door", "motion", "bedroom_motion", "kitchen_motion", "bed", "chair", "fridge", "stove",
)  # fmt: skip
SIGNS_ELSEWHERE = tuple(
    signal.model_copy(update={"roles": _NEVER_BESIDE_THE_BATH})
    for signal in SIGNS_OF_LIFE
    if signal.measure != "pressed"
)
"""Of sensors that never hang in a bathroom. A button may be worn, a cabinet or a fall sensor be anywhere."""


def _lasting(when: tuple[Signal, ...]) -> tuple[Signal, ...]:
    for signal in when:
        if not signal.is_settled:
            raise ValueError(f"{signal.measure} alone cannot last; expected a state and value: true or false")
    return when


class Goal(_Model):
    """What makes a rule a goal that somebody practises: its finding is told to them and is no alert. Reached
    within `within` after the reminder it still counts. Texts speak to the one whose goal it is.
    """

    reminder: Text
    praise: Text
    within: Duration = timedelta(minutes=15)


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
    about_a_person: bool = True
    """Whether it watches what somebody does. What only guards the house, or carries a call that somebody
    makes, needs no legal basis.
    """
    goal: Goal | None = None
    opt_in: bool = False
    """Felt as invasive: in force only for a resident who has it among their own rules, or in a room that the
    site names for it.
    """


class EventRule(Rule):
    """Something happened: a signal appeared, inside a window of the day or at any time."""

    kind: Literal["event"] = "event"
    when: Signals
    window: WindowText | None = None
    even_if_late: bool = False
    """Too grave to be missed (a fall, a call for help, smoke): found late it is still raised, and says so; a
    state that was kept from earlier is raised too.
    """

    @field_validator("when")
    @classmethod
    def _happens(cls, when: tuple[Signal, ...]) -> tuple[Signal, ...]:
        for signal in when:
            if MEASURES[signal.measure].kind != "event" and not signal.is_settled:
                raise ValueError(f"{signal.measure} without a value; expected value: true or value: false")
        return when


class HeldRule(Rule):
    """Something has lasted: a signal has held without a break for a length of time."""

    kind: Literal["held"] = "held"
    when: Signals
    lasts: Duration
    window: WindowText | None = None
    begins_inside: bool = False
    """Only what is seen to begin in the window counts; the alert comes in that window or not at all."""

    @field_validator("when")
    @classmethod
    def _can_last(cls, when: tuple[Signal, ...]) -> tuple[Signal, ...]:
        return _lasting(when)


class QuietRule(Rule):
    """No sign of life for a length of time; a pre-warning comes first, the alert `prewarning` later."""

    kind: Literal["quiet"] = "quiet"
    signs: Signals = SIGNS_OF_LIFE
    after: LongEnough
    prewarning: Duration = timedelta(0)
    confirmed_within: LongEnough | None = None
    """A movement counts when another sensor tells of somebody within so long, before it or after. None: one
    sensor alone is believed. 5 min suits: in the 84 h in which the flat of CASAS tm000 stood empty (July
    2016) sensors told of movement 18 times, and no two of them within 14 min (tests/recordings/absence.py).
    """


class NotByRule(Rule):
    """No sign of life between two times of the day: not up by ten."""

    kind: Literal["not-by"] = "not-by"
    signs: Signals = SIGNS_OF_LIFE
    from_: Annotated[ClockText, Field(alias="from")]
    by: ClockText

    @model_validator(mode="after")
    def _two_times(self) -> NotByRule:
        if self.from_ == self.by:
            raise ValueError(f"from and by are both {self.by:%H:%M}; expected two times of the day")
        return self


class AwayRule(Rule):
    """Left and not back: an outer door was used, and nothing has been heard from inside since."""

    kind: Literal["away"] = "away"
    doors: Signals = (Signal(measure="open", roles=("outer_door",)),)
    signs: Signals = SIGNS_OF_LIFE
    by_day: LongEnough
    by_night: LongEnough
    night: WindowText = Window(time(22), time(7))
    exit_delay: Duration = timedelta(seconds=30)


class StaysRule(Rule):
    """Long in one place: heard there, and nowhere else since."""

    kind: Literal["stays"] = "stays"
    place: Signals
    elsewhere: Signals = SIGNS_ELSEWHERE
    by_day: LongEnough
    by_night: LongEnough
    night: WindowText = Window(time(22), time(7))


class MovesRule(Rule):
    """From place to place: heard by one sensor after the other, so many changes within so long."""

    kind: Literal["moves"] = "moves"
    signs: Signals = (Signal(measure="motion", value=True), Signal(measure="presence", value=True))
    times: Annotated[int, Field(ge=1, le=50)]
    within: LongEnough
    window: WindowText | None = None


class UnattendedRule(Rule):
    """On, and nobody there: it holds, and there was no sign of life around it for a length of time."""

    kind: Literal["unattended"] = "unattended"
    when: Signals
    signs: Signals
    after: LongEnough

    @field_validator("when")
    @classmethod
    def _can_last(cls, when: tuple[Signal, ...]) -> tuple[Signal, ...]:
        return _lasting(when)


INVASIVE_ROLES: frozenset[Role] = frozenset(
    {"bathroom_motion", "toilet", "bed", "fridge", "medicine_cabinet"}
)
"""Where nobody wants to be watched without having said so."""


def only_if_chosen(rule: AnyRule) -> bool:
    """Whether a rule is in force only for those who chose it, or in rooms that the site names for it: it says
    so, or what decides it is heard from nothing but the bathroom, the bed, the fridge or the medicine
    cabinet.
    """
    deciding = next(iter(parts_of(rule).values()))
    roles = [signal.roles for signal in deciding]
    return rule.opt_in or all(found is not None and INVASIVE_ROLES.issuperset(found) for found in roles)


def parts_of(rule: AnyRule) -> dict[str, tuple[Signal, ...]]:
    """What the rule listens for, by the part it plays; a reading counts for the first part it matches."""
    if isinstance(rule, AwayRule):
        return {"doors": rule.doors, "signs": rule.signs}
    if isinstance(rule, EventRule | HeldRule):
        return {"when": rule.when}
    if isinstance(rule, StaysRule):
        return {"place": rule.place, "elsewhere": rule.elsewhere}
    if isinstance(rule, UnattendedRule):
        return {"when": rule.when, "signs": rule.signs}
    return {"signs": rule.signs}


AnyRule = Annotated[
    EventRule | HeldRule | QuietRule | NotByRule | AwayRule | StaysRule | MovesRule | UnattendedRule,
    Field(discriminator="kind"),
]
RULE_MODELS: dict[str, type[Rule]] = {
    "event": EventRule,
    "held": HeldRule,
    "quiet": QuietRule,
    "not-by": NotByRule,
    "away": AwayRule,
    "stays": StaysRule,
    "moves": MovesRule,
    "unattended": UnattendedRule,
}
RULE: TypeAdapter[AnyRule] = TypeAdapter(AnyRule)
