"""The alerting tried without anybody having fallen: a virtual button, the real chain, and where it broke."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hub import proving, summons
from hub.discovery import discovered
from hub.history.feeds import AlertsFeed
from hub.history.places import Places
from hub.phones import note_receipt
from hub.store import alerts, contacts, outbox, phones, proofs, receipts, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import Phone
from hub.store.proofs import Proof
from hub.ways.courier import MOST_AT_ONCE
from hub.ways.push_receipts import Receipt, ReceiptMarks
from rules import wording
from rules.duty import Shift
from rules.pause import Refusal
from rules.proof import PROOF, due, is_proof, proof_site
from rules.proof_verdict import CHAIN_BROKEN, Facts, verdict
from rules.wording import Voice
from tests.world import World, read

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices: [{id: 3B button, room: 3B, role: help_button, gateway: native}]
rules: [{rule: help-button}]
people:
  - {id: kari, name: Kari, role: carer, units: [sol]}
  - {id: siri, name: Siri, role: carer, units: [sol], language: en}
  - {id: lise, name: Lise, role: leader}
"""
MORNING = datetime(2026, 11, 24, 6, 50, tzinfo=UTC)  # 07:50 in Oslo
SECOND = timedelta(seconds=1)


class Chain:
    """A house whose proofs are looked at as the hub's vigil does, and whose couriers the test plays."""

    def __init__(self, folder: Path, document: str = SITE) -> None:
        self.house = World(folder, document, MORNING)
        self.broker: Callable[[str, str], str | None] = self._passes_on
        summons.begin(self.house.connection, "test")

    def _passes_on(self, topic: str, payload: str) -> str | None:
        self.house.hears(topic, payload)
        return None

    def _publish(self, messages: Sequence[tuple[str, str]]) -> str | None:
        return next((why for m in messages if (why := self.broker(*m)) is not None), None)

    def has(self, *people: str, way: str = "email") -> None:
        with transaction(self.house.connection):
            for person in people:
                contact = Contact(person, way, f"{person}@example.org")
                contacts.put(self.house.connection, "test", contact, MORNING)

    def has_phone(self, person: str, device: str) -> str:
        """Its id."""
        id = f"{person}-{device}".ljust(22, "0")[:22]
        with transaction(self.house.connection):
            phone = Phone(id, person, "https://push.example.org/1", b"k" * 65, b"a" * 16, device, MORNING)
            phones.put(self.house.connection, "test", phone)
            contacts.put(self.house.connection, "test", Contact(person, "webpush", id), MORNING)
        return id

    def answers(self, phone: str) -> None:
        """The service worker on a phone tells that the message has come."""
        connection, now, marks = (
            self.house.connection,
            self.house.clock.now(),
            ReceiptMarks(self.house.folder),
        )
        rows = connection.execute("SELECT id, person FROM summons WHERE address = ?", (phone,)).fetchall()
        for id, person in rows:
            token = marks.token("test", person, Receipt(phone, id, now))
            assert note_receipt(connection, "test", marks, token, "delivered", None, now) is None

    def asked(self, unit: str = "sol") -> Proof:
        found = proving.ask(self.house.connection, self.house.site, unit, "lise", self.house.clock.now())
        assert isinstance(found, Proof)
        return found

    def look(self, after: timedelta = SECOND) -> None:
        self.house.passes(after)
        proving.go(self.house.connection, self.house.site, self._publish, self.house.clock.now)
        now = self.house.clock.now()
        while summons.follow(self.house.connection, self.house.site, "https://vaka.example.org", now):
            pass

    def broker_confirms(self) -> None:
        with transaction(self.house.connection):
            waiting = outbox.waiting(self.house.connection, "test", 100)
            outbox.mark_sent(self.house.connection, [n.id for n in waiting], self.house.clock.now())

    def courier(self, failing: str = "", gone: str = "") -> None:
        """What is due goes out; to `gone` never, to `failing` not yet."""
        now = self.house.clock.now()
        connection = self.house.connection
        with transaction(connection):
            due = [
                (way, lane, address)
                for way in ("email", "webpush")
                for lane in MOST_AT_ONCE
                for address in summonses.addresses_due(connection, "test", way, *lane, now, "", 100)
            ]
            for way, lane, address in due:
                one = summonses.due(connection, "test", way, *lane, address, now)
                assert one is not None
                if one.person == failing:
                    later = msgspec.structs.replace(one, next_at=now + 60 * SECOND, failure="busy")
                    summonses.put_failure(connection, later)
                elif one.person == gone:
                    never = msgspec.structs.replace(one, next_at=None, failure="no such person")
                    summonses.put_failure(connection, never)
                else:
                    receipts.note_sent(connection, [one.id], now)

    def result(self, proof: Proof) -> Proof:
        found = proofs.get(self.house.connection, "test", proof.id)
        assert found is not None
        return found


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    made = Chain(tmp_path)
    yield made
    made.house.stop()


