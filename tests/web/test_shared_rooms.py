"""A room in which nobody lives: its day and last hour, to care staff; nothing of who lived there before."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboards.pictures.times import midnight
from hub.store import placements
from hub.store.db import transaction
from tests.web.conftest import SignIn
from tests.web.house import DOCUMENT, House
from tests.web.lived_in import DAY, MINUTE, keep_in_history
from tests.web.test_every_route import WITH_ALL_ROLES

OSLO = ZoneInfo("Europe/Oslo")
PAGES = ("/care/rooms/{}", "/care/rooms/{}/hour", "/care/rooms/{}/day.svg", "/api/v1/rooms/{}/day")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    now = house.now()
    told = [
        (now - ago * MINUTE, device, "motion", moves)
        for ago, moves in ((4000, True), (3999, False), (30, True), (28, False))
        for device in ("gang føler", "1A stue")
    ]
    keep_in_history(house, told)
    with transaction(house.connection):
        placements.follow(house.connection, house.site, now, from_the_first=True)
    yield house
    house.connection.close()


def in_force(house: House, document: str) -> None:
    house.import_site(document)
    with transaction(house.connection):
        placements.follow(house.connection, house.site, house.now())


def test_carers_see_a_corridors_day_and_last_hour_and_technicians_and_other_units_do_not(
    house: House, sign_in: SignIn
) -> None:
    sol = sign_in("sol")
    listed = sol.get("/care/residents").text
    assert re.findall(r'href="/care/rooms/([^"]+)"', listed) == ["gang"]
    assert "Fellesrom" in listed
    assert [one["room"] for one in sol.get("/api/v1/rooms").json()["rooms"]] == ["gang"]
    for page in PAGES:
        assert sol.get(page.format("gang")).status_code == 200
        for stranger in ("tor", "nord"):
            assert sign_in(stranger).get(page.format("gang")).status_code == 404
    hour = sol.get("/api/v1/rooms/gang/hour").json()
    (lane,) = hour["lanes"]
    assert lane["device"] == "gang føler"
    assert [one["measure"] for one in lane["states"]] == ["motion"]
    page = sol.get("/care/rooms/gang/hour").text
    assert 'hx-trigger="every 15s"' in page
    assert "Gangen" in page
    assert re.search(r'class="axis"[^>]*>\d\d\.\d0<', page)
    sol.cookies.set("vaka_language", "en")
    assert re.search(r'class="axis"[^>]*>\d\d:\d0<', sol.get("/care/rooms/gang/hour").text)
    looks = house.rows("SELECT detail FROM audit WHERE what = 'room seen' AND by = 'sol'")
    assert len([one for one in looks if '"/care/rooms/gang/hour"' in one["detail"]]) == 1


def test_a_room_in_which_somebody_lives_is_no_shared_room(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    for page in (*PAGES, "/api/v1/rooms/{}/hour"):
        assert kari.get(page.format("1A")).status_code == 404
        assert kari.get(page.format("9Z")).status_code == 404


def test_pictures_begin_on_the_day_from_which_nobody_lived_there(house: House, sign_in: SignIn) -> None:
    kari, today = sign_in("kari"), house.now().astimezone(OSLO).date()
    moved = today - DAY
    out = DOCUMENT.replace(
        "name: Anna Haugen, room: 1A}", f"name: Anna Haugen, room: 1A, moved_out: {moved}}}"
    )
    in_force(house, out)
    for page in ("/care/rooms/1A", "/api/v1/rooms/1A/day"):
        assert kari.get(page).status_code == 200
    early = f"/api/v1/rooms/1A/day?day={today - 5 * DAY}"
    assert kari.get(early).json()["reason"] == "no_such_day"
    told = kari.get(f"/api/v1/rooms/1A/day?day={moved}").json()
    assert datetime.fromisoformat(told["since"]) == midnight(moved, OSLO)
    assert told["alerts"] == []
    (first,) = [one["first"] for one in kari.get("/api/v1/rooms").json()["rooms"] if one["room"] == "1A"]
    assert first == str(moved)
    in_force(house, out.replace(f"  - {{id: r1, name: Anna Haugen, room: 1A, moved_out: {moved}}}\n", ""))
    assert (
        kari.get("/api/v1/rooms/1A/day").json()["since"]
        == kari.get(f"/api/v1/rooms/1A/day?day={today}").json()["since"]
    )
    assert kari.get(early).status_code == 422
    assert kari.get(f"/care/rooms/1A?day={today - 5 * DAY}").status_code == 200


def test_who_was_taken_out_of_the_file_today_is_not_shown_today(house: House, sign_in: SignIn) -> None:
    in_force(house, DOCUMENT.replace("  - {id: r1, name: Anna Haugen, room: 1A}\n", ""))
    kari = sign_in("kari")
    for page in PAGES:
        assert kari.get(page.format("1A")).status_code == 404


def test_a_sensor_that_hung_in_a_flat_until_today_tells_nothing_of_it_in_the_corridor(
    house: House, sign_in: SignIn
) -> None:
    moved = WITH_ALL_ROLES.replace("{id: 1A stue, room: 1A,", "{id: 1A stue, room: gang,")
    in_force(house, moved)
    assert sign_in("kari").get("/api/v1/rooms/gang/day").status_code == 404


def test_from_an_alert_the_last_hour_is_one_tap_away(house: House, sign_in: SignIn) -> None:
    door = WITH_ALL_ROLES.replace("room: gang, role: motion", "room: gang, role: outer_door")
    in_force(house, door.replace("{rule: door-open}", "{rule: door-open, rooms: [gang]}"))
    at_home, corridor = house.night_exit("1A", 2 * MINUTE), house.find("door-open", "gang", MINUTE)
    lost = house.lose("device:gang føler")
    kari = sign_in("kari")
    assert 'href="/care/residents/r1/hour"' in kari.get(f"/alerts/{at_home.id}").text
    page = kari.get(f"/alerts/{corridor.id}").text
    assert 'href="/care/rooms/gang/hour"' in page
    assert "/care/residents/r1" not in page
    house.act(corridor, "kari", arrive=True, outcome="no_help_needed")
    shown = {one["id"]: one for one in kari.get("/api/v1/rooms/gang/hour").json()["alerts"]}
    assert set(shown) == {corridor.id, lost.id}
    assert shown[corridor.id]["arrived_at"]
    assert "Kari Nordmann tok varselet" in kari.get("/care/rooms/gang").text
