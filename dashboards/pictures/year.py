"""A year as a calendar: a row for each month, a cell for each day, darker the more there was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dashboards.pictures import Picture
from dashboards.pictures.amounts import number, own_words
from dashboards.pictures.drawing import Drawing
from dashboards.pictures.times import day_short, month_name, month_short
from hub.year import Yearly
from rules.wording import Language
from rules.wording.pictures import words
from rules.year import Day, Month, months

TOP, EACH, CELL, BOTTOM, GUTTER = 4, 26, 22, 26, 56
WIDE = 92.0
"""% for the days; beside them stands the month's number of alerts."""
STEPS = 4
HEAD = ("month", "mean", "days heard", "days away", "days unheard", "alerts of month")
_DAYS_SHOWN = (1, 5, 10, 15, 20, 25)


def year_picture(
    what: Yearly,
    days: Sequence[Day],
    alerts: Mapping[date, int],
    language: Language,
    *,
    by_utc: bool = False,
    of_room: bool = False,
) -> Picture:
    """`alerts`: how many were raised, by day. `by_utc`: some days are so old that they run by UTC."""
    by_month = months(days)
    drawing = Drawing(f"year-{what}", TOP + EACH * len(by_month) + BOTTOM, GUTTER)
    scale = _scale(days)
    row_of = {month.first: place for place, month in enumerate(by_month)}
    each = WIDE / 31
    for one in days:
        row = row_of[one.day.replace(day=1)]
        x, y, many = (one.day.day - 1) * each, TOP + EACH * row, alerts.get(one.day, 0)
        drawing.rect(_look(one, scale), x, each * 0.9, y, CELL, _told(one, what, many, language), row)
        if many:
            drawing.dot("alert-mark", x + each * 0.45, y + CELL / 2, 4)
    rows = []
    for place, month in enumerate(by_month):
        raised = sum(n for day, n in alerts.items() if day.replace(day=1) == month.first)
        middle = TOP + EACH * place + 16
        drawing.beside("name", middle, month_short(month.first, language))
        if raised:
            drawing.text("small", 100, middle, str(raised), "end")
        rows.append(_row(month, raised, language, of_room))
    for n in _DAYS_SHOWN:
        drawing.text("axis", (n - 0.5) * each, drawing.height - 6, str(n), "middle")
    drawing.text("axis", 100, drawing.height - 6, words("alerts of month", language), "end")
    return Picture(
        drawing,
        f"{words(f'trend {what}', language)} ({words(f'unit {what}', language)})",
        _says(by_month, language, by_utc, of_room),
        (
            ("amount-0", words("amount none", language)),
            ("amount-1", own_words("amount little", of_room, language)),
            (f"amount-{STEPS}", own_words("amount much", of_room, language)),
            ("unheard", words("unheard", language)),
            *([] if of_room else [("away", words("away", language))]),
            *([("before", words("before", language))] if any(one.told == "before" for one in days) else []),
            ("alert-mark", words("day with alert", language)),
        ),
        tuple(words(one, language) for one in HEAD if not (of_room and one == "days away")),
        tuple(rows),
    )


def _scale(days: Sequence[Day]) -> tuple[float, float]:
    """What is little and what is much for this person: between them lie nine of ten days, so that one odd
    day pales no other.
    """
    values = sorted(one.value for one in days if one.value is not None)
    if not values:
        return 0.0, 1.0
    little, much = values[int(len(values) * 0.05)], values[int(len(values) * 0.95)]
    return little, max(much, little + 1.0)


def _look(one: Day, scale: tuple[float, float]) -> str:
    if one.value is None:
        return one.told
    if not one.value:
        return "amount-0"
    step = int(STEPS * (one.value - scale[0]) / (scale[1] - scale[0]))
    return f"amount-{min(max(step, 0), STEPS - 1) + 1}"


def _told(one: Day, what: Yearly, alerts: int, language: Language) -> str:
    if one.value is None:
        told = words(one.told, language)
    else:
        told = f"{number(one.value, language)} {words(f'unit {what}', language)}"
    raised = f". {words('alerts of month', language)}: {alerts}" if alerts else ""
    return f"{day_short(one.day, language)}: {told}{raised}"


def _says(by_month: Sequence[Month], language: Language, by_utc: bool, of_room: bool) -> str:
    if not any(month.heard for month in by_month):
        return words("year nothing", language)
    counted = own_words(
        "year says",
        of_room,
        language,
        heard=sum(month.heard for month in by_month),
        away=sum(month.away for month in by_month),
        unheard=sum(month.unheard for month in by_month),
    )
    return f"{counted} {words('year utc', language)}" if by_utc else counted


def _row(month: Month, raised: int, language: Language, of_room: bool) -> tuple[str, ...]:
    middle = "–" if month.mean is None else number(month.mean, language)
    counts = (month.heard, *([] if of_room else [month.away]), month.unheard, raised)
    return month_name(month.first, language), middle, *(str(n) for n in counts)
