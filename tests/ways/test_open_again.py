"""Somebody has an alert, asks for more hands, gives it back: who is called then, when, and by which words."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub import summons
from hub.calls import calls_of
from hub.desk import hand_back_all
from hub.more_hands import called_to_one
from hub.store import alerts, contacts, receipts, summonses
from hub.store.db import transaction
from hub.store.summonses import Summons
from rules.duration import parse_window
from rules.summons import FLOOD_OF, Preferences
from rules.wording import Voice, who_was_called_to_help
from tests.ways.test_mail_away import MIN, SECOND, away, courier, goes_on
from tests.ways.test_messages import SITE, messages
from tests.ways.test_reach_as_called import house as a_house
from tests.world import World, read

__all__ = ["away"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = a_house(tmp_path, "kari siri nils lise")
    yield made
    made.stop()


def waiting(house: World) -> list[Summons]:
    return [one for one in messages(house) if one.next_at is not None]


def is_called_all_the_time(house: World, person: str) -> None:
    """More than ten calls within ten minutes."""
    one = messages(house)[0]
    with transaction(house.connection):
        for _ in range(FLOOD_OF + 1):
            now = house.clock.now()
            alerts.add_event(house.connection, one.alert, now, "raised_again", None, "")
            step = alerts.newest_event(house.connection)
            sent = msgspec.structs.replace(one, id=0, event=step, person=person, next_at=None, sent_at=now)
            summonses.add(house.connection, sent)


@pytest.mark.parametrize("severity", ["medium", "low"])
def test_a_call_for_more_hands_waits_neither_for_a_flood_nor_for_quiet_hours(
    tmp_path: Path, severity: str
) -> None:
    house = a_house(tmp_path, "kari siri")
    house.imports(SITE.replace("{rule: door-open}", f"{{rule: door-open, severity: {severity}}}"))
    with transaction(house.connection):
        quiet = Preferences(parse_window("00:00-06:00"), timedelta(minutes=20))
        contacts.put_preferences(house.connection, "test", "siri", quiet, house.clock.now())
    house.says("3B door", open=True)
    house.passes(6 * MIN)
    id = house.alert("door-open").id
    is_called_all_the_time(house, "siri")
    house.desk.arrive(id, "kari")
    house.desk.act(id, "assist", "kari")
    [asked] = waiting(house)
    assert (asked.person, asked.held, asked.next_at) == ("siri", None, asked.created_at)
    house.stop()


def test_what_asked_for_more_hands_is_not_sent_any_more_once_nobody_has_the_alert(
    house: World, away: int
) -> None:
    house.says("3B button", pressed="single")
    id, out = house.alert("help-button").id, courier(house, away)
    house.desk.arrive(id, "kari")
    goes_on(house, out, lambda: False, 5 * SECOND)
    house.desk.act(id, "assist", "kari")
    goes_on(house, out, lambda: False, 20 * SECOND)
    assert {one.person for one in waiting(house)} == {"siri", "nils", "lise"}
    with transaction(house.connection):
        hand_back_all(house.connection, "test", "kari", house.clock.now())
    called = {(one.person, one.subject) for one in waiting(house)}
    assert called == {
        ("kari", "HØYT varsel: 3B"),
        ("siri", "HIGH alert: 3B"),
        ("nils", "HØGT varsel: 3B"),
        ("lise", "HØYT varsel: 3B"),
    }, "each once, and she too who handed it back: no mail gets through to anybody else"
    assert len(waiting(house)) == 4


@pytest.mark.parametrize("reached", ["accept", "arrive"])
def test_who_was_never_told_since_somebody_had_taken_it_is_told_once_nobody_has_it(
    house: World, away: int, reached: str
) -> None:
    house.says("3B button", pressed="single")
    goes_on(house, courier(house, away), lambda: False, 4 * MIN)
    house.desk.act(house.alert("help-button").id, "accept", "lise")
    if reached == "arrive":
        house.desk.arrive(house.alert("help-button").id, "lise")
    assert waiting(house) == []
    house.until(house.alert("help-button").due)
    called_so_far, instead = {"kari", "siri", "nils"}, {"lise"}
    assert {one.person for one in waiting(house)} == called_so_far | instead, "no mail of theirs gets through"


def test_who_hands_back_what_they_alone_were_called_for_is_not_called_others_are(
    house: World, away: int
) -> None:
    house.says("3B button", pressed="single")
    id, out = house.alert("help-button").id, courier(house, away)
    goes_on(house, out, lambda: False, 5 * SECOND)
    first = {one.person for one in messages(house)}
    assert first == {"kari"}, "she looks after whoever lives there"
    house.desk.accept(id, "kari")
    house.desk.act(id, "hand_back", "kari")
    goes_on(house, out, lambda: False, SECOND)
    called = [one for one in messages(house) if one.event > min(one.event for one in messages(house))]
    assert "siri" in {one.person for one in called}
    assert "kari" not in {one.person for one in called}
    goes_on(house, out, lambda: False, 3 * MIN)
    again = {one.person for one in messages(house) if one.event > max(one.event for one in called)}
    assert "kari" in again, "the calls that follow are to everybody of their stage"


def test_who_hands_back_is_called_where_there_is_nobody_else(tmp_path: Path) -> None:
    house = a_house(tmp_path, "kari")
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    before = max(one.event for one in messages(house))
    house.desk.accept(id, "kari")
    house.desk.act(id, "hand_back", "kari")
    assert {one.person for one in messages(house) if one.event > before} == {"kari"}
    house.stop()


def test_where_no_message_to_the_others_gets_out_who_handed_it_back_is_called_at_once(house: World) -> None:
    house.says("3B button", pressed="single")
    house.passes(30 * MIN)
    id = house.alert("help-button").id
    before = max(one.event for one in messages(house))
    house.desk.accept(id, "lise")
    house.desk.act(id, "hand_back", "lise")
    called = [one for one in messages(house) if one.event > before]
    assert {one.person for one in called} == {"kari", "siri", "nils"}
    now = house.clock.now()
    with transaction(house.connection):
        for one in called:
            lost = msgspec.structs.replace(one, next_at=None, attempts=1, failure="refused")
            summonses.put_failure(house.connection, lost)
            summons.did_not_go_out(house.connection, lost, now)
    assert {one.person for one in waiting(house)} == {"lise"}, "she alone can be reached"


def test_who_was_called_instead_is_called_again_once_nobody_has_the_alert(tmp_path: Path) -> None:
    house = a_house(tmp_path, "siri nils lise")
    house.says("3B button", pressed="single")
    [first] = waiting(house)
    with transaction(house.connection):
        receipts.note_sent(house.connection, [first.id], house.clock.now())
    id = house.alert("help-button").id
    instead = [e.reason for e in alerts.events(house.connection, id) if e.event == "called_instead"]
    assert instead == ["siri"], "Kari, who is in charge, has no way"
    house.desk.act(id, "accept", "lise")
    assert waiting(house) == []
    house.desk.act(id, "hand_back", "lise")
    assert {one.person for one in waiting(house)} == {"siri"}
    now_called = calls_of(house.connection, "test", id, house.clock.now()).instead_next
    assert [(came.what, came.by) for came in now_called] == [("calling", ("siri",))]
    house.stop()


def test_who_was_called_before_and_failed_then_is_not_relied_on_once_nobody_has_the_alert(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "kari siri")
    house.says("3B button", pressed="single")
    [first] = waiting(house)
    with transaction(house.connection):
        summonses.count_attempt(house.connection, [first.id])
    house.desk.act(house.alert("help-button").id, "accept", "lise")
    assert waiting(house) == []
    house.desk.act(house.alert("help-button").id, "hand_back", "lise")
    assert {one.person for one in waiting(house)} == {"kari", "siri"}
    house.stop()


def test_whose_address_fails_for_one_alert_is_not_relied_on_for_the_next(house: World) -> None:
    house.says("3B button", pressed="single")
    [first] = waiting(house)
    with transaction(house.connection):
        again_at = house.clock.now() + MIN
        later = msgspec.structs.replace(first, attempts=1, next_at=again_at, failure="timed out")
        summonses.put_failure(house.connection, later)
    house.says("3B door", open=True)
    house.passes(6 * MIN)
    [step] = [e for e in alerts.events(house.connection, house.alert("door-open").id) if e.event == "called"]
    assert {one.person for one in messages(house) if one.event == step.seq} == {"kari", "siri"}


def test_a_call_that_the_hub_has_not_come_to_is_not_said_to_have_been_made(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id

    def said() -> list[str]:
        known = calls_of(house.connection, "test", id, house.clock.now())
        return [came.what for came in known.groups.values()]

    def hands() -> str | None:
        now = house.clock.now()
        told = called_to_one(house.connection, "test", house.alert("help-button"), now)
        voice = Voice("nb", house.site.zone, now)
        return who_was_called_to_help(
            told.people, told.calling, told.held_up, told.groups, told.nobody, voice
        )

    assert said() == ["calling"]
    house.clock.at += 11 * SECOND
    assert said() == ["trying"]
    house.desk.arrive(id, "kari")
    house.desk.act(id, "assist", "kari")
    assert hands() == "Tilkaller: hele avdelingen"
    house.clock.at += 11 * SECOND
    assert hands() == "Når ikke fram til hele avdelingen ennå. Ring eller rop på hjelp"
    messages(house)
    assert hands() == "Tilkaller: siri"


def test_the_hub_of_another_site_that_catches_up_in_the_same_database_leaves_the_calls_alone(
    house: World,
) -> None:
    elsewhere = read(SITE.replace("site: test", "site: elsewhere"))
    summons.begin(house.connection, "elsewhere")
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    house.desk.act(id, "hand_back", "kari")
    called = waiting(house)
    assert called
    while summons.follow(house.connection, elsewhere, None, house.clock.now()):
        pass
    assert waiting(house) == called


def test_where_whoever_is_called_for_what_was_handed_back_is_refused_others_come_before_who_handed_it_back(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "kari siri nils lise")
    house.imports(SITE + "escalation: {high: {steps: [{after: 0 s, to: [assigned]}], repeat: 10 min}}\n")
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    house.desk.act(id, "hand_back", "kari")
    [siri] = waiting(house)
    assert siri.person == "siri"
    with transaction(house.connection):
        lost = msgspec.structs.replace(siri, next_at=None, attempts=1, failure="refused")
        assert summonses.put_failure(house.connection, lost)
        summons.did_not_go_out(house.connection, lost, house.clock.now())
    assert {one.person for one in waiting(house)} >= {"nils"}
    assert "kari" not in {one.person for one in waiting(house)}
    house.stop()
