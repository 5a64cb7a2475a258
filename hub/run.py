"""The hub at work: messages from the gateway into the pipeline, time in between, and what it does when
something fails.

Laws of time that live here: backlog before clock (after a connection no deadline fires by the wall clock
before what the broker kept for us was taken), and blind is not quiet (a broker away for two minutes holds the
rules).
"""

from __future__ import annotations

import gc
import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from threading import Event
from typing import Protocol

from devices.asking import Rename
from devices.decode import Decoder
from hub import renames
from hub.announcement import announce
from hub.clock import JUMP, NEVER, Clock, ReadingsClock, WallClock
from hub.codecs import read_codecs
from hub.decoding import decoder_of
from hub.gateway_requests import Outgoing
from hub.history.older_journal import set_back
from hub.jobs import Jobs
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.gateway import Gateway
from hub.mqtt.inbox import BacklogDrained, ConnectionChange, Delivery, Item
from hub.notifier import Notifier
from hub.pipeline import Pipeline
from hub.relatives.post import Post
from hub.rounds import Rounds
from hub.settings import Settings
from hub.site.file import SiteFile, read_site
from hub.store import alerts, health, numbers, readings, sites
from hub.store.db import connect, transaction
from hub.summoner import Summoner
from hub.threads import Threads
from hub.vigil import Vigil
from rules.building import Site
from rules.catalogue import catalogue
from rules.protection import TELL_AFTER

log = logging.getLogger(__name__)

ROUND = 1.0  # seconds
RETRY = 1.0  # seconds between tries while the disk fails
ON_THE_WAY = timedelta(milliseconds=500)
"""A deadline waits so long for readings taken before it and still on their way; its time stays its own."""
BATCH = 2000  # messages in one transaction at most: half of what may be on its way to us meanwhile
ALL_TIMES_BELIEVED = timedelta(days=100 * 365)


