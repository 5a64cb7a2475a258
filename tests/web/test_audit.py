"""Who saw what: for the leader, for the resident whom it concerns, and the look-ups that are asked about."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from hub.store import audit, shifts
from hub.store.db import transaction
from rules.duty import Shift
from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, House

SignIn = Callable[..., TestClient]
HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path) -> House:
    leaders = """  - {id: leder, name: Lise Leder, role: leader}
  - {id: leder2, name: Lars Leder, role: leader}
  - {id: nordleder, name: Nina Nord, role: leader, units: [nord]}
rules:
"""
    house = House(tmp_path, DOCUMENT.replace("rules:\n", leaders, 1))
    house.hub_says()
    return house


def look(house: House, by: str, resident: str, ago: timedelta = timedelta(0)) -> None:
    seen = {"page": f"/care/rules/quiet/{resident}", "residents": [resident]}
    audit.add(house.connection, house.site.site, house.now() - ago, by, "residents seen", seen)


def test_every_look_at_a_resident_is_in_their_own_log_in_words(house: House, sign_in: SignIn) -> None:
    alert = house.night_exit("1A")
    sign_in("sol").get(f"/alerts/{alert.id}")
    sign_in("kari").get("/care/rules?unit=sol")
    page = sign_in("leder").get("/audit/residents/r1").text
    for words in ("Siri Solberg", "Så på varsler", "Kari Nordmann", "Så på beboere", "Regler"):
        assert words in page, words
    other = sign_in("leder").get("/audit/residents/r4").text
    assert "Siri Solberg" not in other.partition("<main")[2]
    found = sign_in("leder").get("/api/v1/audit/residents/r1").json()["entries"]
    assert {entry["by"] for entry in found} >= {"sol", "kari", "leder"}


def test_the_log_is_printed_for_the_resident(house: House, sign_in: SignIn) -> None:
    look(house, "kari", "r1")
    answer = sign_in("leder").get("/audit/residents/r1/log.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Anna Haugen" in text
    assert "Kari Nordmann" in text
    assert "har rett til svar" in text


def test_a_leader_of_another_unit_is_not_shown_whom_they_may_not_see(house: House, sign_in: SignIn) -> None:
    look(house, "kari", "r1")
    nord = sign_in("nordleder")
    for address in ("/audit/residents/r1", "/audit/residents/r1/log.pdf", "/api/v1/audit/residents/r1"):
        assert nord.get(address).status_code == 404
    assert "Anna" not in nord.get("/audit").text
    assert "Anna" not in nord.get("/audit/residents").text


def test_an_administrator_reads_the_trail_by_pseudonym(house: House, sign_in: SignIn) -> None:
    look(house, "kari", "r1")
    page = sign_in("adm").get("/audit").text
    assert "r1" in page
    assert "Anna Haugen" not in page


def test_the_trail_goes_on_page_by_page_and_by_person(house: House, sign_in: SignIn) -> None:
    for _ in range(150):
        look(house, "kari", "r1")
    look(house, "sol", "r2")
    leader = sign_in("leder")
    first = leader.get("/api/v1/audit?limit=100").json()
    second = leader.get(f"/api/v1/audit?limit=100&before={first['before']}").json()
    seqs = [entry["seq"] for entry in [*first["entries"], *second["entries"]]]
    assert seqs == sorted(set(seqs), reverse=True)
    assert second["before"] is None
    assert {entry["by"] for entry in leader.get("/api/v1/audit?by=sol").json()["entries"]} == {"sol"}
    page = leader.get("/audit").text
    assert "Eldre" in page


def test_a_change_past_vaka_shows_where_it_was(house: House, sign_in: SignIn) -> None:
    look(house, "kari", "r1")
    leader = sign_in("leder")
    assert "Alt er slik det ble skrevet" in leader.get("/audit/chain").text
    assert leader.get("/api/v1/audit/chain").json()["faults"] == []
    house.connection.execute("UPDATE audit SET by = 'sol' WHERE by = 'kari'")
    assert "Innholdet er ikke det som ble skrevet" in leader.get("/audit/chain").text
    assert [fault["reason"] for fault in leader.get("/api/v1/audit/chain").json()["faults"]] == ["changed"]


def test_a_look_while_off_duty_is_a_question_until_a_leader_has_asked(house: House, sign_in: SignIn) -> None:
    now = house.now()
    with transaction(house.connection):
        shift = Shift(0, "kari", (), "carer", now - 60 * HOUR, now - 52 * HOUR)
        shifts.add(house.connection, house.site.site, shift)
    look(house, "kari", "r1", ago=20 * HOUR)
    leader = sign_in("leder")
    page = leader.get("/audit/review").text
    assert "Så på beboere utenom vakt" in page
    assert "Anna Haugen" in page
    (question,) = leader.get("/api/v1/audit/look-ups").json()
    csrf = csrf_of(leader, "/audit/review")
    answer = leader.post(f"/audit/review/{question['key']}", data={"csrf": csrf, "note": "byttet vakt"})
    assert answer.status_code == 303
    after = leader.get("/audit/review").text
    assert "Ingenting å spørre om" in after
    assert "byttet vakt" in after
    assert sign_in("nordleder").get("/api/v1/audit/look-ups").json() == []


def test_nobody_reviews_their_own_look_ups(house: House, sign_in: SignIn) -> None:
    for number in range(16):
        look(house, "leder", "r1", ago=timedelta(minutes=number))
    mine = sign_in("leder")
    (question,) = mine.get("/api/v1/audit/look-ups").json()
    token = {"X-CSRF-Token": mine.get("/api/v1/session").json()["csrf"]}
    address = f"/api/v1/audit/look-ups/{question['key']}/review"
    assert mine.post(address, json={}, headers=token).status_code == 403
    other = sign_in("leder2")
    token = {"X-CSRF-Token": other.get("/api/v1/session").json()["csrf"]}
    assert other.post(address, json={"note": "ok"}, headers=token).status_code == 204
    assert other.get("/api/v1/audit/look-ups").json()[0]["reviewed_by"] == "leder2"
