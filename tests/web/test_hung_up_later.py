"""A sensor that was hung up later says nothing of the time before: neither that it was quiet nor unheard."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.clock import ReadingsClock
from hub.history.embedded import EmbeddedHistory
from hub.relatives.week import Rhythm, rhythm
from hub.site.change import Changed, change_site
from hub.site.edits import ChangeDevice, Edit, PlaceDevice, ReplaceDevice
from hub.site.file import SiteFile, read_site
from hub.store import sites
from tests.web.conftest import SignIn
from tests.web.house import House
from tests.web.lived_in import DAY, HOUR, LIVED_IN, MINUTE, Said, keep_in_history

OSLO = ZoneInfo("Europe/Oslo")
WITHOUT_BED = LIVED_IN.replace("  - {id: 1A seng, room: 1A, role: bed}\n", "")
PICTURES = ("nights", "trends", "year")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A flat without a bed sensor in which something moved every hour, for forty days."""
    house = House(tmp_path, WITHOUT_BED)
    house.hub_says()
    since = house.now() - 40 * DAY
    told: list[Said] = []
    for n in range(40 * 24):
        for device in ("1A stue", "1A bad", "1A kjøkken", "2A bad"):
            at = since + n * HOUR + (5 * MINUTE if device == "2A bad" else 0 * MINUTE)
            told += [(at, device, "motion", True), (at + MINUTE, device, "motion", False)]
    told += [(since, device, "open", False) for device in ("1A ytterdør", "1A skap")]
    keep_in_history(house, sorted(told))
    yield house
    house.connection.close()


def change(house: House, ago: timedelta, *edits: Edit) -> datetime:
    at = house.now() - ago
    done = change_site(house.connection, "solbakken", edits, "tor", ReadingsClock(at))
    assert isinstance(done, Changed), done
    newest = sites.newest(house.connection, "solbakken")
    assert newest is not None
    read = read_site(newest.document, "in force")
    assert isinstance(read, SiteFile)
    house.site = read.site
    return at


def past(house: House, sign_in: SignIn) -> dict[str, Any]:
    """What is said of the month before and of a day three days ago."""
    kari, then = sign_in("kari"), (house.now() - 3 * DAY).astimezone(OSLO).date()
    found: dict[str, Any] = {}
    for what in PICTURES:
        asked = f"?month={then}" if what != "trends" else ""
        found[what] = kari.get(f"/api/v1/residents/r1/{what}{asked}").json()
    found["nights"] = [n for n in found["nights"]["nights"] if n["evening"] < str(then)]
    for one in found["trends"]["trends"]:
        if one["trend"] != "bed":
            found[one["trend"]] = one
    for one in found.pop("year")["yearly"]:
        if one["what"] != "in_bed":
            found[one["what"]] = one
    del found["trends"]
    found["day"] = kari.get(f"/api/v1/residents/r1/day?day={then}").json()["lanes"]
    found["table"] = "kunne minst én sensor ikke høres" in kari.get(f"/care/residents/r1?day={then}").text
    return found


@pytest.mark.parametrize("role", ["motion", "bathroom_motion", "bed", "outer_door"])
def test_what_is_placed_today_leaves_the_residents_past_as_it_was(
    house: House, sign_in: SignIn, role: str
) -> None:
    before = past(house, sign_in)
    assert before["table"] is False
    change(house, MINUTE, PlaceDevice("1A ny", "1A", role))
    after = past(house, sign_in)
    assert {what for what in before if after[what] != before[what]} == set()


