"""How good a unit's alarms are: how many there are, how they come, what staff say of them and how soon
somebody is there, against the figures of the alarm management standards (ISA-18.2, EEMUA 191).

Here: figures from alerts as values. Not here: reading them (hub/alarm_quality.py), words and pages. Of
units and rules, never of a person: staff who fear being measured stop saying what came of an alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median, quantiles
from typing import Literal

import msgspec

from rules.alert import Outcome
from rules.outcomes import OUTCOMES
from rules.overdue import OVERDUE
from rules.proof_verdict import CHAIN_BROKEN, PHONE_SILENT
from rules.severity import SEVERITIES, Severity
from rules.watch import PART_DOWN, WATCH_GONE

WINDOW = timedelta(minutes=10)
ACCEPTABLE, MANAGEABLE, FLOOD = 1, 2, 10
"""Alarms in 10 min for one person: up to 1 is acceptable, 2 manageable, more than 10 a flood (EEMUA 191)."""
FLOOD_ENDS = 5
"""A flood goes on until a window has fewer than so many."""
FLOOD_SHARE = 0.01
"""Less than 1 % of the time may be spent in floods."""
CHATTER_TIMES, CHATTER_WITHIN = 3, timedelta(seconds=60)
"""The same alarm 3 times within 60 s; the aim is none."""
STALE_AFTER, STALE_AT_MOST = timedelta(hours=24), 5
WORST, WORST_SHARE = 10, 0.05
"""The ten sources that come most often are to be no more than 5 % of the load."""
MIX: Mapping[Severity, float] = {"low": 0.80, "medium": 0.15, "high": 0.05}
JUDGED_ON = timedelta(days=30)
"""Of a shorter time nobody can tell a habit from a bad week."""
MOSTLY_FALSE_FROM = 3
"""[default] Fewer false alarms say nothing of a rule."""
ABOUT_VAKA: frozenset[str] = frozenset({CHAIN_BROKEN, PHONE_SILENT, OVERDUE, WATCH_GONE, PART_DOWN})
"""Rules about Vaka itself. By ISA-18.2 an alarm is judged by what its operator has to do: these are the
system's own diagnostics, a class of its own for whoever runs it, and counted beside the alarms of care. A
sensor that cannot be heard is an alarm of care: somebody has to look after people.
"""
RIGHT: tuple[Outcome, ...] = ("helped", "no_help_needed")


class Happened(msgspec.Struct, frozen=True):
    """One alert as it is judged here. `times`: each time it came, the first included. `accepted_at`: the
    first who took it or was there; None: nobody did. Instants are aware UTC.
    """

    rule: str
    room: str
    unit: str
    device: str | None
    severity: Severity
    times: tuple[datetime, ...]
    accepted_at: datetime | None = None
    arrived_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def began(self) -> datetime:
        return self.times[0]


class Load(msgspec.Struct, frozen=True):
    """`alarms`: each time one came: an alert that comes again asks for people again. `per_carer`: alarms in
    10 min for each carer on duty, on the average. `busiest`: in the fullest 10 min, and when that began.
    `floods`: how many, and the share of the time spent in them. `chatter`: how often the same alarm came 3
    times in a minute. `stale`: how many stood longer than a day. `carers`: on duty at a time, on the average;
    None where no roster tells: the unit then counts as one.
    """

    alarms: int
    carers: float | None
    per_carer: float
    busiest: float
    busiest_at: datetime | None
    floods: int
    flood_share: float
    chatter: int
    stale: int


class Told(msgspec.Struct, frozen=True):
    """What staff said came of them. `right` of `right + false` is the positive predictive value."""

    right: int
    false: int
    unsaid: int
    """Passed by themselves, not closed yet, or about a device or the alerting itself, which is no care."""

    @property
    def false_share(self) -> float | None:
        said = self.right + self.false
        return self.false / said if said else None

    @property
    def is_mostly_false(self) -> bool:
        """Whether somebody should look at the values: most were, and it is more than bad luck."""
        return self.false >= MOSTLY_FALSE_FROM and self.false > self.right


class Response(msgspec.Struct, frozen=True):
    """How soon something was done, from the instant at which the hub knew. `missing`: of those that were
    closed, where it never was; `pending`: of those still open, where it has not been yet.
    """

    count: int
    missing: int
    pending: int
    median: timedelta | None
    p90: timedelta | None


class Worst(msgspec.Struct, frozen=True):
    """One that comes most often: a rule, a device, or a rule in a room. `count`: each time it came, `share`
    of all alarms.
    """

    name: str
    room: str
    count: int
    share: float
    told: Told


class Week(msgspec.Struct, frozen=True):
    """A whole week of the trend, from Monday on. `running`: as far as it has come."""

    since: datetime
    running: bool
    alarms: int
    per_carer: float
    false_share: float | None
    accepted: timedelta | None


Standard = Literal["good", "manageable", "bad", "too_little"]


class Quality(msgspec.Struct, frozen=True):
    """All figures of a unit (or of the house) between two instants. `alerts`: how many began, each once: what
    came of them (`told`, `accept`, `arrive`, `close`) is said of these. `load`, `mix`, `weeks` and the worst
    count each time one came. `about_vaka`: how many alerts about Vaka itself came besides.
    """

    since: datetime
    until: datetime
    long_enough: bool
    load: Load
    mix: dict[Severity, int]
    told: Told
    accept: Response
    arrive: Response
    close: Response
    rules: tuple[Worst, ...]
    devices: tuple[Worst, ...]
    sources: tuple[Worst, ...]
    sources_share: float
    weeks: tuple[Week, ...]
    alerts: int = 0
    about_vaka: int = 0


Carers = Callable[[datetime], int]
"""How many carers are on duty at an instant; 0 where no roster tells."""


def quality(
    everything: Sequence[Happened],
    carers: Carers,
    since: datetime,
    until: datetime,
    weeks: Iterable[Week] = (),
) -> Quality:
    """`everything`: what began before `until` and was open after `since`; it counts where it came."""
    happened = [one for one in everything if one.rule not in ABOUT_VAKA]
    began = [one for one in happened if since <= one.began < until]
    worst = partial(_worst, since=since, until=until)
    sources = worst(happened, lambda one: (one.rule, one.room))
    return Quality(
        since=since,
        until=until,
        long_enough=until - since >= JUDGED_ON,
        load=load(happened, carers, since, until),
        mix={severity: _came(happened, severity, since, until) for severity in SEVERITIES},
        told=_told(began),
        accept=_response(began, lambda one: one.accepted_at),
        arrive=_response(began, lambda one: one.arrived_at),
        close=_response(began, lambda one: one.closed_at),
        rules=worst(happened, lambda one: (one.rule, "")),
        devices=worst([one for one in happened if one.device], lambda one: (one.device or "", one.room)),
        sources=sources,
        sources_share=sum(one.share for one in sources),
        weeks=tuple(weeks),
        alerts=len(began),
        about_vaka=sum(one.rule in ABOUT_VAKA and since <= one.began < until for one in everything),
    )


def _times(one: Happened, since: datetime, until: datetime) -> int:
    return sum(since <= at < until for at in one.times)


def _came(happened: Iterable[Happened], severity: Severity, since: datetime, until: datetime) -> int:
    return sum(_times(one, since, until) for one in happened if one.severity == severity)


def load(happened: Iterable[Happened], carers: Carers, since: datetime, until: datetime) -> Load:
    # Ten minutes are ten also in a month in which the clocks change.
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    known = list(happened)
    came = sorted(at for one in known for at in one.times if since <= at < until)
    on_duty = _sampled(carers, since, until)
    windows = Counter((at - since) // WINDOW for at in came)
    each = {number: count / max(1, carers(since + number * WINDOW)) for number, count in windows.items()}
    busiest = max(each, key=lambda number: (each[number], -number), default=None)
    floods, flooded = _floods(each)
    total = max(1, (until - since) // WINDOW)
    return Load(
        alarms=len(came),
        carers=on_duty or None,
        per_carer=len(came) / total / max(1.0, on_duty),
        busiest=each[busiest] if busiest is not None else 0,
        busiest_at=since + busiest * WINDOW if busiest is not None else None,
        floods=floods,
        flood_share=flooded / total,
        chatter=sum(_chatters([at for at in one.times if since <= at < until]) for one in known),
        stale=sum((min(one.closed_at or until, until) - one.began) > STALE_AFTER for one in known),
    )


def load_standard(load: Load, judged: bool) -> Standard:
    """The average against EEMUA 191's figures."""
    if not judged:
        return "too_little"
    if load.per_carer <= ACCEPTABLE:
        return "good"
    return "manageable" if load.per_carer <= MANAGEABLE else "bad"


