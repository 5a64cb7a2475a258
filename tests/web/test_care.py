"""What carers and their leaders do besides alerts: who is away, what is off, the hand-over, consents."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from hub.absences import Absences, somebody_in
from hub.pauses import Pauses
from hub.store import absences as stored
from hub.store import goals
from hub.store.db import transaction
from rules.finding import Evidence
from rules.goal import GoalDay, day_of
from rules.pause import Pause
from tests.web.conftest import SignIn, csrf_of
from tests.web.house import House

HOUR = timedelta(hours=1)
TODAY = date.today().isoformat()  # noqa: DTZ011 only to be near the house's own day
DOCUMENT = f"""
site: solbakken
name: Solbakken
legal_basis: required
units:
  - {{id: sol, name: Solsida, rules: {{night-exit: {{window: "21:00-07:00"}}}}}}
  - {{id: nord, name: Nordsida}}
rooms:
  - {{id: 1A, name: Leilighet 1A, unit: sol}}
  - {{id: 4B, name: Leilighet 4B, unit: nord}}
  - {{id: L1, name: Øvingsleiligheten, unit: nord}}
residents:
  - id: r1
    name: Anna Haugen
    room: 1A
    rules: {{not-up: {{by: "12:00"}}}}
    legal_basis:
      - {{kind: consent, rules: [night-exit, not-up, quiet], decided_by: Anna Haugen, valid_from: 2024-01-10, review: {TODAY}}}
  - {{id: r4, name: Sverre Lie, room: 4B}}
  - id: d1
    name: Mia Solbakken
    room: L1
    rules: {{goal-door-locked: {{}}}}
    legal_basis:
      - {{kind: consent, rules: [goal-door-locked], decided_by: Mia, valid_from: 2024-01-10, review: 2099-01-01}}
devices:
  - {{id: 1A ytterdør, room: 1A, role: outer_door}}
  - {{id: 1A stue, room: 1A, role: motion}}
  - {{id: 1A røyk, room: 1A, role: smoke_detector}}
  - {{id: 4B ytterdør, room: 4B, role: outer_door}}
  - {{id: 4B stue, room: 4B, role: motion}}
  - {{id: L1 lås, room: L1, role: lock}}
people:
  - {{id: kari, name: Kari Nordmann, role: carer}}
  - {{id: ola, name: Ola Moen, role: carer}}
  - {{id: nord, name: Nils Nordli, role: carer, units: [nord], language: en}}
  - {{id: berit, name: Berit Aasgård, role: leader}}
  - {{id: tor, name: Tor Teknisk, role: technician}}
  - {{id: adm, name: Alma Admin, role: administrator}}
rules:
  - {{rule: night-exit}}
  - {{rule: quiet, after: 10 h}}
  - {{rule: not-up}}
  - {{rule: smoke}}
  - {{rule: goal-door-locked}}