def test_what_is_placed_today_is_out_of_contact_since_today_alone(house: House, sign_in: SignIn) -> None:
    placed = change(house, 10 * MINUTE, PlaceDevice("1A ny", "1A", "motion"))
    kari, tor = sign_in("kari"), sign_in("tor")
    today = kari.get("/api/v1/residents/r1/day").json()
    (lane,) = (one for one in today["lanes"] if one["device"] == "1A ny")
    assert [datetime.fromisoformat(one["since"]) for one in lane["unheard"]] == [placed]
    assert [datetime.fromisoformat(one["until"]) for one in lane["not_there"]] == [placed]
    (place,) = tor.get("/api/v1/devices/1A ny").json()["places"]
    assert datetime.fromisoformat(place["since"]) == placed
    for span in ("day", "month", "year"):
        (silence,) = tor.get(f"/api/v1/devices/1A ny/course?span={span}").json()["unheard"]
        assert datetime.fromisoformat(silence["since"]) == placed


def test_what_was_placed_weeks_ago_and_never_spoke_is_unheard_since_then(
    house: House, sign_in: SignIn
) -> None:
    placed = change(house, 14 * DAY, PlaceDevice("1A ny", "1A", "motion"))
    kari = sign_in("kari")

    def lanes(ago: timedelta) -> dict[str, list[str]]:
        day = (house.now() - ago).astimezone(OSLO).date()
        found = kari.get(f"/api/v1/residents/r1/day?day={day}").json()["lanes"]
        return {one["device"]: one["unheard"] for one in found}

    assert "1A ny" not in lanes(16 * DAY)
    assert [datetime.fromisoformat(one["since"]) for one in lanes(14 * DAY)["1A ny"]] == [placed]
    assert len(lanes(5 * DAY)["1A ny"]) == 1
    assert lanes(5 * DAY)["1A stue"] == []


def test_what_hung_elsewhere_before_brings_neither_that_rooms_life_nor_a_silence(
    house: House, sign_in: SignIn
) -> None:
    before = past(house, sign_in)
    moved = change(house, 3 * HOUR, ChangeDevice("2A bad", "1A", "motion"))
    after = past(house, sign_in)
    assert {what for what in before if after[what] != before[what]} == set()
    today = sign_in("kari").get("/api/v1/residents/r1/day").json()
    (lane,) = (one for one in today["lanes"] if one["device"] == "2A bad")
    since = datetime.fromisoformat(today["since"])
    if since < moved:
        assert [datetime.fromisoformat(one["until"]) for one in lane["not_there"]] == [moved]
    assert lane["unheard"] == []
    assert all(datetime.fromisoformat(one["since"]) >= moved for one in lane["states"])


@pytest.mark.parametrize("span", ["hour", "day", "month", "year"])
def test_a_devices_page_draws_nothing_of_the_time_before_it_hung_there(
    house: House, sign_in: SignIn, span: str
) -> None:
    tor, path = sign_in("tor"), "/technician/devices/2A%20bad"

    def picture() -> str:
        return tor.get(f"{path}?span={span}").text.split('id="gaps"')[1].split("</figure>")[0]

    def heard() -> float:
        rects = re.findall(r'<rect class="still"[^>]* width="([\d.]+)%"', picture())
        return sum(float(width) for width in rects)

    before = heard()
    assert "hengt opp" not in picture()
    change(house, 5 * MINUTE, ChangeDevice("2A bad", "1A", "motion"))
    assert heard() < before / 10
    assert re.search(r"Hørt hele tiden siden den ble hengt opp (i går )?kl\.\s\d\d\.\d\d\.<", picture())
    assert ".." not in re.sub(r"<[^>]*>", "", picture())


@pytest.mark.parametrize("span", ["hour", "day", "month", "year"])
def test_a_new_devices_page_says_how_long_it_took_until_it_was_heard(
    house: House, sign_in: SignIn, span: str
) -> None:
    placed = change(house, 30 * MINUTE, PlaceDevice("1A ny", "1A", "motion"))
    tor = sign_in("tor")

    def said() -> str:
        drawn = tor.get(f"/technician/devices/1A%20ny?span={span}").text.split('id="gaps"')[1]
        return drawn.split("</figure>")[0].replace("\N{NO-BREAK SPACE}", " ")

    hung = r"siden den ble hengt opp (i går )?kl\. \d\d\.\d\d\."
    assert re.search(rf"Ikke hørt {hung}", said())
    keep_in_history(house, [(placed + 27 * MINUTE, "1A ny", "motion", True)])
    assert re.search(rf"I alt 27 min uten kontakt {hung}", said())


