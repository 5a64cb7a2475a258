"""Who is called: read by all of care staff, changed by leaders, in words; what runs keeps its own copy."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from starlette.testclient import TestClient

from hub.store import contacts, escalations, shifts
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.duty import Shift
from rules.escalation import called
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House

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


def form_of(browser: TestClient, unit: str = "") -> dict[str, str | list[str]]:
    """The form as the page offers it."""
    html = browser.get(f"/care/escalation/edit?unit={unit}").text
    form: dict[str, str | list[str]] = {}
    for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"(?! checked)(?=[ >])', html):
        if "-to-" not in name:
            form[name] = value
    for name, value in re.findall(r'name="([\w-]+-to-\d)" value="(\w+)" checked', html):
        was = form.setdefault(name, [])
        assert isinstance(was, list)
        was.append(value)
    return form


def rows_of(html: str) -> list[str]:
    """What stands in each stage of the page."""
    return [" ".join(re.sub("<[^>]+>", "", row).split()) for row in html.split("<li>")]


def reached_by_mail(house: House, *people: str) -> None:
    with transaction(house.connection):
        for person in people:
            contact = Contact(person, "email", f"{person}@example.org")
            contacts.put(house.connection, "solbakken", contact, house.now())


def on_duty(house: House, person: str, unit: str) -> None:
    now = house.now()
    with transaction(house.connection):
        hours = timedelta(hours=5)
        shift = Shift(0, person, (unit,), "carer", now - hours, now + hours)
        shifts.add(house.connection, "solbakken", shift)


def test_who_would_be_called_now_is_whom_the_live_calls_would_reach(house: House, sign_in: SignIn) -> None:
    house.import_site(WITH_LEADERS.replace("name: Solsida}", "name: Solsida, neighbours: [nord]}"))
    on_duty(house, "kari", "sol")
    on_duty(house, "nord", "nord")
    reached_by_mail(house, "kari", "nord", "leder")
    browser = sign_in("leder")

    def stages() -> str:
        part = browser.get("/care/escalation").text.split('id="plan-sol"')[1].split("</ol>")[0]
        return " | ".join(rows_of(part)[1:])

    assert stages() == (
        "straks Kari Nordmann (ansvarlig pleier)"
        " | 1 min Kari Nordmann (hele avdelingen)"
        " | 3 min Nils Nordli (naboavdelingen) Ingen på vakt: nattpatruljen"
        " | 5 min Lise Leder, Sol Leder Bare på tavla (leder) Ingen leder på vakt varsles likevel"
    )
    with transaction(house.connection):
        kari = Contact("kari", "email", "kari@example.org")
        contacts.note_answer(house.connection, "solbakken", kari, house.now())
    first, *_ = stages().split(" | ")
    assert first == (
        "straks Kari Nordmann Bare på tavla (ansvarlig pleier) Ingen kan nås."
        " Varsles i stedet: Nils Nordli, Lise Leder"
    )
    hour = browser.get("/care/reach/hour?unit=sol").text
    assert "Ingen på vakt: nattpatruljen" in hour
    stage = browser.get("/api/v1/reach/sol").json()[0]["stages"][2]
    assert (stage["people"], stage["nobody_in"]) == (["nord"], ["night_patrol"])


def test_the_plan_stands_there_in_words_with_who_that_would_be_now(house: House, sign_in: SignIn) -> None:
    reached_by_mail(house, "kari", "sol", "leder", "solleder")
    html = sign_in("sol").get("/care/escalation").text
    assert (
        "Høyt varsel: straks til ansvarlig pleier, etter 1 min til hele avdelingen, etter 3 min til"
        " naboavdelingen og nattpatruljen, etter 5 min til leder. Så til leder igjen med 5 min mellom"
        " til noen svarer."
    ) in html
    assert "Nordsida" not in html
    assert "Endre planen" not in html
    assert "Lise Leder" in html
    rows = rows_of(html)
    assert "3 min Ingen på vakt (naboavdelingen og nattpatruljen)" in rows, (
        "that nobody is there is said once"
    )
    assert "3 min Lise Leder, Sol Leder (leder) Ingen leder på vakt varsles likevel" in " ".join(rows), (
        "where nobody is called the next stage comes at once"
    )
    assert "(ansvarlig pleier) Ingen pleier på vakt varsles likevel" in " ".join(rows)
    english = sign_in("nord").get("/care/escalation").text
    assert "A low alert: at once to the carer in charge, after 30 min to the whole unit." in english


def test_a_leader_changes_a_units_plan_and_an_alert_that_runs_keeps_the_one_it_began_with(
    house: House, sign_in: SignIn
) -> None:
    before = house.night_exit("1A")
    browser = sign_in("leder")
    form = form_of(browser, "sol")
    form |= {
        "high-after-1": "0,5",
        "high-after-2": "2",
        "high-to-2": ["leaders"],
        "high-after-3": "",
        "high-to-3": [],
    }
    said = browser.post("/care/escalation/preview", data=form)
    assert "straks til ansvarlig pleier, etter 30 s til hele avdelingen, etter 2 min til leder." in said.text
    assert browser.post("/care/escalation", data=form).status_code == 303
    assert "etter 2 min til leder" in browser.get("/care/escalation").text
    plans = browser.get("/api/v1/escalation").json()
    assert {unit["unit"]: unit["own"] for unit in plans["units"]} == {"sol": True, "nord": False}
    assert plans["units"][0]["plan"]["high"]["steps"][1] == {"after": "30 s", "to": ["unit"]}
    running = escalations.get(house.connection, before.id)
    assert running is not None
    assert [stage.after for stage in running.stages] == [timedelta(minutes=m) for m in (0, 1, 3, 5)]
    _, calls = called(running, house.now() + timedelta(minutes=10))
    assert calls[-1].to == ("leaders",)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"high-to-0": []}, "Høyt varsel: Velg hvem som varsles straks."),
        ({"high-after-1": "snart"}, "snart er ikke et antall minutter."),
        ({"high-after-2": "1"}, "Trinnet etter 1 min må komme senere enn trinnet før."),
        ({"low-to-1": []}, "Lavt varsel: Velg hvem trinnet etter 30 min går til."),
        ({"medium-repeat": "0.5"}, "Middels varsel: Det må gå minst ett minutt mellom gjentakelsene."),
        (
            {"high-repeat": "300"},
            "Høyt varsel: 300 minutter uten at noen varsles, er for lenge. Høyst 10 min.",
        ),
        ({"high-repeat": "59"}, "Høyt varsel: 59 minutter uten at noen varsles, er for lenge."),
        ({"medium-after-3": "300"}, "Middels varsel: 290 minutter uten at noen varsles"),
        ({"high-after-3": "2000"}, "2000 minutter er for lenge. Høyst et døgn."),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_in_the_readers_language_and_nothing_is_changed(
    house: House, sign_in: SignIn, wrong: dict[str, str | list[str]], said: str
) -> None:
    browser = sign_in("leder")
    answer = browser.post("/care/escalation", data={**form_of(browser, "sol"), **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert said in browser.post("/care/escalation/preview", data={**form_of(browser, "sol"), **wrong}).text
    assert len(house.rows("SELECT * FROM site_version")) == 1


def test_of_two_leaders_the_second_is_told_by_whom_and_taken_back_the_house_counts(
    house: House, sign_in: SignIn
) -> None:
    first, second = sign_in("leder"), sign_in("solleder")
    form, late = form_of(first, "sol"), form_of(second, "sol")
    form["high-repeat"], late["high-repeat"] = "7", "9"
    assert first.post("/care/escalation", data=form).status_code == 303
    answer = second.post("/care/escalation", data=late)
    assert answer.status_code == 422
    assert "Lise Leder" in answer.text
    now = form_of(second, "sol")
    assert second.post("/care/escalation/take-back", data=now).status_code == 303
    assert "med 5 min mellom" in first.get("/care/escalation").text


def test_a_leader_of_one_unit_changes_neither_the_house_nor_another_unit(
    house: House, sign_in: SignIn
) -> None:
    browser = sign_in("solleder")
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"], "If-Match": "*"}
    plan = browser.get("/api/v1/escalation").json()["plan"]
    plan["high"]["repeat"] = "2 min"
    assert browser.get("/care/escalation/edit").status_code == 404
    assert browser.put("/api/v1/escalation", json={"plan": plan}, headers=ours).status_code == 404
    assert browser.put("/api/v1/escalation/nord", json={"plan": plan}, headers=ours).status_code == 404
    assert browser.put("/api/v1/escalation/sol", json={"plan": plan}, headers=ours).status_code == 204
    changed = browser.get("/api/v1/escalation").json()
    assert (changed["units"][0]["plan"]["high"]["repeat"], changed["plan"]["high"]["repeat"]) == (
        "2 min",
        "5 min",
    )
    bad = {"plan": {"high": {"steps": [{"after": "2 min", "to": ["unit"]}], "repeat": "5 min"}}}
    refused = browser.put("/api/v1/escalation/sol", json=bad, headers=ours)
    assert refused.status_code == 422
    assert "Det første trinnet kommer etter 2 min" in refused.text
    silent = {"plan": {"high": {"steps": [{"after": "0 s", "to": ["neighbours"]}], "repeat": "30 h"}}}
    refused = browser.put("/api/v1/escalation/sol", json=silent, headers=ours)
    assert (refused.status_code, refused.json()["reason"]) == (422, "silent")
    assert browser.delete("/api/v1/escalation/sol", headers=ours).status_code == 204
    assert browser.get("/api/v1/escalation").json()["units"][0]["own"] is False


def test_of_two_browsers_that_take_an_alert_at_the_same_instant_the_second_is_told_by_whom(
    house: House, sign_in: SignIn
) -> None:
    names = {"sol": "Siri Solberg", "kari": "Kari Nordmann"}
    browsers = {person: sign_in(person) for person in names}
    for _ in range(5):
        alert, barrier = house.night_exit("1A"), Barrier(len(names))
        said: dict[str, str] = {}
        tokens = {person: csrf_of(browser) for person, browser in browsers.items()}

        def accept(
            person: str,
            barrier: Barrier = barrier,
            path: str = f"/alerts/{alert.id}/accept",
            said: dict[str, str] = said,
            tokens: dict[str, str] = tokens,
        ) -> None:
            barrier.wait()
            headers = {"hx-request": "true", "X-CSRF-Token": tokens[person]}
            said[person] = browsers[person].post(path, headers=headers).text

        threads = [Thread(target=accept, args=(person,)) for person in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (row,) = house.rows("SELECT accepted_by FROM alert WHERE id = ?", alert.id)
        winner, loser = row[0], next(person for person in names if person != row[0])
        assert f"{names[winner]} tok 1A" in said[loser]
        assert "Du har tatt 1A" in said[winner]
        house.act(alert, winner, arrive=True, outcome="helped")
