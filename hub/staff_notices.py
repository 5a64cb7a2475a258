"""Telling staff of what is no alert, by the ways they are called by: the first of theirs that works, tried
again until it is taken; where it is refused for good, the next. It calls nobody to a resident, and never
holds up what does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from hub.clock import Clock
from hub.reach import usable_ways, working
from hub.store import contacts, phones, staff_notices
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.staff_notices import StaffNotice
from hub.ways.pager import Pager
from hub.ways.way import Failed, Message, Way

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(days=1)


def tell(
    connection: sqlite3.Connection,
    site: str,
    people: Iterable[tuple[str, str, str]],
    now: datetime,
) -> None:
    """`people`: whom, with the subject and the body in their language. A pager shows the subject alone, so it
    is for who has nothing else. Within a transaction.
    """
    for person, subject, body in people:
        # Where all are refused the first is tried: it may work again.
        first = next(iter(_ways(connection, site, person) or contacts.of(connection, site, person)), None)
        if first is not None:
            way, address = first.way, first.address
            notice = StaffNotice(0, site, person, way, address, subject, body, now, next_at=now)
            staff_notices.put_in(connection, notice)


def _ways(connection: sqlite3.Connection, site: str, person: str) -> list[Contact]:
    """By which they are reached, in the order in which they are tried."""
    found = [one for one in working(connection, site, usable_ways(connection, site)) if one.person == person]
    return sorted(found, key=lambda one: one.way == Pager.name)


def deliver(connection: sqlite3.Connection, site: str, ways: Mapping[str, Way], clock: Clock) -> int:
    """Send what is due; returns how many left. Put off, sent, then marked as sent: twice beats never,
    but with a disk that is full it does not go out again and again.
    """
    left = 0
    for notice in staff_notices.due(connection, site, clock.now()):
        with transaction(connection):
            staff_notices.keep(connection, _put_off(notice, clock.now()))
        failed = _send(notice, ways.get(notice.way))
        with transaction(connection):
            if failed is not None and failed.for_good:
                kept = _another_way(connection, notice, failed, clock.now())
            else:
                kept = _after_attempt(notice, failed, clock.now())
            staff_notices.keep(connection, kept)
            _note_answer(connection, notice, failed, clock.now())
        left += kept.sent_at is not None
    return left


def _send(notice: StaffNotice, way: Way | None) -> Failed | None:
    if way is None:
        return Failed(f"{notice.way} is not set up on this hub", for_good=True)
    id = f"vaka-{notice.site}-notice-{notice.id}"
    words = (notice.subject, notice.body)
    return way.send(
        Message(id, notice.site, notice.person, notice.address, False, *words, notice.created_at, (), ())
    )


def _after_attempt(notice: StaffNotice, failed: Failed | None, now: datetime) -> StaffNotice:
    tried = msgspec.structs.replace(notice, attempts=notice.attempts + 1, next_at=None)
    if failed is None:
        return msgspec.structs.replace(tried, sent_at=now, failure=None)
    if now - notice.created_at > GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=failed.why)
    return msgspec.structs.replace(_put_off(notice, now), failure=failed.why)


def _another_way(
    connection: sqlite3.Connection, notice: StaffNotice, failed: Failed, now: datetime
) -> StaffNotice:
    """Refused for good: the next of theirs that comes after this one, else no more."""
    here = Contact(notice.person, notice.way, notice.address)
    theirs = _ways(connection, notice.site, notice.person)
    after = theirs[theirs.index(here) + 1 :] if here in theirs else theirs
    tried = msgspec.structs.replace(notice, attempts=notice.attempts + 1, next_at=None, failure=failed.why)
    if not after:
        return tried
    return msgspec.structs.replace(tried, way=after[0].way, address=after[0].address, attempts=0, next_at=now)


def _note_answer(
    connection: sqlite3.Connection, notice: StaffNotice, failed: Failed | None, now: datetime
) -> None:
    """As of a call: an address that is refused is marked until it takes something."""
    if failed is not None and not (failed.refused_us or failed.refused_address):
        return
    refused_at = None if failed is None else now
    if notice.way == phones.WAY:
        phones.note_answer(connection, notice.site, notice.address, refused_at)
    else:
        here = Contact(notice.person, notice.way, notice.address)
        contacts.note_answer(connection, notice.site, here, refused_at)


def _put_off(notice: StaffNotice, now: datetime) -> StaffNotice:
    wait = min(FIRST_WAIT * 2 ** min(notice.attempts, 10), LONGEST_WAIT)
    return msgspec.structs.replace(notice, attempts=notice.attempts + 1, next_at=now + wait)
