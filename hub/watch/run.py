"""The watchman at work: a look at every part each few seconds, its state written down, people told.

Messages and the heartbeat go out in a thread of their own: a way that hangs does not blind the watchman.
"""

from __future__ import annotations

import logging
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import msgspec
import urllib3

from hub.clock import WallClock
from hub.mqtt.broker import BrokerAccess
from hub.settings import Settings
from hub.store.sites import NoSiteError
from hub.watch import look, state
from hub.watch.echo import Echo
from hub.watch.heartbeat import Heartbeat
from hub.watch.state import Reachable, State
from hub.watch.tell import Teller
from rules.building import Site
from rules.watch import NOBODY, PARTS, Heard, News, Part, all_clear, all_well, begun_again, looked_round, told

log = logging.getLogger(__name__)

LOOK_EVERY = 3.0  # seconds
REMEMBER_EVERY = timedelta(seconds=30)


class Watchman:
    def __init__(self, settings: Settings, site: Site, clock: WallClock | None = None) -> None:
        """`site`: as it was at the start; a newer one is taken up."""
        self._settings, self._site = settings, site
        self._clock = clock or WallClock()
        self._tell_after = timedelta(seconds=settings.watch_tell_after)
        self._echo = Echo(BrokerAccess.from_settings(settings), site.site)
        self._teller = Teller(settings, self._clock)
        self._heartbeat = Heartbeat(settings.heartbeat_url)
        self._pool = urllib3.PoolManager(retries=False)
        before = state.read(settings.data)
        self._parts = begun_again(before.parts) if before is not None else {}
        self._all_clear = before.all_clear if before is not None else None
        self._under_way: Future[Heard] | None = None
        self._starting: set[Part] = set(PARTS)
        self._people: list[Reachable] = state.read_people(settings.data)
        self._remembered = self._clock.now() - REMEMBER_EVERY
        self._not_written = ""
        self._stopping = Event()
        self._out = ThreadPoolExecutor(1, "messages")
        self._beats = ThreadPoolExecutor(1, "heartbeat")

    def run(self) -> None:
        """Until `stop()`."""
        self._beats.submit(self._heartbeat.begin)
        try:
            while not self._stopping.is_set():
                self.look()
                self._stopping.wait(LOOK_EVERY)
        finally:
            self._echo.stop()
            self._out.shutdown(cancel_futures=True)
            self._beats.shutdown(cancel_futures=True)

    def stop(self) -> None:
        self._stopping.set()

    def look(self) -> News | None:
        """One round; returns what people are told."""
        self._clock.look_at_the_wall()
        seen = self._seen()
        now = self._clock.now()
        self._starting -= {part for part, why in seen.items() if why is None}
        self._parts, news = looked_round(self._parts, seen, now, self._tell_after, starting=self._starting)
        if news is not None:  # whatever an earlier one said, this is the newest
            self._all_clear, self._under_way = all_clear(news, now), None
        self._write(State(self._site.site, now, self._parts, self._all_clear))
        if news is not None:
            log.warning("telling: %s", "; ".join(f"{t.part} {t.kind} {t.why}" for t in news.tells))
            self._under_way = self._out.submit(self._tell, news, NOBODY)
        else:
            self._tell_again(now)
        down = "; ".join(f"{part}: {s.why}" for part, s in self._parts.items() if s.is_down)
        self._beats.submit(self._heartbeat.beat, all_well(self._parts), down, now)
        return news

    def _seen(self) -> dict[Part, str | None]:
        """What is wrong with each part, None where it is well. Hub and alerting are missing where the
        database can't be read: that is where they are looked at.
        """
        found: dict[Part, str | None] = {"broker": self._echo.trouble()}
        found["web"] = look.web_trouble(self._pool, self._web)
        found["store"] = self._echo.disk or self._not_written or None
        try:
            found["store"] = found["store"] or look.disk_trouble(self._settings.data)
            with look.reading(self._settings.database) as connection:
                now = self._clock.now()
                found["hub"] = look.hub_trouble(connection, self._site.site, now)
                found["alerting"] = look.alerting_trouble(connection, self._site, now)
                self._remember(connection)
        except (sqlite3.Error, OSError, NoSiteError) as error:
            found["store"] = found["store"] or f"the database can't be read: {error}"
        return found

    def _remember(self, connection: sqlite3.Connection) -> None:
        """Whom to tell, for when the database can't say it any more."""
        now = self._clock.now()
        if timedelta(0) <= now - self._remembered < REMEMBER_EVERY:
            return
        self._remembered = now
        self._site = look.site_of(connection, self._site.site) or self._site
        people = look.people(connection, self._site, now)
        if people != self._people:
            self._people = people
            state.write_people(self._settings.data, people)

    def _write(self, said: State) -> None:
        try:
            state.write(self._settings.data, said)
            self._not_written = ""
        except OSError as error:
            self._not_written = f"the disk does not take what is written: {error.strerror}"
        self._echo.say(msgspec.json.encode(said))

    def _tell_again(self, now: datetime) -> None:
        """That all is well, to whom it has not reached, while it is true."""
        if self._all_clear is not None and self._under_way is not None:
            if not self._under_way.done():
                return
            self._all_clear = told(self._all_clear, self._under_way.result(), now)
            self._under_way = None
        clear = self._all_clear
        if clear is not None and clear.is_due(now) and all_well(self._parts):
            self._under_way = self._out.submit(self._tell, clear.news, clear.heard)

    def _tell(self, news: News, before: Heard) -> Heard:
        try:
            return self._teller.tell(self._site, news, self._people, before)
        except Exception:
            log.exception("people could not be told")
            return before

    @property
    def _web(self) -> str:
        if self._settings.watch_web is not None:
            return self._settings.watch_web
        host = self._settings.web_host
        return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{self._settings.web_port}"
