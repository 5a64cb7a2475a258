"""A device is removed, and later another one hung up under its name: it has nothing of the first's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.signing import Signing
from hub.site.edits import PlaceDevice, RemoveDevice, ReplaceDevice
from hub.store import faults, walk_tests
from hub.store.db import transaction
from hub.store.records import Sealed
from rules.health.fault import Fault
from rules.walk_test import Test
from tests.web.conftest import SignIn
from tests.web.house import House
from tests.web.lived_in import DAY, HOUR, MINUTE, keep_in_history
from tests.web.test_hung_up_later import change
from tests.web.test_wall import hear

PATH, CALL = "/technician/devices/3B%20stue", "/api/v1/devices/3B%20stue"
SPANS = ("hour", "day", "month", "year")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A sensor that said every ten minutes how well it is heard, had a fault, and was tested."""
    house = House(tmp_path)
    house.hub_says()
    now, site = house.now(), house.site.site
    keep_in_history(house, [(now - n * 10 * MINUTE, "3B stue", "lqi", 200) for n in range(432, 0, -1)])
    test = Test(0, site, "3B stue", "tor", now - HOUR, now - 50 * MINUTE, now - 55 * MINUTE)
    fault = Fault("chatter", "3B stue", now - 2 * DAY, "three times a minute and more", {})
    with transaction(house.connection):
        test = walk_tests.add(house.connection, test)
        faults.begin(house.connection, site, fault, now - 2 * DAY)
        house.connection.execute("UPDATE fault SET ended_at = found_at + 1")
    signed = Signing(house.connection, house.site, house.clock, house.settings.data).sign(test.id, "tor", "")
    assert isinstance(signed, Sealed)
    yield house
    house.connection.close()


def told(house: House, sign_in: SignIn) -> dict[str, Any]:
    """What the pages and calls have of the device's past."""
    tor = sign_in("tor")
    page, change_page = tor.get(PATH).text, tor.get("/technician/change?device=3B+stue").text
    spans = [tor.get(f"{CALL}/course?span={span}").json()["link"] for span in SPANS]
    return {
        "test": [word for word in ("Aldri prøvd", "Prøvd før den ble byttet") if word in page],
        "fault": "Feil den har hatt" in page,
        "addresses": re.findall(r"<dd>[^<]* · ([^<]*)</dd>", change_page),
        "places": [one["address"] for one in tor.get(CALL).json()["places"]],
        "link": [sorted({one["lowest"] for one in link}) for link in spans],
    }


def test_another_device_under_a_removed_ones_name_has_nothing_of_its_past(
    house: House, sign_in: SignIn
) -> None:
    change(house, 30 * MINUTE, RemoveDevice("3B stue"))
    change(house, 20 * MINUTE, PlaceDevice("3B stue", "3B", "motion", "zigbee2mqtt", "0x99"))
    hear(house, "0x99", "lqi", 90, 10 * MINUTE, gateway="zigbee2mqtt")
    assert told(house, sign_in) == {
        "test": ["Aldri prøvd"],
        "fault": False,
        "addresses": ["0x99"],
        "places": ["0x99"],
        "link": [[90]] * 4,
    }


def test_a_device_that_is_put_in_anothers_stead_keeps_its_past(house: House, sign_in: SignIn) -> None:
    change(house, 20 * MINUTE, ReplaceDevice("3B stue", "0x99", "zigbee2mqtt"))
    hear(house, "0x99", "lqi", 90, 10 * MINUTE, gateway="zigbee2mqtt")
    assert told(house, sign_in) == {
        "test": ["Prøvd før den ble byttet"],
        "fault": True,
        "addresses": ["0x99", "3B stue"],
        "places": ["3B stue", "0x99"],
        "link": [[90, 200]] * 4,
    }


def test_a_device_that_comes_back_under_its_name_is_the_one_it_was(house: House, sign_in: SignIn) -> None:
    before = told(house, sign_in)
    change(house, 30 * MINUTE, RemoveDevice("3B stue"))
    change(house, 20 * MINUTE, PlaceDevice("3B stue", "3B", "motion", "zigbee2mqtt", "3B stue"))
    after = told(house, sign_in)
    assert (after["test"], after["fault"], after["link"]) == (before["test"], True, before["link"])
