"""Every page and document of every role in nynorsk, without a word that is bokmål's alone."""

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from httpx2 import Response
from pypdf import PdfReader
from starlette.testclient import TestClient

from dashboards.access import ACTS
from dashboards.language import LOCALE
from hub.store import quarantine
from hub.store.db import transaction
from tests.spoken import WORDING, bokmål_in
from tests.web.conftest import csrf_of
from tests.web.house import House
from tests.web.relatives import EMAIL, relative_of
from tests.web.test_every_route import PEOPLE, TABLE, WITH_ALL_ROLES, prepared

SignIn = Callable[..., TestClient]
AddressOf = Callable[[str], str]
pytestmark = pytest.mark.usefixtures("heart")

STAFF = ("leder", "tor", "adm", "pia", "sol")
PREVIEW = "GET /care/relatives/{number}/preview"
"""What a relative gets to see, as they do: in their language."""


class Seen(HTMLParser):
    """What a reader sees or hears of a page that is not marked as another language's."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._closed_over: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        other = known.get("lang") not in (None, "nn") or tag in ("script", "style", "code", "pre")
        hidden = other or (bool(self._closed_over) and self._closed_over[-1])
        if tag not in VOID:
            self._closed_over.append(hidden)
        if not hidden:
            told = ("aria-label", "title", "alt", "placeholder")
            self.said += [
                v for k, v in attrs if v and (k in told or (tag == "body" and k.startswith("data-")))
            ]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._closed_over:
            self._closed_over.pop()

    def handle_data(self, data: str) -> None:
        if not (self._closed_over and self._closed_over[-1]):
            self.said.append(data)


VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


def text_of(answer: Response) -> str | None:
    """What a page or a document says; None of what is neither."""
    sort = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 300 or sort not in ("text/html", "application/pdf"):
        return None
    if sort == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    seen = Seen()
    seen.feed(answer.text)
    return " ".join(seen.said)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, WITH_ALL_ROLES)
    made.hub_says()
    made.night_exit()
    with transaction(made.connection):
        quarantine.add(made.connection, "solbakken", "zigbee2mqtt/x", "no JSON", b"hei", made.now())
    yield made
    made.connection.close()


def bokmål_on(browser: TestClient, address_of: AddressOf, routes: Iterable[str]) -> tuple[int, list[str]]:
    """How many pages and documents somebody sees, and the words of bokmål in them."""
    found, seen = [], 0
    browser.cookies.set("vaka_language", "nn")
    for route in routes:
        answer = browser.get(address_of(route))
        said = text_of(answer)
        if said is None:
            continue
        seen += 1
        if "<html" in answer.text[:300] and 'lang="nn"' not in answer.text[:300] and route != PREVIEW:
            found.append(f"{route} is not in nynorsk")
        found += [f"{route}: {word}" for word in sorted(bokmål_in(said))]
    return seen, found


def asked(of: Callable[[str], bool]) -> list[str]:
    """The routes of the table that something is read from, by who may."""
    return [route for route, row in TABLE.items() if route.startswith("GET ") and of(row.by)]


def test_staff_who_read_nynorsk_meet_no_bokmål(house: House, sign_in: SignIn) -> None:
    """Each page is looked at by the first of them who may; a page says the same to all its roles."""
    address_of, left, seen = prepared(house, sign_in("tor")), set(TABLE), 0
    for person in STAFF:
        role = PEOPLE[person]
        theirs = asked(lambda by, role=role: by == "whoever is signed in" or role in ACTS.get(by, ()))
        more, found = bokmål_on(sign_in(person), address_of, [route for route in theirs if route in left])
        assert not found, "\n".join(found)
        left, seen = left - set(theirs), seen + more
    assert seen > 80


def test_relatives_who_read_nynorsk_meet_no_bokmål(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    address_of = prepared(house, sign_in("tor"))
    seen, found = bokmål_on(sign_in(EMAIL), address_of, asked(lambda by: by == "follow residents"))
    assert (seen, found) == (5, [])


def test_whoever_has_not_signed_in_is_met_in_nynorsk_too(house: House, visitor: TestClient) -> None:
    seen, found = bokmål_on(visitor, prepared(house, None), asked(lambda by: by == "everybody"))
    assert seen > 3
    assert not found, "\n".join(found)


def test_no_word_of_bokmål_stands_in_the_catalogs_of_nynorsk() -> None:
    found = []
    for file in (*(LOCALE / "nn").glob("*.po"), *(WORDING / "nn").glob("*.po")):
        for message in read_po(BytesIO(file.read_bytes()), locale="nn"):
            for text in message.string if message.pluralizable else (message.string,):
                if message.id:
                    said = re.sub(r"%\(\w+\)s|\{[^}]*\}", " ", str(text))
                    found += [f"{file.name}: {word} in {text}" for word in bokmål_in(said)]
    assert found == []


def test_a_house_may_speak_nynorsk_and_a_browser_another(
    house: House, visitor: TestClient, sign_in: SignIn
) -> None:
    house.import_site(WITH_ALL_ROLES.replace("language: nb", "language: nn", 1))
    page = visitor.get("/sign-in").text
    assert '<html lang="nn"' in page
    assert "Brukarnamn" in page
    offered = re.findall(r'name="language" value="(\w+)" aria-pressed="(\w+)" lang="\w+">(\w+)<', page)
    assert offered == [("nb", "false", "Bokmål"), ("nn", "true", "Nynorsk"), ("en", "false", "English")]
    kari = sign_in("leder")
    assert "Eg tek det" in kari.get("/").text
    kari.post("/appearance", data={"csrf": csrf_of(kari), "language": "nb"})
    assert "Jeg tar det" in kari.get("/").text
