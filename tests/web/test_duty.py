"""The roster's pages and calls: who is on duty, signing in, planning, absence; each in their own units."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.dates import format_date
from pypdf import PdfReader
from starlette.testclient import TestClient

from dashboards.app import create_app
from hub import integrations
from hub.desk import Desk
from hub.duty import Duty
from hub.integrations import Made
from hub.store import alerts, contacts, held_rosters, shifts
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.held_rosters import HeldRoster
from rules.duty import Function, Shift
from rules.integration import Integration
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import DOCUMENT, House, from_noon_on

WITH_LEADERS = DOCUMENT.replace(
    "rules:\n",
    """  - {id: leder, name: Lise Leder, role: leader}
  - {id: solleder, name: Sol Leder, role: leader, units: [sol]}
  - {id: nordleder, name: Nord Leder, role: leader, units: [nord]}
rules:
""",
    1,
)
HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path, WITH_LEADERS, from_noon_on())
    house.hub_says()
    return house


def on_duty(house: House) -> list[tuple[str, ...]]:
    return [(s.person, *s.units) for s in shifts.on_duty(house.connection, house.site, house.now())]


def planned(
    house: House,
    person: str,
    *units: str,
    residents: tuple[str, ...] = (),
    function: Function = "carer",
    begins: timedelta = -HOUR,
) -> Shift:
    now = house.now().replace(second=0, microsecond=0)
    asked = Shift(0, person, units, function, now + begins, now + 5 * HOUR, residents)
    found = Duty(house.connection, house.site, house.clock).put(asked, "leder")
    assert isinstance(found, Shift)
    return found


def send(browser: TestClient, path: str, **form: object) -> int:
    return browser.post(path, data={"csrf": csrf_of(browser, "/care/duty"), **form}).status_code


def ours(browser: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}


def test_a_carer_signs_in_by_what_the_form_offers_and_is_the_one_who_is_called(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "kari", "sol")
    planned(house, "sol", "sol", residents=("r1",))
    browser = sign_in("sol")
    html = browser.get("/care/duty").text
    assert "Er du på vakt?" in html
    assert 'name="residents" value="r1" checked' in html
    assert "På planen nå, og varsles som før: Kari Nordmann (Solsida)." in html
    assert send(browser, "/care/duty/sign-in", units=["sol"], residents=["r1"], function="carer") == 303
    assert on_duty(house) == [("kari", "sol"), ("sol", "sol")], "nobody who is planned is dropped"
    assert "Er her" in browser.get("/care/duty").text
    assert send(browser, "/care/duty/leave") == 303
    assert on_duty(house) == [("kari", "sol")]
    assert send(browser, "/care/duty/leave") == 422


def test_whoever_comes_in_somebodys_place_says_so_and_all_see_who_is_not_called(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "kari", "sol")
    browser, kari = sign_in("sol"), sign_in("kari")
    assert 'name="instead_of" value="kari"' in browser.get("/care/duty").text
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer", instead_of=["kari"]) == 303
    assert on_duty(house) == [("sol", "sol")]
    assert "Kari Nordmann blir ikke varslet mens du er på vakt." in browser.get("/care/duty").text
    roster, board = kari.get("/care/duty").text, kari.get("/").text
    assert "Kari Nordmann blir ikke varslet: Siri Solberg er på vakt i stedet." in roster
    assert "Du blir ikke varslet: Siri Solberg er på vakt i stedet for deg." in roster
    assert "varsles ikke: Kari Nordmann" in board
    assert send(kari, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    assert on_duty(house) == [("sol", "sol"), ("kari", "sol")], "who comes all the same is called"
    assert "blir ikke varslet" not in kari.get("/care/duty").text
    assert "varsles ikke" not in kari.get("/").text


def test_where_somebody_is_stood_in_for_in_one_of_their_units_alone_that_unit_is_named(
    house: House, sign_in: SignIn
) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("kari", "email", "k@example.org"), house.now())
    planned(house, "kari", "sol", "nord")
    browser, kari = sign_in("sol"), sign_in("kari")
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer", instead_of=["kari"]) == 303
    assert on_duty(house) == [("kari", "nord"), ("sol", "sol")]
    assert "Kari Nordmann blir ikke varslet for Solsida mens du er på vakt." in browser.get("/care/duty").text
    roster, board = kari.get("/care/duty").text, kari.get("/").text
    assert "Kari Nordmann blir ikke varslet for Solsida: Siri Solberg er på vakt i stedet." in roster
    assert "Du blir ikke varslet for Solsida: Siri Solberg er på vakt i stedet for deg." in roster
    assert "varsles ikke for Solsida: Kari Nordmann" in board
    [told] = house.rows("SELECT body FROM staff_notice WHERE person = 'kari'")
    assert told["body"].startswith("Du blir ikke varslet for Solsida til kl. ")


def test_in_whose_place_somebody_comes_who_begins_soon_is_marked_wherever_it_says_who_takes_over(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "kari", "sol", begins=HOUR)
    browser = sign_in("sol")
    assert "Neste: Kari Nordmann" in browser.get("/care/duty").text
    until = f"{(house.now() + 8 * HOUR).astimezone(house.site.zone):%Y-%m-%dT%H:%M}"
    wish = {"units": ["sol"], "function": "carer", "instead_of": ["kari"], "until": until}
    assert send(browser, "/care/duty/sign-in", **wish) == 303
    not_called = "Kari Nordmann blir ikke varslet: Siri Solberg er på vakt i stedet."
    roster = sign_in("leder").get("/care/duty?unit=sol").text
    assert not_called in roster
    assert "Neste: Kari" not in roster
    week = roster.split('id="week-title"')[1].split("</ol>")[0]
    assert "Siri Solberg er på vakt i stedet" in week.split(">Kari Nordmann</a>")[1]
    takes_over = browser.get("/care/handover").text.split('id="takes-over"')[1].split("</table>")[0]
    assert not_called in takes_over
    assert takes_over.count("Kari Nordmann") == 1, "she is not the next one"
    pages = PdfReader(BytesIO(browser.get("/care/handover/handover.pdf").content)).pages
    paper = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert not_called in paper
    hour = f"{(house.now() + 3 * HOUR).astimezone(house.site.zone):%Y-%m-%dT%H:%M}"
    told = browser.get(f"/care/reach/hour?unit=sol&at={hour}").text
    assert "Siri Solberg" in told
    assert "Kari Nordmann" not in told
    assert send(browser, "/care/duty/leave") == 303
    assert "Neste: Kari Nordmann" in browser.get("/care/duty").text
    assert "er på vakt i stedet" not in browser.get("/care/duty").text


def test_a_leader_who_lends_a_hand_goes_on_being_leader_and_is_told_what_signing_in_ends(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "leder", function="leader")
    browser = sign_in("leder")
    form = browser.get("/care/duty").text
    assert "Du står på planen i Solsida, Nordsida." in form
    assert "Går du på vakt som leder, blir du ikke varslet der du ikke krysser av." in form
    assert "Går du på vakt som noe annet, gjelder planen din fortsatt." in form
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    assert on_duty(house) == [("leder",), ("leder", "sol")]
    left = browser.post("/care/duty/leave", data={"csrf": csrf_of(browser, "/care/duty")})
    said = browser.get(left.headers["location"]).text
    assert "Du har gått av vakt, men blir fortsatt varslet slik planen din sier" in said
    assert on_duty(house) == [("leder",)]


def test_whoever_is_not_planned_and_goes_off_duty_is_told_that_they_are_not_called_any_more(
    house: House, sign_in: SignIn
) -> None:
    browser = sign_in("sol")
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    left = browser.post("/care/duty/leave", data={"csrf": csrf_of(browser, "/care/duty")})
    said = browser.get(left.headers["location"]).text
    assert "Du har gått av vakt" in said
    assert "blir fortsatt varslet" not in said
    assert on_duty(house) == []
    browser.put("/api/v1/duty/mine", json={"units": ["sol"]}, headers=ours(browser))
    ended = browser.delete("/api/v1/duty/mine", headers=ours(browser)).json()["ends_at"]
    assert datetime.fromisoformat(ended) <= house.now(), "the call tells when it ended"


def test_nobody_goes_off_duty_with_an_alert_in_hand_without_saying_who_takes_it(
    house: House, sign_in: SignIn
) -> None:
    taken, there, of_another = house.night_exit("1A"), house.night_exit("2A"), house.night_exit("3B")
    browser, kari = sign_in("sol"), sign_in("kari")
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    house.act(taken, "sol")
    house.act(there, "sol", arrive=True)
    house.act(of_another, "kari")
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="night_patrol") == 303, (
        "who changes their shift does not leave"
    )
    asked = browser.post("/care/duty/leave", data={"csrf": csrf_of(browser, "/care/duty")})
    assert asked.status_code == 409
    assert "Du har fortsatt 2 varsler. Hvem tar dem når du går?" in asked.text
    question = asked.text.split('id="in-hand"')[1].split("</section>")[0]
    for alert in (taken, there):
        assert f'href="/alerts/{alert.id}"><strong>{alert.room}, høy</strong>' in question
    assert on_duty(house) == [("sol", "sol")], "nothing has changed"
    refused = browser.delete("/api/v1/duty/mine", headers=ours(browser))
    assert (refused.status_code, refused.json()["reason"]) == (409, "alerts_in_hand")
    assert refused.json()["alerts"] == [taken.id, there.id]
    assert send(browser, "/care/duty/leave", hand_back="true") == 303
    assert on_duty(house) == []
    for alert in (taken, there):
        now = alerts.get(house.connection, house.site.site, alert.id)
        assert now is not None
        assert (now.state, now.accepted_by, now.arrived_by) == ("open", None, None)
        trail = [step.event for step in alerts.events(house.connection, alert.id)]
        assert trail[-2:] == ["hand_back", "called"], "others are called at once"
    other = alerts.get(house.connection, house.site.site, of_another.id)
    assert other is not None
    assert other.accepted_by == "kari"
    assert kari.put("/api/v1/duty/mine", json={"units": ["nord"]}, headers=ours(kari)).status_code == 200
    assert kari.delete("/api/v1/duty/mine?hand_back=true", headers=ours(kari)).status_code == 200
    given_back = alerts.get(house.connection, house.site.site, of_another.id)
    assert given_back is not None
    assert given_back.state == "open"


def test_an_alert_that_another_one_has_come_to_is_theirs_and_holds_nobody_on_duty(
    house: House, sign_in: SignIn
) -> None:
    alert, browser = house.night_exit("1A"), sign_in("sol")
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    house.act(alert, "sol")
    Desk(house.connection, house.site.site, house.clock).arrive(alert.id, "kari")
    assert send(browser, "/care/duty/leave") == 303
    now = alerts.get(house.connection, house.site.site, alert.id)
    assert now is not None
    assert (now.state, now.arrived_by) == ("arrived", "kari")


def test_the_form_offers_what_somebody_is_planned_as_next(house: House, sign_in: SignIn) -> None:
    now = house.now().replace(second=0, microsecond=0)
    night = Shift(0, "kari", (), "night_patrol", now + 8 * HOUR, now + 17 * HOUR)
    assert isinstance(Duty(house.connection, house.site, house.clock).put(night, "leder"), Shift)
    html = sign_in("kari").get("/care/duty").text
    assert 'value="night_patrol" checked' in html
    assert "Du står på planen som nattpatrulje, fra " in html
    assert 'value="carer" checked' in sign_in("sol").get("/care/duty").text, "who is not planned"


def test_nobody_signs_in_to_a_unit_or_for_a_resident_that_they_would_not_see(
    house: House, sign_in: SignIn
) -> None:
    browser = sign_in("sol")
    assert send(browser, "/care/duty/sign-in", units=["nord"]) == 422
    assert send(browser, "/care/duty/sign-in", units=["sol"], residents=["r4"]) == 422
    assert send(browser, "/care/duty/sign-in") == 422
    assert on_duty(house) == []
    html = browser.get("/care/duty").text
    assert "Nordsida" not in html
    assert "Sverre Lie" not in html


def test_a_gap_stands_in_the_week_and_an_absence_tears_one(house: House, sign_in: SignIn) -> None:
    browser = sign_in("leder")
    assert {gap["unit"] for gap in browser.get("/api/v1/duty").json()["gaps"]} == {"sol", "nord"}
    planned(house, "kari", "sol")
    now_on_solsida = browser.get("/care/duty").text.split('id="now-sol"')[1].split("</li>\n      ")[0]
    assert "Kari Nordmann" in now_on_solsida
    until = f"{(house.now() + 10 * HOUR).astimezone(house.site.zone):%Y-%m-%dT%H:%M}"
    assert send(browser, "/care/duty/absent", person="kari", until=until) == 303
    assert on_duty(house) == []
    html = browser.get("/care/duty?unit=sol").text
    assert 'class="is-absent"' in html
    assert "Kommer likevel" in html
    (absence,) = browser.get("/api/v1/duty").json()["absences"]
    assert absence["said_by"] == "leder"
    assert browser.delete(f"/api/v1/duty/absences/{absence['id']}", headers=ours(browser)).status_code == 200
    who = {"person": "nobody", "ends_at": "2099-01-01T00:00:00Z"}
    nobody = browser.post("/api/v1/duty/absences", headers=ours(browser), json=who)
    assert (nobody.status_code, nobody.json()["reason"]) == (409, "no_person")
    assert on_duty(house) == [("kari", "sol")]


def test_of_two_who_register_the_same_absence_the_second_is_told_by_whom_and_it_stands_once(
    house: House, sign_in: SignIn
) -> None:
    first, second, at = sign_in("leder"), sign_in("sol"), house.now().astimezone(house.site.zone)
    until, later = (f"{at + n * HOUR:%Y-%m-%dT%H:%M}" for n in (30, 54))

    def absences() -> list[str]:
        return [one["ends_at"] for one in first.get("/api/v1/duty").json()["absences"]]

    assert send(first, "/care/duty/absent", person="kari", until=until) == 303
    form = {"csrf": csrf_of(second, "/care/duty"), "person": "kari", "until": until}
    told = second.post("/care/duty/absent", data=form)
    assert told.status_code == 422
    assert re.search(
        r"Lise Leder har allerede registrert at Kari Nordmann er borte fra .+ til \w+", told.text
    )
    asked = {"person": "kari", "ends_at": f"{house.now() + 20 * HOUR:%Y-%m-%dT%H:%M:%SZ}"}
    refused = second.post("/api/v1/duty/absences", headers=ours(second), json=asked)
    assert (refused.status_code, refused.json()["reason"]) == (409, "absent_already")
    assert refused.json()["detail"].startswith("Lise Leder har allerede registrert at Kari Nordmann er borte")
    assert len(absences()) == 1
    assert send(second, "/care/duty/absent", person="kari", until=later) == 303, "longer is news"
    assert len(absences()) == 2


def test_whoever_came_all_the_same_and_has_to_go_after_all_is_registered_again(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "kari", "sol")
    leader, kari = sign_in("leder"), sign_in("kari")
    until = f"{(house.now() + 30 * HOUR).astimezone(house.site.zone):%Y-%m-%dT%H:%M}"
    assert send(leader, "/care/duty/absent", person="kari", until=until) == 303
    assert send(kari, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    assert on_duty(house) == [("kari", "sol")]
    assert send(leader, "/care/duty/absent", person="kari", until=until) == 303
    assert on_duty(house) == []


def test_whoever_is_registered_as_absent_and_comes_all_the_same_is_told_and_called_and_stands_in_one_list(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "sol", "sol")
    ends = (house.now() + 30 * HOUR).astimezone(house.site.zone)
    leader, browser = sign_in("leder"), sign_in("sol")
    assert send(leader, "/care/duty/absent", person="sol", until=f"{ends:%Y-%m-%dT%H:%M}") == 303
    page = browser.get("/care/duty").text
    assert re.search(r"Du er registrert med fravær til \w+", page)
    assert "blir du varslet til vakten er over" in page
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    assert on_duty(house) == [("sol", "sol")], "whoever is there is called"
    for one in (leader, browser):
        page = one.get("/care/duty?unit=sol").text
        now = page.split('id="now-sol"')[1].split("</section>")[0]
        assert "Er her" in now
        assert re.search(r"Meldt fravær til [\w. ]+, men er her likevel", now)
        absent = page.split('id="absent-title"')[1].split("</section>")[0]
        assert "Siri Solberg" not in absent.split("Fravær som kommer")[0]
        assert "Siri Solberg" in absent.split("Fravær som kommer")[1], "when the shift is over"
        assert 'class="is-absent"' not in page
    assert "fraværet ditt igjen" in browser.get("/care/duty").text
    assert "meldt fravær til" in leader.get("/audit").text
    assert send(browser, "/care/duty/leave") == 303
    assert on_duty(house) == []
    absent = leader.get("/care/duty").text.split('id="absent-title"')[1].split("</section>")[0]
    assert "Siri Solberg" in absent
    assert "Fravær som kommer" not in absent
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    (absence,) = browser.get("/api/v1/duty").json()["absences"]
    assert send(browser, f"/care/duty/absent/{absence['id']}/back") == 303
    assert "fraværet" not in browser.get("/care/duty").text.split("mine-title")[1].split("absent-title")[0]


def test_a_leader_plans_changes_and_takes_out_a_shift(house: House, sign_in: SignIn) -> None:
    browser = sign_in("leder")
    form = {"person": "kari", "units": ["sol"], "starts": "2026-12-01T22:00", "ends": "2026-12-02T07:30"}
    assert send(browser, "/care/duty/shift", **form) == 303
    (shift,) = browser.get("/api/v1/duty?since=2026-12-01T00:00:00Z").json()["shifts"]
    assert (shift["person"], shift["starts_at"]) == ("kari", "2026-12-01T21:00:00Z")
    again = browser.post("/care/duty/shift", data={"csrf": csrf_of(browser, "/care/duty"), **form})
    assert again.status_code == 422
    assert "Personen står allerede på en annen vakt" in again.text
    assert 'value="2026-12-01T22:00"' in again.text
    assert 'value="kari" selected' in browser.get(f"/care/duty/shift?number={shift['id']}").text
    assert send(browser, "/care/duty/copy", unit="sol", week="2026-11-30") == 303
    assert "Kari Nordmann" in browser.get("/care/duty?unit=sol&week=2026-12-07").text
    assert send(browser, f"/care/duty/shift/{shift['id']}/remove") == 303
    assert "Kari Nordmann</a>" not in browser.get("/care/duty?unit=sol&week=2026-11-30").text


def test_of_two_leaders_who_change_one_shift_the_second_is_told_by_whom_and_nothing_is_overwritten(
    house: House, sign_in: SignIn
) -> None:
    shift = planned(house, "kari", "sol")
    first, second = sign_in("leder"), sign_in("solleder")
    at = f"/care/duty/shift?number={shift.id}"

    def form(browser: TestClient, **wish: str) -> dict[str, object]:
        html = browser.get(at).text
        hidden = {
            name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in ("csrf", "version")
        }
        hours = {name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in ("starts", "ends")}
        return {**hidden, **hours, "number": shift.id, "person": "kari", "units": ["sol"], **wish}

    theirs, ours = form(first, person="sol"), form(second, function="night_patrol")
    assert first.post("/care/duty/shift", data=theirs).status_code == 303
    told = second.post("/care/duty/shift", data=ours)
    assert told.status_code == 422
    assert "Noen endret vakten mens du skrev." in told.text
    assert "Det står nå: Siri Solberg" in told.text
    assert "Endret av Lise Leder." in told.text
    assert 'value="night_patrol" checked' in told.text, "what they wrote is not lost"
    (now,) = second.get("/api/v1/duty").json()["shifts"]
    assert (now["person"], now["function"]) == ("sol", "carer")
    refused = second.post(
        f"/care/duty/shift/{shift.id}/remove", data={k: ours[k] for k in ("csrf", "version")}
    )
    assert refused.status_code == 422
    again = {**ours, "version": re.findall(r'name="version" value="([^"]*)"', told.text)[0]}
    assert second.post("/care/duty/shift", data=again).status_code == 303, "knowing of it they may"
    stale = f"/api/v1/duty/shifts/{shift.id}?version={shift.version}"
    token = {"X-CSRF-Token": first.get("/api/v1/session").json()["csrf"]}
    assert first.delete(stale, headers=token).status_code == 409
    unseen = first.delete(stale.partition("?")[0], headers=token)
    assert (unseen.status_code, unseen.json()["title"]) == (428, "Oppgi hvilken versjon du leste")
    blind = {"person": "kari", "starts_at": "2026-12-01T07:00:00Z", "ends_at": "2026-12-01T15:00:00Z"}
    assert first.put(stale.partition("?")[0], headers=token, json=blind).status_code == 428
    (now,) = first.get("/api/v1/duty").json()["shifts"]
    right = f"{stale.partition('=')[0]}={now['version']}"
    for tag, why in ((shift.version, "not_as_read"), (now["version"] + "0", "not_as_read")):
        unlike = first.delete(right, headers=token | {"If-Match": f'"{tag}"'})
        assert (unlike.status_code, unlike.json()["reason"]) == (412, why), "the header counts too"
        sent = blind | {"version": now["version"]}
        at = stale.partition("?")[0]
        assert first.put(at, headers=token | {"If-Match": f'"{tag}"'}, json=sent).status_code == 412
    old = first.delete(stale.partition("?")[0], headers=token | {"If-Match": f'"{shift.version}"'})
    assert (old.status_code, old.json()["reason"]) == (412, "shift_changed")
    tag = {"If-Match": f'"{now["version"]}"'}
    assert first.delete(right, headers=token | tag).status_code == 200
    gone = second.post("/care/duty/shift", data=again)
    assert gone.status_code == 422
    assert "Vakten finnes ikke lenger i turnusen." in gone.text
    assert 'name="number" value="0"' in gone.text, "saved once more it is a new one"


def test_a_leader_of_one_unit_plans_that_one_alone(house: House, sign_in: SignIn) -> None:
    elsewhere, everywhere = planned(house, "nord", "nord"), planned(house, "kari")
    browser = sign_in("solleder")
    body = {"person": "kari", "starts_at": "2026-12-01T21:00:00Z", "ends_at": "2026-12-02T06:00:00Z"}
    for units, status in ((["sol"], 201), (["nord"], 409), ([], 409), (["sol", "nord"], 409)):
        sent = {**body, "units": units}
        assert browser.post("/api/v1/duty/shifts", json=sent, headers=ours(browser)).status_code == status
    for shift in (elsewhere, everywhere):
        assert browser.get(f"/care/duty/shift?number={shift.id}").status_code == 404
        assert browser.delete(f"/api/v1/duty/shifts/{shift.id}", headers=ours(browser)).status_code == 404
    seen = {s["person"] for s in browser.get("/api/v1/duty").json()["shifts"]}
    assert seen == {"kari"}


def test_the_calls_sign_in_and_off_as_the_page_does(house: House, sign_in: SignIn) -> None:
    browser = sign_in("nord")
    said = browser.put(
        "/api/v1/duty/mine", json={"units": ["nord"], "residents": ["r4"]}, headers=ours(browser)
    )
    assert said.status_code == 200
    assert (said.json()["source"], said.json()["residents"]) == ("signed_in", ["r4"])
    refused = browser.put("/api/v1/duty/mine", json={"units": ["sol"]}, headers=ours(browser))
    assert refused.status_code == 409
    assert on_duty(house) == [("nord", "nord")]
    planned(house, "kari", "nord")
    wish = {"units": ["nord"], "instead_of": ["kari"]}
    instead = browser.put("/api/v1/duty/mine", json=wish, headers=ours(browser))
    assert (instead.status_code, instead.json()["instead_of"]) == (200, ["kari"])
    assert on_duty(house) == [("nord", "nord")]
    nobody = browser.put("/api/v1/duty/mine", json={**wish, "instead_of": ["sol"]}, headers=ours(browser))
    assert (nobody.status_code, nobody.json()["reason"]) == (409, "not_planned")
    assert browser.delete("/api/v1/duty/mine", headers=ours(browser)).status_code == 200
    assert browser.delete("/api/v1/duty/mine", headers=ours(browser)).status_code == 409


CALENDAR = b"""BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Siri Solberg\r
LOCATION:Solsida\r
DTSTART;TZID=Europe/Oslo:%s\r
DURATION:PT9H30M\r
RRULE:FREQ=DAILY;COUNT=3\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:Personalm\xc3\xb8te\r
DTSTART;TZID=Europe/Oslo:%s\r
DURATION:PT1H\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_the_roster_leaves_a_look_at_those_whom_it_shows_and_none_where_it_shows_nobody(
    house: House, sign_in: SignIn
) -> None:
    def looks() -> list[str]:
        return [row["detail"] for row in house.rows("SELECT detail FROM audit WHERE what = 'residents seen'")]

    kari, nord = sign_in("kari"), sign_in("nord")
    before = looks()
    assert kari.get("/api/v1/duty").status_code == 200
    assert looks() == before, "nobody was seen"
    planned(house, "sol", "sol", residents=("r1",))
    assert nord.get("/api/v1/duty").json()["shifts"] == []
    assert looks() == before, "another unit's are not shown"
    kari.get("/api/v1/duty")
    assert looks()[len(before) :] == ['{"page":"/api/v1/duty","residents":["r1"]}']


