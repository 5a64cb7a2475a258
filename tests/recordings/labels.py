"""What the people in the real recordings wrote down of themselves, and what the rules owe by it.

Worked out from the labels alone, by csv and datetime: nothing of ours is asked.
"""

import csv
import gzip
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from tests.recordings.real_homes import Home

BY_DAY, BY_NIGHT = timedelta(minutes=60), timedelta(minutes=15)
IN_BED = ("go-to-bed", "Sleep")
IN_THE_BATHROOM = ("take-shower", "brush-teeth", "use-toilet", "Bathe", "Personal_Hygiene", "Toilet")
SOON = timedelta(minutes=2)
"""Two things done so soon after one another in the bathroom are one stay there."""


class Label(NamedTuple):
    """Somebody did something, by their own word."""

    begin: datetime
    end: datetime
    what: str


class Owed(NamedTuple):
    """What a rule owes: an alert at `due`, and until `end` it may still be told."""

    begin: datetime
    due: datetime
    end: datetime


Span = tuple[datetime, datetime]


def labels(home: Home) -> list[Label]:
    """In UTC, in order."""
    file = home.file()
    with gzip.open(
        file.with_name(file.name.replace(".csv.gz", ".labels.csv.gz")), "rt", encoding="utf-8", newline=""
    ) as text:
        return sorted(
            Label(
                home.local(row["start"]).astimezone(UTC), home.local(row["end"]).astimezone(UTC), row["label"]
            )
            for row in csv.DictReader(text)
        )


def spans(home: Home, what: Collection[str]) -> list[Span]:
    return [(label.begin, label.end) for label in labels(home) if label.what in what]


def is_night(home: Home, at: datetime) -> bool:
    local = home.local(at.isoformat()).time()
    return not time(7) <= local < time(22)


def nights(home: Home) -> int:
    rows = home.rows()
    return (max(row[0] for row in rows) - min(row[0] for row in rows)).days


def absences(home: Home) -> list[Span]:
    """From leaving to coming home, as they were written down."""
    return list(_absences(home))


def _absences(home: Home) -> Iterator[Span]:
    left = None
    for begin, end, what in labels(home):
        if what == "leave-house":
            yield begin, end
        elif what == "Leave_Home":
            left = end
        elif what == "Enter_Home" and left is not None:
            yield left, begin
            left = None


def stays_in_the_bathroom(home: Home) -> list[Span]:
    joined: list[Span] = []
    for begin, end in spans(home, IN_THE_BATHROOM):
        if joined and begin - joined[-1][1] <= SOON:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


# What each rule owes


def longer_than(home: Home, found: list[Span], by_day: timedelta, by_night: timedelta) -> list[Owed]:
    """Of these spans, those that lasted longer than is allowed by the hour at which they began."""
    allowed = [(b, e, b + (by_night if is_night(home, b) else by_day)) for b, e in found]
    return [Owed(b, due, e) for b, e, due in allowed if due < e]


def passages_at_night(home: Home) -> list[Owed]:
    """Leaving or coming home between 22 and 07."""
    return [Owed(at, at, at) for both in absences(home) for at in both if is_night(home, at)]


def mornings_in_bed_or_out(home: Home) -> list[Owed]:
    """Mornings that were slept or spent elsewhere from seven to ten."""
    rows = home.rows()
    day, last = min(row[0] for row in rows).date(), max(row[0] for row in rows).date()
    zone = rows[0][0].tzinfo
    still = [*spans(home, IN_BED), *absences(home)]
    found = []
    while day <= last:
        seven, ten = (datetime.combine(day, time(clock), zone).astimezone(UTC) for clock in (7, 10))
        if any(begin <= seven and ten <= end for begin, end in still):
            found.append(Owed(seven, ten, ten))
        day += timedelta(days=1)
    return found


def risings(home: Home) -> list[Owed]:
    """Getting up, whenever it was: the end of each time in bed, where the next did not follow at once."""
    in_bed = spans(home, IN_BED)
    last = [in_bed[-1][1]] if in_bed else []
    ends = [one[1] for one, other in pairwise(in_bed) if other[0] - one[1] > SOON] + last
    return [Owed(end, end, end) for end in ends]


def risings_too_early(home: Home) -> list[Owed]:
    """Getting up between 22 and 07 and still being up a quarter of an hour later, before seven."""
    dues = [(rise.due, rise.due + BY_NIGHT) for rise in risings(home)]
    return [Owed(at, due, due) for at, due in dues if is_night(home, at) and is_night(home, due)]