def test_a_proof_walks_the_whole_chain_and_keeps_each_legs_time(chain: Chain) -> None:
    chain.has("kari", "siri", "lise")
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.look()
    chain.courier()
    chain.look()
    ended = chain.result(proof)
    assert (ended.result, ended.leg, ended.reason) == ("held", None, None)
    assert [(s.leg, s.held) for s in ended.record.steps] == [
        ("published", True),
        ("heard", True),
        ("called", True),
        ("announced", True),
        ("addressed", True),
        ("sent", True),
        ("received", None),  # an e-mail is handed over: nobody ever tells whether it arrived
        ("later", True),
    ]
    assert all(s.at is not None and s.at >= proof.asked_at for s in ended.record.steps if s.held)
    assert [s.person for s in ended.record.sendings] == ["kari", "siri"]
    assert chain.house.alerts() == []


def test_its_message_says_that_it_is_a_test_and_goes_apart_from_what_is_real(chain: Chain) -> None:
    chain.has("kari", "siri")
    chain.asked()
    chain.look()
    chain.house.says("3B button", pressed="single")
    chain.look()
    waiting = [
        one
        for alert in (*chain.house.alerts(), *alerts.open_alerts(chain.house.connection, proof_site("test")))
        for one in summonses.of_alert(chain.house.connection, alert.id)
    ]
    assert all(one.urgent for one in waiting), "a test has to go as what it tries does"
    tests = [one for one in waiting if one.proof]
    assert {one.subject for one in waiting if not one.proof} == {"HØYT varsel: 3B", "HIGH alert: 3B"}
    first = [
        summonses.due(
            chain.house.connection, "test", "email", True, proof, f"{p}@example.org", chain.house.clock.now()
        )
        for p in ("kari", "siri")
        for proof in (False, True)
    ]
    assert [one is not None and one.proof for one in first] == [False, True, False, True]
    assert [(one.person, one.subject) for one in tests] == [
        ("kari", "PRØVE av varslingen: Solsida. Ingen handling nødvendig"),
        ("siri", "TEST of the alerting: Solsida. Nothing to do"),
    ]
    assert "ingen handling nødvendig" in tests[0].body


def test_nobody_who_asks_for_alerts_or_waiting_devices_sees_it(chain: Chain) -> None:
    chain.has("kari")
    chain.asked()
    chain.look()
    connection = chain.house.connection
    assert chain.house.alerts() == []
    apart = alerts.open_alerts(connection, proof_site("test"))
    assert [(a.rule, a.room, a.severity) for a in apart] == [(PROOF, "sol", "high")]
    assert all(is_proof(a.site) for a in apart)
    assert discovered(connection, chain.house.site) == []
    assert chain.house.quarantined() == []
    topics = [n.address for n in chain.house.outbox()]
    assert topics == [f"vaka/test/proof/alerts/{apart[0].id}"], "no lamp listens there"


def test_a_broker_that_refuses_is_a_broken_chain_and_a_real_alert(chain: Chain) -> None:
    chain.has("kari")
    chain.broker = lambda _, __: "nobody listens there"
    proof = chain.asked()
    chain.look()
    ended = chain.result(proof)
    assert (ended.result, ended.leg, ended.reason) == ("broken", "published", "broker")
    alert = chain.house.alert(CHAIN_BROKEN)
    assert (alert.severity, alert.unit, alert.residents) == ("high", "sol", ())
    assert "called" in chain.house.trail(alert), "whoever can still be reached is called"
    voice = Voice("nb", chain.house.site.zone, chain.house.clock.now())
    said = wording.what_happened(alert, None, chain.house.site, voice)
    assert said == (
        "Varslingskjeden er brutt: meldingssentralen tar ikke imot fra sensorene."
        f" Prøvd {wording.at(chain.house.clock.now(), voice)}."
    )
    assert wording.what_was_heard(alert.evidence[-1], chain.house.site, voice) == (
        "Meldingssentralen tar ikke imot fra sensorene"
    )


def test_a_message_that_the_broker_swallows_is_missed_in_time(chain: Chain) -> None:
    chain.has("kari")
    chain.broker = lambda _, __: None
    proof = chain.asked()
    chain.look()
    chain.look(10 * SECOND)
    assert chain.result(proof).result is None, "it may still come"
    chain.look(6 * SECOND)
    ended = chain.result(proof)
    assert (ended.result, ended.leg, ended.reason) == ("broken", "heard", "not_heard")


