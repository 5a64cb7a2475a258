"""Takes letters to relatives out, and what staff are told besides calls: a thread of its own, looked at
again each second.

Put off, sent, then marked as sent: twice beats never, and a repetition carries its id; where what came of
it cannot be written down (the disk is full), it goes again by its waits and not with each look. None of it
runs in the thread that judges, nor beside what calls staff: a mail server that hangs on a week's summary
holds up no call.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from threading import Event

import msgspec

from hub import staff_notices
from hub.clock import Clock
from hub.history.embedded import EmbeddedHistory
from hub.relatives import forget, news
from hub.relatives.enclosure import Writer, by_the_pages
from hub.relatives.letters import letter, may_leave, verdicts
from hub.settings import Settings
from hub.store import audit, relative_messages, relative_views, relatives
from hub.store.db import connect, transaction
from hub.store.relative_messages import Message
from hub.store.relative_views import BY_LETTER, View
from hub.threads import Threads
from hub.ways.email import Email, mail_server
from hub.ways.way import Failed, Way
from rules.building import Site
from rules.relatives import ACCOUNT, Category
from rules.telling_relatives import GIVEN_UP_AFTER

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds
BY_THE_CLOCK = timedelta(minutes=1)
"""Between two looks at what the clock alone makes news: weeks, nights, and what nobody needs any more."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
"""Between two attempts."""


class Post:
    def __init__(
        self,
        settings: Settings,
        site: Callable[[], Site],
        clock: Clock,
        ways: Iterable[Way],
        threads: Threads | None = None,
    ) -> None:
        """`site`: the one in force when it is asked. `ways`: by which staff are told. OSError where a
        secret's file can't be read.
        """
        self._settings, self._site, self._clock = settings, site, clock
        server = mail_server(settings)
        self._way = Email(server) if server is not None else None
        self._write = by_the_pages(settings)
        self._ways = {one.name: one for one in ways}
        self._unusual, self._next_look = news.Unusual(), clock.now()
        self._waiting, self._stopping = Event(), Event()
        self._threads = threads or Threads()
        self._thread = self._threads.thread("relatives", self._run)

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
                work = self.look if begun else self._begin
                begun = self._threads.tried("relatives", partial(work, connection)) or begun
                self._waiting.wait(LOOK_AGAIN)

    def _begin(self, connection: sqlite3.Connection) -> None:
        news.begin(connection, self._site().site)
        self.look(connection)

    def look(self, connection: sqlite3.Connection) -> None:
        """Once over all that may be news, and out with what is due."""
        site, now = self._site(), self._clock.now()
        while news.follow(connection, site, now):
            pass
        if now >= self._next_look or self._next_look - now > BY_THE_CLOCK:  # or the clock was set back
            self._next_look = now + BY_THE_CLOCK
            news.weekly(connection, site, now)
            history = EmbeddedHistory(connection, self._settings.database, site)
            self._unusual.tell(connection, history, site, now)
            forget.forget(connection, site, timedelta(days=self._settings.relatives_kept), now)
        staff_notices.deliver(connection, site.site, self._ways, self._clock)
        deliver(connection, self._site, self._way, self._settings.web_address, self._clock, self._write)


def deliver(
    connection: sqlite3.Connection,
    site: Callable[[], Site],
    way: Way | None,
    web_address: str | None,
    clock: Clock,
    write: Writer,
) -> int:
    """Send what is due; returns how many letters left. Without a way all of it is dropped, and says so.
    `site`: the one in force when it is asked: writing takes a moment, and somebody may have moved out.
    `write`: makes the weeks that go as letters themselves.
    """
    left, waiting = 0, relative_messages.due(connection, site().site, clock.now())
    for _, own in groupby(waiting, key=attrgetter("relative")):
        mine = list(own)
        alone = [[message] for message in mine if message.kind == "invitation"]
        together = [message for message in mine if message.kind != "invitation"]
        for messages in [*alone, *([together] if together else [])]:
            try:
                left += _send(connection, site, way, web_address, messages, clock, write)
            except sqlite3.OperationalError:
                raise
            except Exception:  # one relative's letter costs no other theirs
                log.exception("a letter to relative:%s could not be written", messages[0].relative)
    return left


def _send(
    connection: sqlite3.Connection,
    site: Callable[[], Site],
    way: Way | None,
    web_address: str | None,
    messages: Sequence[Message],
    clock: Clock,
    write: Writer,
) -> bool:
    now, leaving = clock.now(), []
    if relatives.get(connection, messages[0].site, messages[0].relative) is None:
        return False  # erased meanwhile, and their messages with them
    for message, drop, wait in verdicts(connection, site(), messages, now):
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
    _keep(connection, [put_off(message, leaving[0].id, now) for message in leaving])
    written = letter(connection, site(), leaving, web_address, write, now)
    if not may_leave(
        connection, site(), leaving, written, clock.now()
    ):  # a no, or another address, meanwhile
        return _send(connection, site, way, web_address, leaving, clock, write)
    failed = way.send(written.mail)
    if failed is None:
        _note_shown(connection, site(), leaving[0].relative, written.shown, clock.now())
    _keep(connection, [outcome(message, leaving[0].id, failed, clock.now()) for message in leaving])
    if failed is not None:
        log.warning("a letter to relative:%s did not go out: %s", leaving[0].relative, failed.why)
    return failed is None


def _note_shown(
    connection: sqlite3.Connection,
    site: Site,
    relative: int,
    shown: Mapping[str, Sequence[Category]],
    now: datetime,
) -> None:
    """A week in a letter is a look: it stands in the same list."""
    if not shown:
        return
    with transaction(connection):
        for resident, categories in shown.items():
            view = View(0, site.site, relative, resident, now, BY_LETTER, ",".join(categories))
            relative_views.note(connection, view)
            said = {"page": BY_LETTER, "residents": [resident], "shown": list(categories)}
            audit.add(connection, site.site, now, f"{ACCOUNT}{relative}", "relative was sent", said)


def put_off(message: Message, letter: int, now: datetime) -> Message:
    """The message before an attempt, of which nobody may ever write down what came of it."""
    wait = min(FIRST_WAIT * 2 ** min(message.attempts, 16), LONGEST_WAIT)
    return msgspec.structs.replace(message, attempts=message.attempts + 1, letter=letter, next_at=now + wait)


def outcome(message: Message, letter: int, failed: Failed | None, now: datetime) -> Message:
    """The message after an attempt: sent, to be tried again, or given up."""
    tried = msgspec.structs.replace(message, attempts=message.attempts + 1, next_at=None, letter=letter)
    if failed is None:
        return msgspec.structs.replace(tried, sent_at=now, failure=None, secret=None)
    if failed.for_good or now - message.created_at >= GIVEN_UP_AFTER:
        return msgspec.structs.replace(tried, failure=failed.why, dropped="could not be sent", secret=None)
    return msgspec.structs.replace(put_off(message, letter, now), failure=failed.why)


def _keep(connection: sqlite3.Connection, messages: Sequence[Message]) -> None:
    with transaction(connection):
        for message in messages:
            relative_messages.keep(connection, message)
