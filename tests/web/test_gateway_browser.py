"""The gateways' pages in a real browser: what goes on is seen without a reload, and axe finds nothing."""

import pytest
from playwright.sync_api import Page, expect

from devices.asking import Joining, PairingState
from hub.store import gateway_news, quarantine
from hub.store.db import transaction
from tests.web.house import PASSWORD, Heart, House, Web
from tests.web.test_browser import AXE
from tests.web.test_gateway_pages import LAMP, says

pytestmark = pytest.mark.browser


def enter(page: Page, web: Web, path: str) -> None:
    page.goto(f"{web.address}/sign-in")
    page.locator("[name=person]").fill("tor")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form.in button").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(web.address + path)


def test_who_joins_is_seen_without_a_reload(house: House, heart: Heart, web: Web, page: Page) -> None:
    says(house, "bridge/devices", [LAMP])
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, web, "/technician/pairing")
    expect(page.get_by_text("Stengt for nye enheter")).to_be_visible()
    assert top(page, "Åpne for nye enheter") < 844, "on a phone too what is pressed first is on the screen"
    with transaction(house.connection):
        state = PairingState(True, None)
        gateway_news.put_pairing(house.connection, "solbakken", "zigbee2mqtt", state, house.now())
        news = Joining("interview_successful", "0xb1", "0xb1c2", "Aqara MCCGQ11LM", True)
        gateway_news.add_joining(house.connection, "solbakken", "zigbee2mqtt", news, house.now())
    expect(page.get_by_text("Åpen for nye enheter")).to_be_visible()
    expect(page.get_by_role("link", name="Sett på plass")).to_be_visible()
    assert top(page, "Sett på plass") < top(page, "Åpne for nye enheter"), "who comes in is above the form"


def top(page: Page, name: str) -> float:
    found = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).bounding_box()
    assert found is not None
    return found["y"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_gateways_pages(
    house: House, heart: Heart, web: Web, page: Page, theme: str
) -> None:
    says(house, "bridge/devices", [LAMP])
    with transaction(house.connection):
        reason = "the site names no device 'x' at zigbee2mqtt"
        quarantine.add(
            house.connection, "solbakken", "zigbee2mqtt/x", reason, b'{"contact":true}', house.now()
        )
    page.context.add_cookies([{"name": "vaka_theme", "value": theme, "url": web.address}])
    enter(page, web, "/technician/pairing")
    for path in (
        "/technician/pairing",
        "/technician/pairing/device?gateway=zigbee2mqtt&name=lampe+gang",
        "/technician/quarantine",
        "/technician/codecs",
        "/technician/codecs/new",
    ):
        page.goto(web.address + path)
        axe(page)
    page.goto(f"{web.address}/technician/quarantine")
    page.locator("table a").first.click()
    page.get_by_role("button", name="Prøv igjen nå").click()
    axe(page)


def axe(page: Page) -> None:
    page.evaluate("document.getAnimations().forEach(a => a.finish())")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found] == []
