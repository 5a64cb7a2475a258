"""An alert that somebody has by an emergency access to another unit: whose it is when that ends, or when the
room goes on to a third.
"""

from datetime import timedelta

import pytest

from hub import emergency
from tests.ways.test_messages import MIN, NIGHT, SITE, house, messages, trail
from tests.world import World

__all__ = ["house"]


THREE_UNITS = SITE.replace("units: [{id: sol,", "units: [{id: vest, name: Vestsida}, {id: sol,")
IN_VEST = THREE_UNITS.replace("{id: 3B, unit: sol}", "{id: 3B, unit: vest}")


def opens_3b(house: World, person: str, room: str = "3B") -> None:
    """To somebody of another unit. `room`: '' is all of the unit."""
    them = next(one for one in house.site.people if one.id == person)
    now = house.clock.now()
    emergency.begin(house.connection, house.site, them, "sol", room, "alarm ringing", None, now)


def test_an_alert_taken_by_emergency_access_is_open_and_called_again_when_that_ends(house: World) -> None:
    opens_3b(house, "nils")
    house.says("3B button", pressed="single")
    messages(house)
    id = house.alert("help-button").id
    house.desk.accept(id, "nils")
    house.passes(2 * MIN)
    assert house.alert("help-button").state == "accepted", "it is open to him as long as the access lasts"
    emergency.end(house.connection, "test", "nils", house.clock.now())
    before = len(messages(house))
    house.passes(timedelta(seconds=1))
    assert house.alert("help-button").state == "open"
    assert "kari" in {one.person for one in messages(house)[before:]}


def test_an_alert_taken_within_ones_own_unit_stays_when_an_emergency_access_ends(house: World) -> None:
    opens_3b(house, "nils")
    house.says("3B button", pressed="single")
    messages(house)
    house.desk.accept(house.alert("help-button").id, "kari")
    emergency.end(house.connection, "test", "nils", house.clock.now())
    house.passes(1 * MIN)
    assert house.alert("help-button").state == "accepted"


def test_when_the_access_of_whoever_came_ends_a_colleague_who_is_on_the_way_keeps_the_alert(
    house: World,
) -> None:
    opens_3b(house, "nils")
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.act(id, "set_out", "kari")
    house.desk.arrive(id, "nils")
    house.passes(2 * MIN)
    emergency.end(house.connection, "test", "nils", house.clock.now())
    before = len(messages(house))
    house.passes(timedelta(seconds=1))
    alert = house.alert("help-button")
    assert (alert.state, alert.owner, alert.arrived_by) == ("accepted", "kari", None)
    assert alert.on_the_way_at == NIGHT
    assert trail(house)[-1] == "Den som var fremme, har ikke tilgang lenger; den som tok varselet, har det"
    house.passes(9 * MIN)
    assert len(messages(house)) == before, "she comes: nobody is called"
    assert house.alert("help-button").state == "accepted"
    house.passes(1 * MIN)
    assert house.alert("help-button").state == "open", "and where she does not come, all are"
    assert len(messages(house)) > before


def test_when_the_access_of_whoever_took_it_first_ends_the_colleague_who_is_there_keeps_the_alert(
    house: World,
) -> None:
    opens_3b(house, "nils")
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "nils")
    house.desk.arrive(id, "kari")
    emergency.end(house.connection, "test", "nils", house.clock.now())
    house.passes(2 * MIN)
    assert (house.alert("help-button").state, house.alert("help-button").owner) == ("arrived", "kari")


def test_when_the_access_of_both_who_took_it_and_who_came_has_ended_all_are_called_anew(
    house: World,
) -> None:
    house.imports(
        SITE.replace("name: Siri, role: carer, units: [sol]", "name: Siri, role: carer, units: [nord]")
    )
    opens_3b(house, "nils")
    opens_3b(house, "siri")
    house.says("3B button", pressed="single")
    id = house.alert("help-button").id
    house.desk.accept(id, "siri")
    house.desk.arrive(id, "nils")
    for person, owner in (("nils", "siri"), ("siri", None)):
        emergency.end(house.connection, "test", person, house.clock.now())
        house.passes(timedelta(seconds=1))
        assert house.alert("help-button").owner == owner
    assert house.alert("help-button").state == "open"


@pytest.mark.parametrize("ended", [True, False])
def test_an_alert_whose_room_goes_to_a_third_unit_is_whose_emergency_access_it_is_until_that_ends(
    house: World, ended: bool
) -> None:
    house.imports(THREE_UNITS)
    opens_3b(house, "nils")
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "nils")
    house.imports(IN_VEST)
    alert = house.alert("help-button")
    assert (alert.unit, alert.owner) == ("vest", "nils"), "the room is open to him still"
    if ended:
        emergency.end(house.connection, "test", "nils", house.clock.now())
        house.passes(timedelta(seconds=1))
    else:
        house.passes(emergency.LASTS - timedelta(seconds=1))  # before he would have had to close it
    assert (house.alert("help-button").state == "open") == ended
    house.passes(timedelta(seconds=1))
    assert house.alert("help-button").state == "open"
    assert "owner_shut_out" in house.trail(house.alert("help-button"))


def test_an_alert_whose_room_leaves_the_unit_that_an_emergency_opened_is_open_and_called_at_once(
    house: World,
) -> None:
    house.imports(THREE_UNITS)
    opens_3b(house, "nils", room="")
    house.says("3B button", pressed="single")
    house.desk.arrive(house.alert("help-button").id, "nils")
    before = len(messages(house))
    house.imports(IN_VEST)
    assert house.alert("help-button").state == "open"
    assert "lise" in {one.person for one in messages(house)[before:]}, "nobody of that unit is on duty"
