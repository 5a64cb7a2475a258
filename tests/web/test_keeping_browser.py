"""What is kept, in a real Chromium: asked for, agreed to and read on a phone, and nothing that axe finds."""

import pytest
from playwright.sync_api import Page, expect

from hub.erasing.work import go_on
from tests.web.house import PASSWORD, Heart, House, Web
from tests.web.test_browser import axe_finds_nothing, enter
from tests.web.test_keeping import house

pytestmark = pytest.mark.browser
__all__ = ["house"]


@pytest.mark.parametrize(("theme", "language", "width"), [("light", "nb", 1280), ("dark", "en", 320)])
def test_an_erasure_from_the_question_to_the_receipt(
    house: House, heart: Heart, web: Web, page: Page, theme: str, language: str, width: int
) -> None:
    nb = language == "nb"

    def look() -> None:
        axe_finds_nothing(page)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert page.evaluate(wide) is False, page.url

    cookies = {"vaka_language": language, "vaka_theme": theme}
    page.context.add_cookies([{"name": n, "value": v, "url": web.address} for n, v in cookies.items()])
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, web, "lise")
    page.goto(f"{web.address}/keeping")
    look()
    page.locator("details.fold summary").click()
    page.get_by_role("link", name="Ingrid Solvang").click()
    look()
    page.get_by_label("Død" if nb else "Died").check()
    page.get_by_label("Skriv r3" if nb else "Type r3").fill("r3")
    page.get_by_role("button", name="Be om sletting" if nb else "Ask for it to be erased").click()
    page.get_by_role("link", name="Sletting 1" if nb else "Erasure 1").click()
    yes = page.get_by_role("button", name="Ja, slett for godt" if nb else "Yes, erase it for good")
    expect(yes).to_have_count(0)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": n, "value": v, "url": web.address} for n, v in cookies.items()])
    page.goto(f"{web.address}/sign-in")
    page.locator("[name=person]").fill("adm")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/today")
    page.goto(f"{web.address}/keeping/erasures/1")
    look()
    yes.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Huben holder på" if nb else "The hub is at it")).to_be_visible()
    go_on(house.settings, house.clock)
    page.reload()
    expect(page.get_by_text("Seglet stemmer" if nb else "The seal fits")).to_be_visible()
    look()
    page.goto(f"{web.address}/keeping")
    page.locator("details.fold summary").click()
    expect(page.get_by_role("link", name="2A r2")).to_be_visible()
    expect(page.get_by_role("link", name="3B r3")).to_have_count(0)
