"""A test message to one of somebody's contacts, and what came of it. It calls nobody.

Here: asking for it, and waiting for the outcome. The hub sends it (hub/ways/trials.py), as it would a call:
the web process holds no secret of any way. Not here: whose contacts somebody may try
(dashboards/contacts.py).
"""

from __future__ import annotations

import sqlite3
from time import sleep

from hub.clock import Clock, steady
from hub.contact_book import shown
from hub.reach import usable_ways
from hub.store import audit, contact_trials, contacts
from hub.store.contact_trials import Trial
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.ways.way import TIMEOUT, Failed
from rules.building import Person, Site
from rules.pause import Refusal
from rules.wording import Language
from rules.wording.summons import test_body, test_subject

TAKEN_UP_WITHIN = 5.0  # seconds; a hub that is at work looks four times a second
ENDED_WITHIN = TIMEOUT + 5.0  # seconds
_LOOK_AGAIN = 0.05


def try_contact(
    connection: sqlite3.Connection, site: Site, clock: Clock, person: Person, id: str, by: str
) -> Failed | Refusal | None:
    """None: the other side took it. Takes as long as a way may (10 s). `id`: the contact's."""
    known = contacts.of(connection, site.site, person.id)
    contact = next((one for one in known if shown(one).id == id), None)
    if contact is None:
        return Refusal("there is no such contact", "no_contact")
    asked = ask(connection, site, clock, contact, person.language or site.language, by)
    if isinstance(asked, Refusal):
        return asked
    done = outcome(connection, asked, clock)
    with transaction(connection):
        detail = {"person": person.id, "way": contact.way, "arrived": done is None}
        audit.add(connection, site.site, clock.now(), by, "contact tried", detail)
    return done


def ask(
    connection: sqlite3.Connection, site: Site, clock: Clock, to: Contact, language: Language, by: str
) -> int | Refusal:
    """The number of the test message that the hub is to send."""
    if to.way not in usable_ways(connection, site.site):
        return Refusal(f"{to.way} is not set up on this hub", "not_set_up")
    words, now = (test_subject(language), test_body(language)), clock.now()
    with transaction(connection):
        before = contact_trials.under_way_for(connection, site.site, to.person)
        if before is not None and abs((now - before.asked_at).total_seconds()) < ENDED_WITHIN:
            return Refusal("a test message to them is on its way", "too_soon")
        return contact_trials.add(connection, Trial(0, site.site, *to, *words, by, now))


def outcome(connection: sqlite3.Connection, number: int, clock: Clock) -> Failed | Refusal | None:
    """Waits for it. None: the other side took it."""
    began = steady()
    while True:
        trial = contact_trials.get(connection, number)
        assert trial is not None, "what was asked for stays"
        waited = steady() - began
        if trial.ended_at is not None:
            return None if trial.failure is None else Failed(trial.failure, trial.for_good)
        if trial.begun_at is None and waited > TAKEN_UP_WITHIN:
            return _given_up(connection, number, clock)
        if waited > ENDED_WITHIN:
            return Failed("what came of it is not known yet", for_good=False)
        sleep(_LOOK_AGAIN)


def _given_up(connection: sqlite3.Connection, number: int, clock: Clock) -> Refusal | Failed | None:
    """Nobody has taken it up, and nobody is to do so later: a test an hour on only puzzles people."""
    with transaction(connection):
        trial = contact_trials.get(connection, number)
        if trial is not None and trial.begun_at is None:
            contact_trials.note_ended(connection, number, "the hub did not take it up", False, clock.now())
            return Refusal("the hub did not take it up", "hub_not_at_work")
    return outcome(connection, number, clock)
