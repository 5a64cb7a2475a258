"""`vaka duty`: who is on duty now; or the roster from a file (CSV of a spreadsheet, or iCalendar)."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path

from hub.clock import WallClock
from hub.commands.pause import opened_site
from hub.roster_import import Import, take_over, try_import
from hub.store import shifts
from rules.building import Site
from rules.duty import Shift
from rules.wording import Voice


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="shifts for the roster: .csv or .ics"
    )
    parser.add_argument("--by", metavar="PERSON", help="who you are: your id in the site file")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument(
        "--confirm",
        type=int,
        default=0,
        metavar="N",
        help="take over a file that takes out N shifts to come with nobody in their place",
    )
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: something was not understood, and it was said (of a spreadsheet nothing was taken over
    then, of a calendar all the rest), or it would have emptied days and was held back.
    """
    with opened_site(arguments.data, arguments.site) as (connection, site):
        now = WallClock().now()
        if arguments.file is None:
            for shift in shifts.on_duty(connection, site, now):
                until = shift.ends_at.astimezone(site.zone)
                where = ", ".join(shift.units) or "the whole house"
                print(f"{shift.person}\t{shift.function}\t{where}\tuntil {until:%Y-%m-%d %H:%M}")
            return 0
        return _import(connection, site, arguments)


def _import(connection: sqlite3.Connection, site: Site, arguments: argparse.Namespace) -> int:
    data, name, now = arguments.file.read_bytes(), arguments.file.name, WallClock().now()
    if arguments.dry_run:
        found = try_import(connection, site, data, name, now)
    else:
        found = take_over(connection, site, data, name, now, arguments.by, confirmed=arguments.confirm)
    voice = Voice("en", site.zone, now)
    for problem in found.problems:
        print(f"{name}:{problem.where}: {problem.in_words(voice)}", file=sys.stderr)
    for event in found.no_shifts:
        print(f"{name}:{event.where}: not taken as a shift: {event.in_words(voice)}", file=sys.stderr)
    for shift, why in found.still_there:
        print(f"{name}: {_line(shift, site)}: {why.in_words(voice)}", file=sys.stderr)
    if arguments.dry_run:
        _say(found, site)
    if found.held or (arguments.dry_run and found.loss.held(arguments.confirm)):
        lost = found.loss
        print(
            f"{name}: it takes out {lost.lost} of {lost.of} shifts to come, with nobody in their place;"
            f" expected --confirm {lost.lost} where that is meant. The roster is as it was.",
            file=sys.stderr,
        )
        return 1
    so_far = " (nothing is changed yet)" if arguments.dry_run else ""
    print(
        f"{len(found.added)} new shifts, {len(found.changed)} changed, {len(found.removed)} taken out,"
        f" {found.same} as they are{so_far}"
    )
    return 1 if found.problems else 0


def _say(found: Import, site: Site) -> None:
    for shift in found.added:
        print(f"+ {_line(shift, site)}{_title(found, shift)}")
    for before, after in found.changed:
        print(f"~ {_line(before, site)} -> {_line(after, site)}{_title(found, after)}")
    for shift in found.followed:
        print(f"= {_line(shift, site)}{_title(found, shift)}: follows the calendar from now on")
    for shift in found.removed:
        print(f"- {_line(shift, site)}")


def _line(shift: Shift, site: Site) -> str:
    starts, ends = (at.astimezone(site.zone) for at in (shift.starts_at, shift.ends_at))
    where = ", ".join(shift.units) or "the whole house"
    return f"{shift.person} {shift.function} {where} {starts:%Y-%m-%d %H:%M}-{ends:%H:%M}"


def _title(found: Import, shift: Shift) -> str:
    """As it stands in the calendar."""
    title = found.titles.get(shift.key, "")
    return f" ({title})" if title else ""
