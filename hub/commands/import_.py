"""`vaka import FILE`: put a site file in force, or a list of devices. A bad one changes nothing."""

from __future__ import annotations

import argparse
import getpass
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hub import device_names
from hub.clock import WallClock
from hub.desk import in_hand
from hub.settings import read_settings
from hub.site import former
from hub.site.bulk import ListRefused, change_devices, try_devices
from hub.site.change import Changed, Conflict, OthersNameError, put_in_force
from hub.site.device_list import to_devices, what_happens
from hub.site.edits import PartDiff, Would
from hub.site.file import SECTIONS, SiteFile, read_held, read_site, read_site_bytes
from hub.site.installed import installed_database
from hub.store import shifts, sites
from hub.store.db import connect, transaction
from hub.store.site_changes import SiteChange
from rules.building import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the site file (YAML), or with --devices a list of them")
    parser.add_argument(
        "--devices",
        action="store_true",
        help="the file is a list of devices (CSV or YAML), see docs/devices.md",
    )
    parser.add_argument(
        "--remove-others", action="store_true", help="with --devices: remove devices that it does not name"
    )
    parser.add_argument("--dry-run", action="store_true", help="with --devices: only say what would change")
    parser.add_argument("--site", help="with --devices: of which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")
    parser.add_argument("--by", help="who puts it in force (the name you are signed in with)")
    parser.add_argument(
        "--another-site", action="store_true", help="keep this site beside the one that the database holds"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: in force, or it already was; 1: nothing was changed."""
    if arguments.devices:
        return _import_devices(arguments)
    found = read_site_bytes(arguments.file.read_bytes(), str(arguments.file))
    if not isinstance(found, SiteFile):
        print(*found, sep="\n")
        print("nothing was changed")
        return 1
    print(*(str(warning) + "\n" for warning in found.warnings), sep="", end="")
    site, by = found.site, arguments.by or _user()
    connection = connect(read_settings().with_data(arguments.data).database)
    try:
        with transaction(connection):
            held = sites.sites(connection)
            if held and site.site not in held and not arguments.another_site:
                print(_another(site.site, held), file=sys.stderr)
                return 1
            before = sites.newest(connection, site.site)
            if before is not None and before.document == found.document:
                since = before.imported_at.astimezone(site.zone)
                print(f"{site.site}: this very file is already in force, since {since:%Y-%m-%d %H:%M}")
                return 0
            now = WallClock().now()
            version = put_in_force(connection, found, now, by, "site imported")
            earlier = read_site(before.document, "the earlier version") if before is not None else None
            held_site = earlier.site if isinstance(earlier, SiteFile) else None
            left = left_behind(connection, held_site, site, now)
    except OthersNameError as error:
        print(*error.faults, "nothing was changed", sep="\n")
        return 1
    finally:
        connection.close()
    print(f"{site.site}: version {version.id} is in force")
    print(*changes(held_site, site), *left, sep="\n")
    if len({*held, site.site}) > 1:
        print(
            f"  the database holds several sites; each hub and web needs its own, e.g. VAKA_SITE={site.site}"
        )
    return 0


def _import_devices(arguments: argparse.Namespace) -> int:
    settings = read_settings().with_data(arguments.data)
    data, name, whole = arguments.file.read_bytes(), str(arguments.file), arguments.remove_others
    connection = installed_database(settings)
    try:
        in_force = sites.in_force(connection, arguments.site or settings.site)
        site, house = in_force.site, read_held(in_force.document)
        done: Would | Changed | ListRefused | Conflict
        if arguments.dry_run:
            done = try_devices(connection, site, data, name, whole)
        else:
            by = arguments.by or _user()
            done = change_devices(connection, site, data, name, whole, by, WallClock())
    finally:
        connection.close()
    if isinstance(done, ListRefused | Conflict):
        problems = done.problems if isinstance(done, ListRefused) else map(said_of, done.others)
        print(*problems, "nothing was changed", sep="\n")
        return 1
    print(*(f"warning: {warning}" + "\n" for warning in done.warnings), sep="", end="")
    if isinstance(done, Changed):
        print(f"{site}: version {done.version} is in force")
    happens = to_devices(done.changes, house.site) if isinstance(house, SiteFile) else list(done.changes)
    print(*map(_line, happens), sep="\n")
    print("nothing was changed" if arguments.dry_run or not happens else _count(happens))
    return 0


def said_of(other: SiteChange) -> str:
    """What somebody else changed, as a sentence."""
    what = "removed" if other.after is None else "placed" if other.before is None else "changed"
    at = f"{other.at:%Y-%m-%d %H:%M} UTC"
    return f"{other.id!r} was {what} by {other.by} at {at}; expected a list made since then"


def _line(diff: PartDiff) -> str:
    what, was = what_happens(diff), (diff.before or {}).get("id", diff.id)
    said = f"  {', '.join(what):<8} {was}" + (f" is called {diff.id} now" if was != diff.id else "")
    return said if what == ("renamed",) else f"{said}: {_device(diff.before)} -> {_device(diff.after)}"


def _device(value: Mapping[str, Any] | None) -> str:
    return "nothing" if value is None else ", ".join(str(v) for k, v in value.items() if k != "id")


def _count(diffs: Sequence[PartDiff]) -> str:
    counts = Counter(what for diff in diffs for what in what_happens(diff))
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def _another(site: str, held: tuple[str, ...]) -> str:
    """A hub without VAKA_SITE does not start with two of them, so nobody makes them two by a slip."""
    which = f"the site {held[0]}" if len(held) == 1 else f"the sites {', '.join(held)}"
    return (
        f"this database holds {which}, and the file is of {site}; expected site: {' or '.join(held)}"
        ", or --another-site to keep both, or another --data folder\nnothing was changed"
    )


def _user() -> str:
    """Who runs this, by name where the machine knows one (a container's user often has none)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def changes(before: Site | None, after: Site) -> list[str]:
    """For each section a line: how many parts came, went and changed, and of devices got another name."""
    lines = []
    names = device_names.renamed(before, after) if before is not None else {}
    for section in SECTIONS:
        old, new = _parts(before, section), _parts(after, section)
        other_names = names if section == "devices" else {}
        taken = {*other_names.values()}
        counts = {
            "added": len((new.keys() - (old.keys() - other_names.keys())) - taken),
            "removed": len(old.keys() - new.keys() - other_names.keys()),
            "renamed": len(other_names),
            "changed": sum(
                old[key] != new[key] for key in (old.keys() & new.keys()) - other_names.keys() - taken
            ),
        }
        said = [f"{count} {what}" for what, count in counts.items() if count]
        if said:
            lines.append(f"  {section}: {', '.join(said)}")
        if section == "residents" and before is not None:
            lines += _other_names(before, after)
    return lines or ["  only comments or the site's own keys changed"]


def _other_names(before: Site, after: Site) -> list[str]:
    """Each resident who is called otherwise now: whoever imports sees whether it is the same one."""
    was = {one.id: one.name for one in before.residents}
    return [
        f"  {one.id}: {was[one.id]} is called {one.name} now, and keeps consents, goals and legal bases"
        for one in after.residents
        if one.id in was and not former.same_name(was[one.id], one.name)
    ]


def left_behind(connection: sqlite3.Connection, before: Site | None, after: Site, at: datetime) -> list[str]:
    """For each who is no longer one of the people: what was theirs, and nobody has now."""
    lines = []
    for person in _parts(before, "people").keys() - _parts(after, "people").keys():
        shifts_left = shifts.still_planned(connection, after.site, person, at)
        alerts_left = len(in_hand(connection, after.site, person))
        counts = ((shifts_left, "shift", "not over yet"), (alerts_left, "alert", "in hand"))
        said = [f"{count} {what}{'s'[: count != 1]} {which}" for count, what, which in counts if count]
        if said:
            lines.append(f"  {person} is gone; nobody has now: {', '.join(said)}")
    return sorted(lines)


def _parts(site: Site | None, section: str) -> dict[str, object]:
    if site is None:
        return {}
    return {getattr(part, "name" if section == "rules" else "id"): part for part in getattr(site, section)}
