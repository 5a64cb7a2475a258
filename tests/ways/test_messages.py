"""From a press in the night to a message on a carer's phone: who is written to, once, and what it says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hub import alerting, summons
from hub.calls import calls_of
from hub.duty import Duty
from hub.more_hands import called_to_one
from hub.reach import say_usable_ways
from hub.store import alerts, contacts, escalations, shifts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.summonses import Summons
from hub.ways.courier import Courier
from hub.ways.way import NotConfigured
from rules.duty import Shift, StaffAbsence
from rules.proof_verdict import Sending, told_of_phones
from rules.wording import Voice, trail_in_words, who_was_called, who_was_not_reached
from rules.wording.summons import body_of_several
from tests.world import World

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida, neighbours: [nord]}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}, {id: stua, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices:
  - {id: 3B button, room: 3B, role: help_button, gateway: native}
  - {id: 3B door, room: 3B, role: outer_door, gateway: native}
rules: [{rule: help-button}, {rule: door-open}]
people:
  - {id: kari, name: Kari, role: carer, units: [sol]}
  - {id: siri, name: Siri, role: carer, units: [sol], language: en}
  - {id: nils, name: Nils, role: carer, units: [nord], language: nn}
  - {id: lise, name: Lise, role: leader}
  - {id: odd, name: Odd, role: carer, units: [sol]}
"""
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
MIN = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NIGHT)
    summons.begin(made.connection, "test")
    with transaction(made.connection):
        for person in ("kari", "siri", "nils", "lise"):
            contacts.put(made.connection, "test", Contact(person, "email", f"{person}@example.org"), NIGHT)
        contacts.put(
            made.connection, "test", Contact("kari", "webhook", "https://pager.example.org/k"), NIGHT
        )
        for person, unit, own in (("kari", "sol", ("r-anna",)), ("siri", "sol", ()), ("nils", "nord", ())):
            hours = timedelta(hours=5)
            shift = Shift(0, person, (unit,), "carer", NIGHT - hours, NIGHT + hours, own)
            shifts.add(made.connection, "test", shift)
    yield made
    made.stop()


def messages(house: World) -> list[Summons]:
    """All that were put into the outbox, the hub's summoner having looked until nothing was left."""
    while summons.follow(house.connection, house.site, "https://vaka.example.org", house.clock.now()):
        pass
    return [one for alert in house.alerts() for one in summonses.of_alert(house.connection, alert.id)]


def told(house: World) -> list[tuple[str, str]]:
    return [(one.person, one.way) for one in messages(house)]


def test_the_carer_in_charge_is_written_to_at_once_by_all_their_ways(house: World) -> None:
    house.says("3B button", pressed="single")
    assert told(house) == [("kari", "email"), ("kari", "webhook")]


def test_whoever_is_next_is_written_to_when_nobody_answers(house: World) -> None:
    house.says("3B button", pressed="single")
    house.passes(3 * MIN)
    assert told(house)[2:] == [("kari", "email"), ("kari", "webhook"), ("siri", "email"), ("nils", "email")]


def test_a_message_names_the_place_and_never_the_person_or_what_is_wrong(house: World) -> None:
    house.says("3B button", pressed="single")
    house.passes(1 * MIN)
    norwegian, english = messages(house)[0], messages(house)[-1]
    assert norwegian.subject == "HØYT varsel: 3B"
    assert norwegian.body == (
        f"Åpne Vaka for å se hva det gjelder og ta det.\nhttps://vaka.example.org/alerts/{norwegian.alert}\n"
    )
    board = body_of_several(norwegian.body)
    assert board == "Åpne Vaka for å se hva det gjelder og ta det.\nhttps://vaka.example.org\n"
    assert (english.person, english.subject) == ("siri", "HIGH alert: 3B")
    assert "Anna" not in norwegian.subject + norwegian.body
    assert norwegian.urgent


