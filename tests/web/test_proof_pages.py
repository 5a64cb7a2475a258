"""The pages and calls about whether alerts get through, and who would be told in the week to come."""

import re
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from hub import alerting, reach
from hub.store import contacts, gaps, proofs, shifts
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.proofs import Proof, Record
from hub.watch import state
from rules.duty import Shift
from rules.proof_verdict import LEGS, Sending, Step, told_of_phones
from rules.watch import PARTS, Standing
from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, PASSWORD, House, Web
from tests.web.test_browser import axe_finds_nothing

SignIn = Callable[..., TestClient]
SITE = "solbakken"


def watched(house: House, down: str = "") -> None:
    parts = {part: Standing("x", house.now(), house.now()) if part == down else Standing() for part in PARTS}
    state.write(house.data, state.State(SITE, house.now(), parts))


def hole_in_six_hours(house: House) -> None:
    """Everybody can be reached; on the third to eighth hour from now nobody is on duty."""
    start = house.now().replace(minute=0, second=0, microsecond=0)
    with transaction(house.connection):
        for person in ("kari", "sol", "nord"):
            contacts.put(
                house.connection, SITE, Contact(person, "email", f"{person}@example.org"), house.now()
            )
            for begins, length in ((-1, 4), (8, 24), (32, 30), (62, 30), (92, 30), (122, 30), (152, 30)):
                at = start + timedelta(hours=begins)
                shift = Shift(0, person, (), "carer", at, at + timedelta(hours=length))
                shifts.add(house.connection, SITE, shift)
    reach.Reach({"email"}).follow(house.connection, house.site, house.now())


def test_a_carer_tries_the_alerting_and_sees_each_leg_and_how_far_each_message_came(
    house: House, sign_in: SignIn
) -> None:
    watched(house)
    kari = sign_in("kari")
    first = kari.get("/care/proof").text
    assert first.count("Aldri prøvd") == 2
    assert "Ikke prøvd" not in first, "it is said once"
    assert "Vaka svarer" in first
    answer = kari.post("/care/proof", data={"unit": "sol", "csrf": csrf_of(kari, "/care/proof")})
    assert answer.headers["location"] == "/care/proof?notice=asked#unit-sol"
    assert "Pågår" in kari.get("/care/proof").text
    [asked] = proofs.under_way(house.connection, SITE)
    assert (asked.unit, asked.asked_by) == ("sol", "kari")
    at = house.now()
    steps = (Step("published", at, True), Step("heard", at, True), Step("sent", None, False))
    sendings = (
        Sending("sol", "email", failure="the mail server said 550 nobody"),
        Sending("kari", "email", at, None, at),
    )
    with transaction(house.connection):
        ended = msgspec.structs.replace(
            asked,
            ended_at=at,
            result="in_part",
            leg="sent",
            reason="some_not_sent",
            record=Record(steps, sendings),
        )
        proofs.put(house.connection, ended)
    again = kari.post("/care/proof", data={"unit": "sol", "csrf": csrf_of(kari, "/care/proof")})
    assert again.headers["location"] == "/care/proof?notice=before#unit-sol"
    assert "under et minutt siden" in kari.get(again.headers["location"]).text
    shown = re.sub(r"\s+", " ", kari.get("/care/proof").text)
    assert "Når delvis fram" in shown
    assert "Noen av meldingene kom ikke ut." in shown
    assert "stoppet her" in shown
    assert "Ikke sendt: E-postserveren avviste den. Se om adressen er riktig." in shown
    assert "Sett kl." in shown


@pytest.mark.parametrize(
    ("way", "received", "shown", "hidden"),
    [
        ("phone", True, "Når fram", "Overlevert"),
        ("pager", None, "Overlevert", "Når fram"),
    ],
)
def test_what_no_way_can_tell_is_handed_over_and_not_said_to_have_arrived(
    house: House, sign_in: SignIn, way: str, received: bool | None, shown: str, hidden: str
) -> None:
    at, arrived = house.now(), house.now() if received else None
    steps = [Step(leg, at, True) for leg in LEGS if leg not in ("received", "later")]
    steps += [Step("received", arrived, received), Step("later", at, True)]
    record = Record(tuple(steps), (Sending("sol", way, at, arrived),))
    with transaction(house.connection):
        proof = Proof(0, SITE, "sol", at, ended_at=at, result="held", record=record)
        proofs.add(house.connection, proof)
    sol = sign_in("sol").get("/care/proof").text
    assert f'<span class="chip good">{shown}</span>' in sol
    assert f'<span class="chip good">{hidden}</span>' not in sol
    assert "ikke kommet dit" not in sol


