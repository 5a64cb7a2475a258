"""Getting out of bed, by people of 66 to 86 with a tag on the chest (uci_bedexit_s1), through the rules for
beds: `python -m tests.recordings.bed_exits` prints the table of docs/figures.md.

The tag becomes a bed sensor by what the room and the body give, with nothing fitted to the labels: a trunk
within 30° of the level lies, and one of the four antennas hears the chair and not the bed.
"""

import csv
import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from devices.reading import Reading
from rules.backtest import backtest
from rules.catalogue import catalogue
from tests.recordings.real_homes import RECORDINGS
from tests.servers import absent
from tests.world import read

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
IN_BED = ("lying", "sit on bed")
LYING_BELOW_G = 0.5  # along the trunk: cos 60°
OVER_THE_BED, AT_THE_CHAIR = ("3", "4"), "2"
TOO_EARLY = timedelta(seconds=5)
"""The labels were set by watching: what is told so long before is the same rising."""

SITE = read("""
site: bed-exits
name: The room of a recording
units: [{id: u, name: U}]
rooms: [{id: room, unit: u}]
devices: [{id: tag, room: room, role: bed, gateway: native}]
rules:
  - {rule: out-of-bed, lasts: 0 s, window: "00:00-24:00", rooms: [room]}
  - {rule: sat-up, rooms: [room]}
""")


class Row(NamedTuple):
    at: datetime
    vertical_g: float
    antenna: str
    label: str


class Trial(NamedTuple):
    """`exits`: when somebody left the bed, by the labels. `told`: when each rule said so."""

    exits: list[datetime]
    lay_down: list[datetime]
    end: datetime
    told: dict[str, list[datetime]]


class Figures(NamedTuple):
    """`told`: alerts; `right`: those that a leaving of the bed followed or explains. `delay`: median from the
    leaving, below zero where it was told before.
    """

    rule: str
    exits: int
    found: int
    told: int
    right: int
    delay: timedelta

    def row(self) -> str:
        sensitivity, ppv = (
            f"{100 * a / b:.0f} %" for a, b in ((self.found, self.exits), (self.right, self.told))
        )
        cells = (self.rule, self.exits, self.found, self.exits - self.found, sensitivity, self.told, ppv)
        return "| " + " | ".join(map(str, (*cells, f"{self.delay.total_seconds():+.1f} s"))) + " |"


HEAD = """\
| Rule | Left the bed | Found | Missed | Sensitivity | Alerts | PPV | Delay (median) |
|---|---|---|---|---|---|---|---|"""


def rows() -> dict[str, list[Row]]:
    """Trial → what the tag sent, in order. The calling test is skipped where the recording is absent."""
    path = RECORDINGS / "open" / "uci_bedexit_s1.csv.gz"
    if not path.exists():
        absent("the folder of real recordings", "put it at ../shared/data beside the repository")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return {
            trial: [
                Row(
                    START + timedelta(seconds=float(row["t_s"])),
                    float(row["acc_vertical_g"]),
                    row["antenna"],
                    row["label"],
                )
                for row in found
            ]
            for trial, found in groupby(csv.DictReader(text), key=lambda row: row["trial"])
        }


def readings(trial: list[Row]) -> Iterator[Reading]:
    """What a bed sensor would say of it: in bed or not, sitting up or not, each when it changes."""
    in_bed, up = None, None
    for row in trial:
        lies = row.vertical_g < LYING_BELOW_G
        now_in_bed = in_bed
        if lies or row.antenna in OVER_THE_BED:
            now_in_bed = True
        elif row.antenna == AT_THE_CHAIR:
            now_in_bed = False
        now_up = bool(now_in_bed) and not lies
        if now_in_bed is not None and now_in_bed != in_bed:
            yield Reading("tag", "in_bed", now_in_bed, row.at, row.at)
        if now_in_bed is not None and now_up != up:
            yield Reading("tag", "sitting_up", now_up, row.at, row.at)
        in_bed, up = now_in_bed, now_up
    yield Reading("tag", "battery", 100.0, trial[-1].at + timedelta(minutes=5), trial[-1].at)


def played(trial: list[Row]) -> Trial:
    spells = [(label, next(spell)) for label, spell in groupby(trial, key=lambda row: row.label)]
    turns = list(pairwise(spells))
    told: dict[str, list[datetime]] = {"out-of-bed": [], "sat-up": []}
    for finding in backtest(SITE, catalogue(), readings(trial)):
        if finding.kind == "raised":
            told[finding.rule].append(finding.at)
    return Trial(
        [row.at for (before, _), (label, row) in turns if before in IN_BED and label not in IN_BED],
        [row.at for label, row in spells if label == "lying"],
        trial[-1].at,
        told,
    )


def after_leaving(trial: Trial, exit: datetime) -> tuple[datetime, datetime]:
    """From 5 s before somebody left until they lay down again."""
    return exit - TOO_EARLY, min([at for at in trial.lay_down if at > exit], default=trial.end)


def before_leaving(trial: Trial, exit: datetime) -> tuple[datetime, datetime]:
    """From when they lay down last until they left: the half minute in which somebody can come."""
    return max([at for at in trial.lay_down if at < exit], default=START), exit


def figures(
    rule: str, trials: list[Trial], when: Callable[[Trial, datetime], tuple[datetime, datetime]]
) -> Figures:
    exits = found = right = told = 0
    delays = []
    for trial in trials:
        explained = set()
        for exit in trial.exits:
            begin, end = when(trial, exit)
            fitting = [at for at in trial.told[rule] if begin <= at <= end]
            explained.update(fitting)
            delays += [min(fitting) - exit] if fitting else []
            found += bool(fitting)
        exits, right, told = exits + len(trial.exits), right + len(explained), told + len(trial.told[rule])
    return Figures(rule, exits, found, told, right, median(delays))


def table() -> str:
    trials = [played(trial) for trial in rows().values()]
    return "\n".join(
        [
            HEAD,
            figures("out-of-bed", trials, after_leaving).row(),
            figures("sat-up", trials, before_leaving).row(),
        ]
    )


if __name__ == "__main__":
    print(table())
