"""Takes events out to other programs' addresses: the courier's own rounds and waits over the events' own
messages, so that no event ever stands before or behind a call to a human.

Signed as Standard Webhooks says, with a secret for each program, which follows from a key of the data folder.
An address that takes nothing for days is given up, and its administrators are told.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event as Flag

import msgspec

from hub import events
from hub.clock import Clock
from hub.inside import Inside
from hub.integrations import administrators
from hub.key_file import kept_key
from hub.settings import Settings
from hub.staff_notices import tell
from hub.store import audit, integrations
from hub.store import events as store
from hub.store.db import connect
from hub.store.events import EventMessage
from hub.threads import Threads
from hub.ways.courier import FIRST_WAIT, GIVEN_UP_AFTER, LOOK_AGAIN, Courier, Lane, Sending
from hub.ways.way import Failed, Message
from hub.ways.webhook import Webhook
from rules.building import Site
from rules.event import Subscription, is_to_be_stopped
from rules.wording.integrations import stopped_body, stopped_subject

log = logging.getLogger(__name__)

KEY_FILE = "events.key"
LONGEST_WAIT = GIVEN_UP_AFTER / 24


def secret_of(data: Path, subscription: Subscription) -> bytes:
    """OSError, ValueError: the key's file can't be used."""
    key = kept_key(data / KEY_FILE, lambda: secrets.token_bytes(32))
    named = f"{subscription.site}\n{subscription.integration}\n{subscription.turn}"
    return hmac.digest(key, named.encode(), "sha256")


def shown(secret: bytes) -> str:
    """As Standard Webhooks writes a secret."""
    return f"whsec_{b64encode(secret).decode()}"


def subscription_in_force(
    connection: sqlite3.Connection, site: str, integration: str, now: datetime
) -> Subscription | None:
    """Of a program whose key is good."""
    known = integrations.get(connection, site, integration)
    if known is None or not known.is_in_force(now):
        return None
    return store.subscription(connection, site, integration)


class EventWay:
    """`person` of a message is the program, `body` what is sent as it is."""

    name = "event"

    def __init__(self, data: Path, subscription: Callable[[str], Subscription | None], clock: Clock) -> None:
        self._data, self._subscription, self._clock = data, subscription, clock
        self.inside = Inside()

    def send(self, message: Message) -> Failed | None:
        one = self._subscription(message.person)
        if one is None:
            return Failed("its key has ended, or it is not subscribed any more", for_good=True)
        webhook = Webhook("", self._clock, self.inside)
        return webhook.deliver(message.id, one.address, message.body.encode(), secret_of(self._data, one))


_LANE = Lane(urgent=False, proof=False)


class EventCourier(Courier):
    def _addresses(
        self, connection: sqlite3.Connection, site: Site, lane: Lane, now: datetime, limit: int
    ) -> list[str]:
        return store.programs_due(connection, site.site, now)[:limit] if lane == _LANE else []

    def _next(
        self, connection: sqlite3.Connection, site: Site, lane: Lane, address: str, now: datetime
    ) -> Sending | None:
        row = store.due(connection, site.site, address, now)
        if row is None:
            return None
        id = f"vaka-{row.site}-event-{row.id}"
        message = Message(
            id, row.site, address, address, lane.urgent, row.type, row.body, row.created_at, (), (row.id,)
        )
        return Sending(message, ())

    def _mark_one(self, connection: sqlite3.Connection, sending: Sending, failed: Failed | None) -> None:
        now, row = self._clock.now(), store.get(connection, sending.message.summonses[0])
        one = store.subscription(connection, sending.message.site, sending.message.person)
        if row is None or row.next_at is None:
            return  # it was dropped meanwhile
        store.keep(connection, after_attempt(row, failed, now))
        if one is None:
            return
        if failed is None:
            one = msgspec.structs.replace(one, failing_since=None)
        elif one.failing_since is None:
            one = msgspec.structs.replace(one, failing_since=now)
        store.subscribe(connection, one)
        if is_to_be_stopped(one, now):
            stop(connection, self._site(), one, now)


def after_attempt(row: EventMessage, failed: Failed | None, now: datetime) -> EventMessage:
    tried = msgspec.structs.replace(row, attempts=row.attempts + 1, next_at=None)
    if failed is None:
        return msgspec.structs.replace(tried, sent_at=now, failure=None)
    if failed.for_good or now - row.created_at >= GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=failed.why)
    wait = min(FIRST_WAIT * 2 ** min(row.attempts, 16), LONGEST_WAIT)
    return msgspec.structs.replace(tried, failure=failed.why, next_at=now + wait)


def stop(connection: sqlite3.Connection, site: Site, one: Subscription, now: datetime) -> None:
    """Nothing could be delivered for days: nothing more is tried, and those who can mend it are told."""
    store.subscribe(connection, msgspec.structs.replace(one, stopped_at=now))
    store.drop_waiting(connection, one.site, one.integration, "its address has taken nothing for days")
    audit.add(connection, one.site, now, None, "events stopped", {"integration": one.integration})
    program = integrations.get(connection, one.site, one.integration)
    if program is not None:
        told = [
            (person.id, stopped_subject(program.name, language), stopped_body(program.name, None, language))
            for person, language in administrators(site, program)
        ]
        tell(connection, one.site, told, now)


class EventPost:
    """Its own thread turns what happens into messages; a courier of its own takes them out."""

    def __init__(self, settings: Settings, site: Callable[[], Site], clock: Clock, threads: Threads) -> None:
        self._settings, self._site, self._clock, self._threads = settings, site, clock, threads
        self._waiting, self._stopping = Flag(), Flag()
        way = EventWay(settings.data, self._subscription, clock)
        way.inside = settings.webhooks_inside
        self._courier = EventCourier(settings.database, site, way, clock, threads)
        self._thread = threads.thread("events", self._run)

    def start(self) -> None:
        self._thread.start()
        self._courier.start()

    def wake(self) -> None:
        self._waiting.set()

    def stop(self) -> None:
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=LOOK_AGAIN)
        self._courier.stop()

    def _subscription(self, integration: str) -> Subscription | None:
        """None where its key has ended meanwhile: what still waited is not sent either."""
        with closing(connect(self._settings.database)) as connection:
            return subscription_in_force(connection, self._site().site, integration, self._clock.now())

    def _run(self) -> None:
        with closing(connect(self._settings.database)) as connection:
            while not self._stopping.is_set():
                self._threads.tried("events", partial(self._follow, connection))
                self._waiting.wait(LOOK_AGAIN)
                self._waiting.clear()

    def _follow(self, connection: sqlite3.Connection) -> None:
        events.begin(connection, self._site().site)
        while events.follow(connection, self._site(), self._clock.now()):
            self._courier.wake()
