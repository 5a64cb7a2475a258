"""A room in which nobody lives over time: its month by the hour, its weeks against its own, its year."""

import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.store import placements, silences
from hub.store.db import transaction
from tests.web.conftest import SignIn
from tests.web.house import House
from tests.web.lived_in import DAY, HOUR, MINUTE, Said, keep_in_history
from tests.web.test_every_route import WITH_ALL_ROLES

OSLO = ZoneInfo("Europe/Oslo")
WITH_A_DOOR = WITH_ALL_ROLES.replace(
    "people:\n", "  - {id: hagedør, room: gang, role: outer_door}\npeople:\n", 1
)
DAYS = 120
TABS = {
    "nb": ("Måneden", "Ukene", "Året"),
    "nn": ("Månaden", "Vekene", "Året"),
    "en": ("The month", "The weeks", "The year"),
}


def _told(first: date, days: int) -> Iterator[Said]:
    """A corridor with movement in every hour by day, and a garden door that is opened at nine each day and,
    on the last eight days, at three at night.
    """
    chance = random.Random(3)
    for n in range(days + 1):
        midnight = datetime(*(first + timedelta(days=n)).timetuple()[:3], tzinfo=OSLO)
        at = midnight + timedelta(hours=9)
        hours = [(at, "hagedør", "open", True), (at + MINUTE, "hagedør", "open", False)]
        if n > days - 9:
            at = midnight + timedelta(hours=3)
            hours += [(at, "hagedør", "open", True), (at + MINUTE, "hagedør", "open", False)]
        for hour in range(7, 22):
            for _ in range(chance.randint(1, 4)):
                at = midnight + timedelta(hours=hour, minutes=chance.randint(0, 57))
                hours += [(at, "gang føler", "motion", True), (at + MINUTE, "gang føler", "motion", False)]
        yield from sorted(hours)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("corridor"), WITH_A_DOOR)
    house.hub_says()
    today = house.now().astimezone(OSLO).date()
    keep_in_history(house, [one for one in _told(today - DAYS * DAY, DAYS) if one[0] < house.now()])
    with transaction(house.connection):
        placements.follow(house.connection, house.site, house.now(), from_the_first=True)
        deaf = datetime(*(today - 3 * DAY).timetuple()[:3], tzinfo=OSLO)
        part = [("device:gang føler", deaf + 8 * HOUR, deaf + 14 * HOUR)]
        silences.add(house.connection, house.site.site, part)
    yield house
    house.connection.close()


@pytest.fixture
def house(lived_in: House) -> House:
    return lived_in