def test_a_watchman_that_is_gone_or_a_part_that_is_down_stands_on_top(house: House, sign_in: SignIn) -> None:
    tor = sign_in("tor")
    assert "Ingen passer på Vaka selv" in tor.get("/care/proof").text
    assert tor.get("/api/v1/watch").json()["watched"] is False
    watched(house, down="store")
    assert "Disken tar ikke imot" in tor.get("/care/proof").text
    parts = {one["part"]: one["state"] for one in tor.get("/api/v1/watch").json()["parts"]}
    assert parts == {"hub": "ok", "broker": "ok", "store": "down", "web": "ok", "alerting": "ok"}


def test_a_part_that_fails_and_does_not_count_as_down_yet_is_not_said_to_be_ok(
    house: House, sign_in: SignIn
) -> None:
    since, why = house.now() - timedelta(seconds=3), "the hub has said nothing for 12 s"
    parts = {part: Standing(why, since) if part == "hub" else Standing() for part in PARTS}
    state.write(house.data, state.State(SITE, house.now(), parts))
    told = {one.pop("part"): one for one in sign_in("tor").get("/api/v1/watch").json()["parts"]}
    assert (told["hub"]["state"], told["hub"]["why"]) == ("failing", why)
    assert told["hub"]["since"] is not None
    assert told["broker"] == {"state": "ok", "since": None, "why": ""}


def test_a_gap_is_on_the_leaders_map_and_list_and_on_the_board_and_is_given_to_somebody(
    house: House, sign_in: SignIn
) -> None:
    hole_in_six_hours(house)
    adm, kari, nord = sign_in("adm"), sign_in("kari"), sign_in("nord")
    page = re.sub(r"\s+", " ", adm.get("/care/reach").text)
    assert page.count("<strong>Ingen på vakt</strong>") == 2
    assert 'class="is-gap"' in page
    assert "Innen et døgn" in page
    assert "/care/duty?" not in page, "an administrator plans nobody"
    assert "Lederen på avdelingen setter noen på vakt." in page
    board = re.sub(r"\s+", " ", kari.get("/").text)
    assert "Neste vakt: " in board
    assert "Solsida: ingen på vakt" in board.replace("Ingen på vakt", "ingen på vakt")
    assert "Dette venter på deg" not in board
    assert "Coming shift: " in nord.get("/").text
    leaders = re.sub(r"\s+", " ", adm.get("/").text)
    assert "hull i uka som kommer" in leaders
    assert "uten ansvarlig" in leaders
    assert "Solsida" not in re.sub(r"\s+", " ", nord.get("/care/reach").text)
    task = next(t for t in gaps.standing(house.connection, SITE) if t.unit == "sol")
    form = {"owner": "kari", "due": "2099-01-01", "csrf": csrf_of(adm, "/care/reach")}
    assert adm.post(f"/care/reach/gaps/{task.id}", data=form).status_code == 303
    assert "Kari Nordmann</strong> ordner det innen" in adm.get("/care/reach").text
    assert adm.post(f"/care/reach/gaps/{task.id}", data={**form, "due": "2001-01-01"}).status_code == 422
    assert kari.post(f"/care/reach/gaps/{task.id}", data=form).status_code in (403, 404)


def test_a_gap_that_just_came_up_is_on_the_list_at_once_as_it_is_on_the_map(
    house: House, sign_in: SignIn
) -> None:
    hole_in_six_hours(house)
    house.connection.execute("DELETE FROM gap")
    page = re.sub(r"\s+", " ", sign_in("adm").get("/care/reach").text)
    assert "Ingen hull denne uka" not in page
    assert page.count("<strong>Ingen på vakt</strong>") == 2
    assert "Ingen har tatt oppgaven ennå." in page
    assert 'action="/care/reach/gaps/' not in page, "nobody can be given what the hub has not noted yet"


def test_to_put_somebody_on_duty_leads_a_leader_to_the_gap_in_its_unit_and_week(
    house: House, sign_in: SignIn
) -> None:
    house.import_site(DOCUMENT.replace("rules:\n", "  - {id: lise, name: Lise, role: leader}\nrules:\n", 1))
    with transaction(house.connection):
        house.set_password("lise")
    hole_in_six_hours(house)
    leader = sign_in("lise")
    links = re.findall(
        r'href="(/care/duty\?unit=\w+&amp;week=[^"#]+)#week-title"', leader.get("/care/reach").text
    )
    shown = [leader.get(link.replace("&amp;", "&")).text.split('id="week-title"')[1] for link in links]
    assert [week.split(",")[0] for week in shown] == [">Nordsida", ">Solsida"]
    assert all("Ingen på vakt" in week for week in shown)


