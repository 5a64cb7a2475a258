"""`vaka backtest`: what the rules would have found in a recording, by the recording's own clock."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from devices.reading import Reading
from hub.recording_file import Recording, UnusableFileError, site_of
from rules.backtest import backtest
from rules.building import Site
from rules.catalogue import catalogue
from rules.finding import Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="FILE", help="the site file (YAML)")
    parser.add_argument(
        "--readings",
        type=Path,
        required=True,
        metavar="FILE.csv[.gz]",
        help="the recording: ts,sensor,room,kind,value",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for machines")


def run(arguments: argparse.Namespace) -> int:
    """0: judged; 1: a file can't be used, and why was said."""
    try:
        site = site_of(arguments.site)
        recording = Recording(arguments.readings, site.zone)
        strangers: Counter[str] = Counter()
        findings = backtest(site, catalogue(), by_site_names(site, recording, strangers))
        tell = _tell_machines if arguments.json else _tell_people
        tell(_with_beginning(findings), site.zone)
    except UnusableFileError as fault:
        print(fault, file=sys.stderr)
        return 1
    for sentence in (recording.tell_of_refused(), tell_of_strangers(strangers)):
        if sentence:
            print(sentence, file=sys.stderr)
    return 0


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
    return f"{strangers.total()} readings are of {len(strangers)} sensors the site does not name: {names}"


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


def _tell_people(findings: Iterable[Finding], zone: ZoneInfo) -> None:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for finding in findings:
        counts.setdefault((finding.rule, finding.room), Counter())[finding.kind] += 1
        at = finding.at.astimezone(zone)
        print(
            f"{at:%Y-%m-%d %H:%M:%S %z}  {finding.kind:<9}  {finding.rule}, {finding.room}: {finding.reason}"
        )
    if not counts:
        print("Nothing was found.")
        return
    print(f"\n{'rule':<24}  {'place':<16}  {'raised':>6}  {'cleared':>7}  {'prewarned':>9}")
    for (rule, place), count in sorted(counts.items()):
        print(
            f"{rule:<24}  {place:<16}  {count['raised']:>6}  {count['cleared']:>7}  {count['prewarned']:>9}"
        )