class Part(Protocol):
    """Something of the hub that works in threads of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Hub:
    def __init__(self, settings: Settings, site: str) -> None:
        self._connection, self._wall = connect(settings.database), WallClock()
        if taken := set_back(settings.database):
            log.warning(
                "the database is older than the history beside it: %s readings taken out there", taken
            )
            with transaction(self._connection):
                numbers.go_beyond(self._connection, self._wall.now())
        version = sites.newest(self._connection, site)
        assert version is not None, "the command looked for it"
        file = _site(version.document)
        assert file is not None, "only what holds together is imported"
        self._name, self._database = site, settings.database
        self._disk_topic = f"vaka/{site}/hub/disk"
        self._clock: Clock = self._wall
        if settings.clock == "readings":
            self._clock = ReadingsClock(readings.newest_at(self._connection) or NEVER)
        self._pipeline = Pipeline(self._connection, file, catalogue(), self._decoder(file), self._clock)
        day = self._wall.now().astimezone(file.zone).date()
        self._rounds = Rounds(self._connection, self._pipeline, self._adopt, version.id, day)
        self.gateway = Gateway(
            BrokerAccess.from_settings(settings),
            site=site,
            client_id=settings.client_id or f"vaka-hub-{site}",
            filters=_filters(self._pipeline),
            now=self._wall.now,
        )
        self._outgoing = Outgoing(self._connection, self.gateway)
        self._threads = Threads()
        self._notifier = Notifier(settings.database, site, self.gateway, self._clock, self._threads)
        self._summoner: Summoner | None = None
        # In the order in which they start and stop.
        self._parts: list[Part] = [
            self.gateway, self._notifier, *self._who_calls(settings), Jobs(settings), *_relay(settings, site)
        ]  # fmt: skip
        self._announced = self._pipeline.announced
        self._stopping = Event()
        self._caught_up = False
        self._away_since: datetime | None = None  # until all that came meanwhile was taken: flapping is away
        self._told_trouble: str | None = None
        self._alive_until = next(
            (h.seen for h in health.everything(self._connection, site) if h.part == "hub"), None
        )
        self._next_round = self._wall.now()

    def run(self) -> None:
        """Until `stop()`. Leaves the session at the broker: what comes in meanwhile waits there."""
        gc.collect()
        gc.freeze()  # what is here now stays: looking through it again would hold up readings
        self._mind_a_clock_that_went_back()
        for part in self._parts:
            part.start()
        try:
            while not self._stopping.is_set():
                self._work(self.gateway.inbox.take(self._patience(), limit=BATCH))
        finally:
            for part in self._parts:
                part.stop()
            self._connection.close()

    def stop(self) -> None:
        self._stopping.set()

    def _who_calls(self, settings: Settings) -> list[Part]:
        """In a replay nobody is called: what happens there happened long ago."""
        if self._clock.follows_readings:
            return []
        site, clock, threads = (lambda: self._pipeline.site), self._clock, self._threads
        self._summoner = Summoner(settings, site, clock, threads)
        vigil = Vigil(settings, site, clock, self._summoner.ways, threads)
        return [self._summoner, vigil, Post(settings, site, clock, self._summoner.usable, threads)]

    def _wake(self) -> None:
        """Something was committed that others are to be told of."""
        self._notifier.wake()
        if self._summoner is not None:
            self._summoner.wake()

    # What comes in

    def _work(self, items: Sequence[Item]) -> None:
        batch: list[Delivery] = []
        for item in items:
            if isinstance(item, Delivery):
                batch.append(item)
                continue
            self._take(batch)
            batch = []
            if isinstance(item, BacklogDrained):
                if self._persist(partial(self._backlog_drained, item)):
                    self.gateway.acknowledge([item])
            else:
                self._persist(partial(self._connection_changed, item))
        self._take(batch)
        self._let_time_pass()

    def _take(self, batch: list[Delivery]) -> None:
        """Commit, then acknowledge."""
        if batch and self._persist(partial(self._pipeline.take, batch)):
            self.gateway.acknowledge(batch)
            self._wake()
            if self._announced != self._pipeline.announced:
                self._listen()

    def _let_time_pass(self) -> None:
        now = self._wall.now()
        if self._caught_up and not self._clock.follows_readings:
            due = self._pipeline.judge.next_deadline()
            if due is not None and due <= now - ON_THE_WAY:
                self._persist(partial(self._pipeline.tick, now - ON_THE_WAY))
                self._wake()
        if now >= self._next_moment():
            self._next_round = now + timedelta(seconds=ROUND)
            self._go_round()

    def _mind_a_clock_that_went_back(self) -> None:
        """A machine that starts with its clock behind would take everything it hears for late."""
        now = self._wall.now()
        if self._alive_until is not None and self._alive_until - now > JUMP:
            if not self._clock.follows_readings:
                self._persist(partial(self._clock_jumped, now - self._alive_until, now))
            self._alive_until = now

    def _go_round(self) -> None:
        jump = self._wall.look_at_the_wall()
        now = self._wall.now()
        if jump is not None:
            log.warning("the clock on the wall was moved by %s", jump)
            self._next_round = now + timedelta(seconds=ROUND)
            if not self._clock.follows_readings:
                self._persist(partial(self._clock_jumped, jump, now))
        away = self._away_since
        known = "broker" in self._pipeline.judge.unheard
        replaying = self._clock.follows_readings
        if away is not None and not (known or replaying) and now - away >= TELL_AFTER["broker"]:
            self._persist(partial(self._pipeline.lost_sight, "broker", away))
        trouble = self.gateway.trouble if self.gateway.connected else self._told_trouble
        if trouble != self._told_trouble:
            self._told_trouble = trouble
            self._persist(partial(self._say, "broker", "degraded" if trouble else "ok", now, trouble or ""))
        self._persist(partial(self._threads.say, self._connection, self._name, now))
        self._persist(partial(self._rounds.go, self._clock.now(), now))
        if self._caught_up:
            self._persist(partial(self._rounds.look_after_devices, self._clock.now(), live=not replaying))
        if self._caught_up and not replaying:
            self._persist(partial(self._ask_gateways, now))
        self._wake()

    def _ask_gateways(self, now: datetime) -> None:
        """Send what people want of them. Who is being renamed is known by the new name from now on."""
        for request in self._outgoing.go(self._pipeline.site, now):
            if isinstance(request.ask, Rename):
                self._pipeline.registry.also_called(
                    request.gateway, request.ask.to, known_as=request.ask.device
                )
        renames.follow(self._connection, self._pipeline.site, self._wall)

    # The broker comes and goes

    def _connection_changed(self, change: ConnectionChange) -> None:
        self._caught_up, self._pipeline.catching_up = False, True
        self._told_trouble = None
        if not change.connected:
            self._away_since = self._away_since or change.at
            self._say("broker", "down", change.at, change.reason)
            return
        if not (self._clock.follows_readings or change.session_present):
            # What was said while nobody kept it for us is lost: that time was blind.
            lost_from = self._away_since or self._alive_until
            if lost_from is not None:
                self._pipeline.lost_sight("broker", lost_from)
        if not change.session_present:
            self._pipeline.session_lost()
            self._announce_again(change.at)
        self._say("broker", "ok", change.at)

    def _backlog_drained(self, drained: BacklogDrained) -> None:
        if not self._clock.follows_readings:
            self._pipeline.regained_sight("broker", drained.at)
        self._caught_up, self._pipeline.catching_up = True, False
        self._away_since = None
        if drained.capped:
            self._say(
                "backlog",
                "degraded",
                drained.at,
                "the broker's backlog did not end in time; deadlines run anyway",
            )
        else:
            self._say("backlog", "ok", drained.at)

    def _announce_again(self, at: datetime) -> None:
        """A broker that does not know us does not have our retained alerts either."""
        with transaction(self._connection):
            for alert in alerts.open_alerts(self._connection, self._name):
                announce(self._connection, alert, at)

    # The rest of the world

    def _clock_jumped(self, by: timedelta, now: datetime) -> None:
        self._pipeline.clock_jumped(by, since=self._wall.since - by)
        self._say("clock", "degraded", now, f"the clock on the wall was moved by {by.total_seconds():+.0f} s")

    def _adopt(self, document: str) -> bool:
        """Put a site file into force; whether it holds together."""
        site = _site(document)
        if site is None:
            return False
        self._pipeline.adopt(site, self._decoder(site))
        self._listen()
        return True

    def _listen(self) -> None:
        """To the gateways, and to the topics that their devices have announced."""
        self.gateway.listen_to(_filters(self._pipeline))
        self._announced = self._pipeline.announced

    def _decoder(self, site: Site) -> Decoder:
        codecs = read_codecs(self._database, self._connection, self._name)
        if self._clock.follows_readings:
            return decoder_of(site, codecs, ALL_TIMES_BELIEVED)
        return decoder_of(site, codecs)

    def _say(self, part: str, state: health.State, at: datetime, detail: str = "") -> None:
        with transaction(self._connection):
            health.say(self._connection, self._name, part, state, at, detail)

    def _persist(self, work: Callable[[], None]) -> bool:
        """Do what writes. While the disk is full or fails: say so, acknowledge nothing, try again. False: we
        stop.
        """
        failed = False
        while not self._stopping.is_set():
            try:
                work()
            except sqlite3.OperationalError as error:
                if not failed:
                    log.error("nothing can be stored (%s); nothing is acknowledged until it can", error)
                # Each time: the broker may have been away when it was said first.
                self.gateway.publish(self._disk_topic, f"nothing can be stored: {error}", retain=True)
                failed = True
                self._stopping.wait(RETRY)
                continue
            if failed:
                log.warning("the disk takes data again")
                self.gateway.publish(self._disk_topic, "", retain=True)
            return True
        return False

    def _next_moment(self) -> datetime:
        """When the next round is: within the second, or at once where somebody is to be called."""
        call = self._rounds.next_call
        replaying = self._clock.follows_readings
        return self._next_round if call is None or replaying else min(self._next_round, call)

    def _patience(self) -> float:
        """Seconds until time itself has something for us to do."""
        now = self._wall.now()
        until = self._next_moment()
        if self._caught_up and not self._clock.follows_readings:
            due = self._pipeline.judge.next_deadline()
            until = until if due is None else min(until, due + ON_THE_WAY)
        return max(0.0, (until - now).total_seconds())


def _relay(settings: Settings, site: str) -> list[Part]:
    """What copies the readings to InfluxDB, where one is configured."""
    if settings.influx_url is None:
        return []
    from hub.history.destination import Destination  # here: its library takes 16 MB and 0.3 s
    from hub.history.relay import Relay

    return [Relay(settings.database, site, Destination.from_settings(settings))]


def _filters(pipeline: Pipeline) -> list[str]:
    """The topics on which the site's devices speak. Of what is natively said only this site's readings."""
    return [*(f for f in pipeline.filters() if f != "vaka/#"), f"vaka/{pipeline.site.site}/readings/+"]


@lru_cache(maxsize=1)
def _site(document: str) -> Site | None:
    """The site, None where the text does not hold. The last is kept: at midnight it is asked for again."""
    read = read_site(document, "the imported site file", coverage=False)
    return read.site if isinstance(read, SiteFile) else None
