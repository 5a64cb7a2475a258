"""How somebody is reached: their own page, a test message by each way, and who cannot be reached at all."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.reach import say_usable_ways
from hub.settings import Settings
from hub.store import contacts
from hub.store.contacts import Contact
from hub.store.db import transaction
from tests.ways.receivers import Mailbox, mail_server
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House, hub_tries

WITH_LEADERS = DOCUMENT.replace(
    "rules:\n",
    """  - {id: leder, name: Lise Leder, role: leader}
  - {id: solleder, name: Sol Leder, role: leader, units: [sol]}
rules:
""",
    1,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_LEADERS)
    house.hub_says()
    yield house
    house.connection.close()


@pytest.fixture
def mailbox(house: House) -> Iterator[Mailbox]:
    with mail_server() as (mailbox, port):
        house.settings = Settings(
            data=house.data, smtp=f"smtp://127.0.0.1:{port}", smtp_from="vaka@example.org"
        )
        with hub_tries(house):
            yield mailbox


def send(browser: TestClient, path: str, **form: object) -> int:
    return browser.post(path, data={"csrf": csrf_of(browser, "/contacts"), **form}).status_code


def ids(browser: TestClient, person: str = "") -> list[str]:
    html = browser.get(f"/contacts?person={person}").text
    return re.findall(r'id="tried-([0-9a-f]+)"', html)


def test_somebody_adds_orders_and_removes_their_own_ways(house: House, sign_in: SignIn) -> None:
    browser = sign_in("sol")
    assert "Ingen kanal å nå fram på" in browser.get("/contacts").text
    for way, address in (("email", "siri@example.org"), ("pager", "pager-7")):
        assert send(browser, "/contacts/sol", way=way, address=address) == 303
    mail, pager = ids(browser)
    assert send(browser, f"/contacts/sol/{pager}/first") == 303
    assert [c.way for c in contacts.of(house.connection, "solbakken", "sol")] == ["pager", "email"]
    assert send(browser, f"/contacts/sol/{mail}/remove") == 303
    assert ids(browser) == [pager]
    refused = browser.post(
        "/contacts/sol", data={"csrf": csrf_of(browser, "/contacts"), "way": "email", "address": "siri"}
    )
    assert refused.status_code == 422
    assert 'value="siri"' in refused.text
    assert "Dette er ingen e-postadresse." in refused.text
    assert send(browser, "/contacts/sol", way="webpush", address="https://push.example.org") == 422


def test_quiet_hours_are_kept_and_what_makes_no_sense_is_said(house: House, sign_in: SignIn) -> None:
    browser = sign_in("sol")
    assert (
        send(browser, "/contacts/sol/preferences", quiet_from="22:00", quiet_until="06:30", gathered="10")
        == 303
    )
    html = browser.get("/contacts").text
    assert 'name="quiet_from" value="22:00"' in html
    assert 'name="gathered" value="10"' in html
    assert send(browser, "/contacts/sol/preferences", quiet_from="22:00", gathered="5") == 422
    token = csrf_of(browser, "/contacts")
    for wrong, words in (
        ({"quiet_from": "06:00", "quiet_until": "23:00"}, "Stille tid kan vare høyst 16 timer."),
        ({"gathered": "30"}, "Lave varsler kan samles i 0 til 20 minutter."),
    ):
        refused = browser.post("/contacts/sol/preferences", data={"csrf": token, "gathered": "5", **wrong})
        assert (refused.status_code, words in refused.text) == (422, True), words
    assert send(browser, "/contacts/sol/preferences", gathered="5") == 303
    assert 'name="quiet_from" value=""' in browser.get("/contacts").text
    trail = re.sub(r"<[^>]+>", "", sign_in("adm").get("/audit?by=sol").text)
    for words in ("stille tid 22:00-06:30, samlet i 10 min", "stille tid ingen, samlet i 5 min"):
        assert f"Endret når lave varsler kommer {words}" in trail, words


def test_who_changes_quiet_hours_on_an_old_page_is_shown_how_they_are_now(
    house: House, sign_in: SignIn
) -> None:
    browser = sign_in("sol")
    version = re.search(r'name="version" value="(\w+)"', browser.get("/contacts").text)
    assert version is not None
    seen = {"version": version[1], "gathered": "5"}
    assert send(browser, "/contacts/sol/preferences", quiet_from="22:00", quiet_until="06:30", **seen) == 303
    token = csrf_of(browser, "/contacts")
    refused = browser.post("/contacts/sol/preferences", data={"csrf": token, **seen})
    assert refused.status_code == 422
    assert "Noen andre endret dette imens." in refused.text
    assert 'name="quiet_from" value="22:00"' in refused.text
    now = re.search(r'name="version" value="(\w+)"', refused.text)
    assert now is not None
    assert send(browser, "/contacts/sol/preferences", version=now[1], gathered="5") == 303
    assert 'name="quiet_from" value=""' in browser.get("/contacts").text


def test_a_test_message_goes_out_at_once_and_its_outcome_is_shown(
    house: House, mailbox: Mailbox, sign_in: SignIn
) -> None:
    contacts.put(house.connection, "solbakken", Contact("sol", "email", "siri@example.org"), house.now())
    browser = sign_in("sol")
    (mail,) = ids(browser)
    headers = {"hx-request": "true", "X-CSRF-Token": csrf_of(browser, "/contacts")}
    said = browser.post(f"/contacts/sol/{mail}/test", headers=headers)
    assert "Sendt. Kom den fram?" in said.text
    (message,) = mailbox.taken
    assert message["To"] == "siri@example.org"
    assert "Solbakken" not in str(message.get_payload())
    mailbox.answers.append("550 no such mailbox")
    refused = browser.post(f"/contacts/sol/{mail}/test", headers=headers)
    assert "Kom ikke ut" in refused.text
    assert "E-postserveren avviste den. Se om adressen er riktig." in refused.text
    assert "550" not in refused.text
    mailbox.answers.append("451 later")
    later = browser.post(f"/contacts/sol/{mail}/test", headers=headers)
    assert (
        "E-postserveren tar ikke imot akkurat nå. Prøv igjen, eller spør den som drifter Vaka." in later.text
    )
    plain = browser.post(f"/contacts/sol/{mail}/test", data={"csrf": headers["X-CSRF-Token"]})
    assert "Sendt. Kom den fram?" in plain.text
    answer = browser.post(f"/api/v1/contacts/sol/{mail}/test", headers=headers)
    assert answer.json() == {"sent": True, "why": None}
    assert house.rows("SELECT count(*) FROM summons")[0][0] == 0
    assert "example.org" not in str([row[0] for row in house.rows("SELECT detail FROM audit")])


def test_an_address_that_is_refused_is_said_to_whose_it_is_and_to_their_leader_until_it_works_again(
    house: House, mailbox: Mailbox, sign_in: SignIn
) -> None:
    contacts.put(house.connection, "solbakken", Contact("sol", "email", "siri@example.org"), house.now())
    browser, leader = sign_in("sol"), sign_in("solleder")
    (mail,) = ids(browser)
    on_every_page, chip = "Varsler når deg ikke på en av adressene dine", "Får ikke varsler"
    assert on_every_page not in browser.get("/").text
    headers = {"hx-request": "true", "X-CSRF-Token": csrf_of(browser, "/contacts")}
    mailbox.answers.append("550 no such mailbox")
    browser.post(f"/contacts/sol/{mail}/test", headers=headers)
    for html in (browser.get("/contacts").text, leader.get("/contacts?person=sol").text):
        assert "siri@example.org får ikke varsler" in html
        assert "Adressen har vært avvist siden" in html
        assert chip in html
    assert on_every_page in browser.get("/").text
    assert on_every_page not in leader.get("/").text
    assert "Kan ikke nås" in row_of("Siri Solberg", leader)
    [contact] = browser.get("/api/v1/contacts").json()["people"][0]["contacts"]
    assert contact["refused_at"] is not None
    assert send(browser, "/contacts/sol", way="email", address="sol@example.org") == 303
    assert "En adresse blir avvist" in row_of("Siri Solberg", leader)
    browser.post(f"/contacts/sol/{mail}/test", headers=headers)
    assert chip not in browser.get("/contacts").text
    assert on_every_page not in browser.get("/").text
    assert "avvist" not in row_of("Siri Solberg", leader)
    [again, _] = browser.get("/api/v1/contacts").json()["people"][0]["contacts"]
    assert again["refused_at"] is None


def row_of(name: str, browser: TestClient) -> str:
    """Of the table of who can be reached."""
    others = browser.get("/contacts").text.split('id="others-title"')[1]
    return next(row for row in others.split("<tr>") if name in row)


def test_the_web_process_sends_nothing_itself_and_says_where_the_hub_is_not_at_work(
    house: House, sign_in: SignIn
) -> None:
    contacts.put(house.connection, "solbakken", Contact("sol", "pager", "pager-7"), house.now())
    browser = sign_in("sol")
    (pager,) = ids(browser)
    said = browser.post(f"/contacts/sol/{pager}/test", data={"csrf": csrf_of(browser, "/contacts")})
    assert "Kom ikke ut" in said.text
    assert "Huben svarer ikke, så meldingen ble ikke sendt." in said.text
    [row] = house.rows("SELECT address, ended_at, begun_at FROM contact_trial")
    assert (row["address"], row["begun_at"]) == ("", None), "it is not sent an hour later either"
    with hub_tries(house):
        later = browser.post(f"/contacts/sol/{pager}/test", data={"csrf": csrf_of(browser, "/contacts")})
    assert "Denne kanalen er ikke satt opp her. Spør den som drifter Vaka." in later.text


def test_a_way_that_the_hub_does_not_have_says_so(house: House, sign_in: SignIn) -> None:
    contacts.put(house.connection, "solbakken", Contact("sol", "email", "siri@example.org"), house.now())
    with transaction(house.connection):
        say_usable_ways(house.connection, "solbakken", ["webpush", "pager"], house.now())
    browser = sign_in("sol")
    (mail,) = ids(browser)
    said = browser.post(f"/contacts/sol/{mail}/test", data={"csrf": csrf_of(browser, "/contacts")})
    assert "Kom ikke ut" in said.text
    assert "Denne kanalen er ikke satt opp på huben." in said.text


def test_a_way_that_the_hub_itself_cannot_use_is_marked_and_a_test_by_the_pages_does_not_hide_it(
    house: House, mailbox: Mailbox, sign_in: SignIn
) -> None:
    contacts.put(house.connection, "solbakken", Contact("sol", "email", "siri@example.org"), house.now())
    browser = sign_in("sol")
    assert "Ikke satt opp på huben" not in browser.get("/contacts").text
    with transaction(house.connection):
        say_usable_ways(house.connection, "solbakken", ["webpush", "pager"], house.now())
    page = browser.get("/contacts").text
    assert "Ikke satt opp på huben" in page
    assert "Ingen av disse kanalene er satt opp på huben" in page
    (mail,) = ids(browser)
    said = browser.post(f"/contacts/sol/{mail}/test", data={"csrf": csrf_of(browser, "/contacts")})
    assert "Denne kanalen er ikke satt opp på huben." in said.text
    assert mailbox.taken == []


def test_leaders_see_who_cannot_be_reached_and_others_only_themselves(house: House, sign_in: SignIn) -> None:
    contacts.put(house.connection, "solbakken", Contact("sol", "email", "siri@example.org"), house.now())
    html = sign_in("solleder").get("/contacts").text
    others = html.split('id="others-title"')[1]
    assert "Siri Solberg" in others
    assert "Nils Nordli" not in others
    assert others.count("Kan ikke nås") == 1
    carer = sign_in("nord")
    assert "others-title" not in carer.get("/contacts").text
    assert carer.get("/contacts?person=sol").status_code == 404
    assert send(carer, "/contacts/sol", way="email", address="x@example.org") == 404
    leader = sign_in("leder")
    assert leader.get("/contacts?person=sol").status_code == 200
    assert send(leader, "/contacts/nord", way="email", address="nils@example.org") == 303
