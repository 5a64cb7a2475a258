"""A resident's pictures in a real browser: by keyboard, widened, on a phone, in the dark and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers import free_port
from tests.web.house import PASSWORD, Web, running
from tests.web.lived_in import LivedInHouse
from tests.web.test_browser import axe_finds_nothing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LivedInHouse, Web]]:
    house = LivedInHouse(tmp_path_factory.mktemp("lived-in"), 70, ("1A",))
    house.hub_says()
    with running(house, free_port()) as web:
        yield house, web
    house.connection.close()


def opened(browser: Browser, web: Web, width: int, theme: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "vaka_theme", "value": theme, "url": web.address}])
    page = context.new_page()
    page.goto(web.address)
    page.get_by_label("Brukernavn").fill("kari")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_label("Passord").press("Enter")
    page.wait_for_url(f"{web.address}/")
    return page


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (320, "dark")])
def test_a_picture_is_read_by_keyboard_and_widened_and_fits_the_screen(
    lived_in: tuple[LivedInHouse, Web], chromium: Browser, width: int, theme: str
) -> None:
    page = opened(chromium, lived_in[1], width, theme)
    day = (lived_in[0].now().astimezone(lived_in[0].site.zone)).date().replace(day=1)
    for path in ("", f"?day={day}", "/nights", "/trends"):
        page.goto(f"{lived_in[1].address}/care/residents/r1{path}")
        expect(page.locator(".told").first).to_be_visible()
        axe_finds_nothing(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{lived_in[1].address}/care/residents/r1/nights")
    told, picture = page.locator(".told"), page.locator(".scroll")
    picture.focus()
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("Natt til")
    first = told.text_content()
    page.keyboard.press("ArrowRight")
    expect(told).not_to_have_text(first or "")
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("Natt til")
    before = page.evaluate("document.querySelector('.scroll').scrollWidth")
    page.keyboard.press("+")
    assert page.evaluate("document.querySelector('.scroll').scrollWidth") > 1.8 * before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Smalere").click()
    assert page.evaluate("document.querySelector('.scroll').scrollWidth") == before
    page.get_by_text("Som tabell").click()
    expect(page.get_by_role("table")).to_be_visible()
    # On paper: no navigation, light colours whatever the screen has, and whose hand it came from.
    page.emulate_media(media="print")
    for hidden in (".zoom", ".head", ".places", ".tabs", ".told"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".scroll svg")).to_be_visible()
    expect(page.locator(".printed")).to_contain_text("Skrevet ut av Kari Nordmann")
    assert page.evaluate("getComputedStyle(document.querySelector('.axis')).fill") == "rgb(75, 92, 96)"
    assert page.evaluate("getComputedStyle(document.querySelector('.panel')).backgroundColor") == (
        "rgb(255, 253, 248)"
    )
    page.emulate_media(media="screen")
    expect(page.locator(".printed")).to_be_hidden()
    page.context.close()
