"""A device's battery with its forecast, its link, and when it could not be heard."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from dashboards.pictures import Picture
from dashboards.pictures.drawing import Axis, Drawing
from dashboards.pictures.spans import Span, parts
from dashboards.pictures.spans import rows as rows_of
from dashboards.pictures.times import clock, day_short, day_whole
from rules import wording
from rules.health.battery import Forecast
from rules.stretches import Stretch, length, within, without
from rules.wording import Language, Voice
from rules.wording.pictures import unit_of_link, words

TOP, HEIGHT, BOTTOM, GUTTER = 12, 150, 28, 40
LEAST_AHEAD = 30.0
"""days; what is to come takes up to twice what was."""
_MOST_ROWS = 12
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
        look = "axis odd" if 0 < part < 3 else "axis"  # on a phone they would run into each other
        drawing.text(look, x(day), drawing.height - 6, day_short(_date(day), language))
    key = [("value", words("level", language))]
    if outlook.days is not None:
        key += [("ahead-band", words("ahead band", language))]
    rows = tuple((day_short(_date(day), language), f"{level:.0f} %") for day, level in levels[::-1][::step])
    head = (words("date", language), words("level", language))
    return Picture(drawing, words("battery", language), "", tuple(key), head, rows)


class LinkTold(NamedTuple):
    """What was told of the link at an instant, or from it on for an hour or a day."""

    measure: str
    at: datetime
    times: int
    lowest: float
    mean: float
    highest: float


def link_picture(told: Sequence[LinkTold], span: Span, voice: Voice) -> Picture:
    """Of the measure that the device tells most of: the mean of each part of the span, from its lowest to its
    highest.
    """
    language, shown = voice.language, parts(span, voice)
    times = Counter[str]()
    for one in told:
        times[one.measure] += one.times
    measure = max(times, key=lambda name: times[name], default="lqi")
    low, high = _SCALE[measure]
    drawing = _scale("link", low, high)
    starts = [part.since for part in shown]
    by_part: dict[int, list[LinkTold]] = {}
    for one in told:
        if one.measure == measure and one.at >= starts[0]:
            by_part.setdefault(bisect_right(starts, one.at) - 1, []).append(one)
    each, rows, middles, lows = 100 / len(shown), [], [], []

    def y(value: float) -> float:
        return round(TOP + HEIGHT * (high - min(max(value, low), high)) / (high - low), 1)

    named = [place for place, part in enumerate(shown) if part.below]
    for number, place in enumerate(named):
        look = "axis odd" if number % 2 else "axis"  # on a phone they would run into each other
        drawing.text(look, (place + 0.5) * each, drawing.height - 6, shown[place].below)
    for place, part in enumerate(shown):
        if not (own := by_part.get(place)):
            continue
        mean = sum(one.mean * one.times for one in own) / sum(one.times for one in own)
        lowest, highest = min(one.lowest for one in own), max(one.highest for one in own)
        x = (place + 0.2) * each
        drawing.rect("of-spread", x, each * 0.6, y(highest), max(2.0, y(lowest) - y(highest)), round_=2)
        say = f"{part.name}: {mean:.0f} ({lowest:.0f}–{highest:.0f})"
        drawing.dot("within", (place + 0.5) * each, y(mean), 4.5, say, 0)
        rows.append((part.name, f"{mean:.0f}", f"{lowest:.0f}", f"{highest:.0f}"))
        middles.append(mean)
        lows.append(lowest)
    over = words(f"span {span}", language)
    says = words("link nothing", language)
    if middles:
        middle, name = sorted(middles)[len(middles) // 2], unit_of_link(measure, language)
        says = words("link says", language, measure=name, middle=f"{middle:.0f}", low=f"{min(lows):.0f}")
    head = ("when" if span in ("hour", "day") else "date", "middle of day", "lowest", "highest")
    key = (("within", words("middle of day", language)), ("of-spread", words("of spread", language)))
    title = words("link", language, span=over)
    return Picture(drawing, title, says, key, tuple(words(h, language) for h in head), tuple(rows[::-1]))


def gaps_picture(deaf: Sequence[Stretch], gone: Sequence[Stretch], span: Span, voice: Voice) -> Picture:
    """A row, or a row a week or a month: when it could not be heard. `gone`: when it did not hang there, and
    nobody expected a word of it.
    """
    language, now, shown = voice.language, voice.now, rows_of(span, voice)
    drawing = Drawing("gaps", 8 + 26 * len(shown) + 24, 88 if len(shown) > 1 else 0)
    deaf = within(deaf, shown[0][2].since, now)
    for place, (name, width, whole) in enumerate(shown):
        axis, y = Axis(width.since, width.until), 8 + 26 * place
        if name:
            drawing.beside("name", y + 15, name)
        for one in without(whole, gone):
            drawing.rect("ground", axis.x(one.since), axis.x(one.until) - axis.x(one.since), y, 20, round_=4)
        until = min(now, whole.until)
        if whole.since < until:
            for one in without(Stretch(whole.since, until), gone):
                drawing.rect(
                    "still", axis.x(one.since), axis.x(one.until) - axis.x(one.since), y, 20, round_=4
                )
        for one in within(deaf, whole.since, until):
            say = (
                f"{day_short(one.since.astimezone(voice.zone).date(), language)} {clock(one.since, voice)}: "
                f"{words('unheard', language)} ({wording.length(length([one]), language)})"
            )
            drawing.rect(
                "unheard", axis.x(one.since), axis.x(one.until) - axis.x(one.since), y, 20, say, place
            )
    _along(drawing, span, shown[0][1], voice)
    over = words(f"span {span}", language)
    if len(shown) > 1:  # weeks and months are drawn whole
        first = shown[0][2].since.astimezone(voice.zone).date()
        over = words("gaps since", language, day=day_whole(first, language))
    there = without(Stretch(shown[0][2].since, now), gone)
    if there and there[0].since > shown[0][2].since:
        over = words("gaps hung", language, at=wording.at(there[0].since, voice))
    says = words("gaps none", language, span=over)
    if deaf and length(deaf) >= length(there):
        says = words("gaps all", language, span=over)
    elif length(deaf) >= timedelta(seconds=1):
        many, in_all = len(deaf), wording.length(length(deaf), language)
        says = words("gaps some" if many > 1 else "gaps once", language, n=many, length=in_all, span=over)
    table = tuple(
        (wording.at(one.since, voice), wording.length(length([one]), language)) for one in deaf[::-1]
    )
    key = (("still", words("heard", language)), ("unheard", words("unheard", language)))
    head = (words("when", language), words("unheard", language))
    return Picture(drawing, words("gaps", language), says, key, head, table)


def _along(drawing: Drawing, span: Span, first: Stretch, voice: Voice) -> None:
    """What stands along the bottom: minutes, hours, the days of the week, or of a month."""
    match span:
        case "hour":
            drawing.minutes(Axis(*first), voice, 8)
        case "day":
            drawing.hours(Axis(*first), voice.zone, 8)
        case "month":
            monday = first.since.astimezone(voice.zone).date()
            for day in range(7):
                x = 100 * day / 7
                drawing.line("grid", x, 8, x, drawing.height - 22)
                name = day_short(monday + timedelta(days=day), voice.language).split(" ")[0].rstrip(".")
                drawing.text("axis", x + 50 / 7, drawing.height - 6, name, "middle")
        case "year":
            for day in (1, 5, 10, 15, 20, 25, 30):
                drawing.text("axis", 100 * (day - 0.5) / 31, drawing.height - 6, str(day), "middle")


def _scale(name: str, low: float, high: float) -> Drawing:
    drawing = Drawing(name, TOP + HEIGHT + BOTTOM, GUTTER)
    for part in range(3):
        y = TOP + HEIGHT * part / 2
        drawing.line("grid", 0, y, 100, y)
        drawing.beside("axis", y + 5, f"{high - (high - low) * part / 2:.0f}")
    return drawing


def _date(day: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()