def _sampled(carers: Carers, since: datetime, until: datetime) -> float:
    hours = max(1, int((until - since) / timedelta(hours=1)))
    return sum(carers(since + timedelta(hours=n)) for n in range(hours)) / hours


def _floods(each: Mapping[int, float]) -> tuple[int, int]:
    """How many floods, and how many windows they lasted."""
    floods = flooded = 0
    last = -2
    for number in sorted(each):
        goes_on = number == last + 1 and each[number] >= FLOOD_ENDS
        if each[number] > FLOOD or goes_on:
            floods += not goes_on
            flooded += 1
            last = number
    return floods, flooded


def _chatters(times: Sequence[datetime]) -> int:
    """How often there were three within a minute, each time counted once."""
    found, first = 0, 0
    ordered = sorted(times)
    while first + CHATTER_TIMES <= len(ordered):
        if ordered[first + CHATTER_TIMES - 1] - ordered[first] <= CHATTER_WITHIN:
            found += 1
            first += CHATTER_TIMES
        else:
            first += 1
    return found


def _told(happened: Iterable[Happened]) -> Told:
    outcomes = Counter(one.outcome if one.rule not in OUTCOMES else None for one in happened)
    right, false = sum(outcomes[outcome] for outcome in RIGHT), outcomes["false_alarm"]
    return Told(right, false, outcomes.total() - right - false)


