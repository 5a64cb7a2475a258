"""From messages to one transaction: decoded, judged, and committed whole, with readings, rule states, alerts
and outbox.

The caller acknowledges messages only after `take` returned. Whatever raises leaves nothing half done: the
transaction is rolled back and every memory that goes with it is undone.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from devices.decode import Decoder
from devices.measures import MEASURES
from devices.message import Message
from devices.reading import Decoded, Reading
from hub import alerting, gateway_requests, renames
from hub.asides import Asides
from hub.clock import NEVER, Clock, ReadingsClock
from hub.findings import Findings
from hub.hearing import Hearing
from hub.redelivery import Redelivery
from hub.registry import Registry, Speaker
from hub.resting import Resting, let_go_by_a_return
from hub.store import announcements, erased_times, readings, rule_states, summonses, walk_tests
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.absence import Absence
from rules.building import Site
from rules.erased import of_erased_time
from rules.judge import Judge
from rules.latest import Latest, Standing
from rules.proof import is_virtual, with_proof
from rules.protection import Why
from rules.rule import AnyRule
from rules.rulebook import days_of_moving, rulebook
from rules.stretches import Stretch

log = logging.getLogger(__name__)
_EVER = datetime.min.replace(tzinfo=UTC)
_NUMBERS = frozenset(m.name for m in MEASURES.values() if m.kind == "number")
_STATES = frozenset(m.name for m in MEASURES.values() if m.kind == "state")


class Pipeline:
    """Not for two threads at once."""

    judge: Judge
    registry: Registry
    site: Site
    announced: int
    """Counts announcements: another number means that other topics may be listened to."""
    catching_up: bool
    """What comes in may have waited for us."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        site: Site,
        catalogue: Mapping[str, AnyRule],
        decoder: Decoder,
        clock: Clock,
    ) -> None:
        self._connection, self._catalogue, self._clock = connection, catalogue, clock
        self.site = site
        self._redelivery = Redelivery(connection)
        self._rows: list[readings.Row] = []
        self._erased: dict[int, list[Stretch]] = {}  # times of devices, as hub/erasing wrote them down
        self._taken_alone = 0  # of a batch that is taken one by one, if the disk fails in the middle of it
        self._tried: list[tuple[int, Reading]] = []  # what devices under test said, by test
        self.announced = 0
        self.catching_up = True
        with transaction(connection):
            self._measures = readings.measure_numbers(connection)
        self.adopt(site, decoder)

    def adopt(self, site: Site, decoder: Decoder) -> None:
        """Put a site file into force. Rules that were there before keep what they had seen."""
        latest = Latest()
        self.registry = Registry(self._connection, site, latest)
        known = _places(self.site)
        for place, device in _places(site).items():
            if place not in known:
                latest.forget(device, _STATES)  # no rule has heard it from where it hangs now
        self.site, self._decoder = site, decoder
        book = rulebook(site, self._catalogue, self._day(self._clock.now()))
        self.judge = Judge(with_proof(book), latest)
        self._moves: list[date] | None = None
        self._findings = Findings(self._connection, site, self.judge, self.registry, self._clock)
        self._hearing = Hearing(self._connection, site.site, self.judge, self.registry, self._findings)
        self._asides = Asides(self._connection, site.site, self.judge)
        self._resting = Resting(self._connection, site, self.judge)
        with transaction(self._connection):
            rule_states.forget(self._connection, site.site, self.judge.rulebook)
        rule_states.load(self._connection, site.site, self.judge)
        with transaction(self._connection):
            for message in announcements.everything(self._connection, site.site):
                self._hear(decoder.decode(message), message.received_at)
        for gateway, was, now in renames.under_way(self._connection, site.site):
            self.registry.also_called(gateway, now, known_as=was)
        self.announced += 1
        self.put_pauses(self._clock.now())

    @property
    def away(self) -> Mapping[str, Absence]:
        """By resident: who is not at home."""
        return self._resting.away

    @property
    def aside(self) -> Mapping[str, Why]:
        """By device: what is out of the judging, under test or paused."""
        return self._asides.why

    def filters(self) -> list[str]:
        """What to listen to; it may change with every announcement."""
        return self._decoder.filters()

    # What happens, each in one transaction

    def take(self, messages: Sequence[Message]) -> None:
        """Commit a batch. A message that breaks it is found by taking them one by one, and quarantined.

        Raises sqlite3.OperationalError where the disk is full or fails: nothing may be acknowledged, and the
        same batch is to be given again.
        """
        if not self._taken_alone:
            try:
                with self._transaction():
                    self._look_aside(self._clock.now())
                    for message in messages:
                        self._take(message)
                return
            except sqlite3.OperationalError:
                raise
            except Exception:
                log.exception("a batch could not be taken whole")
        for message in messages[self._taken_alone :]:
            self._take_alone(message)
            self._taken_alone += 1
        self._taken_alone = 0

    def _take_alone(self, message: Message) -> None:
        try:
            with self._transaction():
                self._look_aside(self._clock.now())
                self._take(message)
        except sqlite3.OperationalError:
            raise
        except Exception as mistake:
            log.exception("a message could not be taken: %s", message.topic)
            why = f"the hub itself failed on this message ({type(mistake).__name__}: {mistake})"
            with self._transaction():
                self._hearing.set_aside(message, why)

    def tick(self, now: datetime) -> None:
        """Fire the rules' deadlines ≤ now. No transaction where nothing is due."""
        due = self.judge.next_deadline()
        if due is not None and due <= now:
            with self._transaction():
                self._findings.put(self.judge.tick(now))

    def lost_sight(self, part: str, at: datetime) -> None:
        """`part` ('broker', 'gateway:…', 'device:…') cannot be heard from `at` on."""
        with self._transaction():
            self._findings.put(self.judge.lost_sight(part, at))

    def regained_sight(self, part: str, at: datetime) -> None:
        with self._transaction():
            self._findings.put(self.judge.regained_sight(part, at))

    def put_pauses(self, at: datetime) -> None:
        """Hold what is switched off, and what rests while nobody is home; let go on what no longer is."""
        paused, before = self._resting.look(at), self.judge.paused
        if paused.keys() != before.keys():
            gone_on = {key: since for key, since in before.items() if key not in paused}
            with self._transaction():
                home = let_go_by_a_return(self._connection, self.site, self.judge.rulebook, gone_on)
                self._findings.put(self.judge.put_pauses(paused, at, home))

    def put_aside(self, at: datetime) -> None:
        """Take out of the judging what is under test or paused now, and nothing else."""
        if self._asides.may_differ(at):
            with self._transaction():
                self._look_aside(at)

    def session_lost(self) -> None:
        """The broker numbers its messages anew: what it sends from now on is no redelivery of anything."""
        with self._transaction():
            self._redelivery.forget_identifiers()

    def clock_jumped(self, by: timedelta, since: datetime = _EVER) -> None:
        """The wall clock was set: what it had stamped since `since` (by its old time) moves with it. What was
        stamped before that is right, unless it would lie in the future.
        """
        now = self._clock.now()

        def moved(at: datetime) -> datetime:
            return at + by if at >= since or at > now else at

        with self._transaction():
            self.judge.clock_jumped(moved)
            self.registry.clock_jumped(moved)
            alerting.clock_jumped(self._connection, self.site.site, moved)
            walk_tests.clock_jumped(self._connection, self.site.site, moved)
            summonses.clock_jumped(self._connection, self.site.site, moved)
            self._asides.read_tests()

    # How

    def _look_aside(self, at: datetime) -> None:
        """Within a transaction beside which no other writes: what was put aside or erased before is known."""
        if self._clock.follows_readings:
            return
        self._erased = erased_times.by_device(self._connection, self.site.site)
        self._findings.put(self._asides.look(at))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        memories = (self.judge, self.registry, self._redelivery)
        try:
            with transaction(self._connection):
                yield
                readings.append(self._connection, self._rows)
                if self._tried:
                    walk_tests.append(self._connection, self._tried, self._clock.now())
                self.registry.put(self.judge.latest)
                rule_states.put(self._connection, self.site.site, self.judge)
                self._redelivery.put()
        except BaseException:
            for memory in memories:
                memory.undo()
            raise
        finally:
            self._rows.clear()
            self._tried.clear()
        for memory in memories:
            memory.keep()

    def _take(self, message: Message) -> None:
        if message.redelivered and self._redelivery.is_redelivery(message):
            return
        decoded = self._decoder.decode(message)
        if decoded.error is not None:
            self._hearing.set_aside(message, decoded.error)
        for availability in decoded.availability:
            self._hearing.note_availability(availability)
        if decoded.ignored == "discovery":
            self._take_announcement(message, decoded)
        elif decoded.talk is not None:
            self._hear(decoded, message.received_at)
        if decoded.heard is not None:
            for address in dict.fromkeys((decoded.heard, *[r.device for r in decoded.readings])):
                self._take_readings(message, decoded, address)
        self._redelivery.note(message)

    def _take_announcement(self, message: Message, decoded: Decoded) -> None:
        if announcements.put(self._connection, self.site.site, message):
            self.announced += 1
            self._hear(decoded, message.received_at)

    def _hear(self, decoded: Decoded, at: datetime) -> None:
        if decoded.talk is not None:
            gateway_requests.heard(self._connection, self.site.site, decoded.gateway, decoded.talk, at)

    def _take_readings(self, message: Message, decoded: Decoded, address: str) -> None:
        speaker = self._hearing.whose(message, decoded.gateway, address)
        if speaker is None:
            return
        self._hearing.note(message, decoded, address, speaker)
        came_before: bool | None = None
        for reading in decoded.readings:
            if reading.device != address:
                continue
            if reading.device != speaker.id:
                reading = msgspec.structs.replace(reading, device=speaker.id)
            if (
                test := self._asides.test_of(reading, self.catching_up)
            ) is not None and test.ended_at is None:
                self._tried.append((test.id, reading))
            standing = self.judge.latest.note(reading)
            if standing == "repeat" and reading.cached and not self._clock.follows_readings:
                continue  # what a gateway repeats from memory: neither a rule nor the journal wants it
            if standing == "late" and reading.own_time:
                if came_before is None:
                    came_before = self._redelivery.came_before(message)
                if came_before:
                    continue
            if reading.own_time and not self._clock.follows_readings:
                reading, standing = self._hearing.mind_a_slow_clock(speaker, reading, standing)
            self._take_reading(speaker, reading, standing)

    def _take_reading(self, speaker: Speaker, reading: Reading, standing: Standing) -> None:
        if isinstance(self._clock, ReadingsClock):
            reading = msgspec.structs.replace(reading, received_at=reading.at)
            self._let_days_pass(reading.at)
            self._clock.advance(reading.at)
            self._findings.put(self.judge.tick(reading.at))
        not_judged = self._asides.not_judged(reading, self.catching_up)
        if not not_judged:
            findings = self.judge.judge_noted(reading, standing)
        elif self.judge.aside_since(reading.device) is not None:
            findings = self.judge.follow(reading, standing)
        else:  # it was tried before the end of a test and comes in after it
            findings = self.judge.judge_noted(msgspec.structs.replace(reading, snapshot=True), standing)
        if findings:
            self._findings.put(findings)
        if not not_judged:
            self._resting.mind(reading, standing, self._findings, self._clock)
        if standing in ("first", "new") and not not_judged:
            if self._findings.has_goals:
                self._findings.note_occasions(reading)
            if speaker.known and reading.measure not in _NUMBERS:
                self.registry.note_news(speaker, reading)
        if standing == "duplicate" or (standing == "repeat" and _says_nothing_new(reading)):
            return
        if self._erased and of_erased_time(reading, speaker.no, self._erased):
            return
        if is_virtual(speaker.gateway, speaker.address):
            return  # a proof is nobody's press: no journal, history or time series has it
        at = to_us(reading.at)
        received_at = at if reading.received_at is reading.at else to_us(reading.received_at)
        row = (speaker.no, self._measures[reading.measure], reading.value, at, received_at)
        self._rows.append((*row, _flags(reading, standing) | not_judged))

    def _let_days_pass(self, until: datetime) -> None:
        """In a replay people move in and out as they did then, as in a backtest."""
        if self._moves is None:
            began = self._clock.now() if self._clock.now() > NEVER else until
            self.judge.adopt(rulebook(self.site, self._catalogue, self._day(began)))
            self._moves = days_of_moving(self.site, self._day(began))
        while self._moves and (midnight := datetime.combine(self._moves[0], time(), self.site.zone)) <= until:
            self._findings.put(self.judge.tick(midnight))
            self.judge.adopt(rulebook(self.site, self._catalogue, self._moves.pop(0)))

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.site.zone).date()


def _places(site: Site) -> dict[tuple[str, str, str, str], str]:
    """Where each device hangs, as what, and how it is reached; with what it is called."""
    return {(d.room, d.role, site.gateway_of(d), d.address or d.id): d.id for d in site.devices}


def _says_nothing_new(reading: Reading) -> bool:
    return reading.cached or reading.measure in _NUMBERS


def _flags(reading: Reading, standing: Standing) -> int:
    return (
        (readings.LATE if standing == "late" else 0)
        | (readings.SNAPSHOT if reading.snapshot else 0)
        | (readings.OWN_TIME if reading.own_time else 0)
        | (readings.CLOCK_WRONG if reading.clock_wrong else 0)
    )
