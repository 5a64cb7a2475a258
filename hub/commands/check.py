"""`vaka check FILE`: everything that is wrong with a site file, or what it holds."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from hub.clock import WallClock
from hub.site.file import SECTIONS, SiteFile, read_site_bytes
from rules.building import Site
from rules.catalogue import catalogue
from rules.rulebook import rulebook


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the site file (YAML)")


def run(arguments: argparse.Namespace) -> int:
    """0: it can be put in force, though warnings may stand; 1: it cannot."""
    found = read_site_bytes(arguments.file.read_bytes(), str(arguments.file))
    if not isinstance(found, SiteFile):
        print(*found, sep="\n")
        print(f"{len(found)} {'problem' if len(found) == 1 else 'problems'}")
        return 1
    print(*(str(warning) + "\n" for warning in found.warnings), sep="", end="")
    print(summary(found.site))
    return 0


def summary(site: Site) -> str:
    """What the site holds, and in how many rooms each rule is in force today."""
    counts = ", ".join(f"{section} {len(getattr(site, section))}" for section in SECTIONS)
    today = WallClock().now().astimezone(site.zone).date()
    book = rulebook(site, catalogue(), today)
    rooms = Counter(name for name, _ in book.watches)
    lines = [f"{site.name} ({site.site}): {counts}"]
    for use in site.rules:
        count = rooms[use.name]
        lines.append(f"  {use.name:<24} in force in {count} {'room' if count == 1 else 'rooms'}")
    lines += [
        f"  {off.rule:<24} off in {off.room}: no legal basis today ({', '.join(off.residents)})"
        for off in book.without_basis
    ]
    return "\n".join(lines)