def test_a_calendar_is_tried_first_and_what_was_not_understood_is_said(house: House, sign_in: SignIn) -> None:
    when = f"{house.now() + 24 * HOUR:%Y%m%dT220000}".encode()
    file, browser = CALENDAR % (when, when), sign_in("leder")
    ours_form = {"csrf": csrf_of(browser, "/care/duty/import")}
    tried = browser.post(
        "/care/duty/import/try", data=ours_form, files={"file": ("vakter.ics", file, "text/calendar")}
    )
    assert "Nye vakter: 3" in tried.text
    assert "Fant ingen ansatt i «Personalmøte»" in tried.text
    assert house.rows("SELECT * FROM shift") == []
    data = re.search(r'name="data" value="([^"]+)"', tried.text)
    assert data is not None
    assert send(browser, "/care/duty/import/apply", data=data[1], name="vakter.ics") == 303
    assert len(house.rows("SELECT * FROM shift")) == 3
    again = browser.post("/api/v1/duty/import?dry_run=true", content=file, headers=ours(browser))
    assert (again.status_code, again.json()["same"], again.json()["added"]) == (200, 3, [])
    assert [one["code"] for one in again.json()["not_understood"]] == ["no_person_named"]
    refused = browser.post("/api/v1/duty/import", content=b"hei", headers=ours(browser))
    assert refused.status_code == 422
    long = calendar("a", "DTSTART:20300107T070000Z", "DURATION:P9D")
    refused = browser.post("/api/v1/duty/import", content=long, headers=ours(browser)).json()
    assert refused["not_understood"][0]["why"].startswith(
        "7. januar 2030 kl.\N{NO-BREAK SPACE}08.00 – 16. januar 2030 kl."
    )
    assert refused["not_understood"][0]["ends_at"] == "2030-01-16T07:00:00Z"
    assert (
        browser.post("/api/v1/duty/import", content=b"x" * 1_000_001, headers=ours(browser)).status_code
        == 413
    )


