"""A mail server that is away: nobody is said to be called by what does not get through; the calls go on."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub import summons
from hub.calls import calls_of
from hub.more_hands import called_to
from hub.store import alerts, escalations
from hub.ways.courier import Courier
from hub.ways.email import Email, MailServer
from rules.wording import Voice, trail_in_words, who_was_called, who_was_not_reached
from tests.ways.receivers import mail_server
from tests.ways.test_reach_as_called import house as a_house
from tests.world import World

SECOND = timedelta(seconds=1)
MIN = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = a_house(tmp_path, "kari siri nils lise")
    yield made
    made.stop()


@pytest.fixture
def away() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def courier(house: World, port: int) -> Courier:
    mail = Email(MailServer("smtp", "127.0.0.1", port, None, None, "vaka@example.org"))
    return Courier(house.database, lambda: house.site, mail, house.clock)


def goes_on(house: World, out: Courier, until: Callable[[], bool], most: timedelta) -> None:
    end = house.clock.now() + most
    while not until() and house.clock.now() < end:
        while summons.follow(house.connection, house.site, None, house.clock.now()):
            pass
        while out.deliver(house.connection):
            pass
        house.passes(5 * SECOND)


def trail(house: World) -> list[str]:
    id, now = house.alert("help-button").id, house.clock.now()
    voice, known = Voice("nb", house.site.zone, now), calls_of(house.connection, "test", id, now)
    steps = alerts.events(house.connection, id)
    return [said for said in trail_in_words(steps, str, voice, known) if said is not None][1:]


def card(house: World) -> tuple[str | None, str | None]:
    id, now = house.alert("help-button").id, house.clock.now()
    voice, known = Voice("nb", house.site.zone, now), calls_of(house.connection, "test", id, now)
    escalation = escalations.get(house.connection, id)
    return who_was_called(escalation, known, str, voice), who_was_not_reached(escalation, known, str, voice)


def test_the_next_stages_come_in_their_time_and_no_stage_is_said_to_be_called(
    house: World, away: int
) -> None:
    house.says("3B button", pressed="single")
    begun = house.clock.now()
    goes_on(house, courier(house, away), lambda: False, 5 * MIN + 30 * SECOND)
    steps = [s for s in alerts.events(house.connection, house.alert("help-button").id) if s.event == "called"]
    assert [(step.at - begun, step.reason) for step in steps] == [
        (0 * MIN, "assigned"),
        (1 * MIN, "unit"),
        (3 * MIN, "neighbours, night_patrol"),
        (5 * MIN, "leaders"),
    ]
    assert trail(house) == [
        "Prøver ansvarlig pleier: når ikke fram ennå",
        "Prøver hele avdelingen: når ikke fram ennå",
        "Prøver naboavdelingen: når ikke fram ennå",
        "Prøver leder: når ikke fram ennå",
    ]
    called, unreached = card(house)
    assert called is None
    assert unreached is not None
    assert unreached.startswith(
        "Prøver ansvarlig pleier, hele avdelingen, naboavdelingen og leder:"
        " når ikke fram ennå. Neste: leder kl."
    )


def test_once_the_server_is_back_the_stages_are_said_to_be_called(house: World, away: int) -> None:
    house.says("3B button", pressed="single")
    goes_on(house, courier(house, away), lambda: False, 2 * MIN)
    with mail_server() as (_, port):
        goes_on(house, courier(house, port), lambda: not card(house)[1], 2 * MIN)
    assert card(house) == ("Varslet: ansvarlig pleier og hele avdelingen", None)
    assert trail(house)[:2] == ["Varslet: ansvarlig pleier", "Varslet: hele avdelingen"]


def test_what_never_got_through_is_not_said_to_be_called_after_somebody_took_it(
    house: World, away: int
) -> None:
    house.says("3B button", pressed="single")
    goes_on(house, courier(house, away), lambda: False, 30 * SECOND)
    house.desk.accept(house.alert("help-button").id, "siri")
    goes_on(house, courier(house, away), lambda: False, 10 * SECOND)
    assert trail(house)[0] == "Prøvde ansvarlig pleier: nådde ikke fram"


def test_a_call_for_more_hands_that_does_not_get_through_goes_on_to_the_next_stage_at_once(
    house: World, away: int
) -> None:
    house.says("3B button", pressed="single")
    id, out = house.alert("help-button").id, courier(house, away)
    house.desk.arrive(id, "kari")
    goes_on(house, out, lambda: False, 5 * SECOND)
    house.desk.act(id, "assist", "kari")
    goes_on(house, out, lambda: False, 30 * SECOND)
    called = [s.reason for s in alerts.events(house.connection, id) if s.event == "called"]
    assert called == ["assigned", "unit", "neighbours, night_patrol", "leaders"]
    hands = called_to(house.connection, "test", house.clock.now())[id]
    assert (hands.people, hands.held_up, hands.nobody) == ((), ("siri", "nils", "lise"), False)
    assert [said for said in trail(house) if "hele avdelingen" in said] == [
        "Prøver hele avdelingen: når ikke fram ennå"
    ], "as the page says of the people"
