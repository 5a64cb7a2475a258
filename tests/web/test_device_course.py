"""How a device was heard over the last hour, day, month and year: its page, its files, its call."""

import re
from collections.abc import Iterator

import pytest

from tests.web.conftest import SignIn
from tests.web.lived_in import DAY, HOUR, LivedInHouse

DEVICE = "/technician/devices/1A%20stue"
CALL = "/api/v1/devices/1A%20stue/course"
SILENT = {"hour": 0, "day": 1, "month": 2, "year": 3}
"""How many silences began in each, but for what is not kept."""
TITLES = {
    "hour": ("Signal den siste timen", "Link over the last hour"),
    "day": ("Signal det siste døgnet", "Link over the last 24 hours"),
    "month": ("Signal de siste 30 dagene", "Link over the last 30 days"),
    "year": ("Signal det siste året", "Link over the last year"),
}


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivedInHouse]:
    house = LivedInHouse(tmp_path_factory.mktemp("course"), 100, ("1A",))
    house.hub_says()
    now = house.now()
    for began, lasted in ((5 * HOUR, HOUR), (9 * DAY, 5 * HOUR), (70 * DAY, 2 * DAY)):
        house.silence("1A stue", now - began, now - began + lasted)
    yield house
    house.connection.close()


@pytest.fixture
def house(lived_in: LivedInHouse) -> LivedInHouse:
    return lived_in


@pytest.mark.parametrize("span", TITLES)
def test_each_span_tells_of_its_link_and_of_its_silences(
    house: LivedInHouse, sign_in: SignIn, span: str
) -> None:
    tor = sign_in("tor")
    told = tor.get(f"{CALL}?span={span}").json()
    begun = (house.began + DAY).isoformat()  # the year begins before anything was kept
    assert len([one for one in told["unheard"] if one["since"] > begun]) == SILENT[span]
    assert all(one["measure"] == "lqi" for one in told["link"])
    assert len(told["link"]) >= {"hour": 1, "day": 20, "month": 28, "year": 95}[span]
    page = tor.get(f"{DEVICE}?span={span}").text
    assert TITLES[span][0] in page
    drawn = page.split('id="gaps"')[1].split("</figure>")[0]
    assert len(re.findall(r'<rect class="unheard m"', drawn)) >= SILENT[span]
    assert tor.get(f"/technician/pictures/gaps.svg?device=1A%20stue&span={span}").status_code == 200
    assert tor.get(f"/technician/pictures/link.png?device=1A%20stue&span={span}").content[:4] == b"\x89PNG"
    tor.cookies.set("vaka_language", "en")
    assert TITLES[span][1] in tor.get(f"{DEVICE}?span={span}").text


@pytest.mark.parametrize(
    ("span", "since"), [("hour", "den siste timen"), ("month", "siden 2"), ("year", "siden ")]
)
def test_how_long_it_was_out_of_contact_is_said_of_the_time_that_is_drawn(
    house: LivedInHouse, sign_in: SignIn, span: str, since: str
) -> None:
    page = sign_in("tor").get(f"{DEVICE}?span={span}").text
    said = page.split('id="gaps"')[1].split("</figure>")[0]
    assert re.search(rf"(Hørt hele tiden|I alt .+ uten kontakt) {since}", said)


def test_on_a_phone_every_second_day_below_the_link_steps_back(house: LivedInHouse, sign_in: SignIn) -> None:
    picture = sign_in("tor").get(f"{DEVICE}?span=month").text.split('id="link"')[1].split("</figure>")[0]
    days = re.findall(r'<text class="(axis|axis odd)" x="[^"]+%"', picture)
    assert days[:4] == ["axis", "axis odd", "axis", "axis odd"]


def test_without_a_word_it_is_the_last_month(house: LivedInHouse, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    assert tor.get(CALL).json()["span"] == "month"
    assert re.search(r'span=month#course" aria-current="true"', tor.get(DEVICE).text)
    assert tor.get(f"{CALL}?span=century").status_code == 422
    assert sign_in("kari").get(CALL).status_code == 404
