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
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import msgspec

from hub.mqtt.announcer import Announcer
from hub.store import alerts
from hub.store.db import connect
from rules.building import Site
from rules.signs import Place, Sign, signs

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0  # seconds; also finds what the web process put in
CONFIRMED_WITHIN = 5.0  # seconds


class Signs:
    def __init__(self, database: Path, site: Callable[[], Site], announcer: Announcer) -> None:
        """`site`: the one in force when it is asked."""
        self._database, self._site, self._announcer = database, site, announcer
        self._shown: dict[Place, Sign] = {}
        self._waiting, self._stopping, self._anew = Event(), Event(), Event()
        announcer.on_connected = self._say_all_anew
        self._thread = Thread(target=self._run, name="signs", daemon=True)

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
                if self._announcer.connected:
                    self._follow(connection)

    def _follow(self, connection: sqlite3.Connection) -> None:
        site = self._site()
        if self._anew.is_set():
            self._anew.clear()
            self._shown.clear()
        try:
            standing = signs(site, alerts.open_alerts(connection, site.site))
        except sqlite3.OperationalError as error:
            log.warning("the lamps could not be looked after: %s", error)
            return
        gone = {place: None for place in self._shown if place not in standing}
        for place, sign in {**standing, **gone}.items():
            if self._shown.get(place) == sign:
                continue
            payload = "" if sign is None else msgspec.json.encode(sign).decode()
            failed = self._announcer.publish(
                topic(site.site, place), payload, retain=True, within=CONFIRMED_WITHIN
            )
            if failed is not None:
                log.warning("a lamp could not be set: %s", failed)
                return  # the rest with the next look
            if sign is None:
                del self._shown[place]
            else:
                self._shown[place] = sign


def topic(site: str, place: Place) -> str:
    return f"vaka/{site}/signs/{place.kind}/{quote(place.id, safe=' ')}"


def alive_topic(site: str) -> str:
    return f"vaka/{site}/signs/hub"