@pytest.mark.parametrize(
    ("reachable", "couriers", "expected", "severity"),
    [
        (("lise",), {}, ("broken", "addressed", "no_way"), "high"),
        (("kari", "siri"), {"gone": "siri"}, ("in_part", "sent", "some_not_sent"), "medium"),
        (("kari",), {"gone": "kari"}, ("broken", "sent", "not_sent"), "high"),
    ],
)
def test_whom_it_does_not_reach_is_said_and_raised(
    chain: Chain,
    reachable: tuple[str, ...],
    couriers: dict[str, str],
    expected: tuple[str, str, str],
    severity: str,
) -> None:
    chain.has(*reachable)
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.courier(**couriers)
    chain.look()
    ended = chain.result(proof)
    assert (ended.result, ended.leg, ended.reason) == expected
    assert chain.house.alert(CHAIN_BROKEN).severity == severity


def test_whose_address_refused_the_message_is_not_said_to_be_reached_later_by_it(chain: Chain) -> None:
    chain.has("kari", "siri", "lise")
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.look()
    assert {"kari", "siri"} <= {p for stage in chain.result(proof).record.later for p in stage.reached}
    chain.courier(gone="kari")
    chain.look()
    later = chain.result(proof).record.later
    called = {person for stage in later for person in stage.people}
    assert called >= {"kari", "siri", "lise"}
    assert {person for stage in later for person in stage.reached} == called - {"kari"}


def test_a_leg_that_was_not_come_to_has_no_time(chain: Chain) -> None:
    chain.has("kari", "siri", "lise")
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.courier(gone="kari")
    chain.look()
    ended = chain.result(proof)
    assert ended.leg == "sent"
    assert [(s.leg, s.at, s.held) for s in ended.record.steps[-2:]] == [
        ("received", None, None),
        ("later", None, None),
    ]


def test_a_way_that_does_not_come_back_in_time_is_not_waited_for(chain: Chain) -> None:
    chain.has("kari", "siri")
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.courier(failing="siri")
    chain.look(60 * SECOND)
    assert chain.result(proof).result is None
    chain.look(40 * SECOND)
    ended = chain.result(proof)
    assert ended.reason == "some_not_sent"
    chain.look()
    assert ended.alert is not None
    messages = summonses.of_alert(chain.house.connection, ended.alert)
    assert [m.next_at for m in messages] == [None, None], "no test comes hours later"


def test_a_house_in_which_nobody_has_a_way_is_told_so_without_an_alarm_each_shift(chain: Chain) -> None:
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.look()
    ended = chain.result(proof)
    assert (ended.result, ended.reason) == ("in_part", "board_only")
    assert chain.house.alerts() == []


def test_a_chain_that_holds_again_says_so_on_the_alert(chain: Chain) -> None:
    chain.has("kari", "lise")
    chain.broker = lambda _, __: "nobody listens there"
    chain.asked()
    chain.look()
    chain.broker = chain._passes_on
    chain.house.passes(timedelta(minutes=2))
    proof = chain.asked()
    for _ in range(4):  # to the same address what is real goes first
        chain.look()
        chain.broker_confirms()
        chain.courier()
    assert chain.result(proof).result == "held"
    alert = chain.house.alert(CHAIN_BROKEN)
    assert (alert.state, alert.cleared_at is not None) == ("open", True), "somebody has to have seen it"


def test_an_open_real_alert_is_neither_merged_nor_held_back(chain: Chain) -> None:
    chain.has("kari", "siri")
    chain.house.says("3B button", pressed="single")
    before = chain.house.trail(chain.house.alert("help-button"))
    chain.asked()
    for _ in range(3):
        chain.look()
        chain.broker_confirms()
        chain.courier()
    after = chain.house.alert("help-button")
    assert (after.state, after.occurrences) == ("open", 1)
    assert chain.house.trail(after)[: len(before)] == before


def test_a_restart_in_the_middle_forgets_nothing(chain: Chain) -> None:
    chain.has("kari", "lise")
    proof = chain.asked()
    chain.look()
    chain.house.restart()
    for _ in range(3):
        chain.look()
        chain.broker_confirms()
        chain.courier()
    assert chain.result(proof).result == "held"


def test_the_test_recipient_gets_it_where_the_site_names_one(tmp_path: Path) -> None:
    chain = Chain(tmp_path, SITE + "proof: {to: [lise]}\n")
    chain.has("kari", "lise")
    proof = chain.asked()
    for _ in range(3):
        chain.look()
        chain.broker_confirms()
        chain.courier()
    assert [s.person for s in chain.result(proof).record.sendings] == ["lise"]
    chain.house.stop()


