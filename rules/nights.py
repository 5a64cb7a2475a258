"""A night as its sensors saw it: in bed, up, in the bathroom, out, at rest, or not known.

Here: where somebody was in a stretch of time, from what was heard in order. It says no more than the sensors
do: without a bed sensor nobody is "in bed", only still; what could not be heard is not known, and stays so
until the bed speaks again. Who it was no sensor knows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from rules.stretches import Stretch, joined

Sign = Literal["bed", "up", "bathroom", "left", "inside", "door"]
"""`bed` and `up`: into and out of it. `left`: no movement in the bathroom any more. `inside`: any other sign
of life. `door`: the outer one was used.
"""
Whereabouts = Literal["in_bed", "still", "up", "bathroom", "out", "unknown"]
WHEREABOUTS: tuple[Whereabouts, ...] = get_args(Whereabouts)

BEGINS, ENDS = time(20), time(10)
OUT_AFTER = timedelta(minutes=5)
"""[default] Nothing from inside for so long after the outer door was used: out."""
EXIT_DELAY = timedelta(minutes=1)
"""[default] So long after the door a motion sensor may still see the one who leaves."""
STILL_AFTER = timedelta(minutes=10)
"""[default] Without a bed sensor: movements no further apart are one, a longer time without any is rest."""
MOVED_FOR = timedelta(minutes=1)
"""[default] Without a bed sensor: how long the last movement is taken to have lasted."""
TURNED = timedelta(minutes=2)
"""[default] A bed that was empty for no longer, with no other sign of life, had somebody turn over in it."""
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
    in_doubt: Sequence[Stretch] = (),
) -> list[Spell]:
    """Without gaps from `since` to `until`. `signs`: in order, from LOOK_BACK before. `unheard`: when what
    decides (the bed; without one, all that sees movement) could not be heard, in order and apart. `in_doubt`:
    when any of what sees movement could not be; that nothing was seen says nothing then.
    """
    since, until = since.astimezone(UTC), until.astimezone(UTC)  # so that spells last as long as they did
    found = list(_told(signs, until, has_bed))
    for one in in_doubt:
        found = [piece for spell in found for piece in _doubted(spell, one)]
    for one in unknown(signs, unheard, until, has_bed):
        found = _covered(found, Spell("unknown", one.since, one.until))
    clipped = (s._replace(since=max(s.since, since), until=min(s.until, until)) for s in found)
    return _merged(_filled((s for s in clipped if s.since < s.until), since, until))


class HourTold(NamedTuple):
    """Of an hour of which only figures are left: seconds in bed, of movement in the bathroom, elsewhere."""

    in_bed: float = 0.0
    bathroom: float = 0.0
    moved: float = 0.0


def night_by_hour(
    hours: Mapping[datetime, HourTold],
    unheard: Sequence[Stretch],
    since: datetime,
    until: datetime,
    has_bed: bool,
) -> list[Spell]:
    """As `night`, from the hours (by their beginning, UTC) that outlive the readings: how long, and of when
    no more than the hour. Who was out is not known from them.
    """
    found: list[Spell] = []
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    at = since
    while at < until:
        told, ends = hours.get(at, HourTold()), min(at + timedelta(hours=1), until)
        for where, seconds in _shares(told, has_bed):
            stop = min(at + timedelta(seconds=seconds), ends)
            if at < stop:
                found.append(Spell(where, at, stop))
                at = stop
        if at < ends:
            found.append(Spell("unknown" if has_bed else "still", at, ends))
        at = ends
    for one in unheard:
        found = _covered(found, Spell("unknown", one.since, one.until))
    clipped = (s._replace(since=max(s.since, since), until=min(s.until, until)) for s in found)
    return _merged(_filled((s for s in clipped if s.since < s.until), since, until))


def _shares(told: HourTold, has_bed: bool) -> Iterable[tuple[Whereabouts, float]]:
    """Who moved was up until in bed again; where nothing moved and the bed was empty, who knows."""
    if not has_bed:
        return (("up", told.moved), ("bathroom", told.bathroom))
    empty = max(0.0, 3600.0 - told.in_bed - told.bathroom)
    return (("in_bed", told.in_bed), ("bathroom", told.bathroom), ("up", empty if told.moved else 0.0))


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


def _told(signs: Sequence[tuple[datetime, Sign]], until: datetime, has_bed: bool) -> Iterator[Spell]:
    in_bed = out = False
    passed = -1
    for number, (at, sign) in enumerate(signs):
        if number <= passed:
            continue
        follows = signs[number + 1][0] if number + 1 < len(signs) else until
        if sign in ("bed", "up"):
            in_bed = sign == "bed"
        if sign == "door" and not in_bed:
            last = _used(signs, number)
            heard_of = signs[last + 1][0] if last + 1 < len(signs) else until
            came_home = out and any(s not in ("door", "left") for _, s in signs[number : last + 1])
            out = not came_home and heard_of - at > OUT_AFTER
            if out or came_home:
                passed, follows = last, heard_of
        else:
            out = False
        if in_bed or (sign == "up" and follows - at <= TURNED and _is(signs, number + 1, "bed")):
            yield Spell("in_bed", at, follows)  # who else moves about is somebody else
        elif out:
            yield Spell("out", at, follows)
        else:
            again = sign == "left" and follows - at <= STILL_AFTER and _is(signs, number + 1, "bathroom")
            where: Whereabouts = "bathroom" if sign == "bathroom" or again else "up"
            if has_bed or follows - at <= STILL_AFTER:
                yield Spell(where, at, follows)
            else:
                yield Spell(where, at, at + MOVED_FOR)
                yield Spell("still", at + MOVED_FOR, follows)


def _used(signs: Sequence[tuple[datetime, Sign]], door: int) -> int:
    """The last sign that belongs to one use of a door: it was shut, and who went through was seen."""
    at, last = signs[door][0], door
    while last + 1 < len(signs):
        then, sign = signs[last + 1]
        if sign in ("bed", "up") or then > at + EXIT_DELAY:
            break
        last += 1
        at = then if sign == "door" else at
    return last


def _is(signs: Sequence[tuple[datetime, Sign]], number: int, sign: Sign) -> bool:
    return number < len(signs) and signs[number][1] == sign


def _doubted(spell: Spell, doubt: Stretch) -> Iterator[Spell]:
    if spell.where not in ("out", "still") or spell.until <= doubt.since or doubt.until <= spell.since:
        yield spell
        return
    since, until = max(spell.since, doubt.since), min(spell.until, doubt.until)
    for where, begins, ends in (
        (spell.where, spell.since, since),
        ("unknown", since, until),
        (spell.where, until, spell.until),
    ):
        if begins < ends:
            yield Spell(where, begins, ends)  # type: ignore[arg-type]


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
