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

from dashboards.access import ACTS, OPEN_IN_AN_EMERGENCY, Act, opens_in_an_emergency
from hub.absences import Absences, somebody_in
from hub.settings import Settings
from hub.staff_notices import deliver
from hub.store import contacts, gaps
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.gaps import GapTask
from hub.store.instants import to_us
from hub.summoner import configured_ways
from rules.finding import Evidence
from tests.patience import PATIENCE
from tests.servers import free_port
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House, Web
from tests.web.test_floor import put

PEOPLE = """  - {id: lise, name: Lise Leder, role: leader, units: [nord]}
  - {id: sara, name: Sara Solleder, role: leader, units: [sol]}
  - {id: pia, name: Pia Personvern, role: privacy_officer, language: en}
  - {id: hanna, name: Hanna Husleder, role: leader}
rules:
"""
HOUR = timedelta(hours=1)
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


SHUT: set[Act] = {
    "change floor plans",
    "see devices",
    "place devices",
    "test devices",
    "pause devices",
    "control gateways",
    "see quarantine",
    "upload codecs",
    "see rules",
    "change rules",
    "try rules",
    "pause rules",
    "say who is away",
    "see goals",
    "see legal basis",
    "change legal basis",
    "hand over",
    "see what is kept",
    "see erasures",
    "erase residents",
    "export residents",
    "see roster",
    "plan roster",
    "say which staff are absent",
    "see escalation",
    "change escalation",
    "see alarm quality",
    "change contacts",
    "see audit",
    "see residents' logs",
    "review look-ups",
    "see proof",
    "see reach",
    "assign gaps",
    "see relatives",
    "stop relatives",
    "invite relatives",
    "follow residents",
    "keep own account",
    "ask for emergency access",
    "review emergency access",
    "manage people",
    "manage integrations",
}
"""What outlasts the hour or leaves the house: by one's own units alone."""
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


def test_of_each_act_it_is_decided_whether_an_emergency_opens_it() -> None:
    helps_now: set[Act] = {"see alerts", "answer alerts", "see wall", "see floor plans", "see residents"}
    assert helps_now == OPEN_IN_AN_EMERGENCY
    assert helps_now | SHUT == set(ACTS)
    for act in ACTS:
        assert opens_in_an_emergency([act], changes=False) == (act in helps_now), act
        assert opens_in_an_emergency([act], changes=True) == (act == "answer alerts"), act
        assert opens_in_an_emergency(["see residents", act], changes=False) == (act in helps_now), act
    assert not opens_in_an_emergency([], changes=False), "a route that says nothing is shut"


@pytest.mark.parametrize("person", ["sol", "sara"])
@pytest.mark.parametrize("room", ["4B", ""], ids=["one room", "the unit"])
def test_what_helps_now_is_open_and_alerts_are_answered_to_their_end(
    house: House, sign_in: SignIn, person: str, room: str
) -> None:
    browser, plan, number = sign_in(person), put(sign_in("hanna"), "nord"), 1
    pages = [
        "/care/residents/r4",
        "/care/residents/r4/trends",
        f"/alerts/{number}",
        f"/alerts/{number}/now",
        "/api/v1/residents/r4",
        f"/api/v1/alerts/{number}",
    ]
    of_the_unit = [
        f"/floor/{plan}",
        f"/api/v1/floor-plans/{plan}/picture",
        "/wall?unit=nord",
        "/api/v1/wall?unit=nord",
    ]
    assert {browser.get(path).status_code for path in (*pages, *of_the_unit)} == {404}
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
    opened = {"room": room} if room else {"unit": "nord"}
    assert (
        browser.post("/api/v1/emergency", headers=ours, json={**opened, "reason": REASON}).status_code == 201
    )
    assert {browser.get(path).status_code for path in pages} == {200}
    assert {browser.get(path).status_code for path in of_the_unit} == {404 if room else 200}
    assert [one["id"] for one in browser.get("/api/v1/alerts").json()["alerts"]] == [number]
    form = {"csrf": csrf_of(browser)}
    for step in ("accept", "set_out", "arrive", "assist", "hand_back", "accept"):
        assert browser.post(f"/alerts/{number}/{step}", data=form).status_code == 303
    (row,) = house.rows("SELECT state, accepted_by FROM alert")
    assert (row["state"], row["accepted_by"]) == ("accepted", person)
    on_duty = browser.post("/care/duty/sign-in", data={**form, "units": ["sol"], "function": "carer"})
    assert on_duty.status_code == 303
    asked = browser.post("/care/duty/leave", data=form)
    assert asked.status_code == 409
    assert f'href="/alerts/{number}"><strong>4B' in asked.text, "whoever has it is asked who takes it"
    assert browser.post(f"/alerts/{number}/close", data={**form, "outcome": "helped"}).status_code == 303
    assert house.rows("SELECT state FROM alert")[0]["state"] == "closed"


