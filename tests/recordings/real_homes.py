"""The real recordings beside the repository, our site files for them, and a second opinion on what they hold.

The second opinion uses nothing of ours: csv, datetime and a few lines for each question.
"""

import csv
import gzip
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.servers import ROOT, absent

RECORDINGS = ROOT.parent / "shared" / "data" / "recordings"
SITES = Path(__file__).parent / "sites"


@dataclass(frozen=True)
class Home:
    """A recording and the site file for it."""

    recording: str
    zone: str

    @property
    def site(self) -> Path:
        return SITES / f"{Path(self.recording).name}.yaml"

    def file(self) -> Path:
        """The recording; the calling test is skipped where it is absent."""
        path = RECORDINGS / f"{self.recording}.csv.gz"
        if not path.exists():
            absent("the folder of real recordings", "put it at ../shared/data beside the repository")
        return path

    @cache  # noqa: B019 -- a handful of homes
    def rows(self) -> list[tuple[datetime, str, str, bool]]:
        """(local time, sensor, kind, ON) of every row, by csv and datetime alone."""
        with gzip.open(self.file(), "rt", encoding="utf-8", newline="") as text:
            return [
                (self.local(row["ts"]), row["sensor"], row["kind"], row["value"] in ("ON", "OPEN"))
                for row in csv.DictReader(text)
            ]

    def local(self, text: str) -> datetime:
        at = datetime.fromisoformat(text)
        zone = ZoneInfo(self.zone)
        return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


TM000 = Home("open/casas_tm000_absence_2016", "America/Los_Angeles")
TM000_MORNING = Home("open/casas_tm000_morning_2016-02-07", "America/Los_Angeles")
HOUSE_A = Home("restricted/kasteren_house_a", "Europe/Amsterdam")
HOUSE_C = Home("restricted/kasteren_house_c", "Europe/Amsterdam")
AL_HOME = Home("restricted/casas_al_home_2011", "America/Los_Angeles")
MIT = Home("restricted/mit_subject1", "America/New_York")
ALL = (TM000, TM000_MORNING, HOUSE_A, HOUSE_C, AL_HOME, MIT)


@cache
def backtested(home: Home) -> list[dict[str, str]]:
    """What `vaka backtest --json` says of a home; nothing may be refused and no sensor unknown."""
    words = ["--site", home.site, "--readings", home.file(), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "hub", "backtest", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=100,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def raised(findings: list[dict[str, str]], rule: str) -> list[datetime]:
    return [datetime.fromisoformat(f["at"]) for f in findings if (f["rule"], f["kind"]) == (rule, "raised")]


def counts(findings: list[dict[str, str]]) -> Counter[tuple[str, str]]:
    return Counter((finding["rule"], finding["kind"]) for finding in findings)


# --- the second opinion


def is_sign(kind: str, on: bool) -> bool:
    """Somebody moved: a motion sensor or a mat of the couch says ON; a door, bed or tap changes."""
    return on or kind not in ("motion", "pressure", "other")


def silences(home: Home, length: timedelta) -> list[datetime]:
    """When each silence of at least `length` began (UTC), between the first and the last sign of life."""
    signs = sorted(at.astimezone(UTC) for at, _, kind, on in home.rows() if is_sign(kind, on))
    return [a for a, b in pairwise(signs) if b - a >= length]


def openings_at_night(home: Home, door: str) -> list[datetime]:
    """Openings of a door between 22 and 07."""
    openings = [at for at, sensor, kind, on in home.rows() if sensor == door and kind == "contact" and on]
    return [at for at in openings if not time(7) <= at.time() < time(22)]


def times_held_open(home: Home, door: str, length: timedelta) -> list[datetime]:
    """When (UTC) a door had stood open for `length`, each time it did."""
    found, since = [], None
    for local, sensor, kind, on in home.rows():
        at = local.astimezone(UTC)  # Python subtracts two local times as if no clock ever changed
        if sensor == door and kind == "contact":
            if since is not None and not on and at - since >= length:
                found.append(since + length)
            since = (since or at) if on else None
    return found


def mornings_without_a_sign(home: Home, begin: time, end: time) -> list[datetime]:
    """The end of every morning, watched from its begin, in which nobody moved."""
    rows = home.rows()
    signs = [at for at, _, kind, on in rows if is_sign(kind, on)]
    first, last = min(row[0] for row in rows), max(row[0] for row in rows)
    found, day = [], first.date()
    while day <= last.date():
        opens, closes = (datetime.combine(day, clock, first.tzinfo) for clock in (begin, end))
        if first < opens and closes <= last and not any(opens <= at < closes for at in signs):
            found.append(closes)
        day += timedelta(days=1)
    return found


def same_instants(one: list[datetime], other: list[datetime]) -> bool:
    return [at.timestamp() for at in one] == [at.timestamp() for at in other]