def test_a_trial_shows_each_events_own_title_and_what_is_not_taken_as_a_shift(
    house: House, sign_in: SignIn
) -> None:
    day, browser = house.now() + 24 * HOUR, sign_in("leder")
    hours = (f"DTSTART:{day:%Y%m%d}T070000", f"DTEND:{day:%Y%m%d}T150000")
    at_work = calendar("a", *hours, title="Siri Solberg D2 solsida")
    file = at_work.replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Kari Nordmann syk\r\n"
        + "\r\n".join(hours).encode()
        + b"\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:c\r\nSUMMARY:Kari Nordmann\r\n"
        + f"DTSTART;VALUE=DATE:{day:%Y%m%d}".encode()
        + b"\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    form = {"csrf": csrf_of(browser, "/care/duty/import")}
    page = browser.post("/care/duty/import/try", data=form, files={"file": ("v.ics", file, "text/calendar")})
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in page.text.split("<tr>")]
    assert any("Siri Solberg, pleier" in row and row.endswith("Siri Solberg D2 solsida") for row in rows)
    left_out = page.text.split('id="no-shifts"')[1].split("</section>")[0]
    assert "Ikke tatt som vakt" in left_out
    weekday = format_date(day.date(), "EEEE d. MMMM", locale="nb")
    assert f">Kari Nordmann syk, {weekday} 07.00–15.00<" in left_out, "as the lists of shifts beside it"
    assert f">Kari Nordmann, {weekday}<" in left_out, "without hours where it has none"
    assert f"{day:%Y-%m-%d}" not in left_out
    assert "Ser ut som fravær" in left_out
    assert "Varer hele dagen, uten klokkeslett" in left_out
    told = browser.post("/api/v1/duty/import", content=file, headers=ours(browser)).json()
    assert [one["code"] for one in told["no_shifts"]] == ["absent", "whole_day"]
    assert [row["person"] for row in house.rows("SELECT person FROM shift")] == ["sol"]
    only = calendar("b", *hours, title="Kari Nordmann ferie")
    assert browser.post("/api/v1/duty/import", content=only, headers=ours(browser)).status_code == 200