def test_nothing_is_offered_that_would_be_refused(house: House, sign_in: SignIn) -> None:
    sara, plan = sign_in("sara"), put(sign_in("hanna"), "nord")
    put(sign_in("hanna"), "sol")
    with transaction(house.connection):
        gap = GapTask(
            0, "solbakken", "nord", "nobody_on_duty", "", house.now(), house.now() + HOUR, 4, 3, False
        )
        gaps.add(house.connection, gap)
    book = Absences(house.connection, house.site, house.clock)
    book.away("r4", "hospital", house.now() + HOUR, "kari")
    with transaction(house.connection):
        heard = Evidence("4B stue", "motion", True, house.now())
        somebody_in(house.connection, house.site, book.known(), heard, house.now())
    at_home = 'action="/care/away/r4/back"'
    of_their_own = sign_in("lise").get("/").text
    assert at_home in of_their_own
    assert "Dette venter på deg" in of_their_own
    assert open_nord(sara) == 303
    board = sara.get("/").text
    assert "Sverre Lie" in board
    assert at_home not in board, "the unit's own people say who is home"
    assert sara.post("/care/away/r4/back", data={"csrf": csrf_of(sara)}).status_code == 404
    assert "Dette venter på deg" not in board, "what is to be seen to in the days to come is theirs too"
    assert f'href="/floor/{plan}?edit=1"' not in sara.get("/floor").text
    assert "/floor/2?edit=1" in sara.get("/floor").text
    assert '<option value="nord">' not in sara.get("/floor").text
    assert "?edit=1" not in sara.get(f"/floor/{plan}").text
    assert 'id="floor-save"' not in sara.get(f"/floor/{plan}?edit=1").text
    assert "Sverre" not in sara.get("/care/off").text
    assert "Sverre" not in sara.get("/care/relatives").text


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
        ways = {way.name: way for way in configured_ways(settings, house.clock)}
        assert deliver(house.connection, "solbakken", ways, house.clock) == 2
        assert deliver(house.connection, "solbakken", ways, house.clock) == 0, "once"
    finally:
        server.stop()
    assert sorted(to for to, _ in received) == ["lise@example.org", "pia@example.org"]
    assert not any("Siri" in content or "gangen" in content for _, content in received)


def test_what_does_not_go_out_is_tried_again(house: House, sign_in: SignIn) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("lise", "email", "lise@example.org"), house.now())
    open_nord(sign_in("sol"))
    settings = Settings(data=house.data, smtp=f"smtp://127.0.0.1:{free_port()}", smtp_from="vaka@example.org")
    ways = {way.name: way for way in configured_ways(settings, house.clock)}
    assert deliver(house.connection, "solbakken", ways, house.clock) == 0
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


def test_a_page_that_emergency_access_does_not_open_says_so_and_leads_to_the_residents(
    sign_in: SignIn,
) -> None:
    sol = sign_in("sol")
    form = {"csrf": csrf_of(sol, "/emergency"), "room": "4B", "reason": REASON}
    sol.post("/emergency", data=form)
    page = sol.get("/care/relatives/r4")
    assert page.status_code == 404
    assert "Nødtilgangen din åpner beboerne og varslene deres, ikke denne siden." in page.text
    assert 'href="/care/residents">Til beboerne' in page.text
    assert 'href="/emergency"' in page.text, "others of that unit are not open to her"
    assert sol.get("/no-such-page").text == page.text
    open_nord(sol)
    page = sol.get("/care/relatives/r4")
    assert "ikke denne siden" in page.text
    assert 'href="/emergency"' not in page.text, "there is nothing more to open"
    assert "Nødtilgangen" not in sign_in("kari").get("/no-such-page").text


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
