"""The nights of a month as a raster: a row a night from 20 to 10, where somebody was in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import NamedTuple

from dashboards.pictures import Picture
from dashboards.pictures.drawing import Axis, Drawing
from dashboards.pictures.times import clock, day_name, day_short, hour_of, month_name, span
from hub.night_signs import NightSigns
from rules import wording
from rules.nights import LOOK_BACK, WHEREABOUTS, Spell, Whereabouts, night, night_by_hour, night_of, unknown
from rules.stretches import Stretch, joined, within, without
from rules.wording import Voice
from rules.wording.pictures import whereabouts, words

TOP, EACH, BAR, BOTTOM, GUTTER = 4, 22, 18, 26, 88
SLEEP_FROM, SLEEP_UNTIL = time(22), time(7)
"""[default] The same hours as the weeks count."""
KNOWN_ENOUGH = 0.8
"""[default] A night of which less was heard does not count among the usual ones."""
_HEIGHT: dict[Whereabouts, float] = {
    "in_bed": 1,
    "still": 1,
    "up": 0.45,
    "bathroom": 0.8,
    "out": 0.7,
    "unknown": 1,
}
"""Of the row: heights, patterns and edges tell them apart as well as colours."""


class Night(NamedTuple):
    """`evening`: the day on which it begins. `whole`: as long as the clock made it. `by_hour`: its readings
    are gone; how long is known, and of when only the hour. `has_bed`: a bed sensor hung there as it began.
    """

    evening: date
    whole: Stretch
    spells: tuple[Spell, ...]
    by_hour: bool = False
    has_bed: bool = True

    def length(self, *where: Whereabouts) -> timedelta:
        return sum((s.until - s.since for s in self.spells if s.where in where), timedelta(0))

    def times(self, *where: Whereabouts) -> int:
        return sum(spell.where in where for spell in self.spells)

    @property
    def times_up(self) -> int:
        """How often somebody got up who had been in bed, or at rest, in the hours of sleep."""
        resting = ("in_bed", "still")
        pairs = zip(self.asleep.spells, self.asleep.spells[1:], strict=False)
        return sum(one.where in resting and other.where not in (*resting, "unknown") for one, other in pairs)

    @property
    def asleep(self) -> Night:
        """Of it the hours in which people sleep: an evening on the bed in front of the TV is no bad night."""
        zone = self.whole.since.tzinfo
        since = datetime.combine(self.evening, SLEEP_FROM, zone).astimezone(UTC)
        until = datetime.combine(self.evening + timedelta(days=1), SLEEP_UNTIL, zone).astimezone(UTC)
        clipped = (s._replace(since=max(s.since, since), until=min(s.until, until)) for s in self.spells)
        return self._replace(
            whole=Stretch(since, until), spells=tuple(s for s in clipped if s.since < s.until)
        )

    @property
    def known(self) -> bool:
        told = self.length(*(w for w in WHEREABOUTS if w != "unknown"))
        lasts = self.whole.until.astimezone(UTC) - self.whole.since.astimezone(UTC)
        return bool(self.spells) and told >= KNOWN_ENOUGH * lasts


def nights_of(month: date, signs: NightSigns, voice: Voice) -> list[Night]:
    """Those that begin in the month and have begun by now, in order."""
    found = []
    day = month.replace(day=1)
    times = [at for at, _ in signs.signs]
    deaf = _silences(signs, voice.now)
    while day.month == month.month:
        whole = night_of(day, voice.zone)
        until = min(whole.until, voice.now)
        if whole.since < until:
            begin = whole.since - LOOK_BACK
            silent = within(deaf, begin, until)
            by_hour, has_bed = whole.since < signs.begins, signs.has_bed(whole.since)
            if by_hour:
                spells = night_by_hour(signs.hours, silent, whole.since, until, has_bed)
            else:
                own = signs.signs[bisect_left(times, begin) : bisect_left(times, until)]
                doubt = within(signs.in_doubt, begin, until)
                spells = night(own, silent, whole.since, until, has_bed, doubt)
            found.append(Night(day, whole, tuple(spells), by_hour, has_bed))
        day += timedelta(days=1)
    return found


def _silences(signs: NightSigns, now: datetime) -> list[Stretch]:
    """While there is a bed sensor each lasts until it speaks again."""
    of_bed = [piece for one in signs.unheard for piece in without(one, signs.no_bed)]
    others = [piece for one in signs.no_bed for piece in within(signs.unheard, one.since, one.until)]
    return joined([*unknown(signs.signs, of_bed, now, has_bed=True), *others])


def nights_picture(
    month: date, nights: Sequence[Night], signs: NightSigns, notes: Sequence[str], voice: Voice
) -> Picture:
    """`notes`: what else must be said of it."""
    language, has_bed = voice.language, any(one.has_bed for one in nights)
    shown = _shown(nights)
    drawing = Drawing("nights", TOP + EACH * max(1, len(nights)) + BOTTOM, GUTTER)
    # All rows share the axis of a plain night; one of a clock change is drawn to its own length.
    plain = next((n.whole for n in nights if _hours(n.whole) == 14), nights[0].whole if nights else None)
    if plain is not None:
        drawing.hours(Axis(plain.since, plain.until), voice.zone, TOP, every=2)
    rows = []
    for number, one in enumerate(nights):
        y = TOP + EACH * number
        morning = one.evening + timedelta(days=1)
        name = words("night of", language, day=day_name(morning, language))
        drawing.beside("name", y + 15, day_short(morning, language), name)
        axis = Axis(one.whole.since, one.whole.until)
        for spell in one.spells:
            x, high = axis.x(spell.since), BAR * _HEIGHT[spell.where]
            look = "unheard" if spell.where == "unknown" else spell.where
            stretch = Stretch(spell.since, spell.until)
            when = (
                words("by hour", language, at=clock(hour_of(spell.since), voice))
                if one.by_hour
                else span(stretch, voice)
            )
            say = (
                f"{name}, {when}: {whereabouts(spell.where, one.has_bed, language)}"
                f" ({wording.length(stretch.until - stretch.since, language)})"
            )
            drawing.rect(look, x, axis.x(spell.until) - x, y + BAR - high + 1, high, say, number)
        rows.append((name, *(_length(one, w, voice) for w in shown), str(one.times_up)))
    return Picture(
        drawing,
        words("nights", language, month=month_name(month, language)),
        _says(nights, signs, notes, voice),
        tuple(("unheard" if w == "unknown" else w, whereabouts(w, has_bed, language)) for w in shown),
        (
            words("date", language),
            *(whereabouts(w, has_bed, language) for w in shown),
            words("times up" if has_bed else "times moving", language),
        ),
        tuple(rows),
    )


def _hours(whole: Stretch) -> float:
    return (whole.until.timestamp() - whole.since.timestamp()) / 3600


def _shown(nights: Sequence[Night]) -> tuple[Whereabouts, ...]:
    """Without a bed sensor nobody is in bed, only still."""
    kinds = {one.has_bed for one in nights}
    return tuple(
        w for w in WHEREABOUTS if (w != "still" or False in kinds) and (w != "in_bed" or True in kinds)
    )


def _length(one: Night, where: Whereabouts, voice: Voice) -> str:
    spent = one.length(where)
    return wording.length(spent, voice.language) if spent else "–"


def _says(nights: Sequence[Night], signs: NightSigns, notes: Sequence[str], voice: Voice) -> str:
    language = voice.language
    has_bed = any(one.has_bed for one in nights)
    if nights and not (has_bed or signs.sees_movement):
        return words("nights no sensor", language)
    known = [one for one in nights if one.known and one.whole.until <= voice.now]
    by_bed = [one for one in known if one.has_bed]
    usual = by_bed or known
    said = [_usual(usual, bool(by_bed), voice) if known else words("nights nothing", language)]
    if not all(one.has_bed for one in nights):
        said.append(words("nights still", language))
    left_out = sum(one.whole.until <= voice.now for one in nights) - len(known)
    if known and left_out:
        said.append(words("nights unknown" if left_out > 1 else "night unknown", language, n=left_out))
    if any(one.by_hour for one in nights):
        said.append(words("nights by hour", language))
    return " ".join([*said, *notes])


def _usual(known: Sequence[Night], has_bed: bool, voice: Voice) -> str:
    return words(
        "nights typical" if has_bed else "nights typical still",
        voice.language,
        rest=_median(known, "in_bed" if has_bed else "still", voice),
        bath=_median(known, "bathroom", voice),
        times=round(median(one.times_up for one in known)),
    )


def _median(nights: Sequence[Night], where: Whereabouts, voice: Voice) -> str:
    seconds = median(one.asleep.length(where).total_seconds() for one in nights)
    return wording.length(timedelta(seconds=seconds), voice.language)
