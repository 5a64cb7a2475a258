"""A rule's opinion at an instant: what the engine gives out, live, in a replay, a backtest and a test."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

FindingKind = Literal["prewarned", "raised", "cleared"]


class Evidence(msgspec.Struct, frozen=True):
    """One thing that was heard (or the silence after it): what, from where, when."""

    device: str
    measure: str
    value: bool | float | str
    at: datetime


class Finding(msgspec.Struct, frozen=True):
    """`rule` is of this opinion on `room` at `at` (aware UTC; a deadline's own instant where one ran out).

    `device` is the one that triggered it, None where only time did. `late`: newer readings of the device had
    been judged before this one came. `reason` names the decision (words for the audit trail and the page).
    """

    rule: str
    room: str
    kind: FindingKind
    at: datetime
    reason: str
    device: str | None = None
    evidence: tuple[Evidence, ...] = ()
    late: bool = False