def test_a_shift_of_whoever_is_away_that_day_by_the_calendar_is_a_gap_and_page_and_call_say_whose_and_why(
    house: House, sign_in: SignIn
) -> None:
    at, leader, of_nord = house.now() + 24 * HOUR, sign_in("leder"), sign_in("nordleder")
    hours = (f"DTSTART:{at:%Y%m%d}T070000", f"DTEND:{at:%Y%m%d}T150000")
    ill = f"BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Syk: sol\r\nDTSTART;VALUE=DATE:{at:%Y%m%d}\r\nEND:VEVENT\r\n"
    file = calendar("a", *hours, "LOCATION:Solsida", title="Dagvakt Siri Solberg").replace(
        b"END:VCALENDAR", ill.encode() + b"END:VCALENDAR"
    )
    form = {"csrf": csrf_of(leader, "/care/duty/import")}
    page = leader.post("/care/duty/import/try", data=form, files={"file": ("v.ics", file, "text/calendar")})
    left_out = page.text.split('id="no-shifts"')[1].split("</section>")[0]
    weekday, date = (format_date(at.date(), style, locale="nb") for style in ("EEEE d. MMMM", "d. MMMM y"))
    assert f">Dagvakt Siri Solberg, {weekday} 07.00–15.00<" in left_out
    assert f"Siri Solberg er borte da: «Syk: sol», {date}<" in left_out
    assert "Den som kommer likevel, trykker Jeg er på vakt." in left_out
    told = leader.post("/api/v1/duty/import", content=file, headers=ours(leader)).json()
    assert (told["added"], [one["code"] for one in told["no_shifts"]]) == ([], ["absent", "away"])
    assert told["no_shifts"][1]["where"] == f"sol {at:%Y-%m-%d} 07:00"
    assert told["no_shifts"][1]["why"] == f"Siri Solberg er borte da: «Syk: sol», {date}"
    assert (told["no_shifts"][0]["starts_at"], told["no_shifts"][1]["starts_at"][:10]) == (
        None,
        f"{at:%Y-%m-%d}",
    )
    assert house.rows("SELECT * FROM shift") == []
    elsewhere = of_nord.post("/api/v1/duty/import", content=file, headers=ours(of_nord)).json()
    assert [one["code"] for one in elsewhere["no_shifts"]] == ["absent"], "not theirs to plan"