"""  # noqa: E501
PAGES = {
    "/care/away": {"carer", "leader"},
    "/care/off": {"carer", "leader", "administrator"},
    "/care/rules": {"carer", "leader", "administrator"},
    "/care/rules/quiet/1A": {"carer", "leader", "administrator"},
    "/care/goals": {"carer", "leader"},
    "/care/handover": {"carer", "leader"},
    "/care/legal-basis": {"carer", "leader", "administrator"},
    "/care/legal-basis/r1": {"carer", "leader", "administrator"},
    "/api/v1/absences": {"carer", "leader"},
    "/api/v1/off": {"carer", "leader", "administrator"},
    "/api/v1/legal-basis": {"carer", "leader", "administrator"},
    "/api/v1/rules": {"carer", "leader", "administrator"},
    "/api/v1/goals": {"carer", "leader"},
}
PERSONS = {"carer": "kari", "leader": "berit", "technician": "tor", "administrator": "adm"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, DOCUMENT)
    house.hub_says()
    yield house
    house.connection.close()


def post(client: TestClient, path: str, page: str, **form: str) -> int:
    return client.post(path, data={**form, "csrf": csrf_of(client, page)}).status_code


def calling(client: TestClient) -> dict[str, str]:
    return {"X-CSRF-Token": client.get("/api/v1/session").json()["csrf"]}


@pytest.mark.parametrize("role", PERSONS)
def test_each_page_and_call_is_there_for_the_roles_that_need_it_and_for_no_other(
    sign_in: SignIn, role: str
) -> None:
    client = sign_in(PERSONS[role])
    assert {page for page in PAGES if client.get(page).status_code == 200} == {
        page for page, roles in PAGES.items() if role in roles
    }


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_and_another_unit_read_no_name_of_a_resident(sign_in: SignIn, page: str) -> None:
    for person in ("adm", "nord"):
        assert "Anna" not in sign_in(person).get(page).text


def test_a_resident_is_registered_as_away_and_home_again_by_one_tap(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    back = f"{house.now().astimezone(house.site.zone) + 30 * HOUR:%Y-%m-%dT%H:%M}"
    assert post(kari, "/care/away", "/care/away", resident="r1", reason="hospital", back_by=back) == 303
    (absence,) = stored.active(house.connection, "solbakken")
    assert (absence.resident, absence.reason, absence.registered_by) == ("r1", "hospital", "kari")
    page = kari.get("/care/away").text
    assert "Anna Haugen" in page
    assert "På sykehus" in page
    assert post(kari, "/care/away/r1/back", "/care/away") == 303
    assert stored.active(house.connection, "solbakken") == []


def test_a_return_in_the_past_is_said_in_the_form_and_nothing_is_kept(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    form = {"resident": "r1", "reason": "family", "back_by": "2020-01-01T12:00"}
    answer = kari.post("/care/away", data={**form, "csrf": csrf_of(kari, "/care/away")})
    assert answer.status_code == 422
    assert "Hjemkomsten må ligge fram i tid." in answer.text
    assert stored.active(house.connection, "solbakken") == []


def test_nobody_says_that_a_resident_of_another_unit_is_away(house: House, sign_in: SignIn) -> None:
    nord = sign_in("nord")
    form = {"resident": "r1", "reason": "family", "back_by": "2099-01-01T12:00"}
    assert post(nord, "/care/away", "/care/away", **form) == 422
    assert post(nord, "/care/away/r1/back", "/care/away") == 404
    body = {"reason": "family", "back_by": "2026-12-01T12:00:00Z"}
    assert nord.put("/api/v1/absences/r1", json=body, headers=calling(nord)).status_code == 404


def test_activity_in_an_empty_flat_asks_and_one_tap_on_the_alert_says_who_is_home(
    house: House, sign_in: SignIn
) -> None:
    book = Absences(house.connection, house.site, house.clock)
    book.away("r1", "hospital", house.now() + 9 * HOUR, "kari")
    with transaction(house.connection):
        heard = Evidence("1A stue", "motion", True, house.now())
        somebody_in(house.connection, house.site, book.known(), heard, house.now())
    kari = sign_in("kari")
    board = kari.get("/").text
    assert "Aktivitet i tom leilighet" in board
    assert "Anna Haugen er hjemme" in board
    headers = {"HX-Request": "true", "X-CSRF-Token": csrf_of(kari)}
    answer = kari.post("/care/away/r1/back", headers=headers)
    assert "Anna Haugen er hjemme igjen" in answer.text
    assert book.known() == []
    assert 'class="card' not in kari.get("/").text


def test_an_alert_says_that_the_one_it_names_is_registered_as_away(house: House, sign_in: SignIn) -> None:
    Absences(house.connection, house.site, house.clock).away("r1", "trip", house.now() + 9 * HOUR, "kari")
    house.night_exit("1A")
    assert "Anna Haugen er registrert borte til" in sign_in("kari").get("/").text


def test_a_rule_is_paused_agreed_to_by_another_and_switched_on_again(house: House, sign_in: SignIn) -> None:
    kari, ola = sign_in("kari"), sign_in("ola")
    until = f"{house.now().astimezone(house.site.zone) + 50 * HOUR:%Y-%m-%dT%H:%M}"
    form = {"room": "1A", "rule": "night-exit", "reason": "sønnen er på besøk", "until": until}
    assert post(kari, "/care/off", "/care/off", **form) == 303
    (pause,) = Pauses(house.connection, house.site, house.clock).off()
    assert pause.ends_at == pause.paused_at + 24 * HOUR
    assert "Jeg sier ja til hele tiden" not in kari.get("/care/off").text
    assert "Jeg sier ja til hele tiden" in ola.get("/care/off").text
    assert post(kari, "/care/off/1A/night-exit/confirm", "/care/off") == 409
    answer = ola.post("/care/off/1A/night-exit/confirm", data={"csrf": csrf_of(ola, "/care/off")})
    assert "Hele tiden er godkjent" in ola.get(answer.headers["location"]).text
    assert "Ola Moen har sagt ja til hele tiden" in kari.get("/care/off").text
    (pause,) = Pauses(house.connection, house.site, house.clock).off()
    assert (pause.ends_at, pause.confirmed_by) == (pause.until, "ola")
    assert "sønnen er på besøk" in kari.get("/").text
    assert post(ola, "/care/off/1A/night-exit/resume", "/care/off") == 303
    assert Pauses(house.connection, house.site, house.clock).off() == []


def test_a_pause_that_waits_for_a_yes_waits_for_the_leaders_who_can_say_it(
    house: House, sign_in: SignIn
) -> None:
    kari, berit = sign_in("kari"), sign_in("berit")
    pauses, until = Pauses(house.connection, house.site, house.clock), house.now() + 50 * HOUR
    waits = 'href="/care/off">1 pause venter på en til'
    pauses.pause("night-exit", "1A", "kari", "sønnen er på besøk", until)
    pauses.pause("night-exit", "4B", "berit", "på hytta", until)
    assert waits in berit.get("/").text, "nobody agrees to their own"
    assert waits not in kari.get("/").text
    pauses.confirm("night-exit", "1A", "berit")
    assert "venter på en til" not in berit.get("/").text
    pauses.pause_device("1A ytterdør", "tor", "nytt batteri", until)
    assert 'href="/technician/pauses">1 sensorpause venter på en til' in berit.get("/").text


def test_a_pause_without_a_reason_or_an_end_is_refused_in_the_form(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    form = {"room": "1A", "rule": "quiet", "csrf": csrf_of(kari, "/care/off")}
    answer = kari.post("/care/off", data={**form, "reason": " ", "length": "4 h"})
    assert (answer.status_code, "Skriv hvorfor" in answer.text) == (422, True)
    answer = kari.post("/care/off", data={**form, "reason": "besøk"})
    assert (answer.status_code, "Velg når det skal være slutt." in answer.text) == (422, True)


def test_all_that_is_off_is_in_one_list_with_its_cause(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    headers = calling(kari)
    body = {"reason": "besøk", "until": (house.now() + 3 * HOUR).isoformat()}
    assert kari.put("/api/v1/pauses/1A/quiet", json=body, headers=headers).status_code == 200
    body = {"reason": "hospital", "back_by": (house.now() + 3 * HOUR).isoformat()}
    assert kari.put("/api/v1/absences/r1", json=body, headers=headers).status_code == 200
    found = {off["cause"]: off for off in kari.get("/api/v1/off").json()["off"]}
    assert found["paused"]["names"] == ["quiet"]
    assert (found["away"]["place"], set(found["away"]["names"])) == ("1A", {"quiet", "not-up"})
    assert (found["no_basis"]["residents"], found["no_basis"]["place"]) == (["r4"], "4B")
    assert kari.delete("/api/v1/pauses/1A/quiet", headers=headers).json()["ended_at"] is not None
    assert kari.delete("/api/v1/absences/r1", headers=headers).json()["ended_at"] is not None
    assert kari.delete("/api/v1/absences/r1", headers=headers).status_code == 409


def test_a_call_that_changes_something_needs_the_token(sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert kari.delete("/api/v1/absences/r1").status_code == 403
    assert kari.delete("/api/v1/pauses/1A/quiet").status_code == 403


def test_the_hand_over_has_what_is_open_off_away_and_due(house: House, sign_in: SignIn) -> None:
    house.night_exit("1A")
    Absences(house.connection, house.site, house.clock).away("r1", "trip", house.now() + 9 * HOUR, "kari")
    pause = Pauses(house.connection, house.site, house.clock).pause(
        "night-exit", "1A", "kari", "låser selv", house.now() + HOUR
    )
    assert isinstance(pause, Pause)
    page = re.sub(r"\s+", " ", sign_in("kari").get("/care/handover").text)
    for said in ("Ytterdøra ble åpnet", "låser selv", "Anna Haugen", "Av: mangler rettslig grunnlag"):
        assert said in page
    assert "Ny vurdering" in page


def test_a_consent_puts_rules_on_at_once_and_its_withdrawal_takes_them_off(
    house: House, sign_in: SignIn
) -> None:
    berit = sign_in("berit")
    page = berit.get("/care/legal-basis/r4").text
    assert "Verken samtykke eller vedtak" in page
    form = {
        "kind": "consent",
        "rules": ["quiet", "not-up"],
        "decided_by": "Sverre Lie",
        "valid_from": "2026-01-01",
        "review": "2099-01-01",
        "csrf": csrf_of(berit, "/care/legal-basis/r4"),
    }
    assert berit.post("/care/legal-basis/r4", data=form).status_code == 303
    found = berit.get("/api/v1/legal-basis").json()["residents"]
    (r4,) = (one for one in found if one["resident"] == "r4")
    assert (r4["off"], r4["bases"][0]["valid"]) == (["night-exit"], True)
    assert post(berit, "/care/legal-basis/r4/0/withdraw", "/care/legal-basis/r4") == 303
    found = berit.get("/api/v1/legal-basis").json()["residents"]
    (r4,) = (one for one in found if one["resident"] == "r4")
    assert set(r4["off"]) == {"night-exit", "quiet", "not-up"}
    assert r4["bases"][0]["valid"] is False


def test_a_carer_reads_the_legal_bases_and_changes_none(sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert "Trekk tilbake straks" not in kari.get("/care/legal-basis/r1").text
    assert post(kari, "/care/legal-basis/r1/0/withdraw", "/care/away") == 404


def test_two_who_change_the_same_residents_basis_at_once_hear_of_each_other(sign_in: SignIn) -> None:
    berit, adm = sign_in("berit"), sign_in("adm")
    csrf, version = csrf_of(berit, "/care/legal-basis/r1"), _version(berit)
    form = {
        "kind": "decision",
        "rules": "quiet",
        "decided_by": "Vedtak 7",
        "valid_from": "2026-01-01",
        "review": "2099-01-01",
    }
    assert post(adm, "/care/legal-basis/r1", "/care/legal-basis/r1", version=version, **form) == 303
    answer = berit.post("/care/legal-basis/r1/0/withdraw", data={"csrf": csrf, "version": version})
    assert answer.status_code == 409
    assert "Alma Admin endret det samme" in answer.text


def test_a_review_that_falls_due_is_a_task_on_the_board_and_the_leaders_page(sign_in: SignIn) -> None:
    berit = sign_in("berit")
    assert "1 rettslig grunnlag skal vurderes på nytt" in berit.get("/").text
    assert "Skal vurderes på nytt innen 30 dager" in berit.get("/care/legal-basis").text


def test_who_reads_a_residents_data_is_on_the_audit_trail(house: House, sign_in: SignIn) -> None:
    sign_in("kari").get("/care/legal-basis/r1")
    (row,) = house.rows("SELECT by, detail FROM audit WHERE what = 'residents seen'")
    assert (row["by"], '"r1"' in row["detail"]) == ("kari", True)


def values(client: TestClient, rule: str, place: str) -> dict[str, tuple[object, str]]:
    """Key → the value in force and whose it is."""
    found = client.get("/api/v1/rules").json()["rules"]
    (one,) = (r for r in found if (r["rule"], r["place"]) == (rule, place))
    return {value["key"]: (value["value"], value["level"]) for value in one["values"]}


def test_each_value_says_where_it_comes_from(sign_in: SignIn) -> None:
    kari = sign_in("kari")
    assert values(kari, "night-exit", "1A")["window"] == ("21:00-07:00", "unit")
    assert values(kari, "quiet", "1A")["after"] == ("10 h", "site")
    assert values(kari, "quiet", "1A")["prewarning"] == ("10 min", "catalogue")
    assert values(kari, "not-up", "1A")["by"] == ("12:00", "resident")
    page = re.sub(r"\s+", " ", kari.get("/care/rules/not-up/1A").text)
    assert "12.00" in page
    assert 'Beboerens egen <span class="soft">(ellers: 10.00)' in page
    assert 'name="level"' not in page


def test_a_leader_changes_a_value_for_the_resident_the_unit_or_the_site_and_takes_it_back(
    sign_in: SignIn,
) -> None:
    berit = sign_in("berit")
    page = "/care/rules/quiet/1A"
    for level, minutes in (("site", "360"), ("unit", "420"), ("resident", "480")):
        change = {"after": minutes, "after.unit": "min", "prewarning": "10", "prewarning.unit": "min"}
        assert post(berit, page, page, level=level, **change) == 303
        assert values(berit, "quiet", "1A")["after"] == (_hours(minutes), level)
    assert values(berit, "quiet", "1A")["prewarning"] == ("10 min", "catalogue")
    for level, below in (("resident", ("7 h", "unit")), ("unit", ("6 h", "site"))):
        assert post(berit, f"{page}/take-back", page, key="after", level=level) == 303
        assert values(berit, "quiet", "1A")["after"] == below


def test_a_value_for_the_whole_site_says_where_a_nearer_one_still_counts(sign_in: SignIn) -> None:
    berit = sign_in("berit")
    page = "/care/rules/not-up/1A"
    form = {"from": "07:00", "by": "11:00", "level": "site", "csrf": csrf_of(berit, page)}
    answer = berit.post(page, data=form)
    assert answer.status_code == 303
    assert "Her gjelder fortsatt en nærmere verdi: Innen klokka" in berit.get(answer.headers["location"]).text
    assert values(berit, "not-up", "1A")["by"] == ("12:00", "resident")


def test_a_value_that_cannot_be_is_refused_and_nothing_is_changed(sign_in: SignIn) -> None:
    berit = sign_in("berit")
    page = "/care/rules/quiet/1A"
    form = {"after": "0", "after.unit": "min", "level": "resident", "csrf": csrf_of(berit, page)}
    answer = berit.post(page, data=form)
    assert (answer.status_code, "Etter: 0 s er for kort. Minst 1 s." in answer.text) == (422, True)
    asked = {"level": "site", "values": {"after": "soon"}}
    ours = calling(berit) | {"If-Match": "*"}
    answer = berit.patch("/api/v1/rules/quiet/1A", json=asked, headers=ours)
    assert (answer.status_code, "«soon» er ingen varighet" in answer.json()["detail"]) == (422, True)
    asked["values"] = {"rooms": "1A"}
    assert berit.patch("/api/v1/rules/quiet/1A", json=asked, headers=ours).status_code == 400
    assert values(berit, "quiet", "1A")["after"] == ("10 h", "site")


def test_a_carer_changes_no_value(sign_in: SignIn) -> None:
    kari = sign_in("kari")
    asked = {"level": "site", "values": {"after": "1 h"}}
    assert kari.patch("/api/v1/rules/quiet/1A", json=asked, headers=calling(kari)).status_code == 404
    assert post(kari, "/care/rules/quiet/1A", "/care/away", after="60", level="site") == 404


def test_goals_show_the_days_the_weeks_and_praise(house: House, sign_in: SignIn) -> None:
    today = day_of(house.now(), house.site.zone)
    with transaction(house.connection):
        for ago, outcome in ((1, "reached"), (2, "reminded"), (3, "none"), (4, "reached"), (5, "missed")):
            day = GoalDay("solbakken", "goal-door-locked", "L1", today - timedelta(days=ago), house.now())
            goals.put(house.connection, msgspec.structs.replace(day, outcome=outcome))
    kari = sign_in("kari")
    page = kari.get("/care/goals").text
    assert "3 dager på rad. Det begynner å sitte." in page
    assert "Klarte det etter en påminnelse" in page
    (found,) = kari.get("/api/v1/goals").json()["goals"]
    assert (found["goal"], found["residents"], found["streak"]) == ("goal-door-locked", ["d1"], 3)
    assert len(found["days"]) == 5
    assert sum(week["missed"] for week in found["weeks"]) == 1


def test_a_goal_that_has_just_begun_praises_nothing_yet(sign_in: SignIn) -> None:
    assert "Nettopp begynt." in sign_in("kari").get("/care/goals").text


def _hours(minutes: str) -> str:
    return f"{int(minutes) // 60} h"


def _version(client: TestClient) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get("/care/legal-basis/r1").text)
    assert found is not None
    return found[1]
