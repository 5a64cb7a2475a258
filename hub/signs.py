"""Lamps and corridor signs: what each room and unit shows stands retained on the broker, and follows each
commit.

The whole state is looked at each time and only what differs is published: nothing is queued, so that after an
outage a lamp shows what is true now, not what was. At the start and after every connection all is said anew.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import quote

import msgspec

from hub.mqtt.announcer import Announcer
from hub.store import alerts
from hub.store.db import connect
from hub.threads import Threads
from rules.building import Site
from rules.signs import Place, Sign, signs

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds; also finds what the web process put in
CONFIRMED_WITHIN = 5.0  # seconds


class Signs:
    def __init__(
        self,
        database: Path,
        site: Callable[[], Site],
        announcer: Announcer,
        threads: Threads | None = None,
    ) -> None:
        """`site`: the one in force when it is asked."""
        self._threads = threads or Threads()
        self._database, self._site, self._announcer = database, site, announcer
        self._shown: dict[Place, Sign] = {}
        self._waiting, self._stopping, self._anew = Event(), Event(), Event()
        announcer.on_connected = self._say_all_anew
        self._thread = self._threads.thread("signs", self._run)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._waiting.set()

    def stop(self) -> None:
        self._stopping.set()
        self._waiting.set()
        self._thread.join(timeout=LOOK_AGAIN + CONFIRMED_WITHIN)

    def _say_all_anew(self) -> None:
        self._anew.set()
        self._waiting.set()

    def _run(self) -> None:
        with closing(connect(self._database)) as connection:
            while not self._stopping.is_set():
                self._waiting.wait(LOOK_AGAIN)
                self._waiting.clear()
                if self._announcer.connected and not self._threads.tried(
                    "signs", partial(self._follow, connection)
                ):
                    self._stopping.wait(LOOK_AGAIN)

    def _follow(self, connection: sqlite3.Connection) -> None:
        site = self._site()
        if self._anew.is_set():
            self._anew.clear()
            self._shown.clear()
        standing = signs(site, alerts.open_alerts(connection, site.site))
        gone = {place: None for place in self._shown if place not in standing}
        wrong: Exception | None = None
        for place, sign in {**standing, **gone}.items():
            if self._shown.get(place) == sign:
                continue
            payload = "" if sign is None else msgspec.json.encode(sign).decode()
            try:
                failed = self._announcer.publish(
                    topic(site.site, place), payload, retain=True, within=CONFIRMED_WITHIN
                )
            except Exception as error:  # this lamp holds up no other
                wrong = wrong or error
                continue
            if failed is not None:
                log.warning("a lamp could not be set: %s", failed)
                return  # the rest with the next look
            if sign is None:
                del self._shown[place]
            else:
                self._shown[place] = sign
        if wrong is not None:
            raise wrong


def topic(site: str, place: Place) -> str:
    return f"vaka/{site}/signs/{place.kind}/{quote(place.id, safe=' ')}"


def alive_topic(site: str) -> str:
    return f"vaka/{site}/signs/hub"
