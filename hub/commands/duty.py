"""`vaka duty`: the roster of shifts, from a spreadsheet's CSV; and who is on duty now."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.clock import WallClock
from hub.commands.pause import opened_site
from hub.roster import Problem, read_roster
from hub.store import audit, shifts
from hub.store.db import transaction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.csv", help="shifts for the roster")
    parser.add_argument("--by", metavar="PERSON", help="who you are: your id in the site file")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: the file holds mistakes, all were said, and nothing was changed."""
    with opened_site(arguments.data, arguments.site) as (connection, site):
        now = WallClock().now()
        if arguments.file is None:
            for shift in shifts.on_duty(connection, site, now):
                until = shift.ends_at.astimezone(site.zone)
                where = ", ".join(shift.units) or "the whole house"
                print(f"{shift.person}\t{shift.function}\t{where}\tuntil {until:%Y-%m-%d %H:%M}")
            return 0
        found = read_roster(arguments.file.read_bytes(), arguments.file.name, site)
        if found and isinstance(found[0], Problem):
            print(*found, sep="\n", file=sys.stderr)
            return 1
        with transaction(connection):
            added = shifts.put_roster(connection, site.site, [s for s in found if not isinstance(s, Problem)])
            detail = {"file": arguments.file.name, "shifts": added}
            audit.add(connection, site.site, now, arguments.by, "roster imported", detail)
        print(f"{added} new shifts")
    return 0
