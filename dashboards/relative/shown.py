"""What a relative is shown of a resident, as plain values with every sentence settled: the same for the page,
the call of the API, and the preview that staff look at first.

Nothing raw: no reading, no clock, no room, nobody's name but the resident's.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rules.relatives import Category
from rules.usual import Level

State = Literal["well", "watch", "unclear", "nothing"]


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class AlertShown(Shown):
    """`when` to a part of the day."""

    when: str
    what: str
    now: str
    is_over: bool


class BarShown(Shown):
    """One night or day of the week's picture, in its own units: shares of the picture's height."""

    day: str
    short: str
    level: Level
    word: str
    height: float | None = Field(description="0 to 1; null: not known")
    usual_from: float | None = Field(description="The band of what is usual, 0 to 1; null: not known")
    usual_to: float | None


class SeriesShown(Shown):
    sort: Literal["nights", "days", "in_bed"]
    sentence: str
    bars: tuple[BarShown, ...]


class AllowedShown(Shown):
    """What the resident said yes to. `reason`: whether it counts now, and why not."""

    category: Category
    until: str
    allowed: bool
    reason: str


class ResidentShown(Shown):
    """What is null was not said yes to. `state` is in words in `headline` and `lines`."""

    id: str
    name: str
    relation: str
    categories: tuple[Category, ...] = Field(description="What is shown")
    state: State
    headline: str
    lines: tuple[str, ...]
    away: str | None
    alerts: tuple[AlertShown, ...] | None
    unusual: tuple[str, ...] | None
    week: tuple[SeriesShown, ...] | None
    allowed: tuple[AllowedShown, ...]
    is_resting: bool
    resting: str


def week_alone(one: ResidentShown) -> ResidentShown:
    """Nothing but the week's pictures, also in what is written down of the look."""
    categories = tuple(category for category in one.categories if category == "digest")
    nothing = {"headline": "", "lines": (), "away": None, "alerts": None, "unusual": None}
    return one.model_copy(update={**nothing, "categories": categories})
