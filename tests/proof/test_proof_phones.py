"""A proof goes all the way to the phones: which has said that it got the message, which is silent, and who
would be reached later.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub import proving
from hub.announcement import announcement
from hub.store import contacts, phones, proofs, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.proofs import Proof
from rules import wording
from rules.proof import writes_to_everybody
from rules.proof_verdict import CHAIN_BROKEN, PHONE_SILENT
from rules.wording import Voice
from tests.proof.test_proof import MORNING, SECOND, SITE, Chain
from tests.world import read


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    made = Chain(tmp_path)
    made.has("lise")
    yield made
    made.house.stop()


def walked(chain: Chain, *answering: str) -> Proof:
    """A proof whose message was taken by every way; these phones answer."""
    proof = chain.asked()
    for _ in range(2):
        chain.look()
        chain.broker_confirms()
        chain.courier()
    for phone in answering:
        chain.answers(phone)
    chain.look()
    return chain.result(proof)


def settled(chain: Chain, *answering: str) -> Proof:
    """The same, a minute later: who is silent then is silent."""
    proof = walked(chain, *answering)
    chain.look(50 * SECOND)
    return chain.result(proof)


def sentence(chain: Chain, rule: str) -> str:
    voice = Voice("nb", chain.house.site.zone, chain.house.clock.now())
    return wording.what_happened(chain.house.alert(rule), None, chain.house.site, voice)


def test_a_proof_holds_once_every_phone_has_said_that_it_has_it(chain: Chain) -> None:
    pixel, ipad = chain.has_phone("kari", "Pixel"), chain.has_phone("kari", "iPad")
    assert walked(chain, pixel).result is None, "the other may still answer"
    chain.answers(ipad)
    chain.look()
    ended = proofs.newest(chain.house.connection, "test", "sol")
    assert ended is not None
    assert (ended.result, ended.reason) == ("held", None)
    received = next(step for step in ended.record.steps if step.leg == "received")
    assert received.held
    assert {(s.person, s.device, s.answered) for s in ended.record.sendings} == {
        ("kari", "Pixel", True),
        ("kari", "iPad", True),
    }
    assert chain.house.alerts() == []


def test_a_phone_that_is_off_fails_its_leg_by_name_and_is_no_broken_chain(chain: Chain) -> None:
    off, on = chain.has_phone("kari", "Pixel"), chain.has_phone("siri", "iPhone")
    ended = settled(chain, on)
    assert (ended.result, ended.leg, ended.reason) == ("in_part", "received", "phone_silent")
    assert [(s.person, s.device) for s in ended.record.sendings if s.silent] == [("kari", "Pixel")]
    assert [(s.leg, s.held) for s in ended.record.steps[-2:]] == [("received", False), ("later", True)]
    [alert] = chain.house.alerts()
    assert (alert.rule, alert.severity, alert.unit) == (PHONE_SILENT, "low", "sol")
    said = sentence(chain, PHONE_SILENT)
    assert "Kari (Pixel)" in said
    assert "Siri" not in said
    heard = wording.what_was_heard(
        alert.evidence[0], chain.house.site, Voice("en", chain.house.site.zone, MORNING)
    )
    assert heard == "The phone did not answer the test alert: Kari (Pixel)"
    phone = phones.get(chain.house.connection, "test", off)
    assert phone is not None
    assert phone.state == "silent"


def test_whose_phone_is_silent_stays_in_the_house(chain: Chain) -> None:
    chain.has_phone("kari", "Pixel")
    on = chain.has_phone("siri", "iPhone")
    settled(chain, on)
    said = json.loads(announcement(chain.house.alert(PHONE_SILENT), None))
    assert said["evidence"] == []
    assert "kari" not in json.dumps(said)


def test_a_phone_that_answers_the_next_time_ends_the_alert_by_itself(chain: Chain) -> None:
    late, on = chain.has_phone("kari", "Pixel"), chain.has_phone("siri", "iPhone")
    settled(chain, on)
    chain.house.passes(timedelta(minutes=2))
    assert walked(chain, late, on).result == "held"
    [alert] = chain.house.alerts()
    assert (alert.state, alert.outcome) == ("closed", "passed")
    phone = phones.get(chain.house.connection, "test", late)
    assert phone is not None
    assert phone.state == "ok"


def test_where_no_phone_answers_and_there_is_nothing_else_the_chain_is_broken(chain: Chain) -> None:
    chain.has_phone("kari", "Pixel")
    chain.has_phone("siri", "iPhone")
    ended = settled(chain)
    assert (ended.result, ended.leg, ended.reason) == ("broken", "received", "no_phone_answers")
    assert chain.house.alert(CHAIN_BROKEN).severity == "high"
    assert "ingen telefon bekreftet" in sentence(chain, CHAIN_BROKEN)


def test_a_message_that_another_way_took_is_handed_over_and_never_called_delivered(chain: Chain) -> None:
    chain.has("kari")
    chain.has_phone("kari", "Pixel")
    ended = settled(chain)
    assert (ended.result, ended.reason) == ("in_part", "phone_silent")
    by_mail = next(s for s in ended.record.sendings if s.way == "email")
    assert (by_mail.answered, by_mail.silent) == (False, False)


def test_a_lost_phone_is_named_unless_its_person_has_another_that_answers(chain: Chain) -> None:
    lost, new = chain.has_phone("kari", "Pixel"), chain.has_phone("kari", "Galaxy")
    on = chain.has_phone("siri", "iPhone")
    with transaction(chain.house.connection):
        contacts.delete(chain.house.connection, "test", Contact("kari", "webpush", lost))
    assert walked(chain, new, on).result == "held"
    chain.house.passes(timedelta(minutes=2))
    with transaction(chain.house.connection):
        contacts.delete(chain.house.connection, "test", Contact("kari", "webpush", new))
    chain.has("kari")
    ended = walked(chain, on)
    assert (ended.result, ended.reason) == ("in_part", "phone_silent"), "nothing is waited for"
    assert "Kari (Pixel)" in sentence(chain, PHONE_SILENT)
    evidence = chain.house.alert(PHONE_SILENT).evidence
    assert {e.measure for e in evidence} == {"lost phone"}


def test_a_test_alert_goes_apart_from_what_is_real_and_makes_no_sound(chain: Chain) -> None:
    phone = chain.has_phone("kari", "Pixel")
    chain.asked()
    chain.look()
    chain.house.says("3B button", pressed="single")
    chain.look()
    now = chain.house.clock.now()
    first = summonses.due(chain.house.connection, "test", "webpush", True, False, phone, now)
    assert first is not None
    assert (first.proof, first.subject) == (False, "HØYT varsel: 3B")


def test_a_later_stage_in_which_nobody_has_a_way_is_named_and_alarms_nobody(tmp_path: Path) -> None:
    chain = Chain(tmp_path)
    chain.has("kari", "siri")
    ended = settled(chain)
    assert (ended.result, ended.leg, ended.reason) == ("in_part", "later", "later_stage")
    assert [(s.to, s.people, s.reached) for s in ended.record.later if s.people and not s.reached] == [
        (("leaders",), ("lise",), ())
    ]
    assert chain.house.alerts() == [], "a gap of the week is a task, and no news each shift"
    chain.house.stop()


def test_those_who_are_called_later_get_the_message_only_where_somebody_wants_that(chain: Chain) -> None:
    chain.has("kari")
    assert {s.person for s in settled(chain).record.sendings} == {"kari"}
    chain.house.passes(timedelta(minutes=2))
    now = chain.house.clock.now()
    asked = proving.ask(chain.house.connection, chain.house.site, "sol", "lise", now, everybody=True)
    assert isinstance(asked, Proof)
    for _ in range(3):
        chain.look()
        chain.broker_confirms()
        chain.courier()
    ended = chain.result(asked)
    assert ended.result == "held"
    assert {s.person for s in ended.record.sendings} == {"kari", "lise"}


@pytest.mark.parametrize(
    ("later", "asked", "planned", "hour", "expected"),
    [
        ("asked", True, False, 3, True),
        ("asked", False, True, 12, False),
        ("daytime", False, True, 12, True),
        ("daytime", False, True, 22, False),
        ("daytime", True, False, 22, True),
        ("never", True, False, 12, False),
    ],
)
def test_nobody_is_woken_by_a_planned_proof(
    later: str, asked: bool, planned: bool, hour: int, expected: bool
) -> None:
    site = read(SITE + f"proof: {{later: {later}}}\n")
    at = MORNING.astimezone(site.zone).replace(hour=hour, minute=0)
    assert writes_to_everybody(site, asked, planned, at) is expected
