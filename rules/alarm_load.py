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
    more. `running`: not all of it has come yet; the slots are those that are over.
    """

    parts: tuple[Part, ...]
    slots: int
    acceptable: int
    manageable: int
    demanding: int
    flood: int
    running: bool = False


def spread(raised: Iterable[tuple[datetime, Severity]], edges: list[datetime], now: datetime) -> Spread:
    """`edges`: the beginnings of the parts and the end of the last, in order. What has not come by `now` is
    not quiet: it is no slot yet.
    """
    raised = sorted(raised, key=lambda one: one[0])
    parts = [_part(raised, since, until) for since, until in pairwise(edges)]
    first, last = edges[0], edges[-1]
    running = now < last
    slots = max(0, (now - first) // WINDOW) if running else max(1, -(-(last - first) // WINDOW))
    over = min(last, first + slots * WINDOW)
    counts = Counter((at - first) // WINDOW for at, _ in raised if first <= at < over).values()
    manageable = sum(ACCEPTABLE < n <= MANAGEABLE for n in counts)
    demanding, flood = sum(MANAGEABLE < n <= FLOOD for n in counts), sum(n > FLOOD for n in counts)
    quiet = slots - manageable - demanding - flood
    return Spread(tuple(parts), slots, quiet, manageable, demanding, flood, running)


def _part(raised: list[tuple[datetime, Severity]], since: datetime, until: datetime) -> Part:
    own = [(at, severity) for at, severity in raised if since <= at < until]
    peak = Counter((at - since) // WINDOW for at, _ in own)
    counts = {severity: sum(s == severity for _, s in own) for severity in SEVERITIES}
    return Part(since, until, counts, max(peak.values(), default=0))
