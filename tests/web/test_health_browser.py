"""Faults and a device's health in a real browser: nothing that axe finds, on the phone and by night."""

import pytest
from playwright.sync_api import Browser

from tests.servers import free_port
from tests.web.house import House, running
from tests.web.test_browser import axe_finds_nothing
from tests.web.test_health import ill
from tests.web.test_technician_browser import Phone

pytestmark = pytest.mark.browser

__all__ = ["ill"]
PAGES = ("/technician/faults", "/technician/devices/2A ytterdør")


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_pages_of_faults_and_of_a_device_are_for_everybody(
    ill: House, chromium: Browser, language: str, colours: str
) -> None:
    with running(ill, free_port()) as web:
        for size in ({"width": 390, "height": 844}, {"width": 1280, "height": 900}):
            context = chromium.new_context(viewport=size, color_scheme=colours)  # type: ignore[arg-type]
            phone = Phone(context, web, language)
            for path in PAGES:
                phone.goes_to(path)
                axe_finds_nothing(phone.page)
                wide = phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert wide, f"{path} is wider than the screen"
            assert phone.complaints == []
            context.close()
