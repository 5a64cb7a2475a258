"""How a unit's alerts are spread over a day or over weeks, and how many came in each ten minutes.

The figures to compare by are those of rules/alarm_quality.py. The unit is taken as one operator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from rules.alarm_quality import ACCEPTABLE, FLOOD, MANAGEABLE, WINDOW
from rules.severity import SEVERITIES, Severity


class Part(NamedTuple):
    """So many alerts of each severity between `since` and `until`. `peak`: the most in ten minutes of it."""

    since: datetime
    until: datetime
    counts: dict[Severity, int]
    peak: int

    @property
    def all(self) -> int:
        return sum(self.counts.values())


class Spread(NamedTuple):
    """`acceptable` … `flood`: how many of the `slots` of ten minutes had at most one, two, three to ten, and
    more.
    """

    parts: tuple[Part, ...]
    slots: int
    acceptable: int
    manageable: int
    demanding: int
    flood: int


def spread(raised: Iterable[tuple[datetime, Severity]], edges: list[datetime]) -> Spread:
    """`edges`: the beginnings of the parts and the end of the last, in order."""
    raised = sorted(raised, key=lambda one: one[0])
    parts = [_part(raised, since, until) for since, until in pairwise(edges)]
    first, last = edges[0], edges[-1]
    slots = max(1, -(-(last - first) // WINDOW))
    per = Counter((at - first) // WINDOW for at, _ in raised if first <= at < last)
    counts = per.values()
    manageable = sum(ACCEPTABLE < n <= MANAGEABLE for n in counts)
    demanding, flood = sum(MANAGEABLE < n <= FLOOD for n in counts), sum(n > FLOOD for n in counts)
    return Spread(tuple(parts), slots, slots - manageable - demanding - flood, manageable, demanding, flood)


def _part(raised: list[tuple[datetime, Severity]], since: datetime, until: datetime) -> Part:
    own = [(at, severity) for at, severity in raised if since <= at < until]
    peak = Counter((at - since) // WINDOW for at, _ in own)
    counts = {severity: sum(s == severity for _, s in own) for severity in SEVERITIES}
    return Part(since, until, counts, max(peak.values(), default=0))
