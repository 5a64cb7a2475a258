"""`vaka backtest`: what the rules would have found in a recording, or in what the hub itself has heard, by
the clock of that time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ValidationError

from devices.reading import Reading
from hub.clock import WallClock
from hub.history.embedded import EmbeddedHistory
from hub.recording_file import Recording, UnusableFileError, site_of
from hub.settings import read_settings
from hub.site.errors import one_of, sentences
from hub.site.installed import installed_database, installed_site
from hub.spells import spells
from hub.store.readings import newest_at
from rules.backtest import Spell, backtest
from rules.building import Site
from rules.catalogue import catalogue
from rules.comparison import Comparison, Episode, at_night, by_hour, compare, with_values
from rules.dry_run import NIGHT, only_room
from rules.finding import Finding
from rules.rulebook import settle

DAYS = 90
_PLAIN = {"true": True, "false": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--site", type=Path, metavar="FILE", help="the site file (YAML). Without it: the site in force"
    )
    parser.add_argument(
        "--readings",
        type=Path,
        metavar="FILE.csv[.gz]",
        help="the recording: ts,sensor,room,kind,value. Without it: what the hub itself has heard",
    )
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")
    parser.add_argument("--room", help="only this room of the hub's history")
    parser.add_argument(
        "--days", type=int, default=DAYS, help=f"of the hub's history, up to now ({DAYS} unless given)"
    )
    parser.add_argument(
        "--set",
        dest="values",
        action="append",
        default=[],
        metavar="RULE.KEY=VALUE",
        help="another value, to be compared with the site's; may be given more than once",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for machines")


def run(arguments: argparse.Namespace) -> int:
    """0: judged; 1: a file can't be used, and why was said."""
    with ExitStack() as opened:
        try:
            own = arguments.readings is None
            source = _own_history(arguments, opened) if own else _recording(arguments)
            _tell(source, arguments)
        except UnusableFileError as fault:
            print(fault, file=sys.stderr)
            return 1
    for sentence in (source.tell_of_refused(), tell_of_strangers(source.strangers)):
        if sentence:
            print(sentence, file=sys.stderr)
    return 0


@dataclass(frozen=True)
class Source:
    """What is judged: readings under the site's names, and what could not be heard meanwhile. `until`: how
    far time has come, where that is known.
    """

    site: Site
    readings: Iterable[Reading]
    spells: Sequence[Spell] = ()
    until: datetime | None = None
    strangers: Counter[str] = field(default_factory=Counter)
    tell_of_refused: Callable[[], str] = str

    def findings(self, site: Site, readings: Iterable[Reading]) -> Iterator[Finding]:
        return backtest(site, catalogue(), readings, self.spells, self.until)


def _recording(arguments: argparse.Namespace) -> Source:
    if arguments.site is None:
        raise UnusableFileError("a recording needs the site file of its home; expected --site FILE")
    site = site_of(arguments.site)
    recording = Recording(arguments.readings, site.zone)
    strangers: Counter[str] = Counter()
    return Source(
        site,
        by_site_names(site, recording, strangers),
        strangers=strangers,
        tell_of_refused=recording.tell_of_refused,
    )


def _own_history(arguments: argparse.Namespace, opened: ExitStack) -> Source:
    """What the installed hub has heard, by its site file or by another of the same house."""
    settings = read_settings().with_data(arguments.data)
    site = installed_site(settings) if arguments.site is None else site_of(arguments.site)
    connection = opened.enter_context(closing(installed_database(settings)))
    history = EmbeddedHistory(connection, settings.database, site)
    now = WallClock().now()
    if settings.clock == "readings":
        now = newest_at(connection) or now
    if arguments.room is not None:
        try:
            site = only_room(site, arguments.room)
        except KeyError:
            known = one_of((room.id for room in site.rooms), arguments.room)
            raise UnusableFileError(f"the site has no room {arguments.room!r}; expected {known}") from None
    since = now - timedelta(days=arguments.days)
    readings = history.readings([device.id for device in site.devices], since, now)
    return Source(site, readings, spells(connection, site, since), now)


def _tell(source: Source, arguments: argparse.Namespace) -> None:
    if arguments.values:
        _compare(source, arguments.values, arguments.json)
        return
    period = Period(source.readings)
    findings = _with_beginning(source.findings(source.site, period))
    if arguments.json:
        _tell_machines(findings, source.site.zone)
    else:
        _tell_people(findings, source.site, period)


class Period:
    """Readings on their way, and what stretch of time has come by: how many, the first and the last, UTC."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = readings
        self.count = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def __iter__(self) -> Iterator[Reading]:
        for reading in self._readings:
            self.count += 1
            self.first = min(self.first or reading.at, reading.at)
            self.last = max(self.last or reading.at, reading.at)
            yield reading

    @property
    def length(self) -> timedelta:
        return self.last - self.first if self.first and self.last else timedelta(0)

    def told(self, zone: ZoneInfo) -> str:
        if self.first is None or self.last is None:
            return "The recording holds no reading."
        first, last = (at.astimezone(zone) for at in (self.first, self.last))
        days = f"{self.length / timedelta(days=1):.1f}"
        return (
            f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, {_counted(days, 'day')},"
            f" {_counted(self.count, 'reading')}"
        )


def _counted(count: int | str, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _compare(source: Source, values: list[str], for_machines: bool) -> None:
    """The site's values beside others, over the same readings."""
    site = source.site
    other = _other_values(site, values)
    period = Period(source.readings)
    readings = list(period)
    compared = compare(source.findings(site, readings), source.findings(other, readings))
    touched = {text.partition(".")[0] for text in values}
    rows = [row for row in compared if row.rule in touched]
    if for_machines:
        for row in rows:
            print(json.dumps(_as_json(row, site.zone), ensure_ascii=False))
    else:
        _tell_comparison(rows, period, site.zone)


