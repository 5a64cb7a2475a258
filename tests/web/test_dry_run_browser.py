"""The rule's page in a real browser: what would have come follows the slider."""

import pytest
from playwright.sync_api import Browser, expect

from hub.store.db import transaction
from tests.servers import free_port
from tests.web.house import DOCUMENT, House, running
from tests.web.test_browser import axe_finds_nothing
from tests.web.test_dry_run import nights
from tests.web.test_technician_browser import Phone

pytestmark = pytest.mark.browser

__all__ = ["nights"]
PAGE = "/care/rules/door-open/1A"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_what_would_have_come_follows_the_slider(nights: House, chromium: Browser, colours: str) -> None:
    words = {
        "nb": ("Varselet ville ha kommet 4 ganger", "Varselet ville ha kommet én gang"),
        "en": ("It would have come 4 times", "It would have come once"),
    }
    leader = "people:\n  - {id: lena, name: Lena Leder, role: leader}"
    nights.import_site(DOCUMENT.replace("people:", leader, 1))
    with transaction(nights.connection):
        nights.set_password("lena")
    with running(nights, free_port()) as web:
        for size in ({"width": 390, "height": 844}, {"width": 1280, "height": 900}):
            for language, (today, longer) in words.items():
                context = chromium.new_context(viewport=size, color_scheme=colours)  # type: ignore[arg-type]
                phone = Phone(context, web, language, "lena")
                phone.goes_to(PAGE)
                said = phone.page.locator(".dry-run-says")
                expect(said).to_contain_text(today)
                slider = phone.page.locator("input.slider[data-for=value-lasts]")
                slider.evaluate("e => { e.value = 10; e.dispatchEvent(new Event('input', {bubbles: true})) }")
                expect(said).to_contain_text(longer)
                for summary in phone.page.locator(".dry-run summary").all():
                    summary.click()
                axe_finds_nothing(phone.page)
                assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert phone.complaints == []
                context.close()