def test_each_is_written_to_in_their_own_language(house: World) -> None:
    house.says("3B button", pressed="single")
    house.passes(3 * MIN)
    said = {one.person: (one.subject, one.body.splitlines()[0]) for one in messages(house)}
    assert said == {
        "kari": ("HØYT varsel: 3B", "Åpne Vaka for å se hva det gjelder og ta det."),
        "nils": ("HØGT varsel: 3B", "Opne Vaka for å sjå kva det gjeld og ta det."),
        "siri": ("HIGH alert: 3B", "Open Vaka to see what it is about and to take it."),
    }


def test_a_repeated_call_says_that_nobody_has_answered(house: World) -> None:
    house.says("3B button", pressed="single")
    house.passes(10 * MIN)
    last = messages(house)[-1]
    assert (last.person, last.subject) == ("lise", "Ingen har svart. HØYT varsel: 3B")


def test_what_is_not_high_goes_by_the_first_way_alone(house: World) -> None:
    house.says("3B door", open=True)
    house.passes(6 * MIN)
    assert [a.severity for a in house.alerts()] == ["medium"]
    assert told(house) == [("kari", "email")]


def test_what_is_not_high_goes_by_the_first_way_that_the_hub_has(house: World) -> None:
    with transaction(house.connection):
        say_usable_ways(house.connection, "test", {"webhook"}, NIGHT)
    house.says("3B door", open=True)
    house.passes(6 * MIN)
    assert told(house) == [("kari", "webhook")]
    (alert,) = house.alerts()
    assert "reached_nobody" not in {step.event for step in alerts.events(house.connection, alert.id)}


def test_when_somebody_has_it_what_still_waits_is_not_sent_any_more(house: World) -> None:
    house.says("3B button", pressed="single")
    assert all(one.next_at is not None for one in messages(house))
    house.desk.accept(house.alert("help-button").id, "siri")
    assert {(one.next_at, one.failure) for one in messages(house)} == {(None, "somebody has it")}


