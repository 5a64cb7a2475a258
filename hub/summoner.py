"""Calls people: its own thread turns each call into messages; for each way a courier takes them out. Lamps
and signs follow in a thread of theirs.

None of it runs in the thread that judges: a mail server that hangs holds up no reading.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import Event

from hub import summons
from hub.clock import Clock
from hub.mqtt.announcer import Announcer
from hub.mqtt.broker import BrokerAccess
from hub.phones import lose_those_of_another_key
from hub.settings import Settings, first_line
from hub.signs import Signs, alive_topic
from hub.store.db import connect
from hub.threads import Threads
from hub.ways import ADDRESSES
from hub.ways.courier import Courier
from hub.ways.email import Email, mail_server
from hub.ways.events import EventPost
from hub.ways.messenger import Messenger
from hub.ways.pager import Pager
from hub.ways.push_key import KEY_FILE
from hub.ways.trials import Trials
from hub.ways.way import NotConfigured, Way
from hub.ways.webhook import Webhook
from hub.ways.webpush import WebPush, web_push
from rules.building import Site

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds; also finds what the web process put in


def configured_ways(settings: Settings, clock: Clock) -> list[Way]:
    """The ways that this installation can use, but for pagers: those need a connection of the hub's. OSError
    where a secret's file can't be read.
    """
    ways: list[Way] = [Messenger(settings.messengers_allowed)]
    try:
        ways.append(web_push(settings, clock))
    except (OSError, ValueError) as error:  # nobody's readings wait for that
        log.error("no phone can be called: the key %s cannot be used (%s)", settings.data / KEY_FILE, error)
    server = mail_server(settings)
    if server is not None:
        ways.append(Email(server))
    secret = first_line(settings.webhook_secret_file)
    if secret:
        ways.append(Webhook(secret, clock, settings.webhooks_inside))
    return ways


class Summoner:
    def __init__(
        self, settings: Settings, site: Callable[[], Site], clock: Clock, threads: Threads | None = None
    ) -> None:
        """`site`: the one in force when it is asked."""
        self._threads = threads or Threads()
        self._settings, self._site, self._clock = settings, site, clock
        self._waiting, self._stopping = Event(), Event()
        self._thread = self._threads.thread("summoner", self._run)
        name = site().site
        client = f"{settings.client_id or f'vaka-hub-{name}'}-signs"
        self._announcer = Announcer(BrokerAccess.from_settings(settings), client, alive_topic(name))
        self._signs = Signs(settings.database, site, self._announcer, self._threads)
        self.usable = [Pager(self._announcer), *configured_ways(settings, clock)]
        self.ways = frozenset(way.name for way in self.usable)
        """The names of the ways that this installation can use."""
        by_name = {way.name: way for way in self.usable}
        self._trials = Trials(settings.database, site, by_name, clock, self._threads)
        absent = [NotConfigured(name) for name in sorted(ADDRESSES.keys() - self.ways)]
        self._couriers = [
            Courier(settings.database, site, way, clock, self._threads) for way in (*self.usable, *absent)
        ]

        self._events = EventPost(settings, site, clock, self._threads)

    def start(self) -> None:
        self._waiting.set()  # what was called while the hub was down
        self._announcer.start()
        self._signs.start()
        self._thread.start()
        for courier in self._couriers:
            courier.start()
        self._trials.start()
        self._events.start()

    def wake(self) -> None:
        """Something was committed."""
        self._waiting.set()
        self._signs.wake()
        self._events.wake()

    def stop(self) -> None:
        """What was not sent waits for the next start."""
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=LOOK_AGAIN)
        for courier in self._couriers:
            courier.stop()
        self._trials.stop()
        self._events.stop()
        self._signs.stop()
        self._announcer.stop()

    def _run(self) -> None:
        with closing(connect(self._settings.database)) as connection:
            self._begin(connection)
            while not self._stopping.is_set():
                self._waiting.wait(LOOK_AGAIN)
                self._waiting.clear()
                self._threads.tried("summoner", partial(self._follow, connection))

    def _begin(self, connection: sqlite3.Connection) -> None:
        """However long the database is held by others, or the disk full: without this nobody is called."""
        site = self._site().site
        for begin in (partial(summons.begin, connection, site), partial(self._lose_phones, connection)):
            while not self._threads.tried("summoner", begin) and not self._stopping.wait(LOOK_AGAIN):
                pass

    def _lose_phones(self, connection: sqlite3.Connection) -> None:
        """Those that were switched on with a key that is no more."""
        key = next((way.public_key for way in self.usable if isinstance(way, WebPush)), None)
        if key is not None:
            lost = lose_those_of_another_key(connection, self._site().site, key, self._clock.now())
            if lost:
                log.error("%s phones were switched on with a key that is lost: they are not called", lost)

    def _follow(self, connection: sqlite3.Connection) -> None:
        while summons.follow(connection, self._site(), self._settings.web_address, self._clock.now()):
            for courier in self._couriers:
                courier.wake()
