"""Telling staff of what is no alert, by the ways they are called by: the first that is theirs, tried again
until it is taken. It calls nobody to a resident, and never holds up what does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from hub.clock import Clock
from hub.store import contacts, staff_notices
from hub.store.db import transaction
from hub.store.staff_notices import StaffNotice
from hub.ways.pager import Pager
from hub.ways.way import Message, Way

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
        known = contacts.of(connection, site, person)
        first = next((one for one in known if one.way != Pager.name), next(iter(known), None))
        if first is not None:
            way, address = first.way, first.address
            notice = StaffNotice(0, site, person, way, address, subject, body, now, next_at=now)
            staff_notices.put_in(connection, notice)


def deliver(connection: sqlite3.Connection, site: str, ways: Mapping[str, Way], clock: Clock) -> int:
    """Send what is due; returns how many left. Put off, sent, then marked as sent: twice beats never,
    but with a disk that is full it does not go out again and again.
    """
    left = 0
    for notice in staff_notices.due(connection, site, clock.now()):
        with transaction(connection):
            staff_notices.keep(connection, _put_off(notice, clock.now()))
        kept = _after_attempt(notice, ways.get(notice.way), clock)
        with transaction(connection):
            staff_notices.keep(connection, kept)
        left += kept.sent_at is not None
    return left


def _after_attempt(notice: StaffNotice, way: Way | None, clock: Clock) -> StaffNotice:
    tried = msgspec.structs.replace(notice, attempts=notice.attempts + 1, next_at=None)
    if way is None:
        return msgspec.structs.replace(tried, failure=f"{notice.way} is not set up on this hub")
    id = f"vaka-{notice.site}-notice-{notice.id}"
    words = (notice.subject, notice.body)
    message = Message(
        id, notice.site, notice.person, notice.address, False, *words, notice.created_at, (), ()
    )
    failed, now = way.send(message), clock.now()
    if failed is None:
        return msgspec.structs.replace(tried, sent_at=now, failure=None)
    if failed.for_good or now - notice.created_at > GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=failed.why)
    return msgspec.structs.replace(_put_off(notice, now), failure=failed.why)


def _put_off(notice: StaffNotice, now: datetime) -> StaffNotice:
    wait = min(FIRST_WAIT * 2 ** min(notice.attempts, 10), LONGEST_WAIT)
    return msgspec.structs.replace(notice, attempts=notice.attempts + 1, next_at=now + wait)
