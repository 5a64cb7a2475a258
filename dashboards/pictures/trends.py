"""A trend by week beside the person's own usual, with its band."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from babel.numbers import format_decimal

from dashboards.pictures import Picture
from dashboards.pictures.amounts import number, own_words
from dashboards.pictures.drawing import Drawing
from dashboards.pictures.times import day_short
from hub.activity import SHOWN_WEEKS, Trend
from hub.year import Yearly
from rules.baseline import Week
from rules.wording import Language
from rules.wording.pictures import words

TOP, HEIGHT, BOTTOM, GUTTER = 14, 170, 28, 56


def trend_picture(
    trend: Trend | Yearly,
    weeks: Sequence[Week],
    language: Language,
    most_weeks: int = SHOWN_WEEKS,
    *,
    of_room: bool = False,
) -> Picture:
    """The last `most_weeks` of them. Of a whole year every fourth week has its number."""
    shown = list(weeks)[-most_weeks:]
    many = len(shown) > 2 * SHOWN_WEEKS
    title = f"{words(f'trend {trend}', language)} ({words(f'unit {trend}', language)})"
    drawing = Drawing(f"trend-{trend}", TOP + HEIGHT + BOTTOM, GUTTER)
    values = [w.value for w in shown if w.value is not None] + [w.band.high for w in shown if w.band]
    most = _round_up(max(values, default=1.0))

    def y(value: float) -> float:
        return round(TOP + HEIGHT * (1 - min(value, most) / most), 1)

    each = 100 / max(1, len(shown))
    for part in (0.0, most / 2, most):
        drawing.line("grid", 0, y(part), 100, y(part))
        drawing.beside("axis", y(part) + 5, format_decimal(part, "#,##0.#", locale=language))
    for place, week in enumerate(shown):
        if week.band is not None:
            high = y(week.band.high)
            drawing.rect("band", place * each, each, high, y(week.band.low) - high)
            middle = y(week.band.middle)
            drawing.line("middle", place * each, middle, (place + 1) * each, middle)
    points = [(each * (n + 0.5), w) for n, w in enumerate(shown)]
    for (x1, one), (x2, other) in pairwise(points):
        if one.value is not None and other.value is not None:
            drawing.line("value", x1, y(one.value), x2, y(other.value))
    rows = []
    for place, (x, week) in enumerate(points):
        row = _row(week, language)
        rows.append(row)
        if week.value is not None:
            radius = (8 if week.verdict in ("above", "below") else 6) / (2 if many else 1)
            say = f"{row[0]}: {row[1]}. {row[3]}" + (
                f" ({words('usual', language)}: {row[2]})" if week.band else ""
            )
            drawing.dot(week.verdict, x, y(week.value), radius, say, 0)
        if place % 4 == 0 if many else place % 2 == len(shown) % 2 or len(shown) < 7:
            drawing.text("axis", x, drawing.height - 6, str(week.monday.isocalendar().week), "middle")
    return Picture(
        drawing,
        title,
        says(shown, language, of_room),
        (
            ("band", own_words("band", of_room, language)),
            ("within", words("verdict within", language)),
            ("above", f"{words('verdict above', language)} / {words('verdict below', language).lower()}"),
            ("too_little", words("verdict too_little", language)),
        ),
        tuple(words(one, language) for one in ("date", "value", "usual", "what")),
        tuple(rows),
    )


def says(weeks: Sequence[Week], language: Language, of_room: bool = False) -> str:
    """Of the last whole week."""
    if not weeks:
        return words("trend nothing", language)
    last = weeks[-1]
    n = last.monday.isocalendar().week
    if last.verdict == "too_little":
        return words("is too_little", language, n=n)
    return own_words(f"is {last.verdict}", of_room, language, n=n)


def _row(week: Week, language: Language) -> tuple[str, str, str, str]:
    name = f"{words('week', language, n=week.monday.isocalendar().week)} ({day_short(week.monday, language)})"
    value = "–" if week.value is None else number(week.value, language)
    usual = (
        "–" if week.band is None else f"{number(week.band.low, language)}–{number(week.band.high, language)}"
    )
    return name, value, usual, words(f"verdict {week.verdict}", language)


def _round_up(value: float) -> float:
    """To a number that is easy to halve in one's head."""
    size = 1.0
    while value > size * 10:
        size *= 10
    return next(n * size for n in (1, 2, 3, 4, 6, 8, 10) if n * size >= value or n == 10)
