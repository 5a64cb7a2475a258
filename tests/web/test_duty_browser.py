"""On a phone at shift change: sign in to the shift, read and confirm the hand-over; a leader tries a plan."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.house import DOCUMENT, PASSWORD, Heart, House, Web
from tests.web.test_browser import axe_finds_nothing

PHONE = {"width": 390, "height": 844}


def enter(page: Page, web: Web, person: str) -> None:
    page.goto(web.address)
    page.get_by_label("Brukernavn").fill(person)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_label("Passord").press("Enter")
    expect(page.get_by_role("navigation", name="Sider")).to_be_visible()


def fits(page: Page) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 320])
def test_a_carer_comes_on_duty_and_confirms_the_hand_over_on_a_phone(
    house: House, heart: Heart, web: Web, chromium: Browser, width: int
) -> None:
    context = chromium.new_context(viewport={**PHONE, "width": width}, locale="nb-NO")
    page = context.new_page()
    enter(page, web, "sol")
    strip = page.locator("#duty")
    expect(strip).to_contain_text("Ingen har meldt seg")
    strip.get_by_role("link").click()
    expect(page.get_by_text("Mine beboere")).to_be_visible()
    fits(page)
    axe_finds_nothing(page)
    page.get_by_text("Mine beboere").click()
    page.get_by_label("1A Anna Haugen").check()
    page.get_by_role("button", name="Jeg er på vakt").click()
    expect(page.get_by_role("heading", name="Du er på vakt")).to_be_visible()
    expect(page.locator("#now-sol")).to_contain_text("1A Anna Haugen")
    page.goto(f"{web.address}/care/handover")
    fits(page)
    axe_finds_nothing(page)
    page.get_by_text("Skriv en beskjed").click()
    page.get_by_label("Gjelder").select_option("resident:r1")
    page.get_by_label("Det de må vite").fill("Sover lett")
    page.get_by_role("button", name="Lagre beskjeden").click()
    expect(page.get_by_text("Sover lett")).to_be_visible()
    page.get_by_role("button", name="Jeg har lest det").first.click()
    expect(page.get_by_role("button", name="Jeg har lest det")).to_have_count(0)
    page.goto(web.address)
    expect(strip).to_contain_text("Siri Solberg")
    context.close()


@pytest.mark.browser
def test_a_leader_sees_in_words_what_the_plan_would_say_while_changing_it(
    house: House, heart: Heart, web: Web, chromium: Browser
) -> None:
    house.import_site(
        DOCUMENT.replace("rules:\n", "  - {id: leder, name: Lise Leder, role: leader}\nrules:\n", 1)
    )
    house.set_password("leder")
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="nb-NO")
    page = context.new_page()
    enter(page, web, "leder")
    page.goto(f"{web.address}/care/escalation/edit?unit=sol")
    axe_finds_nothing(page)
    words = page.locator("#words")
    high = page.get_by_role("region", name="Høyt varsel")
    high.get_by_label("Etter minutter").first.fill("2")
    expect(words).to_contain_text("etter 2 min til hele avdelingen")
    high.get_by_label("Etter minutter").first.fill("4")
    expect(words.get_by_role("alert")).to_contain_text("må komme senere enn trinnet før")
    high.get_by_label("Etter minutter").first.fill("2,5")
    expect(words).to_contain_text("etter 2 min")
    page.get_by_role("button", name="La planen gjelde").click()
    expect(page.locator("#plan-sol")).to_contain_text("Egen plan")
    for path in ("/care/duty", "/care/duty/shift", "/care/duty/import", "/care/escalation", "/contacts"):
        page.goto(web.address + path)
        axe_finds_nothing(page)
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_late_in_the_week_today_is_seen_first_on_a_phone_and_the_days_before_after_a_tap(
    house: House, heart: Heart, web: Web, chromium: Browser, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844}, locale="nb-NO")
    page = context.new_page()
    enter(page, web, "sol")
    page.goto(f"{web.address}/care/duty")
    days, before = page.locator("#week-days > li:not(.earlier)"), page.locator("#week-days .earlier a")
    past = page.locator("#week-days > .is-past")
    is_monday = past.count() == 0
    shown = days.first if is_monday or width == 1280 else page.locator("#week-days > .is-today")
    expect(shown).to_be_visible()
    if is_monday or width == 1280:
        expect(before).to_have_count(0) if is_monday else expect(before).to_be_hidden()
    else:
        expect(past.first).to_be_hidden()
        before.click()
        expect(past.first).to_be_visible()
        expect(before).to_be_hidden()
    fits(page)
    axe_finds_nothing(page)
    page.goto(f"{web.address}/care/duty?week=2026-01-05")
    expect(page.locator("#week-days > .is-past")).to_have_count(7)
    expect(days.first).to_be_visible()
    context.close()