def test_a_shift_from_elsewhere_of_whoever_is_away_by_the_calendar_leads_to_where_it_is_taken_out(
    house: House, sign_in: SignIn
) -> None:
    at, leader = house.now() + 24 * HOUR, sign_in("leder")
    begins = at.replace(hour=7, minute=0, second=0, microsecond=0)
    times = {"starts_at": begins.isoformat(), "ends_at": (begins + 7 * HOUR).isoformat()}
    body = {"person": "sol", "units": ["sol"], **times}
    stands = leader.post("/api/v1/duty/shifts", json=body, headers=ours(leader)).json()
    file = calendar("b", f"DTSTART;VALUE=DATE:{at:%Y%m%d}", title="Syk: sol")
    form = {"csrf": csrf_of(leader, "/care/duty/import")}
    page = leader.post("/care/duty/import/try", data=form, files={"file": ("v.ics", file, "text/calendar")})
    listed = page.text.split('id="still-there"')[1].split("</section>")[0]
    assert "Vakten står ikke i kalenderen, men fortsatt på turnusen" in listed
    assert f'href="/care/duty/shift?number={stands["id"]}"' in listed
    assert "Ingenting endres" not in page.text, "somebody has to see to it"
    told = leader.post("/api/v1/duty/import", content=file, headers=ours(leader)).json()
    assert [(one["id"], one["code"]) for one in told["still_there"]] == [(stands["id"], "still_there")]
    assert "1 vakt står fortsatt på turnusen til en som er borte etter kalenderen" in leader.get("/").text
    again = leader.get("/care/duty/import").text
    assert f'href="/care/duty/shift?number={stands["id"]}">Siri Solberg, ' in again, "found again afterwards"
    [task] = leader.get("/api/v1/duty/import/held").json()
    assert (task["still_there"], task["lost"]) == ([stands["id"]], 0)
    same = (f"DTSTART:{begins:%Y%m%dT%H%M%SZ}", f"DTEND:{begins + 7 * HOUR:%Y%m%dT%H%M%SZ}")
    file = calendar("a", *same, "LOCATION:Solsida", title="Siri Solberg")
    page = leader.post("/care/duty/import/try", data=form, files={"file": ("v.ics", file, "text/calendar")})
    assert 'action="/care/duty/import/apply"' in page.text
    assert "Vakter som følger kalenderen fra nå av" in page.text
    told = leader.post("/api/v1/duty/import", content=file, headers=ours(leader)).json()
    assert ([one["id"] for one in told["followed"]], told["same"], told["taken_over"]) == (
        [stands["id"]],
        1,
        True,
    )


