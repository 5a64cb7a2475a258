"""Calls that fail while somebody has the alert and asks for more hands, or that failed before: help goes on
to whoever can be reached, and what was mended counts again.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub.more_hands import MoreHands, called_to_one
from hub.store import alerts, contacts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.summons import did_not_go_out
from tests.ways.test_mail_away import MIN
from tests.ways.test_messages import SITE, messages
from tests.ways.test_open_again import waiting
from tests.ways.test_reach_as_called import house as a_house
from tests.ways.test_refused_calls import ONE_STAGE, arrived, refused, trail
from tests.world import World


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = a_house(tmp_path, "kari siri nils lise")
    yield made
    made.stop()


def marked(house: World, person: str, *, refused: bool) -> None:
    """The mailbox is no more, or took a message again."""
    with transaction(house.connection):
        now = house.clock.now()
        contact = Contact(person, "email", f"{person}@example.org")
        contacts.note_answer(house.connection, "test", contact, now if refused else None)


def busy(house: World, one: Summons) -> None:
    """The mail server says 451: it is tried again later."""
    with transaction(house.connection):
        at = house.clock.now() + MIN
        later = msgspec.structs.replace(one, next_at=at, attempts=one.attempts + 1, failure="451 busy")
        assert summonses.put_failure(house.connection, later)
        did_not_go_out(house.connection, later, house.clock.now())


def untried(house: World) -> list[Summons]:
    return [one for one in waiting(house) if not one.attempts]


def has_it(house: World, person: str) -> int:
    """Was called, came, and asks for more hands."""
    house.says("3B button", pressed="single")
    for one in waiting(house):
        arrived(house, one)
    id = house.alert("help-button").id
    house.desk.arrive(id, person)
    messages(house)
    return id


def hands(house: World) -> MoreHands:
    return called_to_one(house.connection, "test", house.alert("help-button"), house.clock.now())


def test_addresses_that_were_mended_are_called_by_the_repeats_of_an_alert_that_is_still_open(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    for _ in range(8):
        for one in waiting(house):
            marked(house, one.person, refused=True)
            refused(house, one)
        house.passes(timedelta(seconds=1))
    assert waiting(house) == []
    for person in ("kari", "siri", "nils"):
        marked(house, person, refused=False)
    house.passes(6 * MIN)
    assert {one.person for one in waiting(house)} == {"kari", "siri", "lise"}, "lise in vain, by her address"


@pytest.mark.parametrize("fails", [refused, busy])
def test_where_the_last_stage_fails_those_on_duty_elsewhere_and_whoever_may_open_it_are_called_to_help(
    house: World, fails: Callable[[World, Summons], None]
) -> None:
    house.imports(SITE + ONE_STAGE.replace("assigned", "unit"))
    id = has_it(house, "kari")
    house.desk.act(id, "assist", "kari")
    for whom in (["siri"], ["nils", "lise"]):
        called = untried(house)
        assert [one.person for one in called] == whom
        for one in called:
            fails(house, one)
    assert untried(house) == [], "there is nobody else"
    assert hands(house).nobody == (fails is refused)


def test_where_the_last_stage_hangs_others_are_called_once_and_the_trail_says_of_each_what_came(
    house: World,
) -> None:
    house.imports(SITE + ONE_STAGE.replace("assigned", "unit"))
    id = has_it(house, "kari")
    house.desk.act(id, "assist", "kari")
    [siri] = untried(house)
    busy(house, siri)
    nils, lise = untried(house)
    arrived(house, nils)
    assert lise.person == "lise"
    for one in waiting(house):
        busy(house, one)
    assert untried(house) == []
    assert trail(house)[-1] == "Prøver hele avdelingen: når ikke fram ennå. Varslet i stedet: nils"
    assert hands(house).people == ("nils",)


def test_help_that_somebody_else_asked_for_goes_out_though_who_has_the_alert_says_that_they_are_there(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "lise")
    [siri] = untried(house)
    busy(house, siri)
    called = {one.person for one in waiting(house)}
    assert {"siri", "nils"} <= called
    house.desk.arrive(id, "kari")
    assert {one.person for one in waiting(house)} == called
    assert not hands(house).nobody
    house.desk.act(id, "hand_back", "kari")
    assert not {one.event for one in waiting(house)} & {siri.event}, "all are called anew"


def test_who_comes_is_not_called_to_help_any_more_and_the_others_are(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    [siri] = untried(house)
    busy(house, siri)
    assert {one.person for one in waiting(house)} == {"siri", "nils"}
    house.desk.arrive(id, "siri")
    assert {one.person for one in waiting(house)} == {"nils"}


def test_who_is_on_duty_and_at_whom_something_fails_is_tried_all_the_same_beside_the_next_stage(
    house: World,
) -> None:
    house.says("3B door", open=True)
    house.passes(6 * MIN)
    [kari] = waiting(house)
    arrived(house, kari)
    house.passes(5 * MIN)
    [siri] = [one for one in waiting(house) if one.person == "siri"]
    with transaction(house.connection):
        in_ten = house.clock.now() + 10 * MIN
        later = msgspec.structs.replace(siri, attempts=9, next_at=in_ten, failure="451 busy")
        assert summonses.put_failure(house.connection, later)
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    called = {one.person for one in waiting(house) if one.alert == id}
    assert called == {"siri", "nils"}
    assert trail(house)[-2:] == ["Varsler hele avdelingen nå", "Varsler naboavdelingen nå"]


def test_a_stage_whose_messages_never_went_out_does_not_count_as_called_when_more_hands_are_asked_for(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    for _ in range(4):
        for one in untried(house):
            busy(house, one)
        house.passes(MIN)
    assert {one.person for one in waiting(house)} == {"kari", "siri", "nils"}
    house.desk.accept(id, "kari")
    assert waiting(house) == []
    house.passes(5 * MIN)
    house.desk.act(id, "assist", "kari")
    assert {one.person for one in waiting(house)} == {"siri", "nils", "lise"}
    asked = [one for one in alerts.events(house.connection, id) if one.event == "called"]
    assert asked[-1].reason == "unit, neighbours, leaders"


def test_who_could_reach_nobody_can_ask_again_and_all_are_tried_again(house: World) -> None:
    id = has_it(house, "kari")
    house.desk.act(id, "assist", "kari")
    for _ in range(6):
        for one in waiting(house):
            refused(house, one)
    assert hands(house).nobody
    house.passes(MIN)
    house.desk.act(id, "assist", "kari")
    assert {one.person for one in waiting(house)} == {"siri", "nils", "lise"}
    assert not hands(house).nobody


def test_help_at_an_alert_that_is_not_high_is_as_urgent_as_what_is_high(house: World) -> None:
    house.imports(SITE.replace("{rule: help-button}", "{rule: help-button, severity: low}"))
    has_it(house, "kari")
    house.desk.act(house.alert("help-button").id, "assist", "kari")
    help = [one for one in messages(house) if one.subject.startswith(("Flere må komme", "More hands"))]
    assert help
    assert all(one.urgent for one in help), "tried again each minute at least, by all of their ways"


def test_help_that_was_asked_for_is_called_anew_where_the_alert_becomes_graver_meanwhile(
    house: World,
) -> None:
    house.imports(SITE.replace("{rule: help-button}", "{rule: help-button, severity: low}"))
    id = has_it(house, "kari")
    house.desk.act(id, "assist", "kari")
    called = {one.person for one in untried(house)}
    for one in untried(house):
        busy(house, one)
    house.imports(SITE)
    house.passes(MIN)
    house.says("3B button", pressed="single")
    messages(house)
    milder = ("Lavt", "Lågt", "Low")
    assert {one.person for one in waiting(house)} >= called - {"kari"}
    assert [one.subject for one in waiting(house) if any(word in one.subject for word in milder)] == []