def _other_values(site: Site, values: list[str]) -> Site:
    """The site with what `--set` says. Raises UnusableFileError in a technician's words."""
    wanted: dict[str, dict[str, Any]] = {}
    for text in values:
        place, equals, value = text.partition("=")
        rule, dot, key = place.partition(".")
        if not (equals and dot and key):
            raise UnusableFileError(f"--set {text!r}; expected RULE.KEY=VALUE, e.g. 'quiet.after=10 h'")
        wanted.setdefault(rule.strip(), {})[key.strip()] = _PLAIN.get(value.strip(), value.strip())
    try:
        other = with_values(site, wanted)
        for use in other.rules:
            settle(use, {}, catalogue())
    except KeyError as rule:
        known = one_of((use.name for use in site.rules), rule.args[0])
        raise UnusableFileError(f"the site uses no rule {rule.args[0]!r}; expected {known}") from None
    except ValidationError as error:
        said = (f"{wrong}; expected {expected}" for _, wrong, expected in sentences(error, ()))
        raise UnusableFileError("\n".join(said)) from None
    return other


def _tell_comparison(rows: list[Comparison], period: Period, zone: ZoneInfo) -> None:
    print(f"{period.told(zone)}\nAlerts with the site's values and with the others; night is {NIGHT}")
    days = period.length / timedelta(days=1)
    print(
        f"\n{'rule':<20}  {'place':<10}  {'now':>5}  {'then':>5}  {'gone':>5}  {'new':>5}"
        f"  {'night now':>9}  {'then':>5}  {'a week now':>10}  {'then':>5}  later by"
    )
    for row in rows:
        nights = [at_night(alerts, NIGHT, zone) for alerts in (row.before, row.after)]
        weekly = [len(alerts) * 7 / days if days else 0.0 for alerts in (row.before, row.after)]
        print(
            f"{row.rule:<20}  {row.room:<10}  {len(row.before):>5}  {len(row.after):>5}  {len(row.gone):>5}"
            f"  {len(row.new):>5}  {nights[0]:>9}  {nights[1]:>5}  {weekly[0]:>10.1f}  {weekly[1]:>5.1f}"
            f"  {row.shift.total_seconds() / 60:+.0f} min"
        )
    for row in rows:
        print(f"\n{row.rule}, {row.room}, by hour of the day from 00 to 23")
        for word, alerts in (("now", row.before), ("then", row.after)):
            print(f"  {word:<5} " + " ".join(f"{count:>3}" for count in by_hour(alerts, zone)))
    if not rows:
        print("\nNothing was found, with the one or the other.")


def _as_json(row: Comparison, zone: ZoneInfo) -> dict[str, Any]:
    def began(alerts: tuple[Episode, ...]) -> list[str]:
        return [alert.began.astimezone(zone).isoformat() for alert in alerts]

    lists = {name: began(getattr(row, name)) for name in ("before", "after", "gone", "new")}
    return {"rule": row.rule, "place": row.room, **lists, "later_by_s": row.shift.total_seconds()}


def by_site_names(site: Site, readings: Iterable[Reading], strangers: Counter[str]) -> Iterator[Reading]:
    """The readings under the names that the site has for their devices. `strangers`: readings of others."""
    names = {device.address or device.id: device.id for device in site.devices}
    for reading in readings:
        name = names.get(reading.device)
        if name is None:
            strangers[reading.device] += 1
            name = f"?{reading.device}"
        yield reading if name == reading.device else msgspec.structs.replace(reading, device=name)


def tell_of_strangers(strangers: Counter[str]) -> str:
    if not strangers:
        return ""
    names = ", ".join(sorted(strangers)[:5]) + (", …" if len(strangers) > 5 else "")
    readings, sensors = _counted(strangers.total(), "reading"), _counted(len(strangers), "sensor")
    verb = "is" if strangers.total() == 1 else "are"
    return f"{readings} {verb} of {sensors} the site does not name: {names}"


def _with_beginning(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without the ends of what never was an alert: a pre-warning that came to nothing."""
    standing: set[tuple[str, str]] = set()
    for finding in findings:
        place = (finding.rule, finding.room)
        if finding.kind == "raised":
            standing.add(place)
        elif finding.kind == "cleared":
            if place not in standing:
                continue
            standing.discard(place)
        yield finding


def _tell_machines(findings: Iterable[Finding], zone: ZoneInfo) -> None:
    for finding in findings:
        if finding.kind != "prewarned":
            at = finding.at.astimezone(zone).isoformat()
            line = {"rule": finding.rule, "place": finding.room, "kind": finding.kind, "at": at}
            print(json.dumps(line, ensure_ascii=False))


def _tell_people(findings: Iterable[Finding], site: Site, period: Period) -> None:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for finding in findings:
        counts.setdefault((finding.rule, finding.room), Counter())[finding.kind] += 1
        at = finding.at.astimezone(site.zone)
        print(
            f"{at:%Y-%m-%d %H:%M:%S %z}  {finding.kind:<9}  {finding.rule}, {finding.room}: {finding.reason}"
        )
    if not counts:
        print("Nothing was found.")
    silent = {use.name for use in site.rules} - {rule for rule, _ in counts}
    counts |= {(rule, "nowhere"): Counter() for rule in silent}
    print(f"\n{period.told(site.zone)}")
    print(f"\n{'rule':<24}  {'place':<16}  {'raised':>6}  {'cleared':>7}  {'prewarned':>9}")
    for (rule, place), count in sorted(counts.items()):
        print(
            f"{rule:<24}  {place:<16}  {count['raised']:>6}  {count['cleared']:>7}  {count['prewarned']:>9}"
        )
