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
    any_change: bool = False

    @property
    def is_sign(self) -> bool:
        """Whether it shows that something happened just then: news of the right value, not a state repeated
        or kept from earlier.
        """
        reading = self.reading
        if not self.fits or reading.snapshot:
            return False
        told_again = self.standing == "repeat" and not reading.cached and not self.any_change
        return self.standing in ("first", "new") or told_again

    @property
    def evidence(self) -> Evidence:
        reading = self.reading
        return Evidence(reading.device, reading.measure, reading.value, reading.at)


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
