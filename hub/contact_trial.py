"""A test message to one of somebody's contacts, sent at once, and what came of it. It calls nobody.

Here: the sending by the same ways that calls go out by. Not here: whose contacts somebody may try
(dashboards/contacts.py).
"""

from __future__ import annotations

import sqlite3

from hub.clock import Clock
from hub.contact_book import shown
from hub.reach import usable_ways
from hub.settings import Settings
from hub.store import audit, contacts
from hub.store.db import transaction
from hub.summoner import configured_ways
from hub.ways.pager import Pager
from hub.ways.way import Failed, Message
from rules.building import Person, Site
from rules.pause import Refusal
from rules.wording.summons import test_body, test_subject


def try_contact(
    connection: sqlite3.Connection,
    site: Site,
    settings: Settings,
    clock: Clock,
    person: Person,
    id: str,
    by: str,
) -> Failed | Refusal | None:
    """None: the other side took it. Takes as long as a way may (10 s). `id`: the contact's."""
    known = contacts.of(connection, site.site, person.id)
    contact = next((one for one in known if shown(one).id == id), None)
    if contact is None:
        return Refusal("there is no such contact", "no_contact")
    if contact.way == Pager.name:
        return Refusal("a pager is called by the hub's own connection", "pager_from_hub")
    ways = {way.name: way for way in configured_ways(settings, clock)}
    # What the pages can use and the hub cannot calls nobody, however well a test message arrives.
    if contact.way not in ways or contact.way not in usable_ways(connection, site.site):
        return Refusal(f"{contact.way} is not set up on this hub", "not_set_up")
    language, now = person.language or site.language, clock.now()
    words = (test_subject(language), test_body(language))
    message = Message(
        f"vaka-{site.site}-test", site.site, person.id, contact.address, False, *words, now, (), ()
    )
    failed = ways[contact.way].send(message)
    with transaction(connection):
        detail = {"person": person.id, "way": contact.way, "arrived": failed is None}
        audit.add(connection, site.site, clock.now(), by, "contact tried", detail)
    return failed
