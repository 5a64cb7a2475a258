"""Alarm quality as it is shown: figures in the reader's way of writing, and how each stands to its aim."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from dashboards.house import House
from dashboards.visit import Visit
from hub.activity import ROOM_TRENDS, TRENDS, Trend
from hub.store import trend_reviews
from hub.store.trend_reviews import Of
from rules import wording
from rules.alarm_quality import (
    ACCEPTABLE,
    FLOOD_SHARE,
    JUDGED_ON,
    MIX,
    STALE_AT_MOST,
    WORST_SHARE,
    Quality,
    Response,
    Worst,
    load_standard,
)
from rules.language import norwegian
from rules.severity import SEVERITIES
from rules.wording.times import length

MONTHS_OFFERED = 12

Figure = Literal["per_carer", "floods", "chatter", "stale", "worst", "false"]
Mark = Literal["good", "warn", "bad", "off"]


class Reader(NamedTuple):
    """For whom, and as of when."""

    house: House
    language: wording.Language
    now: datetime

    @property
    def voice(self) -> wording.Voice:
        return wording.Voice(self.language, self.house.site.zone, self.now)


class Period(NamedTuple):
    """`name`: as it stands in an address: `2026-10`, or `30-days`."""

    name: str
    word: str
    since: datetime
    until: datetime


class Against(NamedTuple):
    """A figure beside its aim. `mark`: `off` where too little is known to judge it."""

    figure: Figure
    value: str
    aim: str
    mark: Mark


class Row(NamedTuple):
    """One that comes often. `room` and `rule` lead to its page, where it has one. `false` of `told`: how many
    were false alarms, of those that somebody said something of.
    """

    name: str
    room_name: str
    times: int
    share: str
    said: str
    room: str
    rule: str
    false: int
    told: int
    is_mostly_false: bool


class Took(NamedTuple):
    alerts: int
    missing: int
    pending: int
    median: str
    p90: str


class Bar(NamedTuple):
    """A week of the trend; `height` of 0 to 48. `day`: its Monday; `running`: it is not over yet."""

    number: int
    day: str
    running: bool
    alarms: int
    height: float
    per_carer: str
    false_share: str
    accepted: str


class Mixed(NamedTuple):
    severity: str
    alarms: int
    share: str
    aim: str
    width: float


class View(NamedTuple):
    against: list[Against]
    per_carer: str
    false_share: str
    carers: str
    busiest: str
    busiest_at: str
    mix: list[Mixed]
    accept: Took
    arrive: Took
    close: Took
    rules: list[Row]
    devices: list[Row]
    sources: list[Row]
    weeks: list[Bar]


def chosen_units(visit: Visit, unit: str) -> frozenset[str] | None:
    """The units whose alarms are looked at: the one asked for, else all that this person sees; None is the
    whole house. Empty where it is not theirs to see.
    """
    if not unit:
        return visit.access.units
    there = any(one.id == unit for one in visit.house.site.units)
    return frozenset({unit}) if there and visit.access.sees_unit(unit) else frozenset()


def reader_of(visit: Visit) -> Reader:
    return Reader(visit.house, visit.language, visit.now)


class Reviewed(NamedTuple):
    """What staff said of the weeks of one trend."""

    trend: Trend
    of: Of
    useful: int
    not_useful: int


def reviewed(visit: Visit, units: frozenset[str] | None, since: datetime, until: datetime) -> list[Reviewed]:
    """Of residents and shared rooms of these units (None: of the house); trends that nobody said anything of
    are left out.
    """
    site = visit.house.site
    rooms = {room.id for room in site.rooms if units is None or room.unit in units}
    residents = frozenset(r.id for r in site.residents if r.room in rooms)
    found = []
    by: tuple[tuple[Of, tuple[Trend, ...], frozenset[str]], ...] = (
        ("resident", TRENDS, residents),
        ("room", ROOM_TRENDS, frozenset(rooms)),
    )
    for of, trends, some in by:
        told = trend_reviews.counted_between(
            visit.connection, site.site, of, since, until, None if units is None else some
        )
        found += [Reviewed(t, of, told.get((t, "useful"), 0), told.get((t, "not_useful"), 0)) for t in trends]
    return [one for one in found if one.useful or one.not_useful]


def period(reader: Reader, month: str) -> Period | None:
    """The month (`2026-10`), as far as it has come; without one the last 30 days. None: it is no month."""
    if not month:
        return Period("30-days", "", reader.now - JUDGED_ON, reader.now)
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    if not 1900 < first.year < 9999:
        return None
    return _month(reader, first)


def periods(reader: Reader, there_since: datetime) -> list[Period]:
    """This month and those before it, back to when the hub came."""
    first = reader.now.astimezone(reader.house.site.zone).date().replace(day=1)
    found: list[Period] = []
    while len(found) < MONTHS_OFFERED and (not found or found[-1].since > there_since):
        found.append(_month(reader, first))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def month_name(reader: Reader, month: str) -> str:
    """`month`: `2026-10`."""
    return format_date(date.fromisoformat(f"{month}-01"), "LLLL y", locale=reader.language)


def _month(reader: Reader, first: date) -> Period:
    after, zone = (first + timedelta(days=32)).replace(day=1), reader.house.site.zone
    since, until = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, after))
    word = format_date(first, "LLLL y", locale=reader.language)
    if since < reader.now:
        return Period(f"{first:%Y-%m}", word, since, min(until, reader.now))
    return Period(f"{first:%Y-%m}", word, since, since + timedelta(days=1))


def view(reader: Reader, quality: Quality) -> View:
    language, voice = reader.language, reader.voice
    load, told = quality.load, quality.told
    highest = max((week.alarms for week in quality.weeks), default=0) or 1
    return View(
        against=_against(quality, language),
        per_carer=_number(load.per_carer, language),
        false_share=_percent(told.false_share, language),
        carers=_number(load.carers, language) if load.carers is not None else "",
        busiest=_number(load.busiest, language),
        busiest_at=wording.at(load.busiest_at, voice) if load.busiest_at is not None else "",
        mix=_mix(quality, language),
        accept=_took(quality.accept, language),
        arrive=_took(quality.arrive, language),
        close=_took(quality.close, language),
        rules=[_row(reader, one, "rule") for one in quality.rules],
        devices=[_row(reader, one, "device") for one in quality.devices],
        sources=[_row(reader, one, "source") for one in quality.sources],
        weeks=[
            Bar(
                (monday := week.since.astimezone(reader.house.site.zone).date()).isocalendar().week,
                format_date(monday, "d. MMM" if norwegian(language) else "d MMM", locale=language),
                week.running,
                week.alarms,
                round(48 * week.alarms / highest, 1),
                _number(week.per_carer, language),
                _percent(week.false_share, language),
                length(week.accepted, language) if week.accepted is not None else "–",
            )
            for week in quality.weeks
        ],
    )


def _against(quality: Quality, language: wording.Language) -> list[Against]:
    load, judged, false = quality.load, quality.long_enough, quality.told.false_share
    marks: dict[str, Mark] = {"good": "good", "manageable": "warn", "bad": "bad", "too_little": "off"}

    def met(is_met: bool) -> Mark:
        return "off" if not judged else "good" if is_met else "bad"

    return [
        Against(
            "per_carer",
            _number(load.per_carer, language),
            f"≤ {_number(ACCEPTABLE, language)}",
            marks[load_standard(load, judged)],
        ),
        Against(
            "floods",
            f"{load.floods} · {_percent(load.flood_share, language, 1)}",
            f"< {_percent(FLOOD_SHARE, language)}",
            met(load.flood_share < FLOOD_SHARE),
        ),
        Against("chatter", str(load.chatter), "0", met(load.chatter == 0)),
        Against("stale", str(load.stale), f"< {STALE_AT_MOST}", met(load.stale < STALE_AT_MOST)),
        Against(
            "worst",
            _percent(quality.sources_share, language),
            f"≤ {_percent(WORST_SHARE, language)}",
            met(quality.sources_share <= WORST_SHARE),
        ),
        Against("false", _percent(false, language), "", "off"),
    ]


def _mix(quality: Quality, language: wording.Language) -> list[Mixed]:
    total = sum(quality.mix.values())
    shares = {severity: quality.mix[severity] / total if total else 0.0 for severity in SEVERITIES}
    return [
        Mixed(
            severity,
            quality.mix[severity],
            _percent(shares[severity] if total else None, language),
            _percent(MIX[severity], language),
            round(100 * shares[severity], 1),
        )
        for severity in reversed(SEVERITIES)
    ]


def _took(response: Response, language: wording.Language) -> Took:
    return Took(
        response.count,
        response.missing,
        response.pending,
        length(response.median, language) if response.median is not None else "–",
        length(response.p90, language) if response.p90 is not None else "–",
    )


def _row(reader: Reader, one: Worst, of: Literal["rule", "device", "source"]) -> Row:
    house, voice = reader.house, reader.voice
    known = of == "source" and (one.name, one.room) in house.rules.watches
    is_device = of == "device"
    return Row(
        one.name if is_device else wording.name_of_rule(one.name, house.rule_called(one.name), voice),
        house.room_name(one.room) if one.room else "",
        one.count,
        _percent(one.share, reader.language),
        _percent(one.told.false_share, reader.language),
        one.room if known else "",
        one.name if known else "",
        one.told.false,
        one.told.right + one.told.false,
        one.told.is_mostly_false,
    )


def _number(value: float, language: wording.Language) -> str:
    return format_decimal(value, "0.##" if value < 10 else "0", locale=language)


def _percent(share: float | None, language: wording.Language, decimals: int = 0) -> str:
    """`12 %`; a dash where nothing is known."""
    pattern = ("0{} %" if norwegian(language) else "0{}%").format(".#" if decimals else "")
    return format_percent(share, pattern, locale=language) if share is not None else "–"
