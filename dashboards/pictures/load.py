"""A unit's alerts by hour of a day, or by day of a week, against what ISA-18.2 calls acceptable."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from dashboards.pictures import Picture
from dashboards.pictures.drawing import Drawing
from dashboards.pictures.times import clock, day_name, day_of, day_short, midnight
from rules.alarm_load import Spread
from rules.alarm_quality import ACCEPTABLE, MANAGEABLE
from rules.language import norwegian
from rules.severity import SEVERITIES
from rules.wording import Voice
from rules.wording.pictures import words

By = Literal["hour", "day"]
TOP, HEIGHT, BOTTOM, GUTTER = 16, 190, 28, 40
DAYS = 28
"""By day: four weeks."""


def edges(day: date, by: By, voice: Voice) -> list[datetime]:
    """The beginnings of the parts and the end of the last. By hour: real hours, 23, 24 or 25 of them."""
    if by == "day":
        return [midnight(day - timedelta(days=n), voice.zone) for n in range(DAYS - 1, -2, -1)]
    whole = day_of(day, voice.zone)
    hours = round((whole.until.timestamp() - whole.since.timestamp()) / 3600)
    start = whole.since.timestamp()
    return [datetime.fromtimestamp(start + 3600 * n, voice.zone) for n in range(hours + 1)]


def load_picture(load: Spread, day: date, by: By, voice: Voice) -> Picture:
    """The lines: what an even stream of one and of two in ten minutes would make of an hour. By day they
    would be far above every bar, and are told in words.
    """
    language = voice.language
    parts = load.parts
    most = max([part.all for part in parts] + [ACCEPTABLE * 6 if by == "hour" else 4])
    most = next(n for n in (4, 6, 8, 10, 14, 20, 30, 40, 60, 80, 100, 200, 400, 10**6) if n >= most)
    drawing = Drawing("load", TOP + HEIGHT + BOTTOM, GUTTER)

    def y(count: float) -> float:
        return TOP + HEIGHT * (1 - count / most)

    for count in (0, most // 2, most):
        drawing.line("grid", 0, y(count), 100, y(count))
        drawing.beside("axis", y(count) + 5, str(count))
    each, rows = 100 / len(parts), []
    for number, part in enumerate(parts):
        name = (
            f"{clock(part.since, voice)}–{clock(part.until, voice)}"
            if by == "hour"
            else day_short(part.since.astimezone(voice.zone).date(), language)
        )
        counts = {severity: part.counts[severity] for severity in SEVERITIES}
        said = ", ".join(f"{words(s, language).lower()}: {n}" for s, n in reversed(counts.items()) if n)
        below = 0
        for severity in SEVERITIES:
            if not counts[severity]:
                continue
            top = y(below + counts[severity])
            say = f"{name}: {said}. {words('peak', language)}: {part.peak}"
            x = (number + 0.12) * each
            drawing.rect(f"of-{severity}", x, each * 0.76, top, y(below) - top, say, 0, 2)
            below += counts[severity]
        every = 3 if by == "hour" else 7
        if number % every == (0 if by == "hour" else 2):
            word = f"{part.since.astimezone(voice.zone):%H}" if by == "hour" else name
            drawing.text("axis", (number + 0.5) * each, drawing.height - 6, word, "middle")
        rows.append((name, *(str(counts[s]) for s in reversed(SEVERITIES)), str(part.all), str(part.peak)))
    if by == "hour":
        for per_ten, what in ((ACCEPTABLE, "load one"), (MANAGEABLE, "load two")):
            if per_ten * 6 <= most:
                drawing.line("limit", 0, y(per_ten * 6), 100, y(per_ten * 6))
                drawing.text("limit-word", 100, y(per_ten * 6) - 5, words(what, language), "end")
    return Picture(
        drawing,
        words("load" if by == "hour" else "load week", language, day=_name(day, by, voice)),
        _says(load, voice),
        tuple((f"of-{s}", words(s, language)) for s in reversed(SEVERITIES)),
        (
            words("when", language),
            *(words(s, language) for s in reversed(SEVERITIES)),
            words("of all", language),
            words("peak", language),
        ),
        tuple(row for row in rows if by == "day" or row[-2] != "0"),
    )


def _name(day: date, by: By, voice: Voice) -> str:
    if by == "hour":
        return day_name(day, voice.language)
    first = day - timedelta(days=DAYS - 1)
    return f"{day_short(first, voice.language)} – {day_short(day, voice.language)}"


def _says(load: Spread, voice: Voice) -> str:
    all_ = sum(part.all for part in load.parts)
    if not all_:
        return words("load none yet" if load.running else "load none", voice.language)
    alerts = words("day one alert" if all_ == 1 else "day alerts", voice.language, n=all_)
    if not load.slots:
        return alerts

    def share(slots: int) -> str:
        percent = 100 * slots / load.slots
        return (
            f"{percent:.0f}"
            if percent in (0.0, 100.0)
            else f"{min(max(percent, 0.1), 99.9):.1f}".replace(".", "," if norwegian(voice.language) else ".")
        )

    said = words(
        "load says so far" if load.running else "load says",
        voice.language,
        alerts=alerts,
        acceptable=share(load.acceptable),
        demanding=share(load.demanding + load.flood),
    )
    return said + (
        " " + words("load floods once" if load.flood == 1 else "load flood", voice.language, n=load.flood)
        if load.flood
        else ""
    )
