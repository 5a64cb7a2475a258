"""The whole walk on a phone: a real broker, a real hub, the web as it is installed, a real Chromium."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.house import House
from tests.patience import PATIENCE
from tests.servers import Mosquitto, free_port
from tests.web.house import DOCUMENT, PASSWORD, password_hash
from tests.web.test_browser import AXE

pytestmark = [pytest.mark.browser, pytest.mark.broker]

DOOR = "/technician/devices/1A%20ytterd%C3%B8r/test"
AT_NIGHT = DOCUMENT.replace("{rule: night-exit}", '{rule: night-exit, window: "00:00-24:00"}')
"""The door is watched at any time of the day, so that the test may run at any."""


@pytest.fixture
def house(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[House]:
    house = House(tmp_path / "house", mosquitto, AT_NIGHT)
    connection = sqlite3.connect(house.database)
    with connection:
        connection.execute("INSERT INTO credential VALUES ('solbakken', 'tor', ?, 0)", (password_hash(),))
    connection.close()
    house.start_hub()
    yield house
    house.stop_hub()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where the web process answers."""
    port = free_port()
    environment = {**house.environment, "VAKA_WEB_PORT": str(port)}
    web = subprocess.Popen([sys.executable, "-m", "dashboards"], env=environment)
    deadline = time.monotonic() + PATIENCE
    while not _answers(f"http://127.0.0.1:{port}/healthz"):
        assert time.monotonic() < deadline, "the web did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    web.terminate()
    web.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE).close()
    except HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(
        locale="nb-NO", timezone_id="Europe/Oslo", viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}/sign-in")
    page.get_by_label("Brukernavn").fill("tor")
    page.get_by_label("Passord").fill(PASSWORD)
    page.locator("form.in button").click()
    expect(page.get_by_role("link", name="Oversikt")).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def door(house: House, is_open: bool) -> None:
    """What the gateway publishes."""
    said = {
        "contact": not is_open,
        "battery": 91,
        "linkquality": 120,
        "last_seen": time.time_ns() // 1_000_000,
    }
    house.publish([("zigbee2mqtt/1A ytterdør", json.dumps(said).encode())])


def fits(page: Page) -> None:
    """Nothing is cut off at the side, everything to tap is big enough, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main a.button, main textarea')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    assert small == []
    page.evaluate("document.getAnimations().forEach(a => a.finish())")
    page.evaluate(AXE.read_text())
    assert [v["id"] for v in page.evaluate("axe.run()")["violations"]] == []


def test_a_door_is_walked_through_from_the_warning_to_the_printed_record(
    house: House, address: str, phone: Page
) -> None:
    house.until(house.hub_is_caught_up, "the hub")
    door(house, is_open=False)
    phone.goto(f"{address}{DOOR}")
    expect(phone.get_by_text("Et virkelig anrop fra denne enheten varsler ingen")).to_be_visible()
    fits(phone)
    phone.get_by_role("button", name="Start prøven").click()
    expect(phone.get_by_text("Prøven går til")).to_be_visible()
    arrivals = phone.locator(".arrivals li")
    expect(arrivals).to_have_count(0)
    door(house, is_open=True)
    expect(arrivals).to_have_count(1)
    expect(arrivals.first).to_contain_text("Døra: åpen")
    expect(arrivals.first).to_contain_text("LQI 120")
    expect(phone.locator(".tries .is-next")).to_contain_text("Lukk døra")
    expect(phone.locator(".would li", has_text="Ytterdør åpnet om natten")).to_contain_text("Virker")
    phone.get_by_label("Merknad").fill("Flyttet magneten")
    door(house, is_open=False)
    expect(arrivals).to_have_count(2)
    expect(phone.get_by_label("Merknad")).to_have_value("Flyttet magneten")
    fits(phone)
    assert house.rows("SELECT count(*) FROM alert") == [(0,)]
    assert house.rows("SELECT count(*) FROM notification") == [(0,)]
    phone.get_by_role("button", name=re.compile("Avslutt prøven og skriv under")).click()
    expect(phone.get_by_text("Seglet stemmer")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("Bestått")
    fits(phone)
    record = phone.request.get(phone.url.partition("?")[0] + "/record.pdf")
    assert record.headers["content-type"] == "application/pdf"
    assert (house.database.parent / "seal.key").exists()
    phone.goto(f"{address}/technician/tests")
    expect(phone.locator("tr", has_text="1A ytterdør")).to_contain_text("Bestått")
    fits(phone)
    door(house, is_open=True)
    house.until(lambda: house.rows("SELECT count(*) FROM alert") == [(1,)], "the alert after the test")
