"""`vaka away RESIDENT`: a resident is in hospital, with family or on a trip; the rules rest until they are
back.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hub.absences import Absences
from hub.clock import WallClock
from hub.commands.pause import opened_site
from rules.absence import REASONS, Absence
from rules.building import Site
from rules.duration import local_instant, parse_duration
from rules.pause import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_resident(parser)
    parser.add_argument("--reason", required=True, choices=REASONS, help="what kind of absence it is")
    parser.add_argument("--from", dest="left", metavar="TIME", help="since when; now unless given")
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--for", dest="length", type=_length, metavar="TIME", help="e.g. 4 h, 2 d")
    end.add_argument("--until", metavar="TIME", help="e.g. 2026-12-26T18:00, in the site's time zone")


def add_resident(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("resident", help="the resident's id in the site file")
    parser.add_argument("--by", required=True, metavar="PERSON", help="who you are: your id in the site file")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: it is registered; 1: it is not, and why was said."""
    with opened(arguments.data, arguments.site) as (absences, site):
        now = WallClock().now()
        try:
            left = local_instant(arguments.left, site.zone) if arguments.left else None
            until = (left or now) + arguments.length if arguments.length else None
            until = until or local_instant(arguments.until, site.zone)
        except ValueError as error:
            return say(Refusal(str(error)), site)
        return say(absences.away(arguments.resident, arguments.reason, until, arguments.by, left), site)


@contextmanager
def opened(data: Path | None, named: str | None) -> Iterator[tuple[Absences, Site]]:
    """The absences of the site in force."""
    with opened_site(data, named) as (connection, site):
        yield Absences(connection, site, WallClock()), site


def say(done: Absence | Refusal, site: Site) -> int:
    if isinstance(done, Refusal):
        print(done.why, file=sys.stderr)
        return 1
    if done.ended_at is not None:
        print(f"{done.resident} is at home")
        return 0
    left, back = (f"{at.astimezone(site.zone):%Y-%m-%d %H:%M}" for at in (done.away_from, done.back_by))
    print(f"{done.resident} is away from {left} until {back}, by {done.registered_by}: {done.reason}")
    return 0


def _length(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
