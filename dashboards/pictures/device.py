"""A device's battery with its forecast, its link by day, and when it could not be heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from dashboards.pictures import Picture
from dashboards.pictures.drawing import Axis, Drawing
from dashboards.pictures.times import clock, day_of, day_short
from hub.history import Hourly
from rules import wording
from rules.health.battery import Forecast
from rules.stretches import Stretch, length
from rules.wording import Language, Voice
from rules.wording.pictures import words

TOP, HEIGHT, BOTTOM, GUTTER = 12, 150, 28, 40
DAYS = 30
LEAST_AHEAD = 30.0
"""days; what is to come takes up to twice what was."""
_MOST_ROWS = 12
_UNITS = {
    "lqi": ("Signalkvalitet (lqi)", "Link quality (lqi)"),
    "rssi": ("Signalstyrke (rssi, dBm)", "Signal strength (rssi, dBm)"),
    "snr": ("Signal/støy (snr, dB)", "Signal to noise (snr, dB)"),
}
_SCALE = {"lqi": (0.0, 255.0), "rssi": (-110.0, -30.0), "snr": (-20.0, 20.0)}


def battery_picture(
    levels: Sequence[tuple[int, float]], outlook: Forecast, today: int, language: Language
) -> Picture | None:
    """`levels`: (day since 1970, %). None where there is nothing to draw."""
    if len(levels) < 2:
        return None
    first, begin = levels[0][0], levels[-1][0]
    ahead = min(outlook.high or 0, 2 * max(LEAST_AHEAD, today - first)) if outlook.days is not None else 0.0
    last = max(today, begin) + ahead
    drawing = _scale("battery", 0, 100)

    def x(day: float) -> float:
        return round(100 * (min(day, last) - first) / max(1.0, last - first), 2)

    def down(level: float) -> float:
        return TOP + HEIGHT * (100 - level) / 100

    if outlook.days is not None and outlook.level is not None:
        low, high = begin + (outlook.low or 0), begin + (outlook.high or 0)
        reached = outlook.level * max(0.0, 1 - (last - begin) / (high - begin)) if high > last else 0.0
        corners = [
            (x(begin), 100 - outlook.level),
            (x(high), 100 - reached),
            (x(high), 100.0),
            (x(low), 100.0),
        ]
        drawing.area("ahead-band", corners, TOP, HEIGHT)
        gone = begin + outlook.days
        left = outlook.level * max(0.0, 1 - (last - begin) / outlook.days) if gone > last else 0.0
        drawing.line("ahead", x(begin), down(outlook.level), x(gone), down(left))
    drawing.line("now-line", x(today), TOP, x(today), TOP + HEIGHT)
    drawing.curve("level", [(x(day), down(level)) for day, level in levels])
    step = -(-len(levels) // _MOST_ROWS) or 1
    for day, level in levels[::step]:
        say = f"{day_short(_date(day), language)}: {level:.0f} %"
        drawing.dot("within", x(day), down(level), 3.5, say, 0)
    for part in range(4):
        day = first + round((last - first) * part / 3)
        drawing.text("axis", x(day), drawing.height - 6, day_short(_date(day), language))
    key = [("value", words("level", language))]
    if outlook.days is not None:
        key += [("ahead-band", words("ahead band", language))]
    rows = tuple((day_short(_date(day), language), f"{level:.0f} %") for day, level in levels[::-1][::step])
    head = (words("date", language), words("level", language))
    return Picture(drawing, words("battery", language), "", tuple(key), head, rows)


def link_picture(hours: Sequence[Hourly], now: datetime, voice: Voice) -> Picture:
    """Of the measure that the device tells most of: the mean of each day, from its lowest to its highest."""
    language = voice.language
    title = words("link", language)
    by_measure: dict[str, list[Hourly]] = {}
    for hour in hours:
        by_measure.setdefault(hour.measure, []).append(hour)
    measure = max(by_measure, key=lambda one: len(by_measure[one]), default="lqi")
    low, high = _SCALE[measure]
    name = _UNITS[measure][language == "en"]
    drawing = _scale("link", low, high)
    today = now.astimezone(voice.zone).date()
    days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    each, rows, middles, lows = 100 / DAYS, [], [], []

    def y(value: float) -> float:
        return round(TOP + HEIGHT * (high - min(max(value, low), high)) / (high - low), 1)

    for number, day in enumerate(days):
        own = [hour for hour in by_measure.get(measure, []) if hour.at.astimezone(voice.zone).date() == day]
        if number % 7 == 2:
            drawing.text("axis", (number + 0.5) * each, drawing.height - 6, day_short(day, language))
        if not own:
            continue
        times = sum(hour.times for hour in own)
        mean = sum((hour.mean or 0.0) * hour.times for hour in own) / times
        lowest, highest = min(hour.lowest or 0.0 for hour in own), max(hour.highest or 0.0 for hour in own)
        x = (number + 0.2) * each
        drawing.rect("of-spread", x, each * 0.6, y(highest), max(2.0, y(lowest) - y(highest)), round_=2)
        say = f"{day_short(day, language)}: {mean:.0f} ({lowest:.0f}–{highest:.0f})"
        drawing.dot("within", (number + 0.5) * each, y(mean), 4.5, say, 0)
        rows.append((day_short(day, language), f"{mean:.0f}", f"{lowest:.0f}", f"{highest:.0f}"))
        middles.append(mean)
        lows.append(lowest)
    says = words("link nothing", language)
    if middles:
        middle = sorted(middles)[len(middles) // 2]
        says = words("link says", language, measure=name, middle=f"{middle:.0f}", low=f"{min(lows):.0f}")
    head = ("date", "middle of day", "lowest", "highest")
    key = (("within", words("middle of day", language)), ("of-spread", words("of spread", language)))
    return Picture(drawing, title, says, key, tuple(words(h, language) for h in head), tuple(rows[::-1]))


def gaps_picture(deaf: Sequence[Stretch], now: datetime, voice: Voice) -> Picture:
    """A row a week, a day each: when it could not be heard."""
    language = voice.language
    today = now.astimezone(voice.zone).date()
    weeks = 5
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    drawing = Drawing("gaps", 8 + 26 * weeks + 24, 88)
    for number in range(weeks):
        monday = first + timedelta(weeks=number)
        whole = Stretch(
            day_of(monday, voice.zone).since, day_of(monday + timedelta(days=7), voice.zone).since
        )
        axis, y = Axis(whole.since, whole.until), 8 + 26 * number
        drawing.beside("name", y + 15, day_short(monday, language))
        drawing.rect("ground", 0, 100, y, 20, round_=4)
        until = min(now, whole.until)
        if whole.since < until:
            drawing.rect("still", 0, axis.x(until), y, 20, round_=4)
        for one in deaf:
            since, ends = max(one.since, whole.since), min(one.until, until)
            if since < ends:
                say = (
                    f"{day_short(since.astimezone(voice.zone).date(), language)} {clock(since, voice)}: "
                    f"{words('unheard', language)} ({wording.length(one.until - one.since, language)})"
                )
                drawing.rect("unheard", axis.x(since), axis.x(ends) - axis.x(since), y, 20, say, number)
    for day in range(7):
        x = 100 * day / 7
        drawing.line("grid", x, 8, x, drawing.height - 22)
        name = day_short(first + timedelta(days=day), language).split(" ")[0].rstrip(".")
        drawing.text("axis", x + 50 / 7, drawing.height - 6, name, "middle")
    says = words("gaps none", language)
    if deaf:
        says = words(
            "gaps some" if len(deaf) > 1 else "gaps once",
            language,
            n=len(deaf),
            length=wording.length(length(deaf), language),
        )
    rows = tuple(
        (wording.at(one.since, voice), wording.length(one.until - one.since, language)) for one in deaf[::-1]
    )
    key = (("still", words("heard", language)), ("unheard", words("unheard", language)))
    head = (words("when", language), words("unheard", language))
    return Picture(drawing, words("gaps", language), says, key, head, rows)


def _scale(name: str, low: float, high: float) -> Drawing:
    drawing = Drawing(name, TOP + HEIGHT + BOTTOM, GUTTER)
    for part in range(3):
        y = TOP + HEIGHT * part / 2
        drawing.line("grid", 0, y, 100, y)
        drawing.beside("axis", y + 5, f"{high - (high - low) * part / 2:.0f}")
    return drawing


def _date(day: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()
