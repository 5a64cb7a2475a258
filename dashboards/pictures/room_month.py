"""The days of a month of a room as a raster: a row a day, a cell an hour, darker the more there was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median

from dashboards.pictures import Picture
from dashboards.pictures.amounts import number, own_words
from dashboards.pictures.drawing import Drawing
from dashboards.pictures.times import day_name, day_short, month_name
from hub.room_hours import RoomDay, RoomHour
from hub.year import Yearly
from rules import wording
from rules.wording import Language, Voice
from rules.wording.pictures import words

TOP, EACH, CELL, BOTTOM, GUTTER = 4, 20, 16, 26, 88
STEPS = 4
HEAD = ("date", "by day", "by night", "busiest hour", "unheard", "alerts of month")


def room_month_picture(
    what: Yearly, month: date, days: Sequence[RoomDay], alerts: Sequence[datetime], voice: Voice
) -> Picture:
    """`alerts`: when each was raised."""
    language = voice.language
    drawing = Drawing(f"month-{what}", TOP + EACH * max(1, len(days)) + BOTTOM, GUTTER)
    raised = Counter((at.date(), at.hour) for at in (one.astimezone(voice.zone) for one in alerts))
    much, each = _much(days), 100 / 24
    rows = []
    for place, one in enumerate(days):
        y = TOP + EACH * place
        drawing.beside("name", y + 13, day_short(one.day, language), day_name(one.day, language))
        for hour in one.hours:
            x, many = hour.hour * each, raised[one.day, hour.hour]
            say = _told(one.day, hour, what, many, language)
            drawing.rect(_look(hour, much), x, each * 0.94, y, CELL, say, place)
            if many:
                drawing.dot("alert-mark", x + each * 0.47, y + CELL / 2, 4)
        rows.append(_row(one, sum(n for (day, _), n in raised.items() if day == one.day), language))
    for hour_shown in range(0, 25, 3):
        look = "axis odd" if hour_shown % 2 else "axis"
        drawing.text(look, hour_shown * each, drawing.height - 6, f"{hour_shown:02d}")
    return Picture(
        drawing,
        words(f"month of {what}", language, month=month_name(month, language)),
        _says(days, language),
        (
            ("amount-0", words("amount none", language)),
            ("amount-1", own_words("amount little", True, language)),
            (f"amount-{STEPS}", own_words("amount much", True, language)),
            ("unheard", words("unheard", language)),
            ("alert-mark", words("hour with alert", language)),
        ),
        tuple(words(one, language) for one in HEAD),
        tuple(rows),
    )


def _much(days: Sequence[RoomDay]) -> int:
    """What is much for this room: of the hours with anything one in twenty has more."""
    values = sorted(hour.times for one in days for hour in one.hours if hour.times)
    return max(STEPS, values[int(len(values) * 0.95)]) if values else STEPS


def _look(hour: RoomHour, much: int) -> str:
    if hour.times is None:
        return "unheard"
    return f"amount-{min(-(-STEPS * hour.times // much), STEPS)}"


def _told(day: date, hour: RoomHour, what: Yearly, alerts: int, language: Language) -> str:
    told = words("unheard", language)
    if hour.times is not None:
        told = (
            words(f"times of {what}", language, n=hour.times)
            if hour.times
            else words("amount none", language)
        )
    raised = f". {words('alerts of month', language)}: {alerts}" if alerts else ""
    return f"{day_short(day, language)} {_between(hour.hour)}: {told}{raised}"


def _between(hour: int) -> str:
    return f"{hour:02d}–{hour + 1:02d}"


def _says(days: Sequence[RoomDay], language: Language) -> str:
    over = [one for one in days if len(one.hours) >= 23]
    known = [one for one in over if one.known]
    if not known:
        return words("month nothing", language)
    day, night = median(one.by_day for one in known), median(one.by_night for one in known)
    said = [words("month says", language, day=number(day, language), night=number(night, language))]
    if left_out := len(over) - len(known):
        said.append(words("days left out" if left_out > 1 else "day left out", language, n=left_out))
    return " ".join(said)


def _row(one: RoomDay, raised: int, language: Language) -> tuple[str, ...]:
    busiest = max(one.hours, key=lambda hour: hour.times or 0)
    deaf = wording.length(timedelta(hours=one.unheard), language) if one.unheard else "–"
    return (
        day_name(one.day, language),
        str(one.by_day),
        str(one.by_night),
        _between(busiest.hour) if busiest.times else "–",
        deaf,
        str(raised),
    )
