"""A night as its sensors saw it: in bed, up, in the bathroom, out, at rest, or not known.

Here: where somebody was in a stretch of time, from what was heard in order. It says no more than the sensors
do: without a bed sensor nobody is "in bed", only still; what could not be heard is not known, and stays so
until the bed speaks again. Who it was no sensor knows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from rules.stretches import Stretch, joined

Sign = Literal["bed", "up", "bathroom", "inside", "door"]
"""`bed` and `up`: into and out of it. `inside`: any other sign of life. `door`: the outer one was opened."""
Whereabouts = Literal["in_bed", "still", "up", "bathroom", "out", "unknown"]
WHEREABOUTS: tuple[Whereabouts, ...] = get_args(Whereabouts)

BEGINS, ENDS = time(20), time(10)
OUT_AFTER = timedelta(minutes=5)
"""[default] Nothing from inside for so long after the outer door was opened: out."""
STILL_AFTER = timedelta(minutes=10)
"""[default] Without a bed sensor: so long after the last movement somebody is taken to be at rest."""
LOOK_BACK = timedelta(hours=12)
"""How far before its beginning a night has to be told of for its first state to be known."""


class Spell(NamedTuple):
    where: Whereabouts
    since: datetime
    until: datetime


def night_of(evening: date, zone: ZoneInfo) -> Stretch:
    """The night that begins on that evening, 13, 14 or 15 real hours long."""
    morning = evening + timedelta(days=1)
    return Stretch(datetime.combine(evening, BEGINS, zone), datetime.combine(morning, ENDS, zone))


def night(
    signs: Sequence[tuple[datetime, Sign]],
    unheard: Sequence[Stretch],
    since: datetime,
    until: datetime,
    has_bed: bool,
) -> list[Spell]:
    """Without gaps from `since` to `until`. `signs`: in order, from LOOK_BACK before. `unheard`: when what
    decides (the bed; without one, all that sees movement) could not be heard, in order and apart.
    """
    found = _told(signs, until, has_bed)
    for one in unknown(signs, unheard, until, has_bed):
        found = _covered(found, Spell("unknown", one.since, one.until))
    clipped = (s._replace(since=max(s.since, since), until=min(s.until, until)) for s in found)
    return _merged(_filled((s for s in clipped if s.since < s.until), since, until))


def unknown(
    signs: Sequence[tuple[datetime, Sign]], unheard: Iterable[Stretch], until: datetime, has_bed: bool
) -> list[Stretch]:
    """The silences, each until the bed speaks again: what it said before holds no longer."""
    if not has_bed:
        return list(unheard)
    bed = [at for at, sign in signs if sign in ("bed", "up")]
    found = []
    for silence in unheard:
        next_word = bisect_left(bed, silence.until)
        ends = bed[next_word] if next_word < len(bed) else max(until, silence.until)
        found.append(Stretch(silence.since, ends))
    return joined(found)


def _told(signs: Sequence[tuple[datetime, Sign]], until: datetime, has_bed: bool) -> list[Spell]:
    spells: list[Spell] = []
    in_bed = False
    for number, (at, sign) in enumerate(signs):
        follows = signs[number + 1][0] if number + 1 < len(signs) else until
        if sign in ("bed", "up"):
            in_bed = sign == "bed"
        if in_bed:  # who else moves about is somebody else
            spells.append(Spell("in_bed", at, follows))
        elif sign == "door" and follows - at > OUT_AFTER:
            spells.append(Spell("out", at, follows))
        else:
            where: Whereabouts = "bathroom" if sign == "bathroom" else "up"
            if has_bed or follows - at <= STILL_AFTER:
                spells.append(Spell(where, at, follows))
            else:
                spells.append(Spell(where, at, at + STILL_AFTER))
                spells.append(Spell("still", at + STILL_AFTER, follows))
    return spells


def _covered(spells: Iterable[Spell], over: Spell) -> list[Spell]:
    found = [
        Spell(spell.where, piece.since, piece.until)
        for spell in spells
        for piece in (
            Stretch(spell.since, min(spell.until, over.since)),
            Stretch(max(spell.since, over.until), spell.until),
        )
        if piece.since < piece.until
    ]
    return sorted([*found, over], key=lambda spell: spell.since)


def _filled(spells: Iterable[Spell], since: datetime, until: datetime) -> list[Spell]:
    """What nobody told of is not known."""
    found, at = [], since
    for spell in spells:
        if spell.since > at:
            found.append(Spell("unknown", at, spell.since))
        found.append(spell)
        at = spell.until
    if at < until:
        found.append(Spell("unknown", at, until))
    return found


def _merged(spells: Iterable[Spell]) -> list[Spell]:
    found: list[Spell] = []
    for spell in spells:
        if found and found[-1].where == spell.where:
            found[-1] = found[-1]._replace(until=spell.until)
        else:
            found.append(spell)
    return found
