"""The engine over a recording: what would have been found, by the recording's own clock.

Deadlines fire up to the last reading; what would have come after it is not known. Who lived there on which
day counts as it would have then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time

from devices.reading import Reading
from rules.building import Site
from rules.finding import Finding
from rules.judge import Judge
from rules.rule import AnyRule
from rules.rulebook import days_of_moving, rulebook


def backtest(site: Site, catalogue: Mapping[str, AnyRule], readings: Iterable[Reading]) -> Iterator[Finding]:
    """Findings in the order in which a hub running at the time would have given them out."""
    judge: Judge | None = None
    moves: list[date] = []
    for reading in readings:
        if judge is None:
            first_day = reading.at.astimezone(site.zone).date()
            judge = Judge(rulebook(site, catalogue, first_day))
            moves = days_of_moving(site, first_day)
        while moves and (midnight := datetime.combine(moves[0], time(), site.zone)) <= reading.at:
            yield from judge.tick(midnight)
            judge.adopt(rulebook(site, catalogue, moves.pop(0)))
        due = judge.next_deadline()
        if due is not None and due <= reading.at:
            yield from judge.tick(reading.at)
        yield from judge.judge(reading)[1]
