"""Somebody has an alert, asks for more hands, gives it back: who is called then, when, and by which words."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub.desk import hand_back_all
from hub.store import alerts, contacts, summonses
from hub.store.db import transaction
from hub.store.summonses import Summons
from rules.duration import parse_window
from rules.summons import FLOOD_OF, Preferences
from tests.ways.test_mail_away import MIN, SECOND, away, courier, goes_on
from tests.ways.test_messages import SITE, messages
from tests.ways.test_reach_as_called import house as a_house
from tests.world import World

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
    }, "each once, and in words that do not say that somebody is there"
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
    assert {one.person for one in waiting(house)} == {"kari", "siri", "nils"}, "all that were called so far"