def test_a_call_for_more_hands_goes_out_although_somebody_has_the_alert(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    messages(house)
    house.desk.arrive(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    asked = [one for one in messages(house) if one.next_at is not None]
    assert [(one.person, one.subject) for one in asked] == [("siri", "More hands are needed. HIGH alert: 3B")]


def test_who_asks_for_more_hands_and_is_alone_on_duty_is_not_called_herself(house: World) -> None:
    with transaction(house.connection):
        ill = StaffAbsence(0, "siri", NIGHT - MIN, NIGHT + 60 * MIN, "lise")
        shifts.add_absence(house.connection, "test", ill)
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    asked = {one.person for one in messages(house) if one.next_at is not None}
    assert asked == {"nils"}, "the next stage that holds anybody else: the unit next door"
    assert [(e.event, e.reason) for e in alerts.events(house.connection, id)][-4:] == [
        ("called", "unit"),
        ("reached_nobody", "unit"),
        ("called", "neighbours, night_patrol"),
        ("nobody_in", "night_patrol"),
    ]


def test_a_call_for_more_hands_goes_past_every_stage_that_reaches_nobody_else(house: World) -> None:
    with transaction(house.connection):
        for person in ("siri", "nils"):
            ill = StaffAbsence(0, person, NIGHT - MIN, NIGHT + 60 * MIN, "lise")
            shifts.add_absence(house.connection, "test", ill)
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    assert {one.person for one in messages(house) if one.next_at is not None} == {"lise"}
    trail = [(e.event, e.reason) for e in alerts.events(house.connection, id)]
    assert trail[-1] == ("called", "leaders"), trail
    told = json.loads(house.outbox()[-1].payload)
    assert told["called"][-1] == "leaders"


def test_a_call_for_more_hands_that_reaches_none_of_its_stages_reaches_whoever_is_left(house: World) -> None:
    with transaction(house.connection):
        for person in ("siri", "nils", "lise"):
            contacts.delete(house.connection, "test", Contact(person, "email", f"{person}@example.org"))
        contacts.put(house.connection, "test", Contact("odd", "email", "odd@example.org"), NIGHT)
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    assert {one.person for one in messages(house) if one.next_at is not None} == {"odd"}
    trail = [(e.event, e.reason) for e in alerts.events(house.connection, id)]
    assert trail[-2:] == [("reached_nobody", "leaders"), ("called_instead", "odd")]


def test_a_call_for_more_hands_waits_for_no_gathering_though_the_alert_is_low(tmp_path: Path) -> None:
    house = World(tmp_path, SITE.replace("{rule: door-open}", "{rule: door-open, severity: low}"), NIGHT)
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("siri", "email", "siri@example.org"), NIGHT)
    summons.begin(house.connection, "test")
    house.says("3B door", open=True)
    house.passes(6 * MIN)
    [alert] = house.alerts()
    assert {one.held for one in messages(house)} == {"gathered"}
    house.desk.arrive(alert.id, "kari")
    messages(house)
    house.desk.act(alert.id, "assist", "kari")
    [asked] = [one for one in messages(house) if one.next_at is not None]
    assert (asked.subject, asked.held) == ("More hands are needed. Low alert: 3B", None)
    assert asked.next_at == asked.created_at
    house.stop()


def test_what_is_about_a_unit_is_told_by_its_name_and_not_by_the_houses(house: World) -> None:
    silent = (Sending("kari", "webpush", NIGHT, phone="p1", device="Pixel"),)
    with transaction(house.connection):
        alerting.take(house.connection, "test", *told_of_phones("sol", silent, NIGHT), NIGHT)
    assert {one.subject for one in messages(house)} == {"Lavt varsel: Solsida", "Low alert: Solsida"}


def test_looking_again_or_starting_anew_writes_to_nobody_twice(house: World) -> None:
    house.says("3B button", pressed="single")
    before = messages(house)
    house.restart()
    summons.begin(house.connection, "test")
    assert messages(house) == before


def test_a_group_without_any_way_to_be_reached_stands_in_the_alerts_trail(house: World) -> None:
    with transaction(house.connection):
        for contact in contacts.everything(house.connection, "test"):
            if contact.person != "lise":
                contacts.delete(house.connection, "test", contact)
    house.says("3B button", pressed="single")
    messages(house)
    trail = alerts.events(house.connection, house.alert("help-button").id)
    told = [(e.event, e.reason) for e in trail]
    assert told[-2:] == [("reached_nobody", "assigned"), ("called_instead", "lise")]


def nobody_can_be_reached_but(house: World, *people: str) -> None:
    with transaction(house.connection):
        for contact in contacts.everything(house.connection, "test"):
            if contact.person not in people:
                contacts.delete(house.connection, "test", contact)


def calls(house: World) -> list[tuple[str, str]]:
    """The calls of the one alert, the hub's rounds and its summoner taking turns for ten seconds."""
    for _ in range(10):
        messages(house)
        house.passes(timedelta(seconds=1))
    trail = alerts.events(house.connection, house.alert("help-button").id)
    return [(e.event, e.reason) for e in trail if e.event in ("called", "called_in_vain", "reached_nobody")]


def board(house: World) -> tuple[str | None, str | None]:
    """Who the card says was called, and who could not be reached."""
    escalation = escalations.get(house.connection, house.alert("help-button").id)
    voice = Voice("nb", house.site.zone, house.clock.now())
    known = calls_of(house.connection, "test", house.alert("help-button").id, house.clock.now())
    return who_was_called(escalation, known, str, voice), who_was_not_reached(escalation, known, str, voice)


def trail(house: World) -> list[str]:
    """The calls of the one alert as its trail says them."""
    steps = alerts.events(house.connection, house.alert("help-button").id)
    known = calls_of(house.connection, "test", house.alert("help-button").id, house.clock.now())
    voice = Voice("nb", house.site.zone, house.clock.now())
    return [said for said in trail_in_words(steps, str, voice, known) if said is not None][1:]


def test_where_nobody_has_a_way_each_stage_follows_at_once_and_the_board_says_that_nobody_was_reached(
    house: World,
) -> None:
    nobody_can_be_reached_but(house)
    house.says("3B button", pressed="single")
    stages = ("assigned", "unit", "neighbours, night_patrol", "leaders")
    assert calls(house) == [step for to in stages for step in (("called", to), ("reached_nobody", to))]
    house.passes(4 * MIN)
    called, unreached = board(house)
    assert called is None
    assert unreached is not None
    assert unreached.startswith("Ingen kunne nås. Neste: leder kl.")
    house.passes(2 * MIN)
    assert calls(house)[-2:] == [("called_in_vain", "leaders"), ("reached_nobody", "leaders")]


def test_where_mail_is_the_only_way_and_is_not_set_up_the_call_goes_on_as_where_there_is_no_way(
    house: World,
) -> None:
    with transaction(house.connection):
        contacts.delete(house.connection, "test", Contact("kari", "webhook", "https://pager.example.org/k"))
        say_usable_ways(house.connection, "test", {"webpush"}, NIGHT)
    house.says("3B button", pressed="single")
    assert calls(house)[-2:] == [("called", "leaders"), ("reached_nobody", "leaders")]


def test_a_call_whose_last_message_is_refused_for_good_has_reached_nobody(house: World) -> None:
    house.says("3B button", pressed="single")
    messages(house)
    one = Courier(house.database, lambda: house.site, NotConfigured("email"), house.clock)
    one.deliver(house.connection)
    assert "reached_nobody" not in house.trail(house.alert("help-button")), "her pager has not been tried yet"
    two = Courier(house.database, lambda: house.site, NotConfigured("webhook"), house.clock)
    two.deliver(house.connection)
    assert calls(house)[:3] == [("called", "assigned"), ("reached_nobody", "assigned"), ("called", "unit")]
    called, unreached = board(house)
    assert called == "Varsler hele avdelingen nå"
    assert unreached is not None
    assert unreached.startswith(
        "Prøvde ansvarlig pleier: ingen kunne nås. Neste: naboavdelingen og nattpatruljen"
    )
    assert trail(house) == ["Prøvde ansvarlig pleier: ingen kunne nås", "Varsler hele avdelingen nå"]


def test_a_patrol_that_is_not_on_duty_is_not_said_to_be_called(house: World) -> None:
    house.says("3B button", pressed="single")
    for _ in range(3):
        house.passes(2 * MIN)
        told(house)
    alert = house.alert("help-button")
    steps = alerts.events(house.connection, alert.id)
    step = next(s for s in steps if s.event == "called" and "night_patrol" in s.reason)
    assert step.reason == "neighbours, night_patrol"
    known = calls_of(house.connection, "test", alert.id, house.clock.now())
    assert "neighbours" in known.groups
    assert "night_patrol" not in known.groups
    assert "Prøver naboavdelingen: når ikke fram ennå" in trail(house)


def test_where_others_were_called_instead_of_the_carer_in_charge_the_board_says_so(house: World) -> None:
    nobody_can_be_reached_but(house, "siri")
    house.says("3B button", pressed="single")
    assert calls(house) == [("called", "assigned"), ("reached_nobody", "assigned")], (
        "who was told has her time"
    )
    assert board(house)[1] == (
        "Prøvde ansvarlig pleier: ingen kunne nås. Varsler siri nå."
        " Neste: hele avdelingen kl.\N{NO-BREAK SPACE}02.11"
    )
    assert trail(house) == ["Prøvde ansvarlig pleier: ingen kunne nås. Varsler siri nå"]


def test_who_was_called_instead_is_named_as_long_as_no_stage_is_reached(house: World) -> None:
    nobody_can_be_reached_but(house, "odd")
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("odd", "email", "odd@example.org"), NIGHT)
    house.says("3B button", pressed="single")
    for _ in range(12):
        calls(house)
    called, unreached = board(house)
    assert called is None
    assert unreached is not None
    assert unreached.startswith(
        "Prøvde ansvarlig pleier, hele avdelingen, naboavdelingen, nattpatruljen og leder: ingen kunne nås."
        " Prøver odd: når ikke fram ennå. Neste: leder"
    )
    assert trail(house)[:2] == [
        "Prøvde ansvarlig pleier: ingen kunne nås. Prøver odd: når ikke fram ennå",
        "Prøvde hele avdelingen: ingen kunne nås",
    ]