def test_a_roster_at_the_edges_of_the_calendar_is_not_understood_and_breaks_nothing(
    house: House, sign_in: SignIn
) -> None:
    browser, tomorrow = sign_in("leder"), house.now() + timedelta(days=1)
    at = "/api/v1/duty/import?dry_run=true"
    oslo = ";TZID=Europe/Oslo:"
    for times in (
        ("DTSTART:00010101T000000", "DTEND:00010101T080000"),
        ("DTSTART:99991231T220000Z", "DURATION:PT9H"),
        (f"DTSTART{oslo}00010101T000000", f"DTEND{oslo}00010101T080000"),
    ):
        refused = browser.post(at, headers=ours(browser), content=calendar("a", *times))
        assert (refused.status_code, refused.json()["reason"]) == (422, "broken"), times
    form = {"csrf": csrf_of(browser, "/care/duty/import")}
    for length in ("P9000000D", "-P9000000D", "P2914691D"):
        file = calendar("a", f"DTSTART{oslo}20200101T000000", f"DURATION:{length}")
        tried = browser.post("/care/duty/import/try", data=form, files={"file": ("v.ics", file)})
        assert (tried.status_code, "onsdag 1. januar" in tried.text) == (200, True), length
    spreadsheet = b"person;from;to\nsol;0001-01-01 00:30;0001-01-01 08:00\n"
    assert browser.post(at, headers=ours(browser), content=spreadsheet).status_code == 422
    day = f"{tomorrow:%Y%m%d}"
    for_ever = calendar(
        "a",
        f"DTSTART{oslo}{day}T070000",
        f"DTEND{oslo}{day}T150000",
        "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z",
    )
    tried = browser.post(at, headers=ours(browser), content=for_ever).json()
    assert len(tried["added"]) > 100
    edge = {"csrf": csrf_of(browser, "/care/duty"), "person": "sol", "function": "carer", "units": "sol"}
    edge |= {"starts": "0001-01-01T00:00", "ends": "0001-01-01T08:00"}
    assert browser.post("/care/duty/shift", data=edge).status_code == 422


