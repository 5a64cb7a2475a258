"""Whatever sensors, people, ways out and kills do, in whatever order: an open high alert has an owner or a
step ahead, each of its calls becomes messages, and no message is lost, sent and waiting at once, or sent as
another.

The desk, the escalation, the outbox and the courier are the hub's own, on a real file; only the far end of a
way is the machine's: it takes, is busy, or refuses, as the story says, and remembers all that it was given.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub import summons
from hub.duty import Duty
from hub.escalation import REACHED_NOBODY
from hub.store import alerts, contacts, escalations, receipts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.ways.courier import LONGEST_WAIT, Courier
from hub.ways.way import Failed, Message
from rules.alert import Act
from rules.duration import Window
from rules.summons import Preferences
from tests.world import World

SITE = """
site: house
name: A house
units: [{id: sol, name: Sol}]
rooms: [{id: A, unit: sol}, {id: B, unit: sol}]
people:
  - {id: kari, name: Kari, role: carer}
  - {id: ola, name: Ola, role: carer}
  - {id: lise, name: Lise, role: leader}
devices:
  - {id: door A, room: A, role: outer_door, gateway: native}
  - {id: door B, room: B, role: outer_door, gateway: native}
  - {id: button A, room: A, role: help_button, gateway: native}
  - {id: button B, room: B, role: help_button, gateway: native}
rules:
  - {rule: help-button, rooms: [A, B]}
  - {rule: door-open, rooms: [A], severity: medium}
  - {rule: door-open, id: left-open, rooms: [B], severity: low}
"""
NIGHT = datetime(2026, 10, 24, 19, 50, tzinfo=UTC)  # clocks go back in Oslo five hours later
WAYS = ("email", "webhook")
TAKEN = frozenset({"accept", "set_out", "arrive", "close"})
CALLED = frozenset({"called", "called_in_vain"})

rooms = st.sampled_from(["A", "B"])
ways = st.sampled_from(WAYS)
people = st.sampled_from(["kari", "ola", "lise"])
lengths = st.sampled_from([1, 2, 30, 61, 120, 301, 601, 3601, 14400]).map(lambda s: timedelta(seconds=s))
acts: st.SearchStrategy[Act] = st.sampled_from(["accept", "set_out", "arrive", "assist", "hand_back"])


class FarEnd:
    """A mail server or pager gateway: `failed` is what it answers from now on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed: Failed | None = None
        self.got: dict[str, list[Message]] = {}

    def send(self, message: Message) -> Failed | None:
        if self.failed is None:
            self.got.setdefault(message.id, []).append(message)
        return self.failed


