"""What other value of a rule would have spared false alarms, by what staff said of those that came.

Only ever towards fewer alerts, a few steps at a time, and never to a value with which an alert that was right
would not have come. That somebody looked in may have ended what the alert was about: what a false alarm would
have come to otherwise is not known then, and it is not counted as spared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from rules.alert import Outcome
from rules.comparison import Episode
from rules.dry_run import Came, match
from rules.duration import write_duration
from rules.rule import AnyRule

OUTCOMES_NEEDED = 10
"""[default] Of fewer alerts nobody can tell a habit from chance."""
WORTH = 3
"""[default] So many false alarms must be spared for a suggestion."""
STEPS = 4
"""[default] No further than so many steps at a time."""
RIGHT: tuple[Outcome, ...] = ("helped", "no_help_needed")
"""Something had happened, also where no help was needed in the end."""

_LENGTHS = {
    "held": ("lasts",),
    "quiet": ("after",),
    "away": ("by_day", "by_night"),
    "stays": ("by_day", "by_night"),
    "unattended": ("after",),
}
"""By kind, the lengths of time that make it come more or less often."""
_COUNTS = {"moves": ("times",)}
_LADDER = tuple(
    timedelta(minutes=minutes)
    for minutes in (
        *(
            0.5,
            1,
            2,
            3,
            5,
            7,
            10,
            15,
            20,
            25,
            30,
            45,
            60,
            75,
            90,
            120,
            150,
            180,
            240,
            300,
            360,
            480,
            600,
            720,
        ),
        *(900, 1080, 1440, 2160, 2880),
    )
)  # [default] values that people would choose

Why = Literal["", "nothing_to_set", "few_outcomes", "few_false_alarms", "would_miss"]


class Candidate(msgspec.Struct, frozen=True):
    """Another value of one parameter, as a site file says it."""

    key: str
    value: str | int


class Effect(msgspec.Struct, frozen=True):
    """What a candidate would have made of the alerts that came: false alarms `spared`, `unsure` (somebody was
    there before it was over), and right ones `missed`. `later`: how much later the right ones would have come
    at most.
    """

    key: str
    value: str | int
    spared: int
    unsure: int
    missed: int
    later: timedelta


class Tuning(msgspec.Struct, frozen=True):
    """`outcomes`: how many alerts there are of each that today's values explain. `suggested`: None where
    nothing is, and `why` says why.
    """

    rule: str
    room: str
    since: datetime
    until: datetime
    values: dict[str, object]
    outcomes: dict[str, int]
    effects: tuple[Effect, ...]
    suggested: Effect | None
    why: Why


def candidates(rule: AnyRule) -> list[Candidate]:
    """The next few values of each parameter that would make the rule come less often."""
    found: list[Candidate] = []
    for key in _LENGTHS.get(rule.kind, ()):
        length = getattr(rule, key)
        longer = [step for step in _LADDER if step > length][:STEPS]
        found += [Candidate(key, write_duration(step)) for step in longer]
    for key in _COUNTS.get(rule.kind, ()):
        count = getattr(rule, key)
        found += [Candidate(key, count + step) for step in range(1, STEPS + 1)]
    return found


def effects(
    tried: Sequence[Candidate],
    found: Sequence[Sequence[Episode]],
    now: Sequence[Episode],
    came: Sequence[Came],
) -> tuple[dict[str, int], tuple[Effect, ...]]:
    """The outcomes that count, and what each candidate would have made of them. `found`: what each would
    have found. Alerts that today's values do not explain (they were others then) count for nothing.
    """
    own = {alert.id: one for one in now if (alert := match(one, came)) is not None}
    counting = [alert for alert in came if alert.id in own]
    outcomes: dict[str, int] = {
        outcome: sum(alert.outcome == outcome for alert in counting) for outcome in (*RIGHT, "false_alarm")
    }
    return outcomes, tuple(
        _effect(candidate, episodes, own, counting) for candidate, episodes in zip(tried, found, strict=True)
    )


def _effect(
    candidate: Candidate, found: Sequence[Episode], own: Mapping[int, Episode], came: Sequence[Came]
) -> Effect:
    still = {alert.id: one for one in found if (alert := match(one, came)) is not None}
    gone = [alert for alert in came if alert.id not in still]
    false = [alert for alert in gone if alert.outcome == "false_alarm"]
    right = [alert for alert in came if alert.outcome in RIGHT]
    later = [still[alert.id].began - own[alert.id].began for alert in right if alert.id in still]
    return Effect(
        candidate.key,
        candidate.value,
        sum(not alert.staff_there for alert in false),
        sum(alert.staff_there for alert in false),
        sum(alert.id not in still for alert in right),
        max(later, default=timedelta(0)),
    )


def suggested(outcomes: Mapping[str, int], known: Sequence[Effect]) -> tuple[Effect | None, Why]:
    """The candidate that spares most without missing any that was right; of two alike the nearer one."""
    if not known:
        return None, "nothing_to_set"
    if sum(outcomes.values()) < OUTCOMES_NEEDED:
        return None, "few_outcomes"
    worth = [effect for effect in known if effect.spared >= WORTH]
    if not worth:
        return None, "few_false_alarms"
    harmless = [effect for effect in worth if not effect.missed]
    if not harmless:
        return None, "would_miss"
    return max(harmless, key=lambda effect: effect.spared), ""
