"""`vaka password PERSON`: set somebody's password. Whoever was signed in with the old one is signed out."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from argon2 import PasswordHasher

from hub.clock import WallClock
from hub.guessable import is_easy
from hub.settings import read_settings
from hub.site.errors import one_of
from hub.site.file import SiteFile, read_site
from hub.site.installed import installed_database
from hub.store import credentials, sites
from hub.store.db import transaction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", help="the person's id in the site file")
    parser.add_argument("--stdin", action="store_true", help="read the password from the first line of stdin")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: set; 1: not, and why was said."""
    settings = read_settings().with_data(arguments.data)
    connection = installed_database(settings)
    try:
        version = sites.in_force(connection, arguments.site or settings.site)
        file = read_site(version.document, f"version {version.id}")
        people = [person.id for person in file.site.people] if isinstance(file, SiteFile) else []
        if arguments.person not in people:
            known = one_of(people, arguments.person)
            return _refuse(f"{version.site} has no person {arguments.person!r}; expected {known}")
        try:
            password = _read_password(arguments.person, arguments.stdin)
        except (EOFError, UnicodeDecodeError):
            return _refuse(
                "no password could be read; expected one on the terminal, or with --stdin in UTF-8"
            )
        if password is None:
            return _refuse("the two passwords differ; expected the same one twice")
        if not credentials.SHORTEST <= len(password) <= credentials.LONGEST:
            return _refuse(
                f"a password of {len(password)} characters; "
                f"expected at least {credentials.SHORTEST}, at most {credentials.LONGEST}"
            )
        if is_easy(password, arguments.person):
            return _refuse("that password is easy to guess; expected one that others would not try first")
        hash = PasswordHasher().hash(password)
        with transaction(connection):
            credentials.put(connection, version.site, arguments.person, hash, WallClock().now())
    finally:
        connection.close()
    print(f"{arguments.person}: the password is set")
    return 0


def _read_password(person: str, from_stdin: bool) -> str | None:
    """What was typed; None where the second time was different."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"Password for {person}: ")
    return password if getpass.getpass("Once more: ") == password else None


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
