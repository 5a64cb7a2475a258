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
from devices.reading import Availability, Decoded, Reading
from hub import absences, alerting, gateway_requests, renames
from hub.asides import aside_now, ends_of, tests_by_device
from hub.clock import NEVER, Clock, ReadingsClock
from hub.findings import Findings
from hub.redelivery import Redelivery
from hub.registry import LONGEST_ADDRESS, Registry, Speaker
from hub.resting import held_now, let_go_by_a_return
from hub.store import absences as store_of_absences
from hub.store import announcements, quarantine, readings, rule_states, summonses, walk_tests
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.absence import Absence, away_now, empty_rooms, resting, stirs
from rules.building import Site
from rules.finding import Evidence
from rules.judge import Judge, Key
from rules.latest import Latest, Standing
from rules.proof import is_virtual, with_proof
from rules.protection import Why
from rules.rule import AnyRule
from rules.rulebook import days_of_moving, rulebook
from rules.walk_test import Test

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
        self.away: dict[str, Absence] = {}
        self._resting: dict[Key, datetime] = {}
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
        for device, *_ in _places(site) - _places(self.site):
            latest.forget(device, _STATES)  # no rule has heard it from where it hangs now
        self.site, self._decoder = site, decoder
        book = rulebook(site, self._catalogue, self._day(self._clock.now()))
        self.judge = Judge(with_proof(book), latest)
        self._moves: list[date] | None = None
        self._tests = tests_by_device(self._connection, site.site)
        self.aside: dict[str, Why] = {}
        self._findings = Findings(self._connection, site, self.judge, self.registry, self._clock)
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
                self._set_aside(message, why)

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
        site, book, before = self.site.site, self.judge.rulebook, self.judge.paused
        self.away = away_now(store_of_absences.active(self._connection, site), at)
        self._resting = resting(book, empty_rooms(book, self.away)) if self.away else {}
        paused = held_now(self._connection, site, self._resting, at)
        if paused.keys() != before.keys():
            gone_on = {key: since for key, since in before.items() if key not in paused}
            with self._transaction():
                home = let_go_by_a_return(self._connection, self.site, book, gone_on) if gone_on else {}
                self._findings.put(self.judge.put_pauses(paused, at, home))

    def put_aside(self, at: datetime) -> None:
        """Take out of the judging what is under test or paused now, and nothing else."""
        if self.aside or aside_now(self._connection, self.site.site, at).keys() != self.judge.aside.keys():
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
            self._tests = tests_by_device(self._connection, self.site.site)

    # How

    def _look_aside(self, at: datetime) -> None:
        """Within a transaction that other processes cannot write beside: what was put aside before it is."""
        if self._clock.follows_readings:
            return
        site = self.site.site
        aside = aside_now(self._connection, site, at)
        before = self.judge.aside
        self.aside = {device: one.why for device, one in aside.items()}
        if aside.keys() != before.keys() or any(
            why.until != known.ends_at
            for device, why in self.aside.items()
            if (known := self._tests.get(device)) is not None and why.cause == "device_tested"
        ):
            self._tests = tests_by_device(self._connection, site)
        if aside.keys() != before.keys():
            ended = ends_of(self._connection, site, before.keys() - aside.keys(), at)
            since = {device: one.since for device, one in aside.items()}
            self._findings.put(self.judge.put_aside(since, ended, at))

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
            self._set_aside(message, decoded.error)
        for availability in decoded.availability:
            self._take_availability(availability)
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

    def _take_availability(self, availability: Availability) -> None:
        part = f"gateway:{availability.gateway}"
        if availability.device is not None:
            device = self.registry.device_id(availability.gateway, availability.device)
            if device is None:
                return
            part = f"device:{device}"
            if not availability.online and part not in self.judge.unheard:
                self.registry.lost(device, availability.at)
        change = self.judge.regained_sight if availability.online else self.judge.lost_sight
        self._findings.put(change(part, availability.at))

    def _take_readings(self, message: Message, decoded: Decoded, address: str) -> None:
        speaker = self._whose(message, decoded.gateway, address)
        if speaker is None:
            return
        self._note_heard(message, decoded, address, speaker)
        came_before: bool | None = None
        for reading in decoded.readings:
            if reading.device != address:
                continue
            if reading.device != speaker.id:
                reading = msgspec.structs.replace(reading, device=speaker.id)
            if (test := self._test_of(reading)) is not None and test.ended_at is None:
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
                reading, standing = self._mind_a_slow_clock(speaker, reading, standing)
            self._take_reading(speaker, reading, standing)

    def _note_heard(self, message: Message, decoded: Decoded, address: str, speaker: Speaker) -> None:
        from_memory = message.retained or self._is_repeated(decoded, address, speaker)
        self.registry.heard(speaker, message.received_at, from_memory)
        if self.judge.unheard and not from_memory:
            self._heard_again(speaker, message.received_at)
        if decoded.readings and decoded.readings[0].clock_wrong:
            self.registry.note_clock_wrong(speaker, message.received_at)

    def _is_repeated(self, decoded: Decoded, address: str, speaker: Speaker) -> bool:
        """A gateway that has just started tells again what it remembers of every device, dead ones too: by
        its own time of when it last heard them, which has not moved.
        """
        if not decoded.readings:
            return False
        first = decoded.readings[0]
        if not (first.cached and first.own_time) or first.device != address:
            return False
        known = self.judge.latest.of(speaker.id).get(first.measure)
        return known is not None and known[1] == first.at

    def _whose(self, message: Message, gateway: str, address: str) -> Speaker | None:
        """Who speaks; None and set aside where that is not to be kept."""
        if len(address) > LONGEST_ADDRESS:
            self._set_aside(message, f"a device's name of more than {LONGEST_ADDRESS} characters")
            return None
        speaker = self.registry.speaker(gateway, address, message.received_at)
        if speaker is None:
            self._set_aside(message, "too many devices that the site does not name")
        elif not speaker.known and speaker.last_heard_at is None and not is_virtual(gateway, address):
            self._set_aside(message, f"the site names no device {address!r} at {gateway}")
        return speaker

    def _mind_a_slow_clock(
        self, speaker: Speaker, reading: Reading, standing: Standing
    ) -> tuple[Reading, Standing]:
        """A device whose clock was set back would be late for ever: its own time is not believed then."""
        if not speaker.is_slow(standing == "late", reading.received_at):
            return reading, standing
        self.registry.note_clock_wrong(speaker, reading.received_at)
        reading = msgspec.structs.replace(reading, at=reading.received_at, own_time=False, clock_wrong=True)
        return reading, self.judge.latest.note(reading)

    def _heard_again(self, speaker: Speaker, at: datetime) -> None:
        """Whoever speaks can be heard, whatever its gateway said of it last; and so can its gateway."""
        for part in (f"gateway:{speaker.gateway}", f"device:{speaker.id}"):
            self._findings.put(self.judge.regained_sight(part, at))

    def _take_reading(self, speaker: Speaker, reading: Reading, standing: Standing) -> None:
        if isinstance(self._clock, ReadingsClock):
            reading = msgspec.structs.replace(reading, received_at=reading.at)
            self._let_days_pass(reading.at)
            self._clock.advance(reading.at)
            self._findings.put(self.judge.tick(reading.at))
        not_judged = self._not_judged(reading)
        if not not_judged:
            findings = self.judge.judge_noted(reading, standing)
        elif self.judge.aside_since(reading.device) is not None:
            findings = self.judge.follow(reading, standing)
        else:  # it was tried before the end of a test and comes in after it
            findings = self.judge.judge_noted(msgspec.structs.replace(reading, snapshot=True), standing)
        if findings:
            self._findings.put(findings)
        if self._resting and not not_judged:
            self._mind_the_empty_flat(reading, standing)
        if standing in ("first", "new") and not not_judged:
            if self._findings.has_goals:
                self._findings.note_occasions(reading)
            if speaker.known and reading.measure not in _NUMBERS:
                self.registry.note_news(speaker, reading)
        if standing == "duplicate" or (standing == "repeat" and _says_nothing_new(reading)):
            return
        at = to_us(reading.at)
        received_at = at if reading.received_at is reading.at else to_us(reading.received_at)
        row = (speaker.no, self._measures[reading.measure], reading.value, at, received_at)
        self._rows.append((*row, _flags(reading, standing) | not_judged))

    def _test_of(self, reading: Reading) -> Test | None:
        """The test that a reading belongs to."""
        test = self._tests.get(reading.device)
        return test if test is not None and test.holds(reading, self.catching_up) else None

    def _not_judged(self, reading: Reading) -> int:
        """Whether no rule is to judge it, as the journal flags that."""
        if self._test_of(reading) is not None:
            return readings.TESTED
        since = self.judge.aside_since(reading.device)
        return readings.PAUSED if since is not None and reading.at >= since else 0

    def _mind_the_empty_flat(self, reading: Reading, standing: Standing) -> None:
        """Somebody may have come home unnoticed: then the rules must not go on resting."""
        for listener in self.judge.rulebook.listeners.get((reading.device, reading.measure), ()):
            watch = listener.watch
            since = self._resting.get(watch.key)
            if since is None or not stirs(reading, standing, since):
                continue
            if not self._findings.staff(watch.room, reading.at):
                heard = Evidence(reading.device, reading.measure, reading.value, reading.at)
                away = [self.away[resident] for resident in watch.residents]
                absences.somebody_in(self._connection, self.site, away, heard, self._clock.now())
            return

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

    def _set_aside(self, message: Message, why: str) -> None:
        quarantine.add(
            self._connection, self.site.site, message.topic, why, message.payload, message.received_at
        )


def _places(site: Site) -> set[tuple[str, str, str, str, str]]:
    """Of each device what it is called, where it hangs, as what, and how it is reached."""
    return {(d.id, d.room, d.role, site.gateway_of(d), d.address or d.id) for d in site.devices}


def _says_nothing_new(reading: Reading) -> bool:
    return reading.cached or reading.measure in _NUMBERS


def _flags(reading: Reading, standing: Standing) -> int:
    return (
        (readings.LATE if standing == "late" else 0)
        | (readings.SNAPSHOT if reading.snapshot else 0)
        | (readings.OWN_TIME if reading.own_time else 0)
        | (readings.CLOCK_WRONG if reading.clock_wrong else 0)
    )
