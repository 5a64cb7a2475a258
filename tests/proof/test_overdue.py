"""The auditor: what should have happened and has not is told, and mended by the ordinary path."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import audit_round, summons
from hub.store import alerts, contacts, escalations, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules import wording
from rules.overdue import OVERDUE
from rules.wording import Voice
from tests.world import World

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
devices: [{id: 3B button, room: 3B, role: help_button, gateway: native}]
rules: [{rule: help-button}]
people: [{id: kari, name: Kari, role: carer}]
"""
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
LONG = timedelta(minutes=2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NIGHT)
    summons.begin(made.connection, "test")
    made.says("3B button", pressed="single")
    yield made
    made.stop()


def audited(house: World, summoner_hangs: bool = False) -> list[tuple[str, str]]:
    while not summoner_hangs and summons.follow(house.connection, house.site, None, house.clock.now()):
        pass
    found = audit_round.go(house.connection, house.site, house.clock.now())
    return [(late.reason, late.subject) for late in found]


def test_a_hub_that_does_its_work_has_nothing_overdue(house: World) -> None:
    for _ in range(20):
        house.passes(timedelta(seconds=30))
        assert [a for a in audited(house) if a[0] != "announcement"] == []
    house.desk.accept(house.alert("help-button").id, "kari")
    house.passes(timedelta(minutes=12))
    assert audited(house) == []


def test_a_call_that_the_main_loop_did_not_make_is_made_and_told_of(house: World) -> None:
    called = house.trail(house.alert("help-button")).count("called")
    house.stuck()
    house.clock.at += LONG
    alert = house.alert("help-button")
    assert audited(house) == [("call", str(alert.id))]
    assert house.trail(alert).count("called") > called
    told = house.alert(OVERDUE)
    assert (told.severity, told.room, told.state) == ("high", "call", "open")
    said = wording.what_happened(told, None, house.site, Voice("nb", house.site.zone, house.clock.now()))
    assert said.startswith("De neste ble ikke varslet i tide (siden kl.")
    assert audited(house) == []
    assert house.alert(OVERDUE).cleared_at == house.clock.now(), (
        "it is over, and somebody has to have seen it"
    )


def test_an_owner_who_never_came_is_let_go_where_the_main_loop_did_not(house: World) -> None:
    alert = house.alert("help-button")
    house.desk.accept(alert.id, "kari")
    house.stuck()
    house.clock.at += timedelta(minutes=12)
    assert audited(house) == [("owner", str(alert.id))]
    assert house.alert("help-button").state == "open"


def test_an_open_alert_that_nobody_has_and_nobody_will_be_called_for_is_begun_anew(house: World) -> None:
    alert = house.alert("help-button")
    with transaction(house.connection):
        escalations.delete(house.connection, alert.id)
    assert audited(house) == [("no_next_step", str(alert.id))]
    escalation = escalations.get(house.connection, alert.id)
    assert escalation is not None
    assert escalation.due is not None
    assert audited(house) == []


def test_a_message_that_no_courier_takes_is_told_of(house: World) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("kari", "email", "kari@example.org"), NIGHT)
    house.passes(timedelta(seconds=70))
    while summons.follow(house.connection, house.site, None, house.clock.now()):
        pass
    assert [late for late in audited(house) if late[0] == "message"] == []
    house.clock.at += LONG
    house.passes(timedelta(0))
    assert ("message", "email") in audited(house)
    assert house.alert(OVERDUE, "message").severity == "high"


def test_a_pause_past_its_end_goes_on(house: World) -> None:
    house.pauses.pause("help-button", "3B", "kari", "besøk", NIGHT + timedelta(minutes=10))
    house.stuck()
    house.clock.at += timedelta(minutes=12)
    assert ("pause", "help-button 3B") in audited(house)
    assert house.pauses.off() == []


def test_one_alert_tells_of_many_and_is_not_raised_again_each_round(house: World) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("kari", "email", "kari@example.org"), NIGHT)
    house.passes(timedelta(seconds=70))
    while summons.follow(house.connection, house.site, None, house.clock.now()):
        pass
    house.passes(LONG)
    for _ in range(5):
        audited(house)
    assert house.alert(OVERDUE, "message").occurrences == 1


def test_what_is_closed_or_waits_for_a_technician_is_nobodys_next_step(house: World) -> None:
    house.desk.close(house.alert("help-button").id, "kari", "helped")
    house.clock.at += LONG
    assert audited(house) == []
    assert alerts.open_alerts(house.connection, "test") == []


def test_calls_that_no_summoner_turned_into_messages_are_told_of_and_sent_by_the_auditor(
    house: World,
) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("kari", "email", "kari@example.org"), NIGHT)
    alert = house.alert("help-button")
    house.clock.at += timedelta(seconds=31)
    assert ("untold", "") in audited(house, summoner_hangs=True)
    assert [one.person for one in summonses.of_alert(house.connection, alert.id)] == ["kari"]
    assert house.alert(OVERDUE, "untold").severity == "high"
    audited(house, summoner_hangs=True)
    assert house.alert(OVERDUE, "untold").cleared_at is not None
