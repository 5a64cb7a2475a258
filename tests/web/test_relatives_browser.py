"""The relatives' pages in a real Chromium: narrow, light and dark, in both languages, by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.relatives import invitations
from rules.protection import Protection
from tests.web.house import PASSWORD as STAFF_PASSWORD
from tests.web.house import House, Web
from tests.web.relatives import EMAIL, allow, relative_of
from tests.web.test_browser import axe_finds_nothing

pytestmark = pytest.mark.browser
PASSWORD = "et ganske langt passord"


def is_in_order(page: Page) -> None:
    axe_finds_nothing(page)
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} scrolls sideways"


@pytest.mark.parametrize(("language", "theme", "width"), [("nb", "light", 320), ("en", "dark", 390)])
def test_an_invited_daughter_comes_in_reads_chooses_and_leaves(
    house: House, web: Web, chromium: Browser, language: str, theme: str, width: int
) -> None:
    nb = language == "nb"
    marit = relative_of(house, came_in=False, language=language)
    relative_of(house, "r2", ["well"], language=language, came_in=False)
    allow(house, marit, "r1", ["alerts"])
    house.protect(Protection("r1", "protected", ()), Protection("r2", "protected", ()))
    house.act(house.night_exit(ago=timedelta(hours=2)), "kari", outcome="helped")
    link = invitations.invite(house.connection, marit, web.address, False, "kari", house.now()).link
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(link)
    is_in_order(page)
    for field in ("password", "again"):
        page.locator(f"input[name={field}]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Anna Haugen")).to_be_visible()
    expect(page.get_by_text("Tatt hånd om" if nb else "Handled", exact=True)).to_be_visible()
    is_in_order(page)
    summary = page.get_by_text("Med ord, dag for dag" if nb else "In words, day by day").first
    summary.focus()
    page.keyboard.press("Enter")
    is_in_order(page)
    for name in ("Innstillinger", "Hva du har sett") if nb else ("Settings", "What you have seen"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        is_in_order(page)
    page.get_by_role("link", name="Innstillinger" if nb else "Settings").click()
    page.get_by_role("link", name="Jeg vil slutte" if nb else "I want to leave").click()
    is_in_order(page)
    page.get_by_role("button", name="Slutt nå" if nb else "Leave now").click()
    expect(page.locator("input[name=person]")).to_be_visible()
    context.close()


def test_staff_look_at_relatives_on_a_phone(house: House, web: Web, chromium: Browser) -> None:
    marit = relative_of(house, days=20)
    context = chromium.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(f"{web.address}/care/relatives")
    page.get_by_label("Brukernavn").fill("kari")
    page.get_by_label("Passord").fill("correct horse battery staple")
    page.get_by_label("Passord").press("Enter")
    expect(page.get_by_role("navigation", name="Sider")).to_be_visible()
    for path in ("", f"/{marit.id}", f"/{marit.id}/preview", f"/{marit.id}/letter", "/reviews", "/seen/r1"):
        page.goto(f"{web.address}/care/relatives{path}")
        is_in_order(page)
    context.close()


def test_a_page_that_was_left_open_says_how_it_is_when_she_comes_back_to_it(
    house: House, web: Web, chromium: Browser
) -> None:
    relative_of(house, categories=["alerts"])
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{web.address}/sign-in")
    page.locator("input[name=person]").fill(EMAIL)
    page.locator("input[name=password]").fill(STAFF_PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.get_by_text("Ingenting de siste 30 dagene.")).to_be_visible()
    house.night_exit()
    comes_back = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(comes_back)
    page.clock.fast_forward("02:00")
    expect(page.get_by_text("Ingenting de siste 30 dagene.")).to_be_visible()
    with page.expect_navigation():
        page.evaluate(comes_back)
    expect(page.get_by_text("Ytterdøren ble åpnet på en tid da personalet vil vite om det.")).to_be_visible()
    assert house.rows("SELECT count(*) AS n FROM relative_view")[0]["n"] == 2
    context.close()
