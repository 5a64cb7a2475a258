"""The engine over a recording: what would have been found, by the recording's own clock.

Deadlines fire up to the last reading; what would have come after it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devices.reading import Reading
from rules.finding import Finding
from rules.judge import Judge
from rules.rulebook import Rulebook


def backtest(rulebook: Rulebook, readings: Iterable[Reading]) -> Iterator[Finding]:
    """Findings in the order in which a hub running at the time would have given them out."""
    judge = Judge(rulebook)
    for reading in readings:
        yield from judge.tick(reading.at)
        yield from judge.judge(reading)[1]
        judge.keep()
