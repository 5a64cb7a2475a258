"""The engine over a recording or a kept history: what would have been found, by its own clock.

Deadlines fire up to the last reading, or to where the history ends; what would have come after it is not
known. Who lived there on which day counts as it would have then, and so does what could not be heard or was
switched off, where that is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Literal, NamedTuple

from devices.reading import Reading
from rules.building import Site
from rules.finding import Finding
from rules.judge import Judge, Key
from rules.rule import AnyRule
from rules.rulebook import days_of_moving, rulebook


class Spell(NamedTuple):
    """A stretch of time in which the hub could not hear a part (`unheard`: `what` is the part), took a device
    out of the judging (`aside`: the device), had a rule switched off (`paused`: the rule), or nobody of a
    room was at home (`away`). `until` is None where it has not ended. Aware UTC.
    """

    kind: Literal["unheard", "aside", "paused", "away"]
    what: str
    room: str
    since: datetime
    until: datetime | None


def backtest(
    site: Site,
    catalogue: Mapping[str, AnyRule],
    readings: Iterable[Reading],
    spells: Iterable[Spell] = (),
    until: datetime | None = None,
) -> Iterator[Finding]:
    """Findings in the order in which a hub running at the time would have given them out."""
    judge: Judge | None = None
    moves: list[date] = []
    circumstances = _Circumstances(spells)
    for reading in readings:
        at = reading.at
        if judge is None:
            first_day = at.astimezone(site.zone).date()
            judge = Judge(rulebook(site, catalogue, first_day))
            moves = days_of_moving(site, first_day)
        while moves and (midnight := datetime.combine(moves[0], time(), site.zone)) <= at:
            yield from circumstances.until(midnight, judge)
            yield from judge.tick(midnight)
            judge.adopt(rulebook(site, catalogue, moves.pop(0)))
        if circumstances.next is not None and circumstances.next <= at:
            yield from circumstances.until(at, judge)
        due = judge.next_deadline()
        if due is not None and due <= at:
            yield from judge.tick(at)
        yield from _judged(judge, reading)
    if judge is not None and until is not None:
        yield from circumstances.until(until, judge)
        yield from judge.tick(until)


def _judged(judge: Judge, reading: Reading) -> list[Finding]:
    if judge.aside_since(reading.device) is None:
        return judge.judge(reading)[1]
    return judge.follow(reading, judge.latest.note(reading))


class _Circumstances:
    """What could not be heard or was switched off, put to the judge when its time comes."""

    def __init__(self, spells: Iterable[Spell]) -> None:
        changes = [
            (at, spell, begins)
            for spell in spells
            for at, begins in ((spell.since, True), (spell.until, False))
            if at is not None
        ]
        self._changes = sorted(changes, key=lambda change: (change[0], change[2]), reverse=True)
        self._off: list[Spell] = []

    @property
    def next(self) -> datetime | None:
        """When the next one begins or ends."""
        return self._changes[-1][0] if self._changes else None

    def until(self, then: datetime, judge: Judge) -> Iterator[Finding]:
        while self._changes and self._changes[-1][0] <= then:
            at, spell, begins = self._changes.pop()
            yield from judge.tick(at)
            if spell.kind == "unheard":
                change = judge.lost_sight if begins else judge.regained_sight
                yield from change(spell.what, at)
                continue
            self._off = [*self._off, spell] if begins else [s for s in self._off if s != spell]
            if spell.kind == "aside":
                aside = {s.what: s.since for s in reversed(self._off) if s.kind == "aside"}
                yield from judge.put_aside(aside, {spell.what: at}, at)
            else:
                home = () if begins or spell.kind == "paused" else _of(spell, judge)
                yield from judge.put_pauses(self._paused(judge), at, dict.fromkeys(home, at))

    def _paused(self, judge: Judge) -> dict[Key, datetime]:
        paused: dict[Key, datetime] = {}
        for spell in self._off:
            for key in _of(spell, judge) if spell.kind != "aside" else ():
                paused[key] = min(spell.since, paused.get(key, spell.since))
        return paused


def _of(spell: Spell, judge: Judge) -> list[Key]:
    """The rules that a pause or an absence switches off."""
    if spell.kind == "paused":
        return [(spell.what, spell.room)]
    watches = judge.rulebook.watches.values()
    return [watch.key for watch in watches if watch.room == spell.room and watch.rule.for_residents]
