"""In which language somebody is met before they have chosen one: as their browser asks, also on a phone of
their own; what stands in the house speaks as the house does.
"""

import re
from collections.abc import Mapping

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, PASSWORD, House

PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def language(client: TestClient, path: str, **headers: str) -> str:
    found = re.search(r'<html lang="(\w+)"', client.get(path, headers=headers).text)
    assert found is not None, path
    return found[1]


def came_in(client: TestClient, agent: str, asks: str, person: str = "kari") -> Mapping[str, str]:
    """The headers of a browser in which somebody has signed in."""
    headers = {"User-Agent": agent, "Accept-Language": asks}
    said = {"person": person, "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
    assert client.post("/sign-in", data=said, headers=headers).status_code == 303
    return headers


@pytest.mark.parametrize(
    ("asks", "met_in"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("nn-NO,nn;q=0.9,en;q=0.5", "nn"),
        ("no", "nb"),
        ("sv-SE,en;q=0.4", "en"),
        ("pl,uk;q=0.8", "nb"),
        ("", "nb"),
        ("*;q=x,,;", "nb"),
    ],
)
def test_a_door_speaks_as_the_browser_asks_else_as_the_house(
    visitor: TestClient, asks: str, met_in: str
) -> None:
    headers = {"Accept-Language": asks}
    for path in ("/sign-in", "/choose-password/none", "/invited/none", "/help", "/help/api", "/offline"):
        assert language(visitor, path, **headers) == met_in, path
    visitor.cookies.set("vaka_language", "nn")
    assert language(visitor, "/sign-in", **headers) == "nn"


def test_a_screen_that_several_share_and_a_computer_of_the_house_speak_as_the_house(
    house: House, visitor: TestClient
) -> None:
    visitor.cookies.set("vaka_device", "screen")
    assert language(visitor, "/sign-in", **{"Accept-Language": "en-US"}) == "nb"
    headers = came_in(visitor, COMPUTER, "en-US,en;q=0.9")
    for path in ("/", "/wall", "/floor", "/offline"):
        assert language(visitor, path, **headers) == "nb", path
    assert language(visitor, "/alerts/999", **headers) == "nb", "a refusal too"


def test_a_phone_is_somebodys_own_and_so_is_its_language_unless_they_have_one(
    house: House, visitor: TestClient
) -> None:
    headers = came_in(visitor, PHONE, "nn")
    assert language(visitor, "/", **headers) == "nn"
    assert language(visitor, "/alerts/999", **headers) == "nn"
    headers = came_in(visitor, PHONE, "nn", "nord")
    assert language(visitor, "/", **headers) == "en", "Nils has English in the site file"


def test_the_screen_on_the_wall_speaks_as_the_house_whoever_signed_in_there(
    house: House, visitor: TestClient
) -> None:
    headers = came_in(visitor, COMPUTER, "en-US", "nord")
    assert language(visitor, "/", **headers) == "en", "Nils has English in the site file"
    assert language(visitor, "/wall", **headers) == "nb"
    visitor.cookies.set("vaka_language", "nn")
    assert language(visitor, "/wall", **headers) == "nn", "as somebody chose on this screen"


def test_a_house_that_speaks_english_refuses_in_english(house: House, visitor: TestClient) -> None:
    house.import_site(DOCUMENT.replace("language: nb", "language: en", 1))
    assert language(visitor, "/invited/none") == "en"
    answer = visitor.post("/contacts/kari", data={"csrf": ""})
    assert (answer.status_code, '<html lang="en"' in answer.text) == (403, True)