def _response(happened: Sequence[Happened], when: Callable[[Happened], datetime | None]) -> Response:
    took = [at - one.began for one in happened if (at := when(one)) is not None]
    pending = sum(when(one) is None and one.closed_at is None for one in happened)
    missing = len(happened) - len(took) - pending
    seconds = sorted(span.total_seconds() for span in took)
    if not seconds:
        return Response(0, missing, pending, None, None)
    tenths = quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 9
    middle, late = timedelta(seconds=median(seconds)), timedelta(seconds=tenths[8])
    return Response(len(seconds), missing, pending, middle, late)


def _worst(
    happened: Sequence[Happened],
    source: Callable[[Happened], tuple[str, str]],
    since: datetime,
    until: datetime,
) -> tuple[Worst, ...]:
    """The ten that come most often; each time they came counts."""
    by_source: dict[tuple[str, str], list[Happened]] = {}
    for one in happened:
        if _times(one, since, until):
            by_source.setdefault(source(one), []).append(one)
    counts = {key: sum(_times(one, since, until) for one in found) for key, found in by_source.items()}
    total = sum(counts.values())
    first = sorted(counts, key=lambda key: (-counts[key], key))[:WORST]

    def told(key: tuple[str, str]) -> Told:
        return _told(one for one in by_source[key] if since <= one.began < until)

    return tuple(Worst(*key, counts[key], counts[key] / total, told(key)) for key in first)


def trend(
    happened: Iterable[Happened], carers: Carers, weeks: Iterable[tuple[datetime, datetime]], now: datetime
) -> Iterable[Week]:
    """`happened`: what was open in these weeks. What is over does not change by being looked at later."""
    known = [one for one in happened if one.rule not in ABOUT_VAKA]
    for start, end in weeks:
        until = min(end, now)
        inside = [one for one in known if start <= one.began < until]
        came = load(known, carers, start, until)
        accepted = _response(inside, lambda one: one.accepted_at).median
        yield Week(start, end > now, came.alarms, came.per_carer, _told(inside).false_share, accepted)