def test_a_call_that_turns_out_later_to_have_reached_nobody_is_not_told_as_if_it_had(house: World) -> None:
    house.says("3B button", pressed="single")
    messages(house)
    house.passes(5 * MIN)
    for way in ("email", "webhook"):
        Courier(house.database, lambda: house.site, NotConfigured(way), house.clock).deliver(house.connection)
    told = trail(house)
    assert told[0] == "Prøvde ansvarlig pleier"
    assert "Prøvde ansvarlig pleier: ingen kunne nås" in told
    assert not any(one.startswith(("Varslet: ansvarlig pleier", "Varsler ansvarlig pleier")) for one in told)


def test_a_group_that_is_reached_when_it_is_called_again_is_not_said_to_be_out_of_reach(house: World) -> None:
    nobody_can_be_reached_but(house, "kari")
    house.says("3B button", pressed="single")
    house.passes(6 * MIN)
    messages(house)
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("lise", "email", "lise@example.org"), NIGHT)
    house.passes(5 * MIN)
    messages(house)
    called, unreached = board(house)
    assert called == "Ingen har svart. Varsler på nytt: leder"
    assert unreached is not None
    assert "leder." not in unreached


def test_a_plan_whose_first_stage_is_its_only_one_says_who_was_called_and_when_they_are_called_again(
    tmp_path: Path,
) -> None:
    plan = "escalation: {high: {steps: [{after: 0 s, to: [leaders]}], repeat: 4 min}}\n"
    house = World(tmp_path, SITE + plan, NIGHT)
    house.says("3B button", pressed="single")
    assert board(house) == ("Varslet: leder. Neste: leder kl.\N{NO-BREAK SPACE}02.14", None)
    house.stop()


