"""A device gets another name, or leaves: what hung on its name goes along or ends, and nobody inherits it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import former_names
from hub.explained import explain
from hub.history.embedded import EmbeddedHistory
from hub.scenario.world import read_file
from hub.site.bulk import change_devices
from hub.site.change import Changed, change_site, put_in_force
from hub.site.edits import Edit, PlaceDevice, RemoveDevice
from hub.store import audit, floor_plans, pauses, placements, silences, walk_tests
from hub.store.db import connect, transaction
from hub.store.floor_plans import FloorPlan, Mark
from rules.pause import Pause
from tests.world import World

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BUTTON = "  - {id: 1C knapp, room: 1C, role: help_button, address: '0x01'}\n"
DOOR = "  - {id: 1C door, room: 1C, role: outer_door, address: '0x02'}\n"
SITE = f"""
site: house
name: A house
units: [{{id: u, name: U}}]
gateways: [{{id: zigbee, kind: zigbee2mqtt, topic: zigbee2mqtt}}]
rooms: [{{id: 1C, unit: u}}, {{id: 1D, unit: u}}]
residents: [{{id: r-anna, name: Anna, room: 1C}}]
devices:
{BUTTON}{DOOR}  - {{id: 1D motion, room: 1D, role: motion}}
people: [{{id: tor, name: Tor Teknisk, role: technician}}, {{id: kari, name: Kari, role: carer}}]
rules: [{{rule: help-button}}, {{rule: door-open}}]
"""
RENAMED = (RemoveDevice("1C knapp"), PlaceDevice("1C snor", "1C", "help_button", "zigbee", "0x01"))
PRESS = '{"action": "single"}'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SITE, NOON)
    made.hears("zigbee2mqtt/0x01", '{"battery": 90}')
    made.passes(MINUTE)
    yield made
    if made.running:
        made.stop()


def edit(house: World, *edits: Edit) -> None:
    done = change_site(house.connection, "house", edits, "tor", house.clock)
    assert isinstance(done, Changed), done


def paused(house: World, device: str = "1C knapp") -> None:
    assert isinstance(house.pauses.pause_device(device, "tor", "byttes", house.clock.now() + 2 * HOUR), Pause)
    house.passes(MINUTE)


def called(house: World) -> list[str]:
    return [alert.rule for alert in house.alerts() if alert.rule == "help-button"]


def off(house: World) -> list[str | None]:
    return [pause.device for pause in pauses.active(house.connection, "house")]


def trail(house: World) -> list[tuple[str, str | None]]:
    return [(entry.what, entry.by) for entry in audit.newest(house.connection, "house", 20)]


def test_a_new_button_under_the_name_of_a_paused_one_that_was_removed_calls(house: World) -> None:
    paused(house)
    edit(house, RemoveDevice("1C knapp"))
    assert off(house) == []
    assert ("pause ended", "tor") in trail(house)
    house.passes(MINUTE)
    edit(house, PlaceDevice("1C knapp", "1C", "help_button", "zigbee", "0x99"))
    house.passes(MINUTE)
    house.hears("zigbee2mqtt/0x99", PRESS)
    assert called(house) == ["help-button"]


def test_a_button_that_rests_still_rests_under_its_new_name(house: World) -> None:
    paused(house)
    edit(house, *RENAMED)
    assert off(house) == ["1C snor"]
    house.passes(MINUTE)
    house.hears("zigbee2mqtt/0x01", PRESS)
    assert called(house) == []
    house.passes(2 * HOUR)
    house.hears("zigbee2mqtt/0x01", PRESS)
    assert called(house) == ["help-button"]


def test_in_the_second_before_the_hub_takes_the_new_name_over_a_resting_button_calls_nobody(
    house: World,
) -> None:
    paused(house)
    edit(house, *RENAMED)
    house.hears("zigbee2mqtt/0x01", PRESS)
    house.passes(MINUTE)
    assert called(house) == []


def test_the_second_before_a_removal_is_taken_over_calls_nobody_either(house: World) -> None:
    paused(house)
    edit(house, RemoveDevice("1C knapp"))
    house.hears("zigbee2mqtt/0x01", PRESS)
    assert called(house) == []


def test_a_test_goes_on_under_the_new_name_and_calls_nobody(house: World) -> None:
    started = house.walk_tests.start("1C knapp", "tor")
    house.passes(MINUTE)
    edit(house, *RENAMED)
    house.hears("zigbee2mqtt/0x01", PRESS)
    house.passes(MINUTE)
    house.hears("zigbee2mqtt/0x01", '{"action": "double"}')
    assert called(house) == []
    test = walk_tests.of(house.connection, "house", "1C snor")
    assert test is not None
    assert (test.id, test.runs(house.clock.now())) == (started.id, True)
    presses = [h.reading.value for h in walk_tests.heard(house.connection, test)]
    assert presses == ["single", "double"]


def test_a_test_ends_with_the_removal_of_its_device_by_whoever_removed_it(house: World) -> None:
    house.walk_tests.start("1C knapp", "kari")
    edit(house, RemoveDevice("1C knapp"))
    assert walk_tests.running(house.connection, "house") == []
    assert ("walk test ended", "tor") in trail(house)


@pytest.mark.parametrize("runs", [True, False], ids=["hub runs", "hub is down"])
def test_an_imported_file_without_a_paused_device_ends_its_pause(house: World, runs: bool) -> None:
    paused(house)
    if not runs:
        house.stop()
    for document in (SITE.replace(BUTTON, ""), SITE.replace("0x01", "0x77")):
        with closing(connect(house.database)) as connection, transaction(connection):
            put_in_force(connection, read_file(document), house.clock.now(), "tor", "site imported")
    if not runs:
        house.start()
    house.passes(MINUTE)
    house.hears("zigbee2mqtt/0x77", PRESS)
    assert called(house) == ["help-button"]


def test_an_imported_file_with_another_name_for_the_same_device_carries_its_pause_along(house: World) -> None:
    paused(house)
    house.imports(SITE.replace("1C knapp", "1C snor"))
    house.hears("zigbee2mqtt/0x01", PRESS)
    assert (off(house), called(house)) == (["1C snor"], [])


OTHER = "  - {id: 1D knapp, room: 1D, role: help_button, address: '0x03'}\n"
TWO = SITE.replace(BUTTON, BUTTON + OTHER)


@pytest.mark.parametrize("held", ["1C knapp", "1D knapp"])
@pytest.mark.parametrize("to", ["1C knapp 2", "1D knapp"], ids=["one takes the other's name", "they change"])
def test_where_one_takes_the_name_that_another_gives_up_each_keeps_what_is_its_own(
    tmp_path: Path, held: str, to: str
) -> None:
    house = World(tmp_path, TWO, NOON)
    house.passes(MINUTE)
    paused(house, held)
    names = {"1C knapp": to, "1D knapp": "1C knapp"}
    swapped = TWO.replace(BUTTON, BUTTON.replace("id: 1C knapp", f"id: {to}"))
    house.imports(swapped.replace(OTHER, OTHER.replace("id: 1D knapp", "id: 1C knapp")))
    house.passes(MINUTE)
    assert off(house) == [names[held]]
    resting, calling = ("0x01", "0x03") if held == "1C knapp" else ("0x03", "0x01")
    house.hears(f"zigbee2mqtt/{resting}", PRESS)
    assert called(house) == []
    house.hears(f"zigbee2mqtt/{calling}", PRESS)
    assert called(house) == ["help-button"]
    told = [e.detail for e in audit.newest(house.connection, "house", 20) if e.what == "device renamed"]
    assert {one["was"]: one["device"] for one in told} == names
    assert [len(placements.of(house.connection, "house", name)) for name in names.values()] == [1, 1]
    for was, now in names.items():
        first = former_names.changes_of(house.connection, house.site, now)[0]
        assert was in (first.id, (first.after or {}).get("id"))
    house.stop()


def test_a_new_device_under_the_name_that_another_gives_up_inherits_nothing(house: World) -> None:
    paused(house)
    moved = BUTTON.replace("id: 1C knapp", "id: 1C snor") + BUTTON.replace("0x01", "0x99")
    house.imports(SITE.replace(BUTTON, moved))
    house.passes(MINUTE)
    assert off(house) == ["1C snor"]
    house.hears("zigbee2mqtt/0x99", PRESS)
    assert called(house) == ["help-button"]


def test_a_spare_that_takes_the_place_of_a_paused_device_rests_as_that_one_did(house: World) -> None:
    house.imports(TWO)
    house.passes(MINUTE)
    paused(house)
    house.imports(SITE.replace("0x01", "0x03"))
    house.passes(MINUTE)
    assert off(house) == ["1C knapp"]


def test_a_list_without_a_paused_device_ends_its_pause_and_one_that_renames_it_does_not(house: World) -> None:
    paused(house)
    imports_list(house, "1C snor;1C;help_button;zigbee;0x01")
    assert off(house) == ["1C snor"]
    imports_list(house, "1C knapp;1C;help_button;zigbee;0x66")
    assert off(house) == []


def imports_list(house: World, button: str) -> None:
    """The whole list, with this button."""
    lines = (
        "id;room;role;gateway;address",
        "1C door;1C;outer_door;zigbee;0x02",
        "1D motion;1D;motion;;",
        button,
    )
    data = "\n".join(lines).encode()
    done = change_devices(house.connection, "house", data, "a.csv", True, "tor", house.clock)
    assert isinstance(done, Changed), done


def test_what_a_file_of_long_ago_left_under_a_name_is_not_inherited(house: World) -> None:
    """Before pauses ended with their devices."""
    paused(house)
    edit(house, RemoveDevice("1C knapp"))
    with transaction(house.connection):
        house.connection.execute("UPDATE pause SET ended_at = NULL, ended_by = NULL")
    edit(house, PlaceDevice("1C knapp", "1C", "help_button", "zigbee", "0x99"))
    house.passes(MINUTE)
    house.hears("zigbee2mqtt/0x99", PRESS)
    assert (off(house), called(house)) == ([], ["help-button"])


def test_a_door_that_stands_open_is_still_open_under_another_name(house: World) -> None:
    house.hears("zigbee2mqtt/0x02", '{"contact": false}')
    house.passes(MINUTE)
    edit(house, RemoveDevice("1C door"), PlaceDevice("1C ytterdør", "1C", "outer_door", "zigbee", "0x02"))
    house.passes(MINUTE / 60)
    house.passes(HOUR)
    alert = house.alert("door-open")
    assert [one.device for one in alert.evidence] == ["1C ytterdør"]


def test_what_a_device_ever_said_is_its_history_under_its_new_name(house: World) -> None:
    house.hears("zigbee2mqtt/0x02", '{"contact": false}')
    house.passes(MINUTE)
    edit(house, RemoveDevice("1C door"), PlaceDevice("1C ytterdør", "1C", "outer_door", "zigbee", "0x02"))
    house.passes(MINUTE)
    house.hears("zigbee2mqtt/0x02", '{"contact": true}')
    asked = EmbeddedHistory(house.connection, house.database, house.site)
    ever = asked.readings(["1C ytterdør"], datetime(1970, 1, 1, tzinfo=UTC), house.clock.now() + MINUTE)
    assert [reading.value for reading in ever] == [True, False]


def test_a_floor_plans_mark_goes_along_and_an_open_editor_is_told(house: World) -> None:
    with transaction(house.connection):
        plan = FloorPlan(0, "u", "1", "digest", 10, 10, 1, "tor", house.clock.now())
        id = floor_plans.put(house.connection, "house", plan, b"png")
        floor_plans.put_marks(house.connection, id, 1, [Mark("device", "1C knapp", 5, 6)])
    edit(house, *RENAMED)
    assert floor_plans.marks(house.connection, id) == [Mark("device", "1C snor", 5, 6)]
    with transaction(house.connection):
        assert floor_plans.put_marks(house.connection, id, 2, []) is None


@pytest.mark.parametrize("left", [False, True], ids=["now", "from before marks went along"])
def test_a_floor_plans_mark_goes_with_the_device_and_an_open_editor_is_told(house: World, left: bool) -> None:
    """Whoever is placed under the name has no place on the plan."""
    with transaction(house.connection):
        plan = FloorPlan(0, "u", "1", "digest", 10, 10, 1, "tor", house.clock.now())
        id = floor_plans.put(house.connection, "house", plan, b"png")
        marks = [Mark("device", "1C knapp", 5, 6), Mark("device", "1C door", 7, 8), Mark("room", "1C", 1, 1)]
        floor_plans.put_marks(house.connection, id, 1, marks)
    edit(house, RemoveDevice("1C knapp"))
    if left:
        with transaction(house.connection):
            floor_plans.put_marks(house.connection, id, 3, marks)
    else:
        assert set(floor_plans.marks(house.connection, id)) == {*marks[1:]}
    edit(house, PlaceDevice("1C knapp", "1D", "help_button", "zigbee", "0x99"))
    assert set(floor_plans.marks(house.connection, id)) == {*marks[1:]}
    with transaction(house.connection):
        assert floor_plans.put_marks(house.connection, id, 2, []) is None


def test_an_open_alert_is_its_devices_under_its_new_name(house: World) -> None:
    house.hears("zigbee2mqtt/0x01", PRESS)
    edit(house, *RENAMED)
    house.passes(MINUTE)
    assert house.alert("help-button").device == "1C snor"
    house.hears("zigbee2mqtt/0x01", PRESS)
    assert house.alert("help-button").occurrences == 2


@pytest.mark.parametrize("closed", [False, True])
def test_one_press_is_told_once_under_the_devices_new_name_and_is_never_another_devices(
    house: World, closed: bool
) -> None:
    house.hears("zigbee2mqtt/0x01", PRESS)
    house.passes(MINUTE)
    id = house.alert("help-button").id
    if closed:
        house.desk.close(id, "kari", "helped")
    edit(house, *RENAMED, PlaceDevice("1C stue", "1C", "motion", "zigbee", "0x03"))
    house.passes(MINUTE)
    edit(house, PlaceDevice("1C knapp", "1C", "window", "zigbee", "0x04"))
    house.passes(MINUTE)
    history = EmbeddedHistory(house.connection, house.database, house.site)
    (alert,) = (one for one in house.alerts() if one.id == id)
    found = explain(house.connection, history, house.site, alert, None, house.clock.now())
    assert [(one.device, one.measure) for one in found.heard] == [("1C snor", "pressed")]
    assert {one.device for one in found.alert.evidence} == {"1C snor"}
    assert {one.device for one in found.sensors} == {"1C snor"}


def test_when_a_renamed_device_was_silent_stays_known_under_its_new_name(house: World) -> None:
    silent = NOON - HOUR, NOON - 30 * MINUTE
    with transaction(house.connection):
        silences.add(house.connection, "house", [("device:1C knapp", *silent)])
    edit(house, *RENAMED)
    assert [one.part for one in silences.since(house.connection, "house", NOON - 2 * HOUR)] == [
        "device:1C snor"
    ]


def test_the_alert_about_a_device_that_fell_silent_goes_on_under_its_new_name(house: World) -> None:
    house.availability("1C knapp", online=False)
    house.passes(20 * MINUTE)
    alert = house.alert("not-heard")
    edit(house, *RENAMED)
    house.passes(20 * MINUTE)
    after = house.alert("not-heard", "device:1C snor")
    assert (after.id, after.cleared_at) == (alert.id, None)


def test_the_pause_of_a_device_that_was_moved_is_off_where_it_hangs_now(house: World) -> None:
    paused(house)
    house.passes(100 * MINUTE)
    assert house.alert("pause-ends").room == "1C"
    moved = PlaceDevice("1D knapp", "1D", "help_button", "zigbee", "0x01")
    edit(house, RemoveDevice("1C knapp"), moved)
    house.passes(MINUTE)
    assert [(pause.device, pause.room) for pause in pauses.active(house.connection, "house")] == [
        ("1D knapp", "1D")
    ]
    assert house.alert("pause-ends").room == "1D"
