"""Pictures of what is older than the readings are kept: from the hours, which are kept for longer."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.history.segments import beside, connect_history
from hub.history.upkeep import Retention, delete_old
from tests.web.conftest import SignIn
from tests.web.lived_in import DAY, LivedInHouse

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LivedInHouse]:
    house = LivedInHouse(tmp_path, 70, ("1A",))
    house.hub_says()
    yield house
    house.connection.close()


def test_nights_and_days_whose_readings_are_gone_are_drawn_by_the_hour_and_say_so(
    house: LivedInHouse, sign_in: SignIn
) -> None:
    kari = sign_in("kari")
    old = (house.now() - 50 * DAY).astimezone(OSLO).date()

    def in_bed() -> dict[str, float]:
        nights = kari.get(f"/api/v1/residents/r1/nights?month={old}").json()["nights"]
        return {
            one["evening"]: sum(
                datetime.fromisoformat(s["until"]).timestamp()
                - datetime.fromisoformat(s["since"]).timestamp()
                for s in one["spells"]
                if s["where"] == "in_bed"
            )
            / 60
            for one in nights
        }

    def weeks() -> list[dict[str, object]]:
        return [w for t in kari.get("/api/v1/residents/r1/trends").json()["trends"] for w in t["weeks"]]

    told, before = in_bed(), weeks()
    assert "time for time" not in kari.get(f"/care/residents/r1?day={old}").text
    with closing(connect_history(beside(house.settings.database))) as history:
        delete_old(history, house.now(), Retention(20 * DAY, 365 * DAY, None))
    by_hour = in_bed()
    assert told.keys() == by_hour.keys()
    heard = [evening for evening in told if told[evening]]
    assert len(heard) > 5
    assert all(by_hour[evening] == pytest.approx(told[evening], abs=5) for evening in heard)
    assert weeks() == before
    for page in (f"/nights?month={old}", f"?day={old}"):
        shown = kari.get(f"/care/residents/r1{page}").text
        assert "tegnet time for time" in shown
        assert "i timen fra" in shown