def test_what_was_called_before_there_were_messages_is_not_sent_afterwards(tmp_path: Path) -> None:
    house = World(tmp_path, SITE, NIGHT)
    house.says("3B button", pressed="single")
    summons.begin(house.connection, "test")
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("kari", "email", "kari@example.org"), NIGHT)
    assert messages(house) == []
    house.stop()


def test_after_an_outage_those_who_are_on_duty_now_are_written_to_and_not_those_who_have_gone(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    messages(house)
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("odd", "email", "odd@example.org"), NIGHT)
        evening = Shift(0, "odd", ("sol",), "carer", NIGHT + 5 * 60 * MIN, NIGHT + 13 * 60 * MIN, ("r-anna",))
        shifts.add(house.connection, "test", evening)
    house.stop()
    house.clock.at += 6 * 60 * MIN  # kari, siri and nils went home an hour ago
    house.start()
    house.passes(timedelta(0))
    assert {one.person for one in messages(house)[2:]} == {"odd", "lise"}


def test_where_nobody_meant_has_a_way_others_are_called_at_once(house: World) -> None:
    with transaction(house.connection):
        for contact in contacts.of(house.connection, "test", "kari"):
            contacts.delete(house.connection, "test", contact)
    house.says("3B button", pressed="single")
    assert told(house) == [("siri", "email")]


def test_a_last_stage_that_reaches_nobody_does_not_end_in_silence(house: World) -> None:
    with transaction(house.connection):
        contacts.delete(house.connection, "test", Contact("lise", "email", "lise@example.org"))
    house.says("3B button", pressed="single")
    house.passes(4 * MIN)
    before = len(messages(house))
    house.passes(MIN)
    last = messages(house)[before:]
    assert {one.person for one in last} == {"kari", "siri"}
    house.passes(11 * MIN)
    again = messages(house)[before + len(last) :]
    assert {one.person for one in again} == {"kari", "siri"}
    assert all(one.subject.startswith(("Ingen har svart", "Nobody has answered")) for one in again)


