"""The guides say the words that stand on the pages, in all languages, and show pictures that are there."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboards.frame import navigation_of
from dashboards.guides.text import WRITTEN as SERVED
from dashboards.language import catalog
from dashboards.visit import LANGUAGE_COOKIE
from rules.building import Person
from rules.wording import Language
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House, Web
from tests.web.relatives import EMAIL, relative_of
from tests.web.test_browser import axe_finds_nothing

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
FILES: dict[str, dict[Language, str]] = {
    "carer": {"nb": "pleier", "nn": "pleiar", "en": "carer"},
    "technician": {"nb": "tekniker", "nn": "teknikar", "en": "technician"},
    "leader": {"nb": "leder", "nn": "leiar", "en": "leader"},
    "administrator": {"nb": "administrator", "nn": "administrator", "en": "administrator"},
    "privacy_officer": {"nb": "personvernombud", "nn": "personvernombod", "en": "privacy_officer"},
    "relative": {"nb": "parorende", "nn": "parorande", "en": "relative"},
}
WRITTEN = [(language, name) for names in FILES.values() for language, name in names.items()]
each_guide = pytest.mark.parametrize(("language", "name"), WRITTEN)
_PICTURE = re.compile(r"!\[([^\]]*)\]\(\.\./pictures/([^)]+)\)")
_MOST_BYTES = 2_000_000


def text_of(language: Language, name: str) -> str:
    return (GUIDES / language / f"{name}.md").read_text("utf-8")


def words_of_the_pages(language: Language) -> Iterator[str]:
    for message in catalog("nb" if language == "en" else language):
        said = message.id if language == "en" else message.string
        yield from said if isinstance(said, list | tuple) else (said,)


@cache
def known(language: Language) -> frozenset[str]:
    return frozenset(words_of_the_pages(language))


@each_guide
def test_every_bold_word_of_a_guide_stands_on_a_page(language: Language, name: str) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", " ".join(text_of(language, name).split()))
    assert len(bold) > 15
    assert [word for word in bold if word.rstrip(".") not in known(language)] == []


@each_guide
def test_every_picture_of_a_guide_is_there_in_its_language_and_told_in_words(
    language: Language, name: str
) -> None:
    pictures = _PICTURE.findall(text_of(language, name))
    assert pictures
    assert text_of(language, name).count("![") == len(pictures)
    assert [file for words, file in pictures if len(words) < 30] == []
    assert [file for _, file in pictures if not file.endswith(f"-{language}.webp")] == []
    assert [file for _, file in pictures if not (GUIDES / "pictures" / file).is_file()] == []


def test_every_picture_is_shown_in_a_guide_and_all_of_them_are_small() -> None:
    there = {file.name: file.stat().st_size for file in (GUIDES / "pictures").iterdir()}
    shown = {file for guide in WRITTEN for _, file in _PICTURE.findall(text_of(*guide))}
    assert there.keys() == shown
    assert sum(there.values()) < _MOST_BYTES


def test_every_guide_leads_back_to_the_readers_own_first_page(visitor: TestClient, sign_in: SignIn) -> None:
    first = {"kari": "/", "tor": "/technician", "adm": "/today"}
    for browser, home in [(visitor, "/"), *((sign_in(who), home) for who, home in first.items())]:
        for page in ("", *(f"/{guide}" for guide in FILES)):
            assert f'class="back" href="{home}"' in browser.get(f"/help{page}").text, (home, page)


@pytest.mark.parametrize("guide", FILES)
def test_all_languages_say_the_same_things_in_the_same_order(guide: str) -> None:
    def shape(text: str) -> list[str]:
        lines = (re.match(r"(#+ |\d+\. |- |\|---|> |!\[)", line) for line in text.splitlines())
        return [line[1] for line in lines if line]

    nb, nn, en = (shape(text_of(language, name)) for language, name in FILES[guide].items())
    assert nb == nn == en


@each_guide
def test_every_link_of_a_guide_leads_somewhere(language: Language, name: str) -> None:
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", text_of(language, name))
    assert [link for link in links if not (GUIDES / language / link).is_file()] == []


def test_a_menu_leads_to_the_guide_of_ones_own_role_in_ones_own_language(sign_in: SignIn) -> None:
    for person, address in {"kari": "/help/carer?language=nb", "tor": "/help/technician?language=nb"}.items():
        assert f'href="{address}"' in sign_in(person).get("/account").text
    english = sign_in("nord")
    assert 'href="/help/carer?language=en"' in english.get("/account").text
    assert "Vaka when you are on duty</h1>" in english.get("/help/carer?language=en").text


def test_an_address_without_a_language_is_read_in_ones_own_before_the_houses(
    house: House, sign_in: SignIn, visitor: TestClient
) -> None:
    english, kari = sign_in("nord"), sign_in("kari")
    kari.cookies.set("vaka_language", "nn")
    relative_of(house)
    marit = sign_in(EMAIL)
    form = {"csrf": csrf_of(marit, "/relative/settings"), "language": "en", "quiet_from": "21:00"}
    form |= {"quiet_until": "08:00", "digest_weekday": "6", "digest_hour": "17", "by_email": "true"}
    assert marit.post("/relative/settings", data=form).status_code == 303
    marit.cookies.delete("vaka_language")
    assert [one.get("/help").text.partition('lang="')[2][:2] for one in (english, kari, marit, visitor)] == [
        "en",
        "nn",
        "en",
        "nb",
    ]
    assert "Vaka when you are on duty</h1>" in english.get("/help/carer").text
    assert 'lang="en"' in english.get("/help/api").text[:400]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("guide", SERVED)
def test_vaka_shows_each_guide_with_its_pictures_to_whoever_asks(
    visitor: TestClient, guide: str, language: Language
) -> None:
    visitor.cookies.set(LANGUAGE_COOKIE, language)
    page = visitor.get(f"/help/{guide}")
    name = FILES[guide][language]
    title = text_of(language, name).partition("\n")[0].removeprefix("# ")
    assert (page.status_code, f">{title}</h1>" in page.text) == (200, True)
    pictures = re.findall(r'<img src="(/help/pictures/[^"]+)" alt="([^"]+)"', page.text)
    assert len(pictures) == len(_PICTURE.findall(text_of(language, name)))
    assert {visitor.get(address).headers["content-type"] for address, _ in pictures} == {"image/webp"}
    for link in re.findall(r'<a href="([^"]+)"', page.text):
        assert visitor.get(link).status_code == 200


def test_a_guide_that_nobody_has_written_is_not_there(visitor: TestClient) -> None:
    for address in ("/help/cook", "/help/pictures/none.webp", "/help/pictures/..%2fREADME.md"):
        assert visitor.get(address).status_code == 404


@pytest.mark.parametrize(("language", "name"), FILES["carer"].items())
def test_the_carers_guide_prints_as_one_page_with_all_that_it_says(
    visitor: TestClient, language: Language, name: str
) -> None:
    visitor.cookies.set(LANGUAGE_COOKIE, language)
    sheet = PdfReader(io.BytesIO(visitor.get("/help/carer.pdf").content))
    assert len(sheet.pages) == 1
    printed = re.sub(r"\W+", "", sheet.pages[0].extract_text())
    text = " ".join(re.sub(r"!\[.*?\]\(.*?\)|&nbsp;", "", text_of(language, name)).split())
    said = [re.sub(r"\W+|^\d+", "", sentence) for sentence in re.split(r"[.:|]", text)]
    assert len(said) > 50
    assert [sentence for sentence in said if sentence not in printed] == []


def test_what_is_printed_is_set_in_the_letters_of_the_pages(visitor: TestClient) -> None:
    sheet = PdfReader(io.BytesIO(visitor.get("/help/carer.pdf").content))
    fonts = sheet.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    names = {font.get_object()["/BaseFont"].partition("+")[2] for font in fonts.values()}
    assert names == {"AtkinsonHyperlegibleNext-Regular", "AtkinsonHyperlegibleNext-Bold"}


@pytest.mark.parametrize(("language", "name"), FILES["carer"].items())
def test_the_carers_guide_says_what_is_below_more_on_a_phone(language: Language, name: str) -> None:
    carer = Person(id="kari", name="Kari", role="carer", units=("sol",))
    seen = navigation_of(carer)
    said = catalog(language)

    def word(place: str) -> str:
        return str(said.get(place).string) if language != "en" else place

    text = text_of(language, name)
    below = [word(p.word) for p in (*seen.then, *seen.more) if f"**{word(p.word)}**" in text]
    (line,) = (line for line in text.splitlines() if f"**{word('More')}**" in line)
    assert [place for place in below if f"**{place}**" not in line] == []
    assert len(below) >= 3


@pytest.mark.browser
def test_who_forgot_the_pin_finds_help_before_signing_in_on_any_screen(web: Web, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{web.address}/sign-in")
    page.get_by_role("link", name="Hjelp").click()
    page.wait_for_url("**/help*")
    axe_finds_nothing(page)
    for guide in SERVED:
        page.goto(f"{web.address}/help/{guide}")
        axe_finds_nothing(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(f"{web.address}/help/carer")
    expect(page.get_by_role("row").filter(has_text="Jeg glemte PIN-en")).to_contain_text(
        "Logg inn med passord"
    )