def test_a_gap_of_the_hour_that_runs_is_not_said_to_be_of_the_next_shift(
    house: House, sign_in: SignIn
) -> None:
    hole_in_six_hours(house)
    with transaction(house.connection):
        for shift in shifts.on_duty(house.connection, house.site, house.now()):
            shifts.end(house.connection, SITE, shift.id, house.now())
    reach.Reach({"email"}).follow(house.connection, house.site, house.now())
    board = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", sign_in("kari").get("/").text))
    assert "Denne timen: Nordsida: Ingen på vakt Solsida: Ingen på vakt " in board
    assert "Neste vakt:" not in board
    assert "Solsida Ingen på vakt, denne timen" in re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", "", sign_in("kari").get("/wall").text)
    )
    assert "Det første denne timen" in sign_in("adm").get("/").text


def test_one_hour_says_who_is_told_when_and_by_which_way(house: House, sign_in: SignIn) -> None:
    hole_in_six_hours(house)
    kari = sign_in("kari")
    shown = re.sub(r"\s+", " ", kari.get("/care/reach/hour?unit=sol").text)
    assert "Høye varsler" in shown
    assert "E-post" in shown
    assert "hele avdelingen" in shown
    routes = kari.get("/api/v1/reach/sol").json()
    high = next(route for route in routes if route["severity"] == "high" and route["residents"] == ["r1"])
    assert [stage["after_s"] for stage in high["stages"]] == [0, 60, 180, 180], (
        "the unit next door has nobody on duty: the leaders come at once"
    )
    assert high["stages"][0]["ways"]["kari"] == ["email"]
    assert kari.get("/care/reach/hour?unit=nowhere").status_code == 404


def test_a_program_asks_for_a_proof_follows_it_and_reads_the_week(house: House, sign_in: SignIn) -> None:
    hole_in_six_hours(house)
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    asked = adm.post("/api/v1/proofs", headers=ours, json={"unit": "nord"})
    assert asked.status_code == 202
    number = asked.json()["id"]
    assert adm.get(f"/api/v1/proofs/{number}").json()["result"] is None
    assert [proof["id"] for proof in adm.get("/api/v1/proofs").json()] == [number]
    again = adm.post("/api/v1/proofs", headers=ours, json={"unit": "nord"})
    assert again.json()["id"] == number, "who asks again at once is told of the same one"
    week = adm.get("/api/v1/reach").json()
    assert len(week["hours"]) == len(week["cells"]["sol"]) == 168
    [gap] = [gap for gap in week["gaps"] if gap["unit"] == "sol"]
    assert (gap["reason"], len(gap["hours"])) == ("nobody_on_duty", 5)
    assignment = {"owner": "tor", "due": "2099-01-01T00:00:00Z"}
    assert adm.put(f"/api/v1/reach/gaps/{gap['id']}", headers=ours, json=assignment).status_code == 204
    owners = {gap["id"]: gap["owner"] for gap in adm.get("/api/v1/reach").json()["gaps"]}
    assert owners[gap["id"]] == "tor"
    assert sorted(owners.values(), key=str) == [None, "tor"]


@pytest.mark.parametrize("person", ["tor"])
def test_technicians_see_proofs_and_no_resident(house: House, sign_in: SignIn, person: str) -> None:
    watched(house)
    assert "Anna" not in sign_in(person).get("/care/proof").text
    assert sign_in(person).get("/care/reach").status_code == 404


def test_the_hour_that_runs_is_shown_as_it_is_now(house: House, sign_in: SignIn) -> None:
    begun = house.now().astimezone(house.site.zone).replace(minute=0)
    shown = sign_in("kari").get(f"/care/reach/hour?unit=sol&at={begun:%Y-%m-%dT%H:%M}").text
    lead = shown.split('class="lead">')[1].split("<")[0]
    now = house.now().astimezone(house.site.zone)
    assert any(f"{now - timedelta(minutes=ago):%H.%M}" in lead for ago in (0, 1)), lead


PAGES = ("/care/proof", "/care/reach", "/care/reach/hour?unit=sol")


@pytest.mark.browser
def test_axe_finds_nothing_and_nothing_scrolls_sideways(house: House, web: Web, page: Page) -> None:
    hole_in_six_hours(house)
    watched(house)
    page.goto(f"{web.address}/sign-in")
    page.fill("[name=person]", "kari")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{web.address}/")
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for path in PAGES:
            page.goto(web.address + path)
            for fold in page.locator("main details > summary").all():
                fold.click()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            axe_finds_nothing(page)


def test_an_alert_about_a_unit_names_it_once(house: House, sign_in: SignIn) -> None:
    now = house.now()
    silent = (Sending("kari", "webpush", now, phone="p1", device="Pixel"),)
    with transaction(house.connection):
        alerting.take(house.connection, SITE, *told_of_phones("sol", silent, now), now)
    [heading] = re.findall(r"<h2 id=\"alert-\d+-who\">.*?</h2>", sign_in("kari").get("/").text, re.S)
    assert re.sub(r"<[^>]+>", "", heading).split() == ["Solsida"]
