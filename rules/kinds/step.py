"""What the kinds share: what they are told of a reading, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from devices.reading import Reading
from rules.finding import Evidence, FindingKind
from rules.latest import Standing


class Heard(NamedTuple):
    """A reading that concerns a rule. `part` names which of the rule's signals it belongs to, `fits` whether
    its value is the one the signal waits for. `any_change`: it waits for no value, only for another one.
    """

    reading: Reading
    standing: Standing
    part: str
    fits: bool
    any_change: bool
    is_sign: bool
    """Whether it shows that something happened just then: news of the right value, not a state repeated or
    kept from earlier.
    """

    @property
    def evidence(self) -> Evidence:
        reading = self.reading
        return Evidence(reading.device, reading.measure, reading.value, reading.at)


def as_heard(reading: Reading, standing: Standing, part: str, wanted: frozenset[object] | None) -> Heard:
    """A reading for the rules in which it plays that part; `wanted`: what they wait for, None: any change."""
    fits = wanted is None or reading.value in wanted
    is_sign = False
    if fits and not reading.snapshot:
        told_again = standing == "repeat" and not reading.cached and wanted is not None
        is_sign = standing in ("first", "new") or told_again
    return Heard(reading, standing, part, fits, wanted is None, is_sign)


class Opinion(NamedTuple):
    """A finding before the engine adds whose it is."""

    kind: FindingKind
    at: datetime
    reason: str
    device: str | None = None
    evidence: tuple[Evidence, ...] = ()
    late: bool = False


class Step(NamedTuple):
    """The state afterwards, and what is to be said now."""

    state: Any
    opinions: tuple[Opinion, ...] = ()


class Context(NamedTuple):
    """What a kind may know of the world besides its rule and state: the site's zone."""

    zone: ZoneInfo
