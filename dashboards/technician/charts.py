"""How long each bar of a table is. Pictures over time are drawn by dashboards/pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Bar(NamedTuple):
    """One bar of so many, `share` of the longest in %."""

    label: str
    times: int
    share: int


def bars(counts: Sequence[tuple[str, float]]) -> list[Bar]:
    most = max((count for _, count in counts), default=0.0)
    return [Bar(label, round(count), round(100 * count / most) if most else 0) for label, count in counts]