def call(sign_in: SignIn, what: str) -> dict[str, Any]:
    answer = sign_in("sol").get(f"/api/v1/rooms/gang/{what}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(told: list[dict[str, Any]], what: str, key: str = "what") -> dict[str, Any]:
    (own,) = (one for one in told if one[key] == what)
    return own


def test_a_month_tells_each_hour_and_which_were_not_heard(house: House, sign_in: SignIn) -> None:
    today = house.now().astimezone(OSLO).date()
    for day in (today - 3 * DAY, today - 40 * DAY):
        told = call(sign_in, f"month?month={day}")
        assert [one["what"] for one in told["by_hour"]] == ["movement", "openings"]
        own = {one["day"]: one["hours"] for one in of(told["by_hour"], "movement")["days"]}
        hours = {one["hour"]: one["times"] for one in own[str(day)]}
        deaf = range(8, 14) if day == today - 3 * DAY else range(0)
        assert {hour for hour, times in hours.items() if times is None} == {*deaf}
        assert {hour for hour, times in hours.items() if times} == {*range(7, 22)} - {*deaf}
        doors = {one["day"]: one["hours"] for one in of(told["by_hour"], "openings")["days"]}
        opened = {one["hour"]: one["times"] for one in doors[str(day)] if one["times"]}
        assert opened == ({3: 1, 9: 1} if day == today - 3 * DAY else {9: 1})


def test_a_month_ends_now(house: House, sign_in: SignIn) -> None:
    now = house.now().astimezone(OSLO)
    days = of(call(sign_in, "month")["by_hour"], "movement")["days"]
    assert days[-1]["day"] == str(now.date())
    assert max(one["hour"] for one in days[-1]["hours"]) == now.hour
    later = sign_in("sol").get("/api/v1/rooms/gang/month?month=9999-12-31")
    assert (later.status_code, later.json()["reason"]) == (422, "no_such_day")


def test_a_garden_door_that_opens_at_night_is_not_as_usual(house: House, sign_in: SignIn) -> None:
    trends = call(sign_in, "trends")["trends"]
    assert [one["trend"] for one in trends] == ["active", "restless", "doors", "doors_at_night"]
    assert [one["verdict"] for one in of(trends, "active", "trend")["weeks"]][-1] == "within"
    assert {one["value"] for one in of(trends, "restless", "trend")["weeks"][1:]} == {0.0}
    at_night = of(trends, "doors_at_night", "trend")["weeks"]
    assert {one["value"] for one in at_night[1:-2]} == {0.0}
    by_day = of(trends, "doors", "trend")["weeks"]
    assert {one["value"] for one in by_day if one["days"] == 7} == {1.0}


def test_staff_say_of_a_rooms_week_too_whether_it_was_of_use(house: House, sign_in: SignIn) -> None:
    sol, leader = sign_in("sol"), sign_in("leder")
    week = of(call(sign_in, "trends")["trends"], "doors_at_night", "trend")["weeks"][-1]
    assert week["opinion"] is None
    page = sol.get("/care/rooms/gang/trends").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    said = {"csrf": csrf, "trend": "doors_at_night", "week": week["monday"], "opinion": "useful"}
    done = sol.post("/care/rooms/gang/trends", data=said, follow_redirects=False)
    assert done.headers["location"] == "/care/rooms/gang/trends?notice=reviewed#doors_at_night"
    at, ours = f"/api/v1/rooms/gang/trends/doors_at_night/{week['monday']}", {"X-CSRF-Token": csrf}
    assert sol.put(at, json={"opinion": "not_useful"}, headers=ours).status_code == 200
    assert (
        of(call(sign_in, "trends")["trends"], "doors_at_night", "trend")["weeks"][-1]["opinion"]
        == "not_useful"
    )
    assert 'value="not_useful" aria-pressed="true"' in sol.get("/care/rooms/gang/trends").text
    never = f"/api/v1/rooms/gang/trends/doors_at_night/{date(2020, 1, 6)}"
    assert sol.put(never, json={"opinion": "useful"}, headers=ours).status_code == 404
    told = leader.get("/api/v1/alarm-quality").json()["reviewed"]
    assert told == [{"trend": "doors_at_night", "of": "room", "useful": 0, "not_useful": 1}]
    assert "fellesrom" in leader.get("/care/quality").text


def test_a_year_has_days_by_the_houses_clock(house: House, sign_in: SignIn) -> None:
    told, today = call(sign_in, "year"), house.now().astimezone(OSLO).date()
    assert told["days_run_by"] == "Europe/Oslo"
    assert told["by_utc_before"] is None
    assert [one["what"] for one in told["yearly"]] == ["movement", "openings"]
    days = {date.fromisoformat(one["day"]): one for one in of(told["yearly"], "openings")["days"]}
    assert max(days) == today - DAY
    assert {days[today - n * DAY]["value"] for n in range(10, 100)} == {1.0}
    assert {days[today - n * DAY]["value"] for n in range(1, 8)} == {2.0}
    assert days[today - 3 * DAY]["told"] == "heard"
    moved = {date.fromisoformat(one["day"]): one for one in of(told["yearly"], "movement")["days"]}
    assert moved[today - 3 * DAY]["value"] is None


@pytest.mark.parametrize("language", TABS)
def test_the_pages_draw_it_say_it_as_a_table_and_tell_of_the_room_alone(
    house: House, sign_in: SignIn, language: str
) -> None:
    sol = sign_in("sol")
    sol.cookies.set("vaka_language", language)
    for path, tab in zip(("month", "trends", "year"), TABS[language], strict=True):
        page = sol.get(f"/care/rooms/gang/{path}").text
        assert f'aria-current="page">{tab}<' in page
        assert "<tbody>" in page
        for word in ("person", "Haugen", "diagnos"):
            assert word not in page.split("<main")[1], (path, word)
    month = sol.get("/care/rooms/gang/month?of=openings").text
    today = house.now().astimezone(OSLO).date()
    figure = month.split('id="month-openings"')[1].split("</figure>")[0]
    assert figure.count('<th scope="row">') == today.day
    assert len(re.findall(r'data-row="0"', figure)) == 24 or today.day == 1


def test_each_is_had_as_a_file_and_the_month_as_a_pdf(house: House, sign_in: SignIn) -> None:
    sol = sign_in("sol")
    for which in ("month/movement", "trends/doors_at_night", "year/days-openings", "year/weeks-movement"):
        assert "<svg" in sol.get(f"/care/rooms/gang/{which}.svg").text
    assert sol.get("/care/rooms/gang/month/openings.png").content.startswith(b"\x89PNG")
    for which in ("month/in_bed", "trends/bed", "year/days-in_bed", "hours/movement", "year/movement"):
        assert sol.get(f"/care/rooms/gang/{which}.svg").status_code == 404
    assert sol.get("/care/rooms/gang/month.pdf").content.startswith(b"%PDF")
    looks = house.rows("SELECT detail FROM audit WHERE what = 'room seen' AND by = 'sol'")
    assert any('"/care/rooms/gang/month.pdf"' in one["detail"] for one in looks)


@pytest.mark.parametrize(
    "day", ["0001-01-01", "1969-12-31", "9999-12-31", "2026-13-01", "0000-00-00", "x", "1e9", "%00"]
)
def test_no_day_of_any_calendar_breaks_a_picture(house: House, sign_in: SignIn, day: str) -> None:
    sol = sign_in("sol")
    for path in (
        *(f"/care/residents/r1{picture}?day={day}" for picture in ("", "/pictures/day.svg")),
        *(
            f"/care/residents/r1/{picture}?month={day}"
            for picture in ("nights", "year", "year/days-movement.svg")
        ),
        *(f"/care/rooms/gang/{picture}?month={day}" for picture in ("month", "month.pdf", "year")),
        *(f"/api/v1/residents/r1/{call}?month={day}" for call in ("nights", "year")),
        *(f"/api/v1/rooms/gang/{call}?month={day}" for call in ("month", "year")),
        f"/care/rooms/gang?day={day}",
        f"/care/quality/load?day={day}",
        f"/api/v1/rooms/gang/day?day={day}",
        f"/api/v1/units/sol/alarm-load?day={day}",
    ):
        is_a_day = day[:4].isdigit() and "-13-" not in day and day > "0001"
        assert sol.get(path).status_code == (200 if is_a_day and "/api/" not in path else 422), path


def test_no_other_unit_and_no_technician_has_any_of_it(house: House, sign_in: SignIn) -> None:
    for stranger in ("nord", "tor"):
        client = sign_in(stranger)
        for path in ("month", "trends", "year", "month.pdf", "month/movement.svg", "year/days-movement.png"):
            assert client.get(f"/care/rooms/gang/{path}").status_code == 404
        for path in ("month", "trends", "year"):
            assert client.get(f"/api/v1/rooms/gang/{path}").status_code == 404
