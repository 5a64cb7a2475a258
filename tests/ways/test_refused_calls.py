"""Calls that are refused once they are under way, or overtaken: others are called at once, and each group is
told apart from the others.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dashboards.care.called import called_lines
from dashboards.house import read_house
from hub.calls import calls_of
from hub.store import alerts, escalations, receipts, summonses
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.summons import did_not_go_out
from rules.called import Calls
from rules.wording import Voice, trail_in_words, who_was_called, who_was_not_reached
from tests.ways.test_mail_away import MIN, SECOND
from tests.ways.test_messages import SITE, messages
from tests.ways.test_open_again import waiting
from tests.ways.test_reach_as_called import house as a_house
from tests.world import World

ONE_STAGE = "escalation: {high: {steps: [{after: 0 s, to: [assigned]}], repeat: 10 min}}\n"
TOGETHER = "escalation: {high: {steps: [{after: 0 s, to: [assigned, leaders]}], repeat: 10 min}}\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = a_house(tmp_path, "kari siri nils lise")
    yield made
    made.stop()


def refused(house: World, one: Summons) -> None:
    with transaction(house.connection):
        lost = msgspec.structs.replace(one, next_at=None, attempts=1, failure="550 no such mailbox")
        assert summonses.put_failure(house.connection, lost)
        did_not_go_out(house.connection, lost, house.clock.now())


def arrived(house: World, one: Summons) -> None:
    with transaction(house.connection):
        receipts.note_sent(house.connection, [one.id], house.clock.now())


def known(house: World) -> Calls:
    return calls_of(house.connection, "test", house.alert("help-button").id, house.clock.now())


def card(house: World) -> tuple[str | None, str | None]:
    voice = Voice("nb", house.site.zone, house.clock.now())
    escalation = escalations.get(house.connection, house.alert("help-button").id)
    called = who_was_called(escalation, known(house), str, voice)
    return called, who_was_not_reached(escalation, known(house), str, voice)


def trail(house: World) -> list[str]:
    voice = Voice("nb", house.site.zone, house.clock.now())
    steps = alerts.events(house.connection, house.alert("help-button").id)
    return [said for said in trail_in_words(steps, str, voice, known(house)) if said is not None][1:]


def test_the_only_stage_is_refused_for_good_and_others_are_called_at_once_one_circle_after_the_other(
    house: World,
) -> None:
    house.imports(SITE + ONE_STAGE)
    house.says("3B button", pressed="single")
    for whom in (["kari"], ["siri"], ["nils", "lise"]):
        called = waiting(house)
        assert [one.person for one in called] == whom
        for one in called:
            refused(house, one)
    assert waiting(house) == [], "there is nobody else"
    assert card(house)[1] == (
        "Prøvde ansvarlig pleier: ingen kunne nås. Neste: ansvarlig pleier kl.\N{NO-BREAK SPACE}02.20"
    )
    told = [(e.event, e.reason) for e in alerts.events(house.connection, house.alert("help-button").id)]
    assert [names for event, names in told if event == "called_instead"] == ["siri", "nils, lise"]
    assert trail(house) == [
        (
            "Prøvde ansvarlig pleier: ingen kunne nås. Prøvde siri: nådde ikke fram."
            " Prøvde nils og lise: nådde ikke fram"
        )
    ]


def test_whoever_is_called_in_stead_is_refused_and_the_next_stage_comes_at_once(tmp_path: Path) -> None:
    house = a_house(tmp_path, "siri lise")
    house.says("3B button", pressed="single")
    [instead] = waiting(house)
    assert instead.person == "siri"
    refused(house, instead)
    messages(house)
    house.passes(SECOND)
    trail = [
        e.reason
        for e in alerts.events(house.connection, house.alert("help-button").id)
        if e.event == "called"
    ]
    assert trail[:2] == ["assigned", "unit"]
    house.stop()


def test_who_hands_back_is_called_at_once_where_the_one_called_in_stead_is_refused(tmp_path: Path) -> None:
    house = a_house(tmp_path, "kari nils")
    house.imports(SITE + ONE_STAGE)
    house.says("3B button", pressed="single")
    [first] = waiting(house)
    arrived(house, first)
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    house.desk.act(id, "hand_back", "kari")
    [instead] = waiting(house)
    assert instead.person == "nils"
    called, unreached = card(house)
    assert called is None
    assert unreached is not None
    assert unreached.startswith("Varsler nils nå. Neste: ansvarlig pleier"), "nobody was tried in vain"
    refused(house, instead)
    messages(house)
    house.passes(SECOND)
    assert "kari" in {one.person for one in waiting(house)}
    house.stop()


def test_what_is_held_is_not_sent_any_more_once_the_alert_is_graver(tmp_path: Path) -> None:
    house = a_house(tmp_path, "kari siri")
    house.imports(SITE.replace("{rule: help-button}", "{rule: help-button, severity: low}"))
    house.says("3B button", pressed="single")
    [held] = waiting(house)
    assert (held.subject, held.held) == ("Lavt varsel: 3B", "gathered")
    house.imports(SITE)
    house.passes(MIN)
    house.says("3B button", pressed="single")
    assert [one.subject for one in waiting(house)] == ["HØYT varsel: 3B"]
    house.stop()


def test_each_group_of_a_call_is_told_by_its_own_messages(house: World) -> None:
    house.imports(SITE + TOGETHER)
    house.says("3B button", pressed="single")
    kari, lise = waiting(house)
    assert (kari.groups, lise.groups) == ("assigned", "leaders")
    refused(house, kari)
    arrived(house, lise)
    assert known(house).whose("called") == ["leaders"]
    assert known(house).whose("lost") == ["assigned"]
    called, unreached = card(house)
    assert called == "Varslet: leder"
    assert unreached is not None
    assert unreached.startswith("Prøvde ansvarlig pleier: nådde ikke fram. Neste:")
    assert trail(house) == ["Prøvde ansvarlig pleier: nådde ikke fram. Varslet: leder"]


def test_a_group_of_which_nobody_has_a_way_is_not_said_to_be_called_beside_another(tmp_path: Path) -> None:
    house = a_house(tmp_path, "lise")
    house.imports(SITE + TOGETHER)
    house.says("3B button", pressed="single")
    [lise] = waiting(house)
    arrived(house, lise)
    assert card(house)[0] == "Varslet: leder"
    assert known(house).whose("in_vain") == ["assigned"]
    house.stop()


def test_what_went_out_to_an_address_is_counted_apart_from_what_was_not_needed(house: World) -> None:
    house.says("3B button", pressed="single")
    [first] = waiting(house)
    arrived(house, first)
    house.passes(MIN)
    assert {one.person for one in waiting(house)} == {"kari", "siri"}
    house.desk.accept(house.alert("help-button").id, "kari")
    sent = [one for one in messages(house) if one.person == "kari"]
    assert [one.sent_at is not None for one in sent] == [True, False]
    voice = Voice("nb", house.site.zone, house.clock.now())
    [line] = called_lines(sent, read_house(house.connection, "test", house.clock.now()), voice)
    [way] = line.ways
    assert (way.times, way.waits) == (1, "")
    assert [step for step, _ in way.steps] == ["sendt"]


def test_with_those_on_duty_elsewhere_who_may_not_open_the_alert_comes_who_may(tmp_path: Path) -> None:
    house = a_house(tmp_path, "nils odd lise")
    house.says("3B button", pressed="single")
    assert {one.person for one in waiting(house)} == {"nils", "odd", "lise"}
    house.stop()


def test_a_group_without_a_way_is_not_said_to_be_called_since_somebody_else_handed_back(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "siri nils lise")
    house.imports(SITE + ONE_STAGE)
    house.says("3B button", pressed="single")
    [siri] = waiting(house)
    arrived(house, siri)
    id = house.alert("help-button").id
    house.desk.accept(id, "lise")
    house.desk.act(id, "hand_back", "lise")
    [siri] = waiting(house)
    assert known(house).whose("in_vain") == ["assigned"]
    arrived(house, siri)
    called, unreached = card(house)
    assert called is None
    assert unreached is not None
    assert unreached.startswith("Prøvde ansvarlig pleier: ingen kunne nås. Varslet i stedet: siri. Neste:")
    assert trail(house)[-1] == "Prøvde ansvarlig pleier: ingen kunne nås. Varslet i stedet: siri"
    house.stop()


def test_where_the_next_stage_has_come_nobody_is_called_in_stead_of_the_one_before(house: World) -> None:
    house.says("3B button", pressed="single")
    [kari] = waiting(house)
    refused(house, kari)
    house.passes(SECOND)  # the next stage is called before the hub comes to the step that nobody was reached
    by_stage = {one.person: one.groups for one in waiting(house)}
    assert by_stage == {"kari": "unit", "siri": "unit"}
    told = [e.event for e in alerts.events(house.connection, house.alert("help-button").id)]
    assert "called_instead" not in told


def test_whoever_is_called_in_stead_by_an_address_that_was_refused_is_told_apart_from_the_stage(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "nils lise", refused="nils")
    house.says("3B button", pressed="single")
    called = {one.person: one for one in waiting(house)}
    assert called.keys() == {"nils", "lise"}
    arrived(house, called["nils"])
    assert known(house).whose("in_vain") == ["assigned"]
    assert trail(house) == ["Prøvde ansvarlig pleier: ingen kunne nås. Varslet i stedet: nils"]
    house.stop()


def test_a_call_that_is_repeated_names_the_groups_that_it_went_to(tmp_path: Path) -> None:
    house = a_house(tmp_path, "lise")
    house.imports(SITE + TOGETHER.replace("10 min", "1 min"))
    house.says("3B button", pressed="single")
    for _ in range(2):
        for one in waiting(house):
            arrived(house, one)
        house.passes(MIN)
    for one in waiting(house):
        arrived(house, one)
    assert card(house)[0] == "Ingen har svart. Varslet på nytt: leder"
    house.stop()


def test_whose_message_was_held_when_the_alert_became_graver_is_called_and_not_passed_over(
    tmp_path: Path,
) -> None:
    house = a_house(tmp_path, "siri nils lise")
    plan = (
        "escalation: {low: {steps: [{after: 0 s, to: [unit]}], repeat: 4 h},"
        " high: {steps: [{after: 0 s, to: [assigned]}], repeat: 10 min}}\n"
    )
    house.imports(SITE.replace("{rule: help-button}", "{rule: help-button, severity: low}") + plan)
    house.says("3B button", pressed="single")
    assert [(one.person, one.held) for one in waiting(house)] == [("siri", "gathered")]
    house.imports(SITE + plan)
    house.passes(MIN)
    house.says("3B button", pressed="single")
    assert [(one.person, one.held) for one in waiting(house)] == [("siri", None)]
    house.stop()


def test_who_was_called_before_the_alert_became_graver_in_somebodys_hands_is_called_again(
    house: World,
) -> None:
    house.imports(SITE.replace("{rule: help-button}", "{rule: help-button, severity: medium}"))
    house.says("3B button", pressed="single")
    house.passes(6 * MIN)
    assert {one.person for one in waiting(house)} == {"kari", "siri"}
    id = house.alert("help-button").id
    house.desk.accept(id, "lise")
    house.imports(SITE)
    house.passes(MIN)
    house.says("3B button", pressed="single")
    house.desk.act(id, "hand_back", "lise")
    assert {(one.person, one.subject) for one in waiting(house)} == {
        ("kari", "HØYT varsel: 3B"),
        ("siri", "HIGH alert: 3B"),
    }


MILD_FOR_A_WHILE = SITE.replace("{rule: help-button}", "{rule: fall, severity_when_cleared: low}").replace(
    "  - {id: 3B button, room: 3B, role: help_button, gateway: native}\n",
    "  - {id: 3B radar, room: 3B, role: fall_detector, gateway: native}\n",
)


def test_who_was_called_while_the_alert_was_milder_is_called_to_the_grave_one_and_nobody_else_anew(
    house: World,
) -> None:
    house.imports(MILD_FOR_A_WHILE)
    house.says("3B radar", fall="confirmed")
    [kari] = waiting(house)
    arrived(house, kari)
    house.passes(20 * SECOND)
    house.says("3B radar", fall="cleared")
    house.passes(40 * SECOND)
    assert [(one.person, one.urgent) for one in waiting(house)] == [("kari", False), ("siri", False)]
    house.passes(20 * SECOND)
    house.says("3B radar", fall="confirmed")
    assert {(one.person, one.subject) for one in waiting(house)} == {
        ("kari", "HØYT varsel: 3B"),
        ("siri", "HIGH alert: 3B"),
    }
    for one in waiting(house):
        arrived(house, one)
    house.says("3B radar", fall="confirmed")
    house.says("3B radar", fall="cleared")
    house.says("3B radar", fall="confirmed")
    assert waiting(house) == [], "nobody was called to less since"


def test_a_milder_message_that_failed_is_not_sent_any_more_after_the_grave_one(house: World) -> None:
    house.imports(MILD_FOR_A_WHILE.replace("severity_when_cleared: low", "severity_when_cleared: medium"))
    house.says("3B radar", fall="confirmed")
    for one in waiting(house):
        arrived(house, one)
    house.says("3B radar", fall="cleared")
    house.passes(MIN)
    for one in waiting(house):
        with transaction(house.connection):
            later = msgspec.structs.replace(one, attempts=1, failure="451 busy")
            assert summonses.put_failure(house.connection, later)
    house.says("3B radar", fall="confirmed")
    assert {one.subject for one in waiting(house)} == {"HØYT varsel: 3B", "HIGH alert: 3B"}


def test_a_grave_message_that_failed_is_tried_on_though_the_alert_was_milder_for_a_while(
    house: World,
) -> None:
    house.imports(MILD_FOR_A_WHILE.replace("severity_when_cleared: low", "severity_when_cleared: medium"))
    house.says("3B radar", fall="confirmed")
    [kari] = waiting(house)
    with transaction(house.connection):
        later = msgspec.structs.replace(kari, attempts=1, failure="451 busy")
        assert summonses.put_failure(house.connection, later)
    house.says("3B radar", fall="cleared")
    house.says("3B radar", fall="confirmed")
    house.passes(MIN)
    assert kari.id in {one.id for one in waiting(house)}