class Outbox(RuleBasedStateMachine):
    @initialize()
    def a_house_in_the_evening(self) -> None:
        self._folder = TemporaryDirectory()
        self.house = World(Path(self._folder.name), SITE, NIGHT)
        self.ends = {name: FarEnd(name) for name in WAYS}
        self.couriers = {name: self._courier(name) for name in WAYS}
        summons.begin(self.house.connection, "house")
        with transaction(self.house.connection):
            for person in ("kari", "ola", "lise"):
                for way in WAYS if person != "ola" else WAYS[:1]:
                    contact = Contact(person, way, f"{person}@{way}")
                    contacts.put(self.house.connection, "house", contact, NIGHT)

    def _courier(self, way: str) -> Courier:
        return Courier(self.house.database, lambda: self.house.site, self.ends[way], self.house.clock)

    def teardown(self) -> None:
        if hasattr(self, "house"):
            try:
                self._all_is_well_again()
            finally:
                self.house.stop()
                self._folder.cleanup()

    # What happens

    @rule(room=rooms)
    def somebody_presses(self, room: str) -> None:
        self.house.says(f"button {room}", pressed="single")

    @rule(room=rooms, is_open=st.booleans())
    def a_door(self, room: str, is_open: bool) -> None:
        self.house.says(f"door {room}", open=is_open)

    @rule(length=lengths)
    def time_passes(self, length: timedelta) -> None:
        self.house.passes(length)

    @rule(length=lengths, back=st.booleans())
    def the_clock_is_set(self, length: timedelta, back: bool) -> None:
        self.house.clock_is_moved(-length if back else length)

    @rule(number=st.integers(0, 3), act=acts, person=people)
    def somebody_acts(self, number: int, act: Act, person: str) -> None:
        standing = self._standing()
        if standing:
            self.house.desk.act(standing[number % len(standing)], act, person)

    @rule(number=st.integers(0, 3), person=people)
    def somebody_closes(self, number: int, person: str) -> None:
        standing = self._standing()
        if standing:
            self.house.desk.close(standing[number % len(standing)], person, "helped")

    @rule(person=people, length=lengths)
    def somebody_is_said_to_be_absent(self, person: str, length: timedelta) -> None:
        now = self.house.clock.now()
        Duty(self.house.connection, self.house.site, self.house.clock).absent(
            person, now, now + length, "lise"
        )
        standing = [alert for alert in self.house.alerts() if alert.state != "closed"]
        assert person not in {alert.owner for alert in standing}, "nobody else would come"

    @rule(person=people, quiet=st.booleans(), minutes=st.sampled_from([0, 5, 20]))
    def somebody_wants_quiet(self, person: str, quiet: bool, minutes: int) -> None:
        window = Window(time(22), time(7)) if quiet else None
        wanted = Preferences(window, timedelta(minutes=minutes))
        with transaction(self.house.connection):
            contacts.put_preferences(self.house.connection, "house", person, wanted, self.house.clock.now())

    @rule(way=ways, failed=st.sampled_from([None, Failed("away", False), Failed("refused", True)]))
    def a_way_out_changes(self, way: str, failed: Failed | None) -> None:
        self.ends[way].failed = failed

    @rule(number=st.integers(0, 30), seen=st.booleans())
    def a_receipt_comes(self, number: int, seen: bool) -> None:
        got = [message for end in self.ends.values() for sent in end.got.values() for message in sent]
        if not got:
            return
        message = got[number % len(got)]
        with transaction(self.house.connection):
            if seen:
                for alert in message.alerts:
                    receipts.note_seen(self.house.connection, alert, message.person, self.house.clock.now())
            else:
                receipts.note_delivered(self.house.connection, message.summonses[0], self.house.clock.now())

    @rule()
    def the_summoner_looks(self) -> None:
        while summons.follow(self.house.connection, self.house.site, None, self.house.clock.now()):
            pass

    @rule(way=ways)
    def a_courier_looks(self, way: str) -> None:
        while self.couriers[way].deliver(self.house.connection):
            pass

    @rule(way=ways)
    def the_hub_dies_between_sending_and_marking(self, way: str) -> None:
        dying = self.couriers[way]
        dying.go_round(self.house.connection)
        for thread in list(dying._under_way.values()):
            thread.join()
        self.couriers[way] = self._courier(way)
        self.house.restart()

    @rule()
    def the_hub_restarts(self) -> None:
        self.house.restart()

    # What always holds

    @invariant()
    def an_open_high_alert_has_an_owner_or_a_step_ahead(self) -> None:
        if not hasattr(self, "house"):
            return
        calls = escalations.of_open(self.house.connection, "house")
        now = self.house.clock.now()
        for alert in self.house.alerts():
            if alert.severity != "high" or alert.state == "closed" or alert.prewarning:
                continue
            if alert.state == "open":
                call = calls[alert.id]
                assert call.due is not None, f"nobody is called any more for {alert}"
                assert call.due > now, f"{call.due} at {now}"
            else:
                assert alert.accepted_by is not None
                assert alert.due is not None, f"{alert} is its owner's for good"

    @invariant()
    def each_call_for_an_open_alert_becomes_messages(self) -> None:
        if not hasattr(self, "house"):
            return
        connection = self.house.connection
        looked = summonses.cursor(connection, "house") or 0
        for alert in self.house.alerts():
            if alert.state != "open":
                continue
            trail = alerts.events(connection, alert.id)
            since = max((e.seq for e in trail if e.event in TAKEN or e.event == "hand_back"), default=0)
            rows = {one.event for one in summonses.of_alert(connection, alert.id)}
            nobody = any(e.event == REACHED_NOBODY for e in trail)
            for step in trail:
                if step.event in CALLED and since < step.seq <= looked and not nobody:
                    assert step.seq in rows, f"the call {step} was lost"

    @invariant()
    def a_message_is_sent_or_waits_or_says_why_not(self) -> None:
        for one in self._messages():
            assert one.sent_at is None or one.next_at is None, f"both sent and waiting: {one}"
            assert one.sent_at is not None or one.next_at is not None or one.failure, f"lost: {one}"

    @invariant()
    def what_is_high_waits_for_nothing_but_a_way_out(self) -> None:
        now = self.house.clock.now() if hasattr(self, "house") else NIGHT
        for one in self._messages():
            if one.urgent:
                assert (one.held, one.bundle) == (None, None)
                if one.attempts == 0 and one.next_at is not None:
                    assert one.next_at == one.created_at
                elif one.next_at is not None:
                    tried_at = max(now, one.created_at) + timedelta(hours=4)  # a clock may have been set back
                    assert one.next_at <= tried_at + LONGEST_WAIT[True]

    @invariant()
    def what_is_marked_as_sent_was_taken_by_the_way_and_under_its_own_id(self) -> None:
        if not hasattr(self, "house"):
            return
        rows = {one.id: one for one in self._messages()}
        for end in self.ends.values():
            for id, sent in end.got.items():
                first = sent[0]
                for again in sent:
                    assert again.address == first.address
                    assert set(again.summonses) <= set(first.summonses), f"{id} came again as another"
                if first.urgent:
                    assert len(first.summonses) == 1, "a high one goes out by itself"
        taken = {id for end in self.ends.values() for sent in end.got.values() for id in sent[0].summonses}
        for id, one in rows.items():
            if one.sent_at is not None:
                assert id in taken, f"{one} is marked, and was never taken"

    def _standing(self) -> list[int]:
        return [alert.id for alert in self.house.alerts() if alert.state != "closed"]

    def _messages(self) -> list[Summons]:
        if not hasattr(self, "house"):
            return []
        return [one for a in self.house.alerts() for one in summonses.of_alert(self.house.connection, a.id)]

    def _all_is_well_again(self) -> None:
        """Every way out takes messages from now on: a day later nothing waits that was there before."""
        for end in self.ends.values():
            end.failed = None
        self.the_summoner_looks()
        before = {one.id for one in self._messages() if one.next_at is not None}
        for _ in range(3):
            self.house.clock.at += timedelta(hours=14)
            for way in WAYS:
                self.a_courier_looks(way)
        rows = {one.id: one for one in self._messages()}
        assert all(rows[id].sent_at is not None for id in before), "something waits for ever"


TestOutbox = Outbox.TestCase
