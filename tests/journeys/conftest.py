"""Whoever walks: a browser of some size, look and language, signed in, that keeps a picture of each step.

`make pictures` sets PICTURES: every journey in every look, with all of the demo's history. Otherwise
each is walked once, in a look of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from dashboards.language import translations
from rules.wording import Language
from tests.journeys.house import FurnishedHouse
from tests.patience import PATIENCE_MS
from tests.servers import ROOT, free_port
from tests.web.house import PASSWORD, Heart, Web, running
from tests.web.test_browser import axe_finds_nothing

FOLDER = ROOT / "build" / "pictures"
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "wall": (1920, 1080)}


class Look(NamedTuple):
    size: str
    theme: str
    language: Language

    def __str__(self) -> str:
        return "-".join(self)


ALL = (
    Look("desktop", "light", "nb"),
    Look("desktop", "dark", "en"),
    Look("phone", "light", "nb"),
    Look("phone", "night", "nb"),
    Look("phone", "dark", "en"),
)


def looks(*everyday: Look) -> pytest.MarkDecorator:
    """The looks in which a journey is walked."""
    return pytest.mark.parametrize("look", ALL if os.environ.get("PICTURES") else everyday, ids=str)


class Walk:
    """One person's way. Words are given in English and looked for in the walk's own language."""

    def __init__(self, page: Page, web: Web, journey: str, look: Look) -> None:
        self.page, self.address, self.look = page, web.address, look
        self._journey, self._steps = journey, 0
        self._words = translations(look.language)

    def word(self, english: str, context: str = "") -> str:
        return self._words.pgettext(context, english) if context else self._words.gettext(english)

    def sign_in(self, person: str, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.locator("input[name=person]").fill(person)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def goes_to(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def taps(self, english: str, within: Locator | None = None) -> None:
        """The button, link or fold that says so."""
        place, word = within or self.page.locator("main"), self.word(english)
        found = place.get_by_role("button", name=word).or_(place.get_by_role("link", name=word))
        found.or_(place.locator("summary", has_text=word)).first.click()

    def reads(self, text: str, within: str = "main") -> None:
        expect(self.page.locator(within)).to_contain_text(text)

    def picture(self, step: str, whole: bool = False) -> None:
        """Kept as <journey>-<number>-<step>-<look>.png. Nothing runs out of the side."""
        self._steps += 1
        beyond = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert beyond <= 0, f"{self.page.url} scrolls sideways by {beyond} px"
        FOLDER.mkdir(parents=True, exist_ok=True)
        name = f"{self._journey}-{self._steps}-{step}-{self.look}.png"
        self.page.evaluate(
            "document.getAnimations().forEach((one) => { try { one.finish() } catch { one.cancel() } })"
        )
        width, height = SIZES[self.look.size]
        if whole:  # bars that stay at the edge of the screen are at the edge of the picture
            self.page.set_viewport_size({"width": width, "height": max(height, self._height())})
        self.page.screenshot(path=FOLDER / name)
        if whole:
            self.page.set_viewport_size({"width": width, "height": height})

    def _height(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollHeight"))

    def is_accessible(self) -> None:
        axe_finds_nothing(self.page)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedHouse]:
    house = FurnishedHouse(tmp_path_factory.mktemp("house"))
    heart = Heart(house)
    heart.start()
    yield house
    heart.stop()
    house.connection.close()


@pytest.fixture(scope="module")
def web(house: FurnishedHouse) -> Iterator[Web]:
    with running(house, free_port()) as web:
        yield web


@pytest.fixture
def walk(request: pytest.FixtureRequest, chromium: Browser, web: Web, look: Look) -> Iterator[Walk]:
    """Named after its test: test_carer_… walks as `carer`."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    width, height = SIZES[look.size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale="nb-NO",
        timezone_id="Europe/Oslo",
        reduced_motion="reduce",
    )
    cookies = {"vaka_language": look.language, "vaka_theme": look.theme}
    context.add_cookies([{"name": n, "value": v, "url": web.address} for n, v in cookies.items()])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Walk(page, web, request.node.originalname.split("_")[1], look)
    context.close()
    assert complaints == []
