"""An alert that somebody has by an emergency access to another unit, when that ends: whose it is then."""

from datetime import timedelta

from hub import emergency
from tests.ways.test_messages import MIN, NIGHT, SITE, house, messages, trail
from tests.world import World

__all__ = ["house"]


def opens_3b(house: World, person: str) -> None:
    """To somebody of another unit."""
    them = next(one for one in house.site.people if one.id == person)
    now = house.clock.now()
    emergency.begin(house.connection, house.site, them, "sol", "3B", "alarm ringing", None, now)


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