def calendar(uid: str, *lines: str, title: str = "Siri Solberg") -> bytes:
    event = ("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT")
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *event, "END:VCALENDAR", "")
    return "\r\n".join(whole).encode()


def nights(first: datetime, days: range) -> bytes:
    events = b""
    for n in days:
        at = (first + n * 24 * HOUR).strftime("%Y%m%d").encode()
        events += b"BEGIN:VEVENT\nUID:%d\nSUMMARY:sol\nDTSTART:%sT220000\nDURATION:PT8H\nEND:VEVENT\n" % (
            n,
            at,
        )
    return b"BEGIN:VCALENDAR\nX-WR-CALNAME:T\n" + events + b"END:VCALENDAR\n"


def test_a_calendar_that_would_empty_days_is_held_back_by_page_and_call_until_somebody_says_yes(
    house: House, sign_in: SignIn
) -> None:
    whole = nights(house.now(), range(2, 22))
    ends = nights(house.now(), range(2, 23, 20)).replace(b"UID:22", b"UID:21")
    leader, of_sol, kari = sign_in("leder"), sign_in("solleder"), sign_in("kari")
    imported = leader.post("/api/v1/duty/import", content=whole, headers=ours(leader))
    assert (imported.status_code, len(imported.json()["added"])) == (200, 20)
    tried = leader.post("/api/v1/duty/import?dry_run=true", content=ends, headers=ours(leader)).json()
    assert (tried["lost"], tried["lost_of"], tried["needs_confirm"]) == (18, 18, True) or tried["lost"] == 19
    lost = tried["lost"]
    refused = leader.post("/api/v1/duty/import", content=ends, headers=ours(leader))
    assert (refused.status_code, refused.json()["reason"], refused.json()["lost"]) == (
        409,
        "takes_out_most",
        lost,
    )
    assert len(house.rows("SELECT * FROM shift")) == 20
    for browser in (leader, of_sol):
        assert "turnus ble ikke hentet inn" in browser.get("/").text
        assert f"tar bort {lost} av" in browser.get("/care/duty/import").text
    assert "turnus ble ikke hentet inn" not in kari.get("/").text
    (held,) = leader.get("/api/v1/duty/import/held").json()
    left = of_sol.post(
        f"/care/duty/import/held/{held['id']}/leave", data={"csrf": csrf_of(of_sol, "/care/duty/import")}
    )
    assert (left.status_code, leader.get("/api/v1/duty/import/held").json()) == (303, [])

    form = {"csrf": csrf_of(leader, "/care/duty/import")}
    page = leader.post("/care/duty/import/try", data=form, files={"file": ("v.ics", ends, "text/calendar")})
    assert f"Ja, ta bort {lost} vakter" in page.text
    data = re.search(r'name="data" value="([^"]+)"', page.text)
    assert data is not None
    asked = {"data": data[1], "name": "v.ics"}
    assert send(leader, "/care/duty/import/apply", **asked) == 409
    for other in (lost - 1, lost + 1, 1_000_000):
        assert send(leader, "/care/duty/import/apply", **asked, confirm=other) == 409
    assert len(house.rows("SELECT * FROM shift")) == 20
    assert send(leader, "/care/duty/import/apply", **asked, confirm=lost) == 303
    assert len(house.rows("SELECT * FROM shift")) == 20 - lost + len(tried["added"])
    assert leader.get("/api/v1/duty/import/held").json() == []


def test_what_was_held_back_is_seen_by_who_plans_for_a_unit_of_it_and_ended_by_who_plans_for_all(
    house: House, sign_in: SignIn
) -> None:
    at, site = house.now(), house.site.site
    for units in ("nord sol", ""):
        with transaction(house.connection):
            held_rosters.put(house.connection, HeldRoster(0, site, "T", at, None, 18, 19, units))
        of_sol, leader = sign_in("solleder"), sign_in("leder")
        (held,) = of_sol.get("/api/v1/duty/import/held").json()
        page = of_sol.get("/care/duty/import").text
        assert "tar bort 18 av 19" in page
        assert "Den som planlegger for alle, kan la turnusen stå." in page
        assert "La turnusen stå" not in page
        refused = of_sol.delete(f"/api/v1/duty/import/held/{held['id']}", headers=ours(of_sol))
        assert (refused.status_code, refused.json()["reason"]) == (403, "beyond_own_units")
        assert refused.json()["detail"] == "Det gjelder også avdelinger du ikke planlegger for."
        assert send(of_sol, f"/care/duty/import/held/{held['id']}/leave") == 403
        assert "La turnusen stå" in leader.get("/care/duty/import").text
        assert send(leader, f"/care/duty/import/held/{held['id']}/leave") == 303
        assert of_sol.get("/api/v1/duty/import/held").json() == []


