"""By which ways people are called, and how they want it: looked up and changed, with who did it on record.

Here: what both the pages and the calls do. Not here: whose contacts somebody may change
(dashboards/api/contacts.py). Addresses are personal and some hold secrets: of those only the service's name
is told again.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from hub.clock import Clock
from hub.settings import Settings
from hub.store import audit, contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.ways import ADDRESSES, messenger, webhook
from rules.building import Site
from rules.duration import Window
from rules.pause import Refusal
from rules.summons import LONGEST_GATHERING, Preferences, held_anew

MOST = 10
"""[default] Ways to one person: beyond that a call is noise."""
LONGEST_QUIET = timedelta(hours=16)
"""[default] Whoever wants more quiet than that must not be on the list of those who are called."""


class Shown(NamedTuple):
    """A contact as it may be shown. `id`: the contact's, from its way and address. `refused_at`: since when
    the other side refuses the address.
    """

    id: str
    way: str
    address: str
    refused_at: datetime | None = None


class ContactBook:
    def __init__(self, connection: sqlite3.Connection, site: Site, settings: Settings, clock: Clock) -> None:
        self._connection, self._site, self._settings, self._clock = connection, site, settings, clock

    def of(self, person: str) -> list[Shown]:
        """In the order in which they are tried."""
        refused = contacts.refused(self._connection, self._site.site)
        known = contacts.of(self._connection, self._site.site, person)
        return [shown(one, refused.get(one)) for one in known]

    def add(self, person: str, way: str, address: str, by: str) -> Shown | Refusal:
        """The last to be tried, of what is not high. The same again changes nothing."""
        address = address.strip()
        why = self._why_not(way, address)
        if why is not None:
            return why
        contact = Contact(person, way, address)
        with transaction(self._connection):
            known = contacts.of(self._connection, self._site.site, person)
            if contact not in known and len(known) >= MOST:
                return Refusal(f"{person} is reached by {MOST} ways already; remove one first", "ways_full")
            if contact not in known:
                contacts.put(self._connection, self._site.site, contact, self._clock.now())
                self._record(by, "contact added", person, way=way)
            refused = contacts.refused(self._connection, self._site.site)
        return shown(contact, refused.get(contact))

    def remove(self, person: str, id: str, by: str) -> bool:
        """Whether it was there."""
        with transaction(self._connection):
            for one in contacts.of(self._connection, self._site.site, person):
                if shown(one).id == id:
                    contacts.delete(self._connection, self._site.site, one)
                    self._record(by, "contact removed", person, way=one.way)
                    return True
        return False

    def put_first(self, person: str, id: str, by: str) -> bool:
        """What is not high goes there first from now on. Whether it was there."""
        with transaction(self._connection):
            known = contacts.of(self._connection, self._site.site, person)
            first = [one for one in known if shown(one).id == id]
            if not first:
                return False
            # They are tried in the order in which they were added.
            now = self._clock.now()
            for place, one in enumerate([*first, *(one for one in known if one not in first)]):
                at = now + place * timedelta(microseconds=1)
                contacts.put_added(self._connection, self._site.site, one, at)
            self._record(by, "contact put first", person, way=first[0].way)
        return True

    def preferences(self, person: str) -> Preferences:
        return contacts.preferences(self._connection, self._site.site, person)

    def prefer(self, person: str, wanted: Preferences, by: str, version: str = "") -> Preferences | Refusal:
        """How they want to be called by what is low. What is high comes at once, whatever stands here.
        `version`: of what they saw who change it; "" where they saw nothing.
        """
        if not timedelta(0) <= wanted.gathered_for <= LONGEST_GATHERING:
            return Refusal("what is low is gathered for 0 to 20 min; expected e.g. 5 min", "gathered_long")
        if wanted.quiet is not None and _length(wanted.quiet) > LONGEST_QUIET:
            return Refusal("quiet hours last 16 h at most; expected e.g. 22:00-07:00", "quiet_long")
        with transaction(self._connection):
            if version not in ("", version_of(self.preferences(person))):
                return Refusal(
                    "somebody else changed the quiet hours meanwhile; look at them again", "quiet_changed"
                )
            now = self._clock.now()
            contacts.put_preferences(self._connection, self._site.site, person, wanted, now)
            self._hold_anew(person, wanted, now)
            quiet = str(wanted.quiet) if wanted.quiet is not None else "none"
            gathered = f"{wanted.gathered_for // timedelta(minutes=1)} min"
            self._record(by, "contact preferences", person, quiet=quiet, gathered_for=gathered)
        return wanted

    def _hold_anew(self, person: str, wanted: Preferences, now: datetime) -> None:
        """Also what waits already keeps to the new quiet hours."""
        for one in summonses.held_for(self._connection, self._site.site, person):
            if one.next_at is not None:
                decision = held_anew(one.held, one.next_at, now, wanted, self._site.zone)
                if decision is not None:
                    summonses.hold(self._connection, one.id, decision)

    def _why_not(self, way: str, address: str) -> Refusal | None:
        if way not in ADDRESSES:
            return Refusal(f"{way!r} is no way; expected one of {', '.join(sorted(ADDRESSES))}", "no_address")
        why = ADDRESSES[way](address)
        if why is not None:
            return Refusal(why, f"no_{way}_address")
        if way == messenger.NAME:
            why = messenger.why_not_allowed(address, self._settings.messengers_allowed)
        if why is not None:
            return Refusal(why, "messenger_not_named")
        if way == webhook.Webhook.name:
            why = webhook.why_not_to_be_noted(address, self._settings.webhooks_inside)
        return Refusal(why, "webhook_not_named") if why is not None else None

    def _record(self, by: str, what: str, person: str, **more: str) -> None:
        """Never the address."""
        detail = {"person": person, **more}
        audit.add(self._connection, self._site.site, self._clock.now(), by, what, detail)


def shown(contact: Contact, refused_at: datetime | None = None) -> Shown:
    address = messenger.shown(contact.address) if contact.way == messenger.NAME else contact.address
    digest = blake2b(f"{contact.way}\0{contact.address}".encode(), digest_size=12).hexdigest()
    return Shown(digest, contact.way, address, refused_at)


def version_of(wanted: Preferences) -> str:
    """Another one as soon as they are other ones."""
    return blake2b(f"{wanted.quiet}\0{wanted.gathered_for}".encode(), digest_size=8).hexdigest()


def _length(window: Window) -> timedelta:
    minutes = (window.end.hour - window.start.hour) * 60 + window.end.minute - window.start.minute
    return timedelta(minutes=minutes % (24 * 60) or 24 * 60)
