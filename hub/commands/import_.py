"""`vaka import FILE`: put a site file in force. A bad file changes nothing; every version is kept."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from hub.clock import WallClock
from hub.settings import read_settings
from hub.site.change import put_in_force
from hub.site.file import SECTIONS, SiteFile, read_site, read_site_bytes
from hub.store import sites
from hub.store.db import connect, transaction
from rules.building import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the site file (YAML)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")
    parser.add_argument("--by", help="who puts it in force (the name you are signed in with)")
    parser.add_argument(
        "--another-site", action="store_true", help="keep this site beside the one that the database holds"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: in force, or it already was; 1: nothing was changed."""
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
            version = put_in_force(connection, found, WallClock().now(), by, "site imported")
    finally:
        connection.close()
    earlier = read_site(before.document, "the earlier version") if before is not None else None
    print(f"{site.site}: version {version.id} is in force")
    print(*changes(earlier.site if isinstance(earlier, SiteFile) else None, site), sep="\n")
    if len({*held, site.site}) > 1:
        print(
            f"  the database holds several sites; each hub and web needs its own, e.g. VAKA_SITE={site.site}"
        )
    return 0


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
    """For each section a line: how many parts came, went and changed."""
    lines = []
    for section in SECTIONS:
        old, new = _parts(before, section), _parts(after, section)
        counts = {
            "added": len(new.keys() - old.keys()),
            "removed": len(old.keys() - new.keys()),
            "changed": sum(old[key] != new[key] for key in old.keys() & new.keys()),
        }
        said = [f"{count} {what}" for what, count in counts.items() if count]
        if said:
            lines.append(f"  {section}: {', '.join(said)}")
    return lines or ["  only comments or the site's own keys changed"]


def _parts(site: Site | None, section: str) -> dict[str, object]:
    if site is None:
        return {}
    return {getattr(part, "name" if section == "rules" else "id"): part for part in getattr(site, section)}
