"""Access to another unit in an emergency: opens at once, ends by itself, is told to who answers for it."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from aiosmtpd.controller import Controller
from starlette.testclient import TestClient

from hub.clock import WallClock
from hub.settings import Settings
from hub.staff_notices import deliver
from hub.store import contacts
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.instants import to_us
from hub.summoner import configured_ways
from tests.patience import PATIENCE
from tests.servers import free_port
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House, Web

PEOPLE = """  - {id: lise, name: Lise Leder, role: leader, units: [nord]}
  - {id: sara, name: Sara Solleder, role: leader, units: [sol]}
  - {id: pia, name: Pia Personvern, role: privacy_officer, language: en}
  - {id: hanna, name: Hanna Husleder, role: leader}
rules:
"""
REASON = "fall i gangen, ingen andre i nærheten"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DOCUMENT.replace("rules:\n", PEOPLE, 1))
    house.hub_says()
    house.night_exit("4B")
    yield house
    house.connection.close()


def open_nord(client: object, reason: str = REASON) -> int:
    form = {"csrf": csrf_of(client), "unit": "nord", "reason": reason}  # type: ignore[arg-type]
    return int(client.post("/emergency", data=form).status_code)  # type: ignore[attr-defined]


PICTURES = (
    "/care/residents/r4/hour.svg",
    "/care/residents/r4/month.pdf",
    "/care/residents/r4/pictures/day.png",
    "/care/residents/r4/year",
    "/api/v1/residents/r4/nights",
)


def test_a_carer_sees_another_unit_for_an_hour_and_then_no_more(house: House, sign_in: SignIn) -> None:
    sol, number = sign_in("sol"), house.rows("SELECT id FROM alert")[0]["id"]
    assert {sol.get(picture).status_code for picture in PICTURES} == {404}
    assert "Sverre Lie" not in sol.get("/").text
    assert sol.get(f"/alerts/{number}").status_code == 404
    before = sol.cookies["vaka_session"]
    assert open_nord(sol) == 303
    assert sol.cookies["vaka_session"] != before
    board = sol.get("/").text
    assert "Sverre Lie" in board
    assert "Du har nødtilgang til Nordsida" in board
    assert sol.get(f"/alerts/{number}").status_code == 200
    assert {sol.get(picture).status_code for picture in PICTURES} == {200}
    (row,) = house.rows("SELECT began_at, ends_at FROM emergency_access")
    assert row["ends_at"] - row["began_at"] == timedelta(minutes=60) / timedelta(microseconds=1)
    house.connection.execute("UPDATE emergency_access SET ends_at = ?", (to_us(house.now()),))
    assert "Sverre Lie" not in sol.get("/").text
    assert sol.get(f"/alerts/{number}").status_code == 404
    assert {sol.get(picture).status_code for picture in PICTURES} == {404}


def test_it_needs_a_reason_and_opens_only_what_is_not_theirs_already(house: House, sign_in: SignIn) -> None:
    sol, kari, tor = sign_in("sol"), sign_in("kari"), sign_in("tor")
    assert open_nord(sol, " x ") == 422
    assert open_nord(kari) == 422, "she sees the whole house already"
    assert tor.get("/emergency").status_code == 404
    form = {"csrf": csrf_of(sol), "unit": "nowhere", "reason": REASON}
    assert sol.post("/emergency", data=form).status_code == 422
    assert house.rows("SELECT * FROM emergency_access") == []


def test_it_is_given_back_early(sign_in: SignIn) -> None:
    sol = sign_in("sol")
    open_nord(sol)
    assert sol.post("/emergency/end", data={"csrf": csrf_of(sol)}).status_code == 303
    assert "Sverre Lie" not in sol.get("/").text


def test_it_is_on_the_trail_and_in_the_lists_of_those_who_answer_for_it(
    house: House, sign_in: SignIn
) -> None:
    open_nord(sign_in("sol"))
    trail = house.rows("SELECT by, detail FROM audit WHERE what = 'emergency access begun'")
    assert [row["by"] for row in trail] == ["sol"]
    assert REASON in trail[0]["detail"]
    lise, sara, pia = sign_in("lise"), sign_in("sara"), sign_in("pia")
    assert "Nødtilgang som ingen har sett på: 1" in lise.get("/").text
    assert "Emergency access that nobody has looked at: 1" in pia.get("/audit").text
    assert "Siri Solberg" in lise.get("/audit/emergencies").text
    assert REASON in lise.get("/audit/emergencies").text
    assert "Siri Solberg" not in sara.get("/audit/emergencies").text, "it is not her unit"
    number = lise.get("/api/v1/audit/emergencies").json()[0]["number"]
    form = {"csrf": csrf_of(sara, "/audit/emergencies")}
    assert sara.post(f"/audit/emergencies/{number}", data=form).status_code == 404
    form = {"csrf": csrf_of(lise)}
    assert lise.post(f"/audit/emergencies/{number}", data=form).status_code == 303
    assert "ingen har sett på" not in lise.get("/").text
    assert pia.get("/api/v1/audit/emergencies").json()[0]["seen_by"] == "lise"


def test_a_leader_does_not_review_their_own(house: House, sign_in: SignIn) -> None:
    sara = sign_in("sara")
    assert open_nord(sara) == 303
    assert sara.get("/api/v1/audit/emergencies").json() == []


def test_leader_and_privacy_officer_are_told_by_mail_without_name_or_reason(
    house: House, sign_in: SignIn
) -> None:
    with transaction(house.connection):
        for person in ("lise", "sara", "pia"):
            contact = Contact(person, "email", f"{person}@example.org")
            contacts.put(house.connection, "solbakken", contact, house.now())
    open_nord(sign_in("sol"))
    received: list[tuple[str, str]] = []

    class Inbox:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            content = envelope.content.decode("utf-8", "replace")  # type: ignore[attr-defined]
            received.append((envelope.rcpt_tos[0], content))  # type: ignore[attr-defined]
            return "250 OK"

    port = free_port()
    server = Controller(Inbox(), hostname="127.0.0.1", port=port, ready_timeout=PATIENCE)
    server.start()
    try:
        settings = Settings(data=house.data, smtp=f"smtp://127.0.0.1:{port}", smtp_from="vaka@example.org")
        ways = {way.name: way for way in configured_ways(settings, WallClock())}
        assert deliver(house.connection, "solbakken", ways, WallClock()) == 2
        assert deliver(house.connection, "solbakken", ways, WallClock()) == 0, "once"
    finally:
        server.stop()
    assert sorted(to for to, _ in received) == ["lise@example.org", "pia@example.org"]
    assert not any("Siri" in content or "gangen" in content for _, content in received)


def test_what_does_not_go_out_is_tried_again(house: House, sign_in: SignIn) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("lise", "email", "lise@example.org"), house.now())
    open_nord(sign_in("sol"))
    settings = Settings(data=house.data, smtp=f"smtp://127.0.0.1:{free_port()}", smtp_from="vaka@example.org")
    ways = {way.name: way for way in configured_ways(settings, WallClock())}
    assert deliver(house.connection, "solbakken", ways, WallClock()) == 0
    (row,) = house.rows("SELECT sent_at, next_at, failure FROM staff_notice")
    assert row["sent_at"] is None
    assert row["next_at"] > to_us(house.now())
    assert row["failure"]


def test_an_open_board_loses_the_other_unit_when_it_ends(house: House, sign_in: SignIn, web: Web) -> None:
    sol = sign_in("sol")
    open_nord(sol)
    cookies = {"vaka_session": sol.cookies["vaka_session"]}
    with httpx2.stream("GET", f"{web.address}/live", cookies=cookies, timeout=PATIENCE) as stream:
        lines, ended, deadline = stream.iter_lines(), False, time.monotonic() + PATIENCE
        for line in lines:
            if "Sverre Lie" in line and not ended:
                ended = True
                house.connection.execute("UPDATE emergency_access SET ends_at = ?", (to_us(house.now()),))
            if line == "event: end":
                break
            assert time.monotonic() < deadline
    assert ended


def test_one_room_is_opened_before_a_whole_unit(house: House, sign_in: SignIn) -> None:
    house.night_exit("5C")
    by_room = {row["room"]: row["id"] for row in house.rows("SELECT id, room FROM alert")}
    sol = sign_in("sol")
    page = sol.get("/emergency").text
    assert "Sverre" not in page, "rooms are chosen by what stands on their doors"
    assert page.index('value="4B"') < page.index('value="nord"')
    form = {"csrf": csrf_of(sol, "/emergency"), "room": "4B", "reason": REASON}
    assert sol.post("/emergency", data=form).status_code == 303
    board = sol.get("/").text
    assert "Sverre Lie" in board
    assert "Åse" not in board
    assert "Du har nødtilgang til Nordsida, 4B" in board
    assert 'href="/care/residents">Til beboerne' in board
    assert "Sverre Lie" in sol.get("/care/residents").text
    assert sol.get("/care/residents/r4").status_code == 200
    assert sol.get("/api/v1/residents/r4/day").status_code == 200
    assert sol.get("/care/residents/r5").status_code == 404
    assert sol.get(f"/alerts/{by_room['4B']}").status_code == 200
    assert sol.get(f"/alerts/{by_room['5C']}").status_code == 404
    assert "Sverre Lie" not in sol.get("/wall").text, "a screen on the wall is not hers alone"
    assert sol.get("/wall?unit=nord").status_code == 404
    lise = sign_in("lise")
    assert "Nordsida, 4B" in lise.get("/audit/emergencies").text
    (one,) = lise.get("/api/v1/audit/emergencies").json()
    assert (one["unit"], one["room"]) == ("nord", "4B")
    (said,) = house.rows("SELECT detail FROM audit WHERE what = 'emergency access begun'")
    assert json.loads(said["detail"])["room"] == "4B"
    house.connection.execute("UPDATE emergency_access SET ends_at = ?", (to_us(house.now()),))
    assert sol.get("/care/residents/r4").status_code == 404


@pytest.mark.parametrize("room", ["1A", "nowhere", "", "4B' OR 1=1"])
def test_no_room_of_ones_own_and_none_that_there_is_not(house: House, sign_in: SignIn, room: str) -> None:
    sol = sign_in("sol")
    form = {"csrf": csrf_of(sol, "/emergency"), "room": room, "reason": REASON}
    assert sol.post("/emergency", data=form).status_code == 422
    assert house.rows("SELECT * FROM emergency_access") == []


def test_a_room_and_then_its_unit_are_two_things_to_answer_for_and_the_other_way_round_is_one(
    house: House, sign_in: SignIn
) -> None:
    sol = sign_in("sol")
    ours = {"X-CSRF-Token": sol.get("/api/v1/session").json()["csrf"]}
    for wish, many in (({"room": "4B"}, 1), ({"room": "4B"}, 1), ({"unit": "nord"}, 2), ({"room": "5C"}, 2)):
        answer = sol.post("/api/v1/emergency", headers=ours, json={**wish, "reason": REASON})
        assert answer.status_code == 201
        assert len(house.rows("SELECT * FROM emergency_access")) == many
    assert sol.delete("/api/v1/emergency", headers=ours).status_code == 204
    assert sol.get("/api/v1/emergency").json() == []


def test_of_two_that_are_open_one_is_given_back_and_the_other_stays(house: House, sign_in: SignIn) -> None:
    sol = sign_in("sol")
    ours = {"X-CSRF-Token": sol.get("/api/v1/session").json()["csrf"]}
    for room in ("4B", "5C"):
        sol.post("/api/v1/emergency", headers=ours, json={"room": room, "reason": REASON})
    first, second = (one["number"] for one in sol.get("/api/v1/emergency").json())
    form = {"csrf": csrf_of(sol), "number": first}
    assert sol.post("/emergency/end", data=form).status_code == 303
    assert sol.get("/care/residents/r4").status_code == 404
    assert sol.get("/care/residents/r5").status_code == 200
    assert sol.delete(f"/api/v1/emergency/{first}", headers=ours).status_code == 404, "it is over"
    assert sol.delete(f"/api/v1/emergency/{second}", headers=ours).status_code == 204
    assert sol.get("/api/v1/emergency").json() == []
    (_, said) = house.rows("SELECT detail FROM audit WHERE what = 'emergency access ended' ORDER BY seq")
    assert json.loads(said["detail"]) == {"unit": "nord", "room": "5C"}


def test_nobody_ends_what_another_one_opened(house: House, sign_in: SignIn) -> None:
    sol, sara = sign_in("sol"), sign_in("sara")
    open_nord(sol)
    (number,) = (one["number"] for one in sol.get("/api/v1/emergency").json())
    ours = {"X-CSRF-Token": sara.get("/api/v1/session").json()["csrf"]}
    assert sara.delete(f"/api/v1/emergency/{number}", headers=ours).status_code == 404
    sara.post("/emergency/end", data={"csrf": csrf_of(sara), "number": number})
    assert sol.get("/care/residents/r4").status_code == 200


def test_what_is_open_already_is_not_offered_again_but_can_be_ended_there(sign_in: SignIn) -> None:
    sol = sign_in("sol")
    form = {"csrf": csrf_of(sol, "/emergency"), "room": "4B", "reason": REASON}
    sol.post("/emergency", data=form)
    page = sol.get("/emergency").text
    assert 'value="4B"' not in page
    assert 'value="5C"' in page
    assert "Du har nødtilgang til Nordsida, 4B" in page
    assert 'action="/emergency/end"' in page
    open_nord(sol)
    page = sol.get("/emergency").text
    assert "Alle andre avdelinger er åpne for deg nå" in page
    assert 'name="reason"' not in page


def test_a_page_that_is_not_for_a_carer_offers_emergency_access_whether_or_not_it_is_there(
    sign_in: SignIn,
) -> None:
    sol = sign_in("sol")
    other, nobody = sol.get("/care/residents/r4"), sol.get("/care/residents/r999")
    assert (other.status_code, nobody.status_code) == (404, 404)
    assert 'href="/emergency"' in other.text
    assert other.text == nobody.text
    for who in ("kari", "tor"):
        page = sign_in(who).get("/care/residents/r999")
        assert page.status_code == 404
        assert "/emergency" not in page.text, f"{who} has no use for it"


def test_an_address_that_leads_nowhere_is_answered_as_one_that_is_not_for_her(sign_in: SignIn) -> None:
    sol = sign_in("sol")
    nowhere = sol.get("/no-such-page")
    assert (nowhere.status_code, nowhere.text) == (404, sol.get("/care/residents/r4").text)
    assert 'href="/emergency"' in nowhere.text
    assert "This is not here" in sign_in("nord").get("/no-such-page").text, "he reads English"
    assert "This is not here" in sign_in("pia").get("/no-such-page").text


def test_a_page_that_is_not_there_leads_everybody_to_their_own_first_page(
    visitor: TestClient, sign_in: SignIn
) -> None:
    first = {"kari": ("/", "Til tavla"), "adm": ("/today", "Til forsiden"), "pia": ("/audit", "front page")}
    for who, (path, word) in first.items():
        for address in ("/no-such-page", "/alerts/999"):
            page = sign_in(who).get(address)
            assert page.status_code == 404
            assert f'href="{path}">' in page.text, who
            assert word in page.text, who
    assert 'href="/">Til forsiden' in visitor.get("/no-such-page").text


def test_a_leader_of_the_whole_house_is_led_to_what_others_opened(sign_in: SignIn) -> None:
    hanna, lise, kari, pia = sign_in("hanna"), sign_in("lise"), sign_in("kari"), sign_in("pia")
    assert 'href="/emergency"' not in hanna.get("/").text
    assert 'href="/audit/emergencies"' in hanna.get("/").text
    assert 'href="/audit/emergencies"' in hanna.get("/emergency").text
    assert 'href="/emergency"' in lise.get("/").text
    assert "/emergenc" not in kari.get("/").text, "there is nothing that she could open"
    assert "/emergenc" not in pia.get("/audit/residents").text.split("<main")[0], "it stands in her trail"


def test_it_waits_for_the_leader_of_that_unit_until_somebody_looked(house: House, sign_in: SignIn) -> None:
    lise, sara = sign_in("lise"), sign_in("sara")
    assert "Nødtilgang som ingen" not in lise.get("/").text
    open_nord(sign_in("sol"))
    board = lise.get("/").text
    waiting = board[board.index("Dette venter på deg") :]
    assert "Nødtilgang som ingen har sett på: 1" in waiting
    assert board.count("Nødtilgang som ingen") == 1, "it is said once"
    assert "Nødtilgang som ingen" not in sara.get("/").text, "it is not her unit"
    (one,) = lise.get("/api/v1/audit/emergencies").json()
    lise.post(f"/audit/emergencies/{one['number']}", data={"csrf": csrf_of(lise)})
    assert "Nødtilgang som ingen" not in lise.get("/").text
