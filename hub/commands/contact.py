"""`vaka contact`: by which ways somebody is reached when an alert calls them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.clock import WallClock
from hub.commands.pause import opened_site
from hub.contact_book import shown
from hub.store import audit, contacts
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.ways import ADDRESSES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", nargs="?", help="their id in the site file; without it: all")
    parser.add_argument("way", nargs="?", choices=sorted(ADDRESSES), help="by which way")
    parser.add_argument("address", nargs="?", help="e.g. kari@example.org")
    parser.add_argument("--remove", action="store_true", help="they are no longer reached there")
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: not, and why was said."""
    with opened_site(arguments.data, arguments.site) as (connection, site):
        if arguments.person is None:
            for known in contacts.everything(connection, site.site):
                print(f"{known.person}\t{known.way}\t{shown(known).address}")  # never a secret
            return 0
        why = _why_not(arguments, {person.id for person in site.people})
        if why is not None:
            print(why, file=sys.stderr)
            return 1
        contact = Contact(arguments.person, arguments.way, arguments.address)
        now = WallClock().now()
        with transaction(connection):
            if not arguments.remove:
                contacts.put(connection, site.site, contact, now)
            elif not contacts.delete(connection, site.site, contact):
                print(
                    f"{contact.person} is not reached by {contact.way} at {contact.address}", file=sys.stderr
                )
                return 1
            what = "contact removed" if arguments.remove else "contact added"
            audit.add(connection, site.site, now, None, what, {"person": contact.person, "way": contact.way})
    return 0


def _why_not(arguments: argparse.Namespace, people: set[str]) -> str | None:
    if arguments.person not in people:
        return f"the site has no person {arguments.person!r}; expected one of {', '.join(sorted(people))}"
    if arguments.way is None or arguments.address is None:
        return "a way and an address are missing; expected e.g. vaka contact kari email kari@example.org"
    return ADDRESSES[arguments.way](arguments.address)