def test_a_list_with_a_line_that_does_not_fit_says_which_and_what_to_do(sign_in: SignIn) -> None:
    leader, head = sign_in("leder"), b"person,function,units,residents,from,to\n"
    lines = b"".join(
        b"%s,carer,sol,,2030-01-07 07:00,2030-01-07 15:00\n" % person for person in (b"kari", b"per")
    )
    form = {"csrf": csrf_of(leader, "/care/duty/import")}
    page = leader.post(
        "/care/duty/import/try", data=form, files={"file": ("v.csv", head + lines, "text/csv")}
    )
    assert "Linje 3" in page.text
    assert "Ingenting blir hentet inn" in page.text
    assert page.text.count('href="/care/duty/import"') == 2, "back, and to another file"


def test_a_list_says_nothing_of_other_units_to_a_leader_of_one(house: House, sign_in: SignIn) -> None:
    leader = sign_in("solleder")
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"], "Content-Type": "text/csv"}
    head = "person;from;to;units;residents\n"
    hours = "2026-11-27 22:00;2026-11-28 07:30"
    said = [
        leader.post("/api/v1/duty/import", content=f"{head}{who};{hours};{unit};{resident}\n", headers=ours)
        for who, unit, resident in (("x", "sol", ""), ("kari", "x", ""), ("kari", "sol", "x"))
    ]
    assert [one.status_code for one in said] == [422] * 3
    told = " ".join(one.text for one in said)
    for theirs in ("nord", "r4", "r5", "tor", "adm", "Nils Nordli", "Tor Teknisk", "Alma Admin", "Nordsida"):
        assert not re.search(rf"\b{theirs}\b", told), theirs
    for ours_too in ("Sol Leder", "Kari Nordmann", "Solsida", "r1"):
        assert re.search(rf"\b{ours_too}\b", told), ours_too
    hidden, nobody = (
        leader.post("/api/v1/duty/import", content=f"{head}kari;{hours};sol;{resident}\n", headers=ours)
        for resident in ("r4", "r9")
    )
    assert hidden.text.replace("r4", "r9") == nobody.text


def test_a_program_cannot_confirm_that_days_are_emptied(house: House, sign_in: SignIn) -> None:
    now, acts = house.now(), ("plan roster", "see roster")
    wanted = Integration(
        "plan",
        "solbakken",
        "Turnus",
        "for the test",
        "leader",
        acts,
        (),
        False,
        "leder",
        now,
        now + 24 * HOUR,
    )
    made = integrations.make(house.connection, house.site, wanted, False, None, now)
    assert isinstance(made, Made)
    program = TestClient(
        create_app(house.settings, house.clock), headers={"Authorization": f"Bearer {made.token}"}
    )
    whole, ends = nights(now, range(2, 22)), nights(now, range(2, 23, 20))
    assert program.post("/api/v1/duty/import", content=whole).status_code == 200
    lost = program.post("/api/v1/duty/import", content=ends).json()["lost"]
    refused = program.post(f"/api/v1/duty/import?confirm={lost}", content=ends)
    assert (refused.status_code, refused.json()["reason"]) == (409, "takes_out_most")
    assert len(house.rows("SELECT * FROM shift")) == 20
    (held,) = sign_in("leder").get("/api/v1/duty/import/held").json()
    assert held["by"].startswith("integration:")
    left = f"/api/v1/duty/import/held/{held['id']}"
    assert program.delete(left).status_code == 403, "its own task is not a program's to see to"
    leader = sign_in("leder")
    assert leader.delete(left, headers=ours(leader)).status_code == 200


def test_two_shifts_in_a_row_that_would_be_taken_together_are_one_choice(
    house: House, sign_in: SignIn
) -> None:
    now, book = house.now().replace(second=0, microsecond=0), Duty(house.connection, house.site, house.clock)
    for begins, ends in ((-7 * HOUR, HOUR / 4), (HOUR / 4, 8 * HOUR)):
        assert isinstance(
            book.put(Shift(0, "kari", ("sol",), "carer", now + begins, now + ends), "leder"), Shift
        )
    browser = sign_in("sol")
    assert browser.get("/care/duty").text.count('name="instead_of"') == 1
    assert send(browser, "/care/duty/sign-in", units=["sol"], function="carer", instead_of=["kari"]) == 303
    assert browser.get("/care/duty").text.count('name="instead_of" value="kari" checked') == 1


def test_the_week_shows_who_is_here_as_planned_and_who_came_outside_the_roster(
    house: House, sign_in: SignIn
) -> None:
    planned(house, "kari", "sol")
    planned(house, "leder", "sol")
    kari, sol = sign_in("kari"), sign_in("sol")
    assert send(kari, "/care/duty/sign-in", units=["sol"], function="carer") == 303
    wish = {"units": ["sol"], "function": "carer", "instead_of": ["leder"]}
    assert send(sol, "/care/duty/sign-in", **wish) == 303
    for _ in range(2):
        week = kari.get("/care/duty?unit=sol").text.split('id="week-title"')[1].split("</ol>")[0]
        people = ("Kari Nordmann", "Siri Solberg")
        lines = {one: week.split(f"<span>{one}</span>")[1].split("</li>")[0] for one in people}
        assert "Er her" in lines["Kari Nordmann"]
        assert "utenom" not in lines["Kari Nordmann"]
        assert [week.count(f"<span>{one}</span>") for one in people] == [1, 1]
        assert "Er her" in lines["Siri Solberg"]
        assert "utenom turnusen, i stedet for Lise Leder" in lines["Siri Solberg"]
        assert "utenom" not in kari.get("/care/duty?unit=nord").text.split('id="week-title"')[1]
        until = f"{(house.now() + 4 * HOUR).astimezone(house.site.zone):%Y-%m-%dT%H:%M}"
        assert send(sol, "/care/duty/sign-in", **wish, until=until) == 303, "changed: still one line"
    assert send(sol, "/care/duty/leave") == 303
    week = kari.get("/care/duty?unit=sol").text.split('id="week-title"')[1].split("</ol>")[0]
    assert "utenom turnusen" in week, "also once it is over"
