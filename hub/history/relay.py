"""The journal's readings and the steps of alerts, copied to InfluxDB 2 by a thread of its own.

What is committed waits on disk until InfluxDB has confirmed it: the cursor in the database moves after the
write, never before, and what is written twice is the same points. How it goes is the part `influxdb` of the
hub's health.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from hub.clock import now
from hub.history.bucket import Bucket, Refusal
from hub.history.destination import AwayError, Destination
from hub.history.feeds import AlertsFeed, Feed, ReadingsFeed
from hub.history.hub_points import HubPoints
from hub.history.places import Places
from hub.store import health, history_cursor
from hub.store.db import connect, transaction
from hub.store.health import State

log = logging.getLogger(__name__)

PART = "influxdb"
LARGEST_BATCH, SMALLEST_BATCH = 5_000, 100
"""Lines in one write. More gain nothing; fewer where InfluxDB is too slow to answer in time."""
LOOK_AGAIN_S = 1.0
"""Between two looks at a journal that is written as far as it goes."""
BREATH_S = 0.02
"""Between two full batches: a backlog must not slow the readings that come in."""
SHORTEST_BACK_OFF_S, LONGEST_BACK_OFF_S = 1.0, 30.0
BACKLOG = timedelta(minutes=1)
"""What waits longer than this is told."""
SAY_AGAIN = timedelta(seconds=10)
STOP_WITHIN_S = 3.0


class Relay:
    def __init__(self, database: Path, site: str, destination: Destination) -> None:
        """`site`: whose health tells of it; what every site in the database says is copied."""
        self._connection = connect(database)
        # Alerts first: they are few, and a backlog of readings takes minutes.
        self._feeds: tuple[Feed, ...] = (AlertsFeed(self._connection), ReadingsFeed(self._connection))
        self._hub_points = HubPoints(self._connection, site, str(destination))
        self._site = site
        self._destination, self._bucket = str(destination), Bucket(destination)
        self._places = Places(self._connection)
        self._size, self._back_off_s = LARGEST_BATCH, 0.0
        self._refusals, self._refused = 0, ""
        self._said: tuple[State, str, datetime] | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="influxdb", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """A write that InfluxDB takes its time for is left alone; it is repeated after the next start."""
        self._stopping.set()
        self._thread.join(STOP_WITHIN_S)

    def _run(self) -> None:
        with closing(self._connection), closing(self._bucket):
            pause = 0.0
            while not self._stopping.wait(pause):
                pause = self._try_to_write()

    def _try_to_write(self) -> float:
        """Copy what comes next if that is possible now; returns the seconds until the next attempt."""
        try:
            self._hub_points.look(now())
            pause = self._write_batches()
        except AwayError as error:
            self._try_to_say(str(error))
            return max(self._back_off(), error.wait_s)
        except Exception as mistake:
            log.exception("the hub itself failed at copying to InfluxDB")
            self._try_to_say(f"the hub itself failed at this ({type(mistake).__name__}: {mistake})")
            return self._back_off()
        self._back_off_s = 0.0
        return pause

    def _write_batches(self) -> float:
        """Copy the next of everything; returns the seconds until there is a reason to look again."""
        more = [self._write_batch(feed) for feed in self._feeds]
        if lines := self._hub_points.lines():
            self._bucket.write(lines)
            self._hub_points.written(len(lines))
        waiting = self._waiting(BACKLOG)
        self._say("degraded" if waiting else "ok", "; ".join(filter(None, (waiting, self._refused))))
        return BREATH_S if any(more) else LOOK_AGAIN_S

    def _write_batch(self, feed: Feed) -> bool:
        """Copy what comes next of one feed; whether there may be more."""
        limit, cursor = self._size, feed.cursor_of(self._destination)
        batch = feed.lines(self._places, history_cursor.of(self._connection, cursor), limit)
        if batch:
            lines = [line for _, line in batch if line]
            refusal = self._bucket.write(lines) if lines else None
            with transaction(self._connection):
                history_cursor.move(self._connection, cursor, batch[-1][0])
            self._size = min(limit * 2, LARGEST_BATCH)
            if refusal is not None:
                self._note(feed, refusal)
        return len(batch) == limit

    def _note(self, feed: Feed, refusal: Refusal) -> None:
        log.warning("%s refused for good by InfluxDB: %s (%s)", feed.what, refusal.count, refusal.why)
        self._refusals += refusal.count
        self._refused = f"{feed.what} refused for good since the start: {self._refusals} ({refusal.why})"

    def _waiting(self, longer_than: timedelta = timedelta(0)) -> str:
        """How much waits and since when; empty where nothing has waited for so long."""
        told = []
        for feed in reversed(self._feeds):
            cursor = history_cursor.of(self._connection, feed.cursor_of(self._destination))
            count, since = feed.waiting(cursor)
            if since is not None and now() - since >= longer_than:
                told.append(f"{feed.what} waiting: {count}, the oldest since {since:%Y-%m-%d %H:%M:%S} UTC")
        return "; ".join(told)

    def _back_off(self) -> float:
        self._size = max(self._size // 2, SMALLEST_BATCH)
        doubled = max(self._back_off_s * 2, SHORTEST_BACK_OFF_S)
        self._back_off_s = min(doubled, LONGEST_BACK_OFF_S)
        return self._back_off_s

    def _try_to_say(self, why: str) -> None:
        """That nothing can be written now. The disk may be what is wrong, and then it can't be said there."""
        try:
            self._say("down", "; ".join(filter(None, (why, self._waiting()))))
        except sqlite3.Error:
            log.exception("the state of InfluxDB could not be written down")

    def _say(self, state: State, detail: str) -> None:
        at = now()
        if self._said is not None:
            said, what, before = self._said
            if (said, what) == (state, detail) and before <= at < before + SAY_AGAIN:
                return
            if said != state:
                log.log(logging.INFO if state == "ok" else logging.WARNING, "InfluxDB: %s %s", state, detail)
        with transaction(self._connection):
            health.say(self._connection, self._site, PART, state, at, detail)
        self._said = state, detail, at
