"""The rules beside what the people in the real recordings wrote down: `python -m tests.recordings.labels`
prints the tables of docs/figures.md.

What should have been found is worked out here from the labels alone, by csv and datetime.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import NamedTuple

from tests.recordings.real_homes import AL_HOME, HOUSE_A, HOUSE_C, Home, backtested, raised

HOMES = (HOUSE_A, HOUSE_C, AL_HOME)
BY_DAY, BY_NIGHT = timedelta(minutes=60), timedelta(minutes=15)
NEAR = timedelta(minutes=2)
"""Labels were set by hand: a door may be heard so long before or after what was written down."""


class Figures(NamedTuple):
    """`owed`: what the labels say should be found; `found` of those; `other`: found beside them. `delay`:
    median of what was found, from the instant at which it was owed.
    """

    rule: str
    home: str
    nights: int
    owed: int
    found: int
    other: int
    delay: timedelta | None

    def row(self) -> str:
        share = f"{100 * self.found / self.owed:.0f} %" if self.owed else "-"
        late = f"{self.delay.total_seconds() / 60:+.1f} min" if self.delay is not None else "-"
        each = f"{self.other / self.nights:.2f}"
        cells = (self.rule, self.home, self.nights, self.owed, self.found, share, self.other, each, late)
        return "| " + " | ".join(str(cell) for cell in cells) + " |"


HEAD = """\
| Rule | Home | Nights | By the labels | Found | Sensitivity | Found beside them | A night | Delay (median) |
|---|---|---|---|---|---|---|---|---|"""


def labels(home: Home) -> list[tuple[datetime, datetime, str]]:
    """(begin, end, what) in UTC."""
    file = home.file()
    with gzip.open(
        file.with_name(file.name.replace(".csv.gz", ".labels.csv.gz")), "rt", encoding="utf-8", newline=""
    ) as text:
        return [
            (home._local(row["start"]).astimezone(UTC), home._local(row["end"]).astimezone(UTC), row["label"])
            for row in csv.DictReader(text)
        ]


def absences(home: Home) -> Iterator[tuple[datetime, datetime]]:
    """From leaving to coming home, as they were written down."""
    left = None
    for begin, end, what in sorted(labels(home)):
        if what == "leave-house":
            yield begin, end
        elif what == "Leave_Home":
            left = end
        elif what == "Enter_Home" and left is not None:
            yield left, begin
            left = None


def is_night(home: Home, at: datetime) -> bool:
    local = home._local(at.isoformat()).time()
    return not time(7) <= local < time(22)


def nights(home: Home) -> int:
    rows = home.rows()
    return (max(row[0] for row in rows) - min(row[0] for row in rows)).days


def not_back(home: Home) -> Figures:
    """Absences longer than is allowed: an hour by day, a quarter of an hour by night."""
    away = list(absences(home))
    told = [at.astimezone(UTC) for at in raised(backtested(home), "not-back")]
    owed = [(b, e, b + (BY_NIGHT if is_night(home, b) else BY_DAY)) for b, e in away]
    owed = [(b, e, due) for b, e, due in owed if due < e]
    delays = [
        min(at - due for at in told if b - NEAR <= at <= e + NEAR)
        for b, e, due in owed
        if any(b - NEAR <= at <= e + NEAR for at in told)
    ]
    other = sum(not any(b - NEAR <= at <= e + NEAR for b, e in away) for at in told)
    delay = timedelta(seconds=median(d.total_seconds() for d in delays)) if delays else None
    return Figures("not-back", name(home), nights(home), len(owed), len(delays), other, delay)


def night_exit(home: Home) -> Figures:
    """Leaving or coming home at night, as it was written down."""
    used = [at for both in absences(home) for at in both if is_night(home, at)]
    told = [at.astimezone(UTC) for at in raised(backtested(home), "night-exit")]
    delays = [
        min((at - passed for at in told if abs(at - passed) <= NEAR), key=abs)
        for passed in used
        if any(abs(at - passed) <= NEAR for at in told)
    ]
    other = sum(not any(abs(at - passed) <= NEAR for passed in used) for at in told)
    delay = timedelta(seconds=median(d.total_seconds() for d in delays)) if delays else None
    return Figures("night-exit", name(home), nights(home), len(used), len(delays), other, delay)


def name(home: Home) -> str:
    return home.recording.rpartition("/")[2]


def table() -> str:
    return "\n".join([HEAD, *(of(home).row() for of in (not_back, night_exit) for home in HOMES)])


if __name__ == "__main__":
    print(table())
