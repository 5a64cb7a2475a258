"""The flat that stood empty from 13 to 16 July 2016 (casas_tm000): `python -m tests.recordings.absence`
prints the table of docs/figures.md.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from tests.recordings.real_homes import TM000, backtested

RULES = ("quiet-12-h", "quiet-confirmed")
HEAD = """\
| Rule | Told after | Ended by a stray trigger | Hours of the absence in which the alert stood |
|---|---|---|---|"""


class Found(NamedTuple):
    rule: str
    told_after: timedelta
    ended_too_early: int
    stood: timedelta

    def row(self) -> str:
        after, stood = (f"{span / timedelta(hours=1):.1f}" for span in (self.told_after, self.stood))
        return f"| {self.rule} | {after} h | {self.ended_too_early} times | {stood} |"


def signs() -> list[tuple[datetime, str]]:
    """(UTC, sensor) of every movement in the recording, by csv and datetime alone."""
    return sorted((at.astimezone(UTC), sensor) for at, sensor, _, on in TM000.rows() if on)


def absence() -> tuple[datetime, datetime]:
    """The longest time in which no two sensors told of somebody within five minutes."""
    agreed = [
        later[0]
        for earlier, later in pairwise(signs())
        if earlier[1] != later[1] and later[0] - earlier[0] <= timedelta(minutes=5)
    ]
    return max(pairwise(agreed), key=lambda both: both[1] - both[0])


def found(rule: str) -> Found:
    left, back = absence()
    told, ended, stood, since = [], 0, timedelta(0), None
    for finding in backtested(TM000):
        at = datetime.fromisoformat(finding["at"]).astimezone(UTC)
        if finding["rule"] != rule or not left <= at <= back:
            continue
        if finding["kind"] == "raised":
            since = at
            told.append(at)
        elif since is not None:
            ended += at < back
            stood, since = stood + (at - since), None
    if since is not None:
        stood += back - since
    return Found(rule, told[0] - left, ended, stood)


def table() -> str:
    return "\n".join([HEAD, *(found(rule).row() for rule in RULES)])


if __name__ == "__main__":
    print(table())
