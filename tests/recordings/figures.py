"""The rules beside what the people in the real recordings wrote down: `python -m tests.recordings.figures`
prints the table of docs/figures.md.
"""

from datetime import UTC, timedelta
from statistics import median
from typing import NamedTuple

from tests.recordings import labels
from tests.recordings.labels import BY_DAY, BY_NIGHT, Owed, Span, absences, nights
from tests.recordings.real_homes import AL_HOME, HOUSE_A, HOUSE_C, Home, backtested, raised

HOMES = (HOUSE_A, HOUSE_C, AL_HOME)
NEAR = timedelta(minutes=2)
"""Labels were set by hand: a door may be heard so long before or after what was written down."""
QUIET_FOR = timedelta(hours=12, minutes=10)

HEAD = """\
| Rule | Home | Nights | By the labels | Found | Sensitivity | Found beside them | A night | Delay (median) |
|---|---|---|---|---|---|---|---|---|"""


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


def figures(
    rule: str, home: Home, owed: list[Owed], explained: list[Span] | None = None, near: timedelta = NEAR
) -> Figures:
    """`explained`: spans in which an alert is no mistake, though none was owed; what is owed by default."""
    told = [at.astimezone(UTC) for at in raised(backtested(home), rule)]
    spans = [(one.begin, one.end) for one in owed] if explained is None else explained
    delays = []
    for one in owed:
        fitting = [at - one.due for at in told if one.begin - near <= at <= one.end + near]
        if fitting:
            delays.append(min(fitting, key=abs))
    other = sum(not any(begin - near <= at <= end + near for begin, end in spans) for at in told)
    delay = timedelta(seconds=median(d.total_seconds() for d in delays)) if delays else None
    return Figures(rule, name(home), nights(home), len(owed), len(delays), other, delay)


def not_back(home: Home) -> Figures:
    """Absences longer than is allowed: an hour by day, a quarter of an hour by night."""
    away = absences(home)
    return figures("not-back", home, labels.longer_than(home, away, BY_DAY, BY_NIGHT), away)


def night_exit(home: Home) -> Figures:
    return figures("night-exit", home, labels.passages_at_night(home))


def not_up(home: Home) -> Figures:
    return figures("not-up", home, labels.mornings_in_bed_or_out(home))


def quiet(home: Home, rule: str = "quiet-12-h") -> Figures:
    """Absences longer than the twelve hours and the pre-warning: to `quiet`, nobody there is nobody well."""
    away = absences(home)
    return figures(rule, home, labels.longer_than(home, away, QUIET_FOR, QUIET_FOR), away)


def quiet_confirmed(home: Home) -> Figures:
    return quiet(home, "quiet-confirmed")


def bathroom(home: Home) -> Figures:
    stays = labels.stays_in_the_bathroom(home)
    by_day, by_night = timedelta(minutes=45), timedelta(minutes=20)
    return figures("bathroom", home, labels.longer_than(home, stays, by_day, by_night))


def bathroom_soon(home: Home) -> Figures:
    """Ten minutes: what nobody would use, but often enough to be counted."""
    stays, soon = labels.stays_in_the_bathroom(home), timedelta(minutes=10)
    return figures("bathroom-10-min", home, labels.longer_than(home, stays, soon, soon))


def wandering(home: Home) -> Figures:
    """Nobody wrote down that they wandered: all that is found is beside the labels."""
    return figures("wandering", home, [])


def out_of_bed(home: Home) -> Figures:
    return figures("out-of-bed", home, labels.risings_too_early(home), near=timedelta(minutes=5))


def out_of_bed_soon(home: Home) -> Figures:
    """After a minute, at any hour: the mat alone, against the end of each night."""
    return figures("out-of-bed-1-min", home, labels.risings(home), near=timedelta(minutes=5))


def name(home: Home) -> str:
    return home.recording.rpartition("/")[2]


ROWS = (
    *((of, home) for of in (not_back, night_exit, not_up, quiet) for home in HOMES),
    *((quiet_confirmed, home) for home in (HOUSE_C, AL_HOME)),
    *((of, home) for of in (bathroom, bathroom_soon, wandering) for home in (HOUSE_C, AL_HOME)),
    (out_of_bed, HOUSE_C),
    (out_of_bed_soon, HOUSE_C),
)


def table() -> str:
    return "\n".join([HEAD, *(of(home).row() for of, home in ROWS)])


if __name__ == "__main__":
    print(table())
