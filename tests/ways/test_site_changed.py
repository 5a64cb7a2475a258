"""The site file changes while an alert is open, the hub running or not: whose it is then, who is called."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.site.change import put_in_force
from hub.store.db import transaction
from tests.ways.test_messages import MIN, SITE, messages
from tests.ways.test_open_again import waiting
from tests.ways.test_reach_as_called import house as a_house
from tests.ways.test_refused_calls import arrived, card
from tests.world import World, read_file

WITHOUT_KARI = SITE.replace("  - {id: kari, name: Kari, role: carer, units: [sol]}\n", "")
IN_NORD = SITE.replace("{id: 3B, unit: sol}", "{id: 3B, unit: nord}")

KARI = "name: Kari, role: carer, units: [sol"
ALSO_IN_NORD = IN_NORD.replace(KARI, KARI + ", nord")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = a_house(tmp_path, "kari siri nils lise")
    yield made
    made.stop()


def changes_while_the_hub_is_down(house: World, *documents: str) -> None:
    for document in documents:
        with transaction(house.connection):
            put_in_force(house.connection, read_file(document), house.clock.now(), "scenario")
    house.restart()


def called_since(house: World, before: int) -> list[str]:
    return [one.person for one in messages(house)[before:]]


@pytest.mark.parametrize("documents", [(WITHOUT_KARI,), (WITHOUT_KARI, WITHOUT_KARI + "# by hand\n")])
def test_the_alert_of_who_was_removed_while_the_hub_was_down_is_open_and_called_at_its_start(
    house: World, documents: tuple[str, ...]
) -> None:
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "kari")
    before = len(messages(house))
    house.passes(MIN)
    changes_while_the_hub_is_down(house, *documents)
    assert house.alert("help-button").state == "open"
    assert called_since(house, before) == ["siri"]


def test_a_restart_alone_changes_no_alert(house: World) -> None:
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "kari")
    steps = house.trail(house.alert("help-button"))
    house.restart()
    assert house.trail(house.alert("help-button")) == steps


@pytest.mark.parametrize("down", [False, True])
def test_an_alert_whose_room_goes_to_another_unit_calls_the_carers_there_from_the_first_stage_on(
    house: World, down: bool
) -> None:
    house.says("3B button", pressed="single")
    house.passes(2 * MIN)
    for one in waiting(house):
        arrived(house, one)
    before = len(messages(house))
    if down:
        changes_while_the_hub_is_down(house, IN_NORD)
    else:
        house.imports(IN_NORD)
    assert house.alert("help-button").unit == "nord"
    assert called_since(house, before) == ["nils"]
    assert card(house) == (None, None), "what is said is of those who are called now"
    house.passes(6 * MIN)
    assert "lise" in called_since(house, before), "and the stages after it come in their time"


def test_what_waits_for_the_carers_of_the_unit_before_is_not_sent_once_the_room_is_anothers(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    assert [one.person for one in waiting(house)] == ["kari"]
    house.imports(IN_NORD)
    assert [one.person for one in waiting(house)] == ["nils"]


def test_who_loses_an_alert_because_its_room_is_anothers_makes_room_for_one_call_to_the_unit_there(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "kari")
    before = len(messages(house))
    house.imports(IN_NORD)
    assert house.alert("help-button").state == "open"
    assert called_since(house, before) == ["nils"]


@pytest.mark.parametrize("down", [False, True])
def test_who_went_along_with_a_room_to_another_unit_loses_its_alert_with_that_unit(
    house: World, down: bool
) -> None:
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "kari")
    house.imports(ALSO_IN_NORD)
    assert house.alert("help-button").owner == "kari", "it is open to her still"
    before = len(messages(house))
    if down:
        changes_while_the_hub_is_down(house, IN_NORD)
    else:
        house.imports(IN_NORD)
    assert house.alert("help-button").state == "open"
    assert called_since(house, before) == ["nils"]


def test_a_colleague_who_took_it_before_and_may_open_it_keeps_what_the_unit_of_who_is_there_lost(
    house: World,
) -> None:
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "lise")
    house.desk.arrive(id, "kari")
    before = len(messages(house))
    house.imports(IN_NORD)
    alert = house.alert("help-button")
    assert (alert.unit, alert.state, alert.owner) == ("nord", "accepted", "lise")
    assert called_since(house, before) == []