def test_those_on_duty_get_it_and_not_those_at_home(chain: Chain) -> None:
    chain.has("kari", "siri")
    with transaction(chain.house.connection):
        shift = Shift(
            0, "siri", ("sol",), "carer", MORNING - timedelta(hours=1), MORNING + timedelta(hours=7)
        )
        shifts.add(chain.house.connection, "test", shift)
    proof = chain.asked()
    for _ in range(3):
        chain.look()
        chain.broker_confirms()
        chain.courier()
    assert [s.person for s in chain.result(proof).record.sendings] == ["siri"]


def test_whoever_asks_again_at_once_is_shown_the_same_one(chain: Chain) -> None:
    assert chain.asked().id == chain.asked().id
    unknown = proving.ask(chain.house.connection, chain.house.site, "sør", "lise", MORNING)
    assert isinstance(unknown, Refusal)
    assert "no unit" in unknown.why


def test_each_change_of_shift_asks_once_for_each_unit_and_a_missed_one_is_made_up_for_once(
    chain: Chain,
) -> None:
    connection, site = chain.house.connection, chain.house.site
    assert proving.plan(connection, site, MORNING, MORNING) == 0, "07:45 was before the hub began"
    at = MORNING + timedelta(hours=8)  # 15:50
    assert proving.plan(connection, site, MORNING, at) == 2
    assert proving.plan(connection, site, MORNING, at + SECOND) == 0
    with transaction(connection):
        for proof in proofs.under_way(connection, "test"):
            proofs.put(connection, msgspec.structs.replace(proof, ended_at=at, result="held"))
    days_later = at + timedelta(days=3)
    assert proving.plan(connection, site, days_later, days_later) == 2
    assert proving.plan(connection, site, days_later, days_later) == 0


@pytest.mark.parametrize("said_after", [timedelta(seconds=3), None])
def test_what_was_heard_was_published_however_late_the_broker_said_so(said_after: timedelta | None) -> None:
    heard = MORNING + timedelta(seconds=1)
    facts = Facts(MORNING, MORNING + said_after if said_after else None, heard_at=heard)
    steps = {step.leg: step for step in verdict(facts, MORNING + timedelta(seconds=4)).steps}
    assert (steps["published"].at, steps["published"].held) == (heard, True)
    assert steps["heard"].at == heard


def test_planned_times_are_the_sites_own_also_when_the_clocks_change() -> None:
    site = read(SITE + 'proof: {at: ["02:30"]}\n')
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    skipped = datetime(2026, 3, 29, 1, tzinfo=UTC)  # 02:30 does not come: 02:00 becomes 03:00
    assert due(site, before, skipped - SECOND) is None
    assert due(site, before, skipped + SECOND) == skipped
    assert due(site, skipped + SECOND, skipped + timedelta(hours=20)) is None


def test_it_leaves_no_trace_in_the_journal_nor_in_a_time_series(chain: Chain) -> None:
    chain.has("kari")
    proof = chain.asked()
    chain.look()
    chain.broker_confirms()
    chain.look()
    chain.courier()
    chain.look()
    assert chain.result(proof).result is not None
    chain.house.says("3B button", pressed="single")
    connection = chain.house.connection
    assert len(chain.house.readings()) == 1, "the real button's"
    places, feed = Places(connection), AlertsFeed(connection)
    copied = feed.lines(places, 0, 1000)
    assert copied[-1][0] == alerts.newest_event(connection), "what is not copied is passed by all the same"
    told = [line for _, line in copied if line]
    assert told
    assert all("rule=help-button" in line for line in told)
    assert len(told) < len(copied)


def test_what_is_published_is_what_a_device_would_say(chain: Chain) -> None:
    heard: list[tuple[str, str]] = []
    chain.broker = lambda topic, payload: heard.append((topic, payload))
    chain.asked()
    chain.look()
    [(topic, payload)] = heard
    assert topic == "vaka/test/readings/vaka-proof-sol"
    assert json.loads(payload)["pressed"] == "single"


def test_a_proof_of_a_clock_that_was_years_ahead_puts_off_no_other(chain: Chain) -> None:
    house = chain.house
    with transaction(house.connection):
        ahead = house.clock.now() + timedelta(days=400)
        proofs.add(
            house.connection, Proof(0, "test", house.site.units[0].id, ahead, ended_at=ahead, result="held")
        )
    now = house.clock.now()
    planned = len(house.site.units)
    assert proving.plan(house.connection, house.site, now - timedelta(days=2), now) == planned > 0
    assert proving.plan(house.connection, house.site, now - timedelta(days=2), now) == 0
