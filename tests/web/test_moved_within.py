"""Two residents change rooms: what the sensors told before is about who lived there then, and nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.clock import ReadingsClock
from hub.explained import explain
from hub.history.embedded import EmbeddedHistory
from hub.site.change import put_in_force
from hub.site.file import SiteFile, read_site
from hub.store.db import transaction
from rules.catalogue import catalogue
from rules.rulebook import rulebook
from tests.web.conftest import SignIn
from tests.web.house import DOCUMENT, House
from tests.web.test_wall import MINUTE, follow, hear, screen_of

SWAPPED = DOCUMENT.replace("Anna Haugen, room: 1A", "Anna Haugen, room: 2A").replace(
    "Olav Bakke, room: 2A", "Olav Bakke, room: 1A"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.hub_says()
    hear(house, "1A stue", "motion", True, 50 * MINUTE)
    hear(house, "2A snor", "pressed", "single", 30 * MINUTE)
    yield house
    house.connection.close()


def swap(house: House, ago: timedelta) -> None:
    read = read_site(SWAPPED, "a file")
    assert isinstance(read, SiteFile), read
    with transaction(house.connection):
        put_in_force(house.connection, read, ReadingsClock(house.now() - ago).now(), "kari")
    house.site = read.site
    house.book = rulebook(house.site, catalogue(), house.now().astimezone(house.site.zone).date())


def test_a_last_sign_of_life_is_of_who_lived_there_then(house: House, sign_in: SignIn) -> None:
    kari, screen = sign_in("kari"), screen_of(house)
    assert follow(house, screen) == {"r1": 50, "r2": 30}
    swap(house, 20 * MINUTE)
    for life in (screen, screen_of(house)):
        assert follow(house, life) == {}
    for resident in ("r1", "r2"):
        said = kari.get(f"/api/v1/residents/{resident}").json()
        assert (said["last_sign_at"], said["last_sign_device"]) == (None, None)
        assert "Ingen kjente" in kari.get(f"/care/residents/{resident}").text
    hear(house, "2A snor", "pressed", "single", 10 * MINUTE)
    assert follow(house, screen) == follow(house, screen_of(house)) == {"r1": 10}
    assert kari.get("/api/v1/residents/r1").json()["last_sign_device"] == "2A snor"
    assert "(10 min siden), 2A snor" in kari.get("/care/residents/r1").text


def test_an_alert_after_the_move_does_not_name_what_was_heard_before_it(house: House) -> None:
    swap(house, 20 * MINUTE)
    alert = house.find("help-button", "2A", 5 * MINUTE)
    assert alert.residents == ("r1",)

    def sign() -> str | None:
        history = EmbeddedHistory(house.connection, house.settings.database, house.site)
        found = explain(house.connection, history, house.site, alert, None, house.now()).last_sign
        return found.device if found is not None else None

    assert sign() is None
    hear(house, "2A stue", "motion", True, 7 * MINUTE)
    assert sign() == "2A stue"


def test_a_day_and_the_last_hour_say_whether_others_lived_there_too(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    for what in ("day", "hour"):
        assert kari.get(f"/api/v1/residents/r1/{what}").json()["shared"] is False
    swap(house, 20 * MINUTE)
    for what in ("day", "hour"):
        assert kari.get(f"/api/v1/residents/r1/{what}").json()["shared"] is True
