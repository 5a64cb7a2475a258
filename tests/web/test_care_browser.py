"""The pages of care staff in a real Chromium: one tap on the alert, a slider, and nothing that axe finds."""

import pytest
from playwright.sync_api import Page, expect

from hub.absences import Absences, somebody_in
from hub.clock import WallClock
from hub.store.db import transaction
from rules.finding import Evidence
from tests.web.house import Heart, House, Web
from tests.web.test_browser import axe_finds_nothing, enter
from tests.web.test_care import HOUR, house

pytestmark = pytest.mark.browser
__all__ = ["house"]

PAGES = (
    "/care/away",
    "/care/off?room=1A",
    "/care/rules",
    "/care/rules/quiet/1A",
    "/care/goals",
    "/care/handover",
    "/care/legal-basis",
    "/care/legal-basis/r1",
)


def ask(house: House) -> None:
    """Anna is away, and something stirs in her flat."""
    book = Absences(house.connection, house.site, WallClock())
    book.away("r1", "hospital", house.now() + 9 * HOUR, "kari")
    with transaction(house.connection):
        heard = Evidence("1A stue", "motion", True, house.now())
        somebody_in(house.connection, house.site, book.known(), heard, house.now())


def test_one_tap_on_the_alert_says_that_she_is_home(house: House, heart: Heart, web: Web, page: Page) -> None:
    enter(page, web)
    ask(house)
    card = page.locator(".card")
    expect(card).to_contain_text("Beboeren er registrert borte")
    expect(page.locator("#off")).to_contain_text("Anna Haugen")
    card.get_by_role("button", name="Anna Haugen er hjemme").click()
    expect(card).to_have_count(0)
    expect(page.locator("#off")).not_to_contain_text("Anna Haugen")


def test_a_slider_moves_its_number_and_is_put_in_force(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    enter(page, web, "berit")
    page.goto(f"{web.address}/care/rules/quiet/1A")
    slider = page.locator('input.slider[data-for="value-prewarning"]')
    expect(slider).to_be_visible()
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#value-prewarning")).to_have_value("11")
    page.get_by_role("button", name="Ta i bruk").click()
    row = page.locator("tr", has_text="Forvarsel før varselet")
    expect(row).to_contain_text("11 min")
    expect(row).to_contain_text("Beboerens egen")


@pytest.mark.parametrize(("theme", "language", "width"), [("light", "nb", 1280), ("dark", "en", 360)])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    house: House, heart: Heart, web: Web, page: Page, theme: str, language: str, width: int
) -> None:
    enter(page, web, "berit")
    ask(house)
    cookies = {"vaka_language": language, "vaka_theme": theme}
    page.context.add_cookies([{"name": n, "value": v, "url": web.address} for n, v in cookies.items()])
    page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        page.goto(f"{web.address}{path}")
        axe_finds_nothing(page)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert page.evaluate(wide) is False, path
