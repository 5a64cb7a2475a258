"""Takes letters to relatives out, and what staff are told besides calls: a thread of its own, looked at
again each second.

Sent first, marked afterwards: twice beats never, and a repetition carries its id. None of it runs in the
thread that judges, nor beside what calls staff: a mail server that hangs on a week's summary holds up no
call.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from threading import Event, Thread

import msgspec

from hub import staff_notices
from hub.clock import Clock
from hub.history.embedded import EmbeddedHistory
from hub.relatives import forget, news
from hub.relatives.letters import letter, verdicts
from hub.settings import Settings
from hub.store import relative_messages
from hub.store.db import connect, transaction
from hub.store.relative_messages import Message
from hub.summoner import configured_ways
from hub.ways.email import Email, mail_server
from hub.ways.way import Failed, Way
from rules.building import Site
from rules.telling_relatives import GIVEN_UP_AFTER

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds
BY_THE_CLOCK = timedelta(minutes=1)
"""Between two looks at what the clock alone makes news: weeks, nights, and what nobody needs any more."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
"""Between two attempts."""


class Post:
    def __init__(self, settings: Settings, site: Callable[[], Site], clock: Clock) -> None:
        """`site`: the one in force when it is asked. OSError where a secret's file can't be read."""
        self._settings, self._site, self._clock = settings, site, clock
        server = mail_server(settings)
        self._way = Email(server) if server is not None else None
        self._ways = {one.name: one for one in configured_ways(settings, clock)}
        self._nights, self._next_look = news.Nights(), clock.now()
        self._waiting, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name="relatives", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What was not sent waits for the next start."""
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=LOOK_AGAIN)

    def _run(self) -> None:
        with closing(connect(self._settings.database)) as connection:
            begun = False
            while not self._stopping.is_set():
                try:
                    if not begun:
                        news.begin(connection, self._site().site)
                        begun = True
                    self.look(connection)
                except sqlite3.OperationalError as error:
                    log.warning("what relatives are told was put off: %s", error)
                except Exception:  # whatever is wrong: the next look is due, or no relative would hear again
                    log.exception("what relatives are told was put off")
                self._waiting.wait(LOOK_AGAIN)

    def look(self, connection: sqlite3.Connection) -> None:
        """Once over all that may be news, and out with what is due."""
        site, now = self._site(), self._clock.now()
        while news.follow(connection, site, now):
            pass
        if now >= self._next_look or self._next_look - now > BY_THE_CLOCK:  # or the clock was set back
            self._next_look = now + BY_THE_CLOCK
            news.weekly(connection, site, now)
            history = EmbeddedHistory(connection, self._settings.database, site)
            self._nights.tell(connection, history, site, now)
            forget.forget(connection, site, timedelta(days=self._settings.relatives_kept), now)
        staff_notices.deliver(connection, site.site, self._ways, self._clock)
        deliver(connection, site, self._way, self._settings.web_address, self._clock)


def deliver(
    connection: sqlite3.Connection, site: Site, way: Way | None, web_address: str | None, clock: Clock
) -> int:
    """Send what is due; returns how many letters left. Without a way all of it is dropped, and says so."""
    left, waiting = 0, relative_messages.due(connection, site.site, clock.now())
    for _, own in groupby(waiting, key=attrgetter("relative")):
        mine = list(own)
        alone = [[message] for message in mine if message.kind == "invitation"]
        together = [message for message in mine if message.kind != "invitation"]
        for messages in [*alone, *([together] if together else [])]:
            try:
                left += _send(connection, site, way, web_address, messages, clock)
            except sqlite3.OperationalError:
                raise
            except Exception:  # one relative's letter costs no other theirs
                log.exception("a letter to relative:%s could not be written", messages[0].relative)
    return left


def _send(
    connection: sqlite3.Connection,
    site: Site,
    way: Way | None,
    web_address: str | None,
    messages: Sequence[Message],
    clock: Clock,
) -> bool:
    now, leaving = clock.now(), []
    for message, drop, wait in verdicts(connection, site, messages, now):
        if drop is None and way is None:
            drop = "no mail server is configured"
        if drop is not None:
            _keep(connection, [msgspec.structs.replace(message, next_at=None, dropped=drop, secret=None)])
        elif wait is not None:
            _keep(connection, [msgspec.structs.replace(message, next_at=wait)])
        else:
            leaving.append(message)
    if not leaving or way is None:
        return False
    failed = way.send(letter(connection, site, leaving, web_address))
    _keep(connection, [outcome(message, leaving[0].id, failed, clock.now()) for message in leaving])
    if failed is not None:
        log.warning("a letter to relative:%s did not go out: %s", leaving[0].relative, failed.why)
    return failed is None


def outcome(message: Message, letter: int, failed: Failed | None, now: datetime) -> Message:
    """The message after an attempt: sent, to be tried again, or given up."""
    tried = msgspec.structs.replace(message, attempts=message.attempts + 1, next_at=None, letter=letter)
    if failed is None:
        return msgspec.structs.replace(tried, sent_at=now, failure=None, secret=None)
    if failed.for_good or now - message.created_at >= GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=failed.why, dropped="could not be sent", secret=None)
    wait = min(FIRST_WAIT * 2 ** min(message.attempts, 16), LONGEST_WAIT)
    return msgspec.structs.replace(tried, failure=failed.why, next_at=now + wait)


def _keep(connection: sqlite3.Connection, messages: Sequence[Message]) -> None:
    with transaction(connection):
        for message in messages:
            relative_messages.keep(connection, message)
