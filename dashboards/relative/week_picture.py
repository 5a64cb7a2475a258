"""The picture of seven nights or days, each beside the band of what is usual: the same on the relative's page
and in their letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.pictures.drawing import Drawing
from dashboards.relative.shown import SeriesShown

TOP, HIGH, HEIGHT = 12, 100, 140
"""px: above the highest bar, of the highest bar, of it all."""
LETTER_WIDTH = 360
"""px in a letter: as wide as a phone, so that its words stay readable."""
_GROUND = TOP + HIGH
_BAR = 6.0
"""%"""


def week_drawing(series: SeriesShown, number: int = 0) -> Drawing:
    """`number` tells it from others on its page."""
    drawing = Drawing(f"week-{series.sort}-{number}", HEIGHT)
    each = 100 / max(1, len(series.bars))
    drawing.line("grid", 0, _GROUND + 0.5, 100, _GROUND + 0.5)
    for place, bar in enumerate(series.bars):
        left, middle = place * each, (place + 0.5) * each
        if bar.usual_from is not None and bar.usual_to is not None:
            high = HIGH * (bar.usual_to - bar.usual_from)
            drawing.rect("band", left + 0.8, each - 1.6, _GROUND - HIGH * bar.usual_to, high)
        odd = bar.level in ("more", "less")
        if bar.height is None:
            drawing.text("week-day", middle, _GROUND - 8, "?", "middle")
        else:
            top = max(HIGH * bar.height, 1.5)
            look = "of-week-odd" if odd else "of-week"
            drawing.rect(look, middle - _BAR / 2, _BAR, _GROUND - top, top, round_=3)
            if bar.level == "more":
                drawing.shape("more", middle, _GROUND - top - 7)
            elif bar.level == "less":
                drawing.shape("less", middle, _GROUND - top - 9)
        drawing.text("week-day-odd" if odd else "week-day", middle, HEIGHT - 8, bar.short, "middle")
    return drawing


def week_says(series: SeriesShown) -> str:
    """Day by day in words, for whoever sees no picture."""
    return ". ".join(f"{bar.day[:1].upper()}{bar.day[1:]}: {bar.word}" for bar in series.bars)


DRAWN: Mapping[str, Any] = {"week_drawing": week_drawing, "week_says": week_says}
"""For the templates that show the week."""