def week(house: House) -> Rhythm:
    """The last six days, as relatives are told of them."""
    today = house.now().astimezone(OSLO).date()
    days = [today - n * timedelta(days=1) for n in range(6, 0, -1)]
    history = EmbeddedHistory(house.connection, house.settings.database, house.site)
    resident = next(one for one in house.site.residents if one.id == "r1")
    return rhythm(house.connection, history, house.site, resident, days, lambda day: True)


def test_relatives_are_not_told_of_the_room_that_a_sensor_hung_in_before(house: House) -> None:
    before = week(house)
    assert any(one.value for one in before.days)
    change(house, 3 * HOUR, ChangeDevice("2A bad", "1A", "motion"))
    assert week(house) == before


def test_days_on_which_a_second_sensor_hangs_and_never_spoke_are_not_heard_for_relatives_and_in_the_year(
    house: House, sign_in: SignIn
) -> None:
    before, kari = week(house), sign_in("kari")
    placed = change(house, 4 * DAY, PlaceDevice("1A ny", "1A", "motion"))
    after, hung = week(house), placed.astimezone(OSLO).date()

    def told() -> dict[str, str]:
        yearly = kari.get("/api/v1/residents/r1/year").json()["yearly"]
        (own,) = (one for one in yearly if one["what"] == "movement")
        return {day["day"]: day["told"] for day in own["days"]}

    for was, now in (
        *zip(before.days, after.days, strict=True),
        *zip(before.nights, after.nights, strict=True),
    ):
        assert was.value is not None
        assert now.value == (was.value if now.day < hung else None) or now.day == hung
    year = told()
    for n in (1, 2, 3, 6, 7):
        day = (house.now() - n * DAY).astimezone(OSLO).date()
        assert year[str(day)] == ("unheard" if day > hung else "heard"), day
    keep_in_history(house, [(house.now() - 50 * HOUR, "1A ny", "motion", True)])
    assert told()[str((house.now() - DAY).astimezone(OSLO).date())] == "heard"
    assert week(house).days[-1].value is not None


def test_what_replaces_another_is_unheard_until_it_speaks_itself(house: House, sign_in: SignIn) -> None:
    replaced = change(house, 3 * DAY, ReplaceDevice("1A stue", "0x99"))
    kari = sign_in("kari")
    unheard = {}
    for ago in (4, 3, 1):
        day = (house.now() - ago * DAY).astimezone(OSLO).date()
        for one in kari.get(f"/api/v1/residents/r1/day?day={day}").json()["lanes"]:
            if one["device"] == "1A stue":
                unheard[ago] = [datetime.fromisoformat(each["since"]) for each in one["unheard"]]
    assert unheard[4] == []
    assert unheard[3] == [replaced]
    assert len(unheard[1]) == 1


def test_a_bed_sensor_decides_of_the_nights_from_its_first_one_on(house: House, sign_in: SignIn) -> None:
    """Nights before it are still ones or movements, never nights in which nobody knows."""
    change(house, 10 * DAY, PlaceDevice("1A seng", "1A", "bed"))
    day = (house.now() - 12 * DAY).astimezone(OSLO).date()
    kari = sign_in("kari")
    by_evening = {
        night["evening"]: {spell["where"] for spell in night["spells"]}
        for month in {day.replace(day=1), (day + 7 * timedelta(days=1)).replace(day=1)}
        for night in kari.get(f"/api/v1/residents/r1/nights?month={month}").json()["nights"]
    }
    assert "still" in by_evening[str(day)]
    assert "unknown" not in by_evening[str(day)]
    assert by_evening[str(day + timedelta(days=5))] == {"unknown"}
