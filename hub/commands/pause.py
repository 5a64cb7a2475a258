"""`vaka pause`: switch a rule off in a room, or a device, with a reason and an end; or give a second yes."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hub.clock import WallClock
from hub.pauses import Pauses
from hub.settings import read_settings
from hub.site.file import SiteFile, read_site
from hub.site.installed import installed_database
from hub.store import sites
from rules.building import Site
from rules.duration import parse_duration
from rules.pause import Pause, Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_place(parser)
    parser.add_argument("--reason", default="", help="why, for those who come after you")
    parser.add_argument("--for", dest="length", type=_length, metavar="TIME", help="e.g. 30 min, 2 h, 3 d")
    parser.add_argument(
        "--confirm", action="store_true", help="a second person's yes, for a high rule off over a day"
    )


def add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", help="the rule's name in the site file; none with --device")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--room", help="the room's id")
    where.add_argument("--resident", help="the resident's id: the room where they live")
    where.add_argument("--device", help="a device's id: not a rule but what this device says is off")
    parser.add_argument("--by", required=True, metavar="PERSON", help="who you are: your id in the site file")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: it is off; 1: it is not, and why was said."""
    with opened(arguments.data, arguments.site) as (pauses, site):
        place = place_of(arguments, site)
        if isinstance(place, Refusal):
            return say(place, site)
        rule, room = place
        if arguments.confirm:
            by = arguments.by
            yes = pauses.confirm(rule, room, by) if rule else pauses.confirm_device(arguments.device, by)
            return say(yes, site)
        if arguments.length is None:
            return say(Refusal("an end is missing; expected --for, e.g. --for '2 h'"), site)
        until = WallClock().now() + arguments.length
        if rule is None:
            return say(pauses.pause_device(arguments.device, arguments.by, arguments.reason, until), site)
        return say(pauses.pause(rule, room, arguments.by, arguments.reason, until), site)


@contextmanager
def opened_site(data: Path | None, named: str | None) -> Iterator[tuple[sqlite3.Connection, Site]]:
    """The database and the site in force."""
    settings = read_settings().with_data(data)
    connection = installed_database(settings)
    try:
        version = sites.in_force(connection, named or settings.site)
        file = read_site(version.document, f"version {version.id}")
        if not isinstance(file, SiteFile):
            raise sites.NoSiteError(f"the site in force does not hold together: {file[0]}")
        yield connection, file.site
    finally:
        connection.close()


@contextmanager
def opened(data: Path | None, named: str | None) -> Iterator[tuple[Pauses, Site]]:
    """The pauses of the site in force."""
    with opened_site(data, named) as (connection, site):
        yield Pauses(connection, site, WallClock()), site


def place_of(arguments: argparse.Namespace, site: Site) -> tuple[str | None, str] | Refusal:
    """The rule and the room; no rule where a device is meant."""
    if arguments.device is not None:
        return (None, "") if arguments.rule is None else Refusal("a rule or --device; expected one of them")
    if arguments.rule is None:
        return Refusal("a rule is missing; expected its name in the site file, or --device")
    room = _room_of(arguments, site)
    return room if isinstance(room, Refusal) else (arguments.rule, room)


def _room_of(arguments: argparse.Namespace, site: Site) -> str | Refusal:
    if arguments.room is not None:
        return str(arguments.room)
    today = WallClock().now().astimezone(site.zone).date()
    lives = (r for r in site.residents if r.id == arguments.resident and r.lives_here(today))
    resident = next(lives, None)
    return (
        resident.room if resident is not None else Refusal(f"no {arguments.resident!r} lives in {site.site}")
    )


def say(done: Pause | Refusal, site: Site) -> int:
    if isinstance(done, Refusal):
        print(done.why, file=sys.stderr)
        return 1
    print(sentence(done, site))
    return 0


def sentence(pause: Pause, site: Site) -> str:
    """One pause in one line."""
    ends = f"{pause.ends_at.astimezone(site.zone):%Y-%m-%d %H:%M}"
    again = f"--device '{pause.device}'" if pause.device is not None else f"{pause.rule} --room {pause.room}"
    if pause.ended_at is not None:
        return f"{pause.subject} in {pause.room} is on again"
    yes = f", with the yes of {pause.confirmed_by}" if pause.confirmed_by else ""
    if pause.waits_for_yes:
        asked = f"{pause.until.astimezone(site.zone):%Y-%m-%d %H:%M}"
        yes = f"; {asked} needs a second person: vaka pause {again} --confirm"
    return f"{pause.subject} in {pause.room} is off until {ends}, by {pause.owner}: {pause.reason}{yes}"


def _length(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
