"""The pages of care staff in a real Chromium: one tap on the alert, a slider, and nothing that axe finds."""

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.absences import Absences, somebody_in
from hub.store.db import transaction
from rules.finding import Evidence
from tests.web.house import PASSWORD, Heart, House, Web
from tests.web.test_browser import axe_finds_nothing, enter, until
from tests.web.test_care import HOUR, house
from tests.web.test_wall_browser import sign_in_here

pytestmark = pytest.mark.browser
__all__ = ["house"]

PAGES = (
    "/care/away",
    "/care/off?room=1A",
    "/care/rules",
    "/care/rules/quiet/1A",
    "/care/goals",
    "/care/handover",
    "/care/quality",
    "/care/legal-basis",
    "/care/legal-basis/r1",
)


def ask(house: House) -> None:
    """Anna is away, and something stirs in her flat."""
    book = Absences(house.connection, house.site, house.clock)
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


def test_on_a_phone_a_rule_is_paused_from_the_page_of_what_is_off(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, web)
    page.goto(f"{web.address}/care/off")
    page.locator("select[name=room]").select_option("1A")
    page.locator("select[name=rule]").select_option("quiet")
    page.get_by_label("Hvorfor").fill("Håndverkere i gangen")
    page.get_by_role("radio", name="4 timer", exact=True).check()
    page.get_by_role("button", name="Sett på pause").click()
    expect(page.get_by_role("region", name="Regler på pause")).to_contain_text("Håndverkere i gangen")


def test_a_refused_form_far_down_the_page_opens_where_it_says_what_is_wrong(
    house: House, heart: Heart, web: Web, chromium: Browser
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})  # a refusal is an error in its console
    enter(page, web)
    page.goto(f"{web.address}/account")
    form = page.locator("form", has=page.locator("input[name=pin]")).first
    for field, value in (("pin", "1234"), ("again", "1234"), ("password", PASSWORD)):
        form.locator(f"input[name={field}]").fill(value)
    form.get_by_role("button", name="Lagre PIN").click()
    expect(page.get_by_text("Den er lett å gjette")).to_be_in_viewport()
    page.context.close()


def test_a_field_that_was_forgotten_is_not_under_the_band_at_the_top(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, web)
    page.goto(f"{web.address}/care/away")
    page.get_by_role("button", name="Registrer borte").click()
    expect(page.locator("[name=resident]")).to_be_focused()
    edge = "(of) => document.querySelector(of).getBoundingClientRect()"
    until(page, f"({edge})('[name=resident]').top >= ({edge})('.head').bottom")


def test_the_list_of_devices_is_searched_while_one_types(
    house: House, heart: Heart, web: Web, page: Page
) -> None:
    sign_in_here(page, web, "tor")
    page.goto(f"{web.address}/technician/devices")
    page.locator("#q").press_sequentially("røyk")
    expect(page.locator("#found")).to_contain_text("1A røyk")
    expect(page.locator("#found")).not_to_contain_text("4B stue")