def test_where_no_stage_reaches_anybody_any_more_who_was_not_told_yet_is_called_with_the_last(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    before = told(house)
    with transaction(house.connection):
        for person in ("kari", "siri", "nils", "lise"):
            for contact in contacts.of(house.connection, "test", person):
                contacts.delete(house.connection, "test", contact)
        contacts.put(house.connection, "test", Contact("odd", "email", "odd@example.org"), NIGHT)
    house.passes(5 * MIN)
    assert (before, told(house)) == ([("kari", "email"), ("kari", "webhook")], [*before, ("odd", "email")])


def test_what_waits_for_its_next_try_does_not_wait_longer_when_the_clock_is_set_back(house: World) -> None:
    house.says("3B button", pressed="single")
    one = messages(house)[0]
    house.clock_is_moved(-60 * MIN)
    after = summonses.get(house.connection, "test", one.id)
    assert after is not None
    assert after.next_at is not None
    assert after.next_at <= house.clock.now()


def test_a_step_that_cannot_be_made_a_message_costs_no_other_its_own(house: World) -> None:
    house.connection.execute(
        "INSERT INTO contact_preference (site, person, quiet_from, quiet_until, gather_s, set_at)"
        " VALUES ('test', 'kari', 'nonsense', 'x', 300, 0)"
    )
    house.says("3B button", pressed="single")
    assert told(house) == []
    assert "reached_nobody" in house.trail(house.alert("help-button"))
    house.passes(3 * MIN)
    assert "nils" in {person for person, _ in told(house)}


def test_an_alert_whose_owner_works_here_no_more_is_open_and_called_again_at_once(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    messages(house)
    house.desk.arrive(id, "kari")
    before = len(messages(house))
    house.imports(SITE.replace("  - {id: kari, name: Kari, role: carer, units: [sol]}\n", ""))
    assert house.alert("help-button").state == "open"
    assert {one.person for one in messages(house)[before:]} == {"siri"}
    house.desk.arrive(id, "siri")
    house.imports(SITE)
    assert house.alert("help-button").state == "arrived", "whoever still works here keeps it"


def test_a_call_for_more_hands_goes_out_though_who_asks_says_next_that_they_are_there(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    house.desk.arrive(id, "kari")  # before the summoner has looked
    asked = {one.person for one in messages(house) if one.next_at is not None}
    assert asked == {"siri"}
    assert called_to_one(house.connection, "test", house.alert("help-button"), house.clock.now()).calling == (
        "siri",
    )


def test_a_call_for_more_hands_is_sent_no_more_to_somebody_who_is_there_already(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    messages(house)
    house.desk.act(id, "assist", "kari")
    messages(house)
    house.desk.arrive(id, "siri")
    assert not [one for one in messages(house) if one.next_at is not None]
    told = called_to_one(house.connection, "test", house.alert("help-button"), house.clock.now())
    assert (told.people, told.nobody) == (("siri",), False), "she has seen it, and came"


def test_who_took_it_cannot_hand_back_what_somebody_else_is_at(house: World) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    house.desk.arrive(id, "siri")
    assert house.desk.act(id, "hand_back", "kari").reason == "somebody else has it"
    assert house.alert("help-button").arrived_by == "siri"


def test_who_was_called_instead_and_refused_is_not_said_to_be_called(house: World) -> None:
    nobody_can_be_reached_but(house, "odd")
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("odd", "email", "odd@example.org"), NIGHT)
    house.says("3B button", pressed="single")
    messages(house)
    assert trail(house) == ["Prøvde ansvarlig pleier: ingen kunne nås. Varsler odd nå"]
    refused = [one for one in messages(house) if one.person == "odd"]
    with transaction(house.connection):
        for one in refused:
            again = msgspec.structs.replace(one, attempts=1, failure="451")
            summonses.put_failure(house.connection, again)
            summonses.count_attempt(house.connection, [one.id])
    assert trail(house) == ["Prøvde ansvarlig pleier: ingen kunne nås. Prøver odd: når ikke fram ennå"]
    with transaction(house.connection):
        for one in refused:
            summonses.put_failure(house.connection, msgspec.structs.replace(one, next_at=None, failure="550"))
    assert trail(house) == ["Prøvde ansvarlig pleier: ingen kunne nås. Prøvde odd: nådde ikke fram"]
    assert calls_of(house.connection, "test", house.alert("help-button").id, house.clock.now()).instead == ()


def test_an_alert_whose_owner_is_registered_as_absent_is_open_and_the_others_are_called_at_once(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    messages(house)
    id = house.alert("help-button").id
    house.desk.accept(id, "kari")
    house.passes(1 * MIN)
    duty = Duty(house.connection, house.site, house.clock)
    duty.absent("kari", NIGHT - 60 * MIN, NIGHT + 600 * MIN, "lise")
    house.passes(timedelta(seconds=1))
    assert house.alert("help-button").state == "open"
    assert [event for event in house.trail(house.alert("help-button")) if event != "raised"][-2:] == [
        "owner_absent",
        "called",
    ]
    assert told(house)[2:] == [("siri", "email")]
    house.desk.accept(id, "kari")
    house.passes(2 * MIN)
    assert house.alert("help-button").state == "accepted", "she came all the same, and says that it is hers"


def test_an_absence_that_was_registered_ahead_frees_what_its_person_has_when_it_begins(house: World) -> None:
    duty = Duty(house.connection, house.site, house.clock)
    duty.absent("kari", NIGHT + 5 * MIN, NIGHT + 600 * MIN, "lise")
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "kari")
    house.passes(4 * MIN)
    assert house.alert("help-button").state == "arrived"
    house.passes(1 * MIN)
    assert house.alert("help-button").state == "open"


def test_whoever_signed_in_all_the_same_keeps_what_they_have_until_that_shift_is_over(house: World) -> None:
    duty = Duty(house.connection, house.site, house.clock)
    duty.absent("kari", NIGHT + 5 * MIN, NIGHT + 600 * MIN, "lise")
    assert isinstance(duty.sign_in("kari", "carer", ["sol"], [], NIGHT + 30 * MIN), Shift)
    house.says("3B button", pressed="single")
    assert ("kari", "email") in told(house)
    house.desk.arrive(house.alert("help-button").id, "kari")
    house.passes(29 * MIN)
    assert house.alert("help-button").state == "arrived"
    house.passes(1 * MIN)
    assert house.alert("help-button").state == "open"


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("role: carer, units: [sol]}", "role: carer, units: [nord]}"),
        ("role: carer, units: [sol]}", "role: technician}"),
        ("role: carer, units: [sol]}", "role: privacy_officer}"),
    ],
)
def test_an_alert_that_is_closed_to_its_owner_now_is_open_and_called_again_at_once(
    house: World, line: str, instead: str
) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    messages(house)
    house.desk.arrive(id, "kari")
    before = len(messages(house))
    house.imports(SITE.replace(f"name: Kari, {line}", f"name: Kari, {instead}"))
    assert house.alert("help-button").state == "open"
    assert "owner_shut_out" in house.trail(house.alert("help-button"))
    assert {one.person for one in messages(house)[before:]} == {"siri"}


def test_who_becomes_a_leader_keeps_an_alert_and_loses_it_when_its_room_goes_to_another_unit(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.arrive(id, "kari")
    house.imports(SITE.replace("name: Kari, role: carer", "name: Kari, role: leader"))
    assert house.alert("help-button").state == "arrived"
    house.imports(SITE.replace("{id: 3B, unit: sol}", "{id: 3B, unit: nord}"))
    assert house.alert("help-button").state == "open", "her room is another unit's now"
