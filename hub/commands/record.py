"""`vaka record`: the signed records of walk tests: list them, take one out, see whether they are what was
signed.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path

from hub.commands.pause import opened_site
from hub.records import exported, faults, verified
from hub.seal import digest, fingerprint
from hub.store import records
from rules.building import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("list", "export", "verify"))
    parser.add_argument(
        "which", nargs="?", help="export: the record's number; verify: a file, none for all that are stored"
    )
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: done, and the seals fit; 1: one does not, or there is no such record."""
    if arguments.what == "verify" and arguments.which is not None:
        return _verify_file(Path(arguments.which))
    with opened_site(arguments.data, arguments.site) as (connection, site):
        if arguments.what == "list":
            return _list(connection, site)
        return (
            _export(connection, site, arguments.which)
            if arguments.what == "export"
            else _verify(connection, site)
        )


def _verify_file(path: Path) -> int:
    found = verified(path.read_bytes())
    if isinstance(found, str):
        print(found, file=sys.stderr)
        return 1
    record, seal = found
    print(f"the seal fits: record {record.number} of {record.site}, {record.device.id}: {record.verdict}")
    print(f"signed by {record.person_name} at {record.signed_at:%Y-%m-%d %H:%M} UTC, key {seal.fingerprint}")
    return 0


def _list(connection: sqlite3.Connection, site: Site) -> int:
    for sealed in records.everything(connection, site.site):
        record = sealed.record
        signed = record.signed_at.astimezone(site.zone)
        by = f"by {record.person_name}, key {sealed.seal.fingerprint}"
        print(f"{record.number}  {signed:%Y-%m-%d %H:%M}  {record.verdict:<10}  {record.device.id}  {by}")
    return 0


def _export(connection: sqlite3.Connection, site: Site, which: str | None) -> int:
    number = int(which) if which is not None and which.isdecimal() and len(which) < 18 else 0
    sealed = records.get(connection, site.site, number)
    if sealed is None:
        print(f"{site.site} has no record {which!r}; vaka record list says which there are", file=sys.stderr)
        return 1
    print(exported(sealed).decode())
    return 0


def _verify(connection: sqlite3.Connection, site: Site) -> int:
    wrong = list(faults(connection, site.site))
    for fault in wrong:
        print(f"record {fault.number}: {fault.why}", file=sys.stderr)
    last = records.last(connection, site.site)
    if last is None:
        print(f"{site.site} has no records")
    elif not wrong:
        keys = {one.seal.key for one in records.everything(connection, site.site)}
        names = ", ".join(sorted(fingerprint(key) for key in keys))
        print(f"every seal fits, up to record {last.number}, SHA-256 {digest(last.document)}; keys: {names}")
    return 1 if wrong else 0
