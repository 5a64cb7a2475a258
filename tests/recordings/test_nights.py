"""The pictures drawn from real recordings, beside what the people in them wrote down."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.app import create_app
from hub.activity import days_of
from hub.heard import devices_of
from hub.history.embedded import EmbeddedHistory
from rules.stretches import Stretch, joined, within
from tests.recordings.labels import spans
from tests.recordings.lived import RecordedHouse
from tests.recordings.nights import BATHROOM, table
from tests.recordings.real_homes import AL_HOME, HOUSE_A, HOUSE_C
from tests.servers import ROOT
from tests.web.conftest import csrf_of
from tests.web.house import PASSWORD

pytestmark = pytest.mark.data


@pytest.fixture(params=[AL_HOME, HOUSE_C, HOUSE_A], ids=["al-home", "house-c", "house-a"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordedHouse]:
    house = RecordedHouse(tmp_path, request.param)
    yield house
    house.connection.close()


def test_how_the_nights_agree_with_what_people_wrote_down_is_the_table_of_the_figures() -> None:
    assert table() in (ROOT / "docs" / "figures.md").read_text("utf-8")


@pytest.mark.parametrize("house", [AL_HOME], indirect=True)
def test_the_hours_in_which_the_bathroom_was_used_at_night_are_as_many_as_the_visits_written_down(
    house: RecordedHouse,
) -> None:
    history = EmbeddedHistory(house.connection, house.settings.database, house.site)
    devices = devices_of(house.site, "home", "r1")
    nights = days_of(house.connection, history, house.site, devices, house.at(-1))["bathroom"]
    written = joined((Stretch(*one) for one in spans(AL_HOME, BATHROOM)), timedelta(minutes=5))
    apart = []
    for day, hours in nights.items():
        evening = datetime(day.year, day.month, day.day, 22, tzinfo=house.site.zone)
        since, until = evening.astimezone(UTC), (evening + timedelta(hours=9)).astimezone(UTC)
        apart.append(hours - len(within(written, since, until)))
    assert len(apart) == 29, "the night in which the sensor spoke for the first time is none"
    assert all(abs(one) <= 1 for one in apart)
    assert apart.count(0) == 24


def test_every_opening_of_the_door_stands_in_the_day_and_the_file_draws_what_the_page_draws(
    house: RecordedHouse, tmp_path: Path
) -> None:
    house.hub_says()
    day = house.at(0).astimezone(house.site.zone).date() + timedelta(days=3)
    door = next(d.id for d in house.site.devices if d.role == "outer_door")
    room = house.site.rooms[0].id
    history = EmbeddedHistory(house.connection, house.settings.database, house.site)
    since = datetime(day.year, day.month, day.day, tzinfo=house.site.zone)
    read = history.readings([door], since, since + timedelta(days=1), ["open"])
    openings = [one.at for one in read if one.value is True]
    assert openings
    with TestClient(create_app(house.settings), follow_redirects=False) as carer:
        entering = {"person": "carer", "password": PASSWORD, "csrf": csrf_of(carer, "/sign-in")}
        assert carer.post("/sign-in", data=entering).status_code == 303
        lanes = carer.get(f"/api/v1/residents/r1/day?day={day}").json()["lanes"]
        told = next(lane for lane in lanes if lane["device"] == door)["states"]
        begun = {one["since"] for one in told if one["measure"] == "open"}
        # One that was open already is told once, from when it was opened.
        assert {datetime.fromisoformat(one) for one in begun} <= {*openings, since.astimezone(UTC)}
        assert len(begun) >= 0.9 * len(openings) - 1
        page = carer.get(f"/care/residents/r1?day={day}").text
        file = carer.get(f"/care/residents/r1/pictures/day.svg?day={day}").text
        shapes = re.findall(r'<rect class="door m"[^>]*>', page)
        assert shapes
        assert all(shape in file for shape in shapes)
        assert room in file
        nights = carer.get(f"/care/residents/r1/nights?month={day}").text
        has_sensor = any(d.role in ("bed", "motion", "bedroom_motion") for d in house.site.devices)
        assert ("No bed sensor and no motion sensor" in nights) is not has_sensor
