"""What is kept, an export and an erasure, on the pages and by call: two people, the right ones, no slip."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from dashboards.keeping.whom import thousands
from hub.erasing.receipt import verified
from hub.erasing.request import Requests
from hub.erasing.work import go_on
from hub.jobs import timetable
from hub.store import backups, jobs
from hub.store.backups import Backup
from hub.store.db import transaction
from hub.store.erasures import Erasure
from hub.store.instants import to_us
from rules.wording import Voice, full_date
from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, House

SignIn = Callable[..., TestClient]
LEADERS = DOCUMENT.replace(
    "rules:\n",
    "  - {id: lise, name: Lise Leder, role: leader}\n"
    "  - {id: lars, name: Lars Leder, role: leader}\n"
    "  - {id: vern, name: Vera Vern, role: privacy_officer}\n"
    "  - {id: nora, name: Nora Nordleder, role: leader, units: [nord]}\nrules:\n",
    1,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, LEADERS)
    house.hub_says()
    yield house
    house.connection.close()


def send(client: TestClient, path: str, page: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf": csrf_of(client, page), **fields})
    return answer.status_code, answer.headers.get("location", "") or answer.text


def test_what_is_kept_is_shown_with_its_end_its_jobs_and_its_backups(house: House, sign_in: SignIn) -> None:
    adm = sign_in("adm")
    page = adm.get("/keeping").text
    assert "Hver måling" in page
    assert '<span class="stamp">90 dager</span>' in page, "on one line"
    for heading in ("Lagres i", "Finnes nå", "Det eldste"):
        assert f'<th class="stamp" scope="col">{heading}</th>' in page, heading
        assert heading == "Lagres i" or f'<td class="stamp" data-label="{heading}">' in page, heading
    assert "Det lages ingen sikkerhetskopier" in page
    assert "Ingenting er gjort ennå" in page
    now = house.now()
    with transaction(house.connection):
        for name in ("retention", "backup"):
            jobs.due(house.connection, name, now + timedelta(hours=5))
        jobs.done(house.connection, "retention", now, now + timedelta(hours=5), "")
        jobs.failed(house.connection, "backup", now, now, "<b>no room</b>")
        backups.add(house.connection, Backup("vaka-1.vaka.age", now, 4_711_000, now, now))
    page = adm.get("/keeping").text
    assert "&lt;b&gt;no room&lt;/b&gt;" in page
    assert "4,5 MiB" in page
    assert "Mangler" in page, "a backup that is not where it was put"
    told = adm.get("/api/v1/keeping").json()
    assert [one["there"] for one in told["backups"]] == [False]
    assert {one["name"]: one["days"] for one in told["classes"]}["audit"] == 1825
    assert {one["name"] for one in told["jobs"]} == {"retention", "backup"}


def test_each_job_has_a_name_in_the_language_of_who_looks_and_days_are_written_out(
    house: House, sign_in: SignIn
) -> None:
    now = house.now()
    names = {job.name for job in timetable(house.settings, lambda *_: "")} | {"backup", "erasing"}
    with transaction(house.connection):
        for name in names:
            jobs.due(house.connection, name, now + timedelta(hours=5))
        backups.add(house.connection, Backup("vaka-1.vaka.age", now, 4_711_000, now, now))
    page = sign_in("adm").get("/keeping").text
    assert "Lage rapport om måneden som var" in page
    assert [name for name in names if f'<th scope="row">{name}</th>' in page] == []
    assert full_date(now, Voice("nb", house.site.zone, now)) in page


def test_an_administrator_erases_without_a_name_and_a_leader_only_of_their_units(
    house: House, sign_in: SignIn
) -> None:
    page = sign_in("adm").get("/keeping/residents/r1").text
    assert "Anna" not in page
    assert "export.zip" not in page
    assert "Anna Haugen" in sign_in("lise").get("/keeping/residents/r1").text
    nora = sign_in("nora")
    assert "r1" not in nora.get("/keeping").text
    assert nora.get("/keeping/residents/r1").status_code == 404
    assert nora.get("/api/v1/residents/r1/export").status_code == 404
    assert nora.get("/api/v1/residents/r4/export").status_code == 200


def test_it_is_asked_for_without_a_slip_confirmed_by_another_and_comes_with_a_receipt(
    house: House, sign_in: SignIn
) -> None:
    lise, adm, nora, lars = sign_in("lise"), sign_in("adm"), sign_in("nora"), sign_in("lars")
    of_two = house.night_exit("3B")
    house.act(of_two, "kari", arrive=True, outcome="helped")
    house.connection.execute("UPDATE alert SET residents = ? WHERE id = ?", ('["r3","r1"]', of_two.id))
    form = "/keeping/residents/r3"
    status, page = send(lise, form, form, why="died", typed="r1")
    assert (status, "ikke det samme" in page) == (422, True)
    assert send(lise, form, form, typed="r3")[0] == 422
    status, page = send(lise, form, form, why="moved_out", typed="r3")
    assert "må først sette utflyttingsdagen" in page
    assert send(lise, form, form, why="died", typed=" r3 ") == (303, "/keeping?notice=asked")
    one = "/keeping/erasures/1"
    assert "Du ba om det selv" in lise.get(one).text
    assert nora.get(one).status_code == 404, "of another unit's resident"
    assert send(lise, f"{one}/confirm", one)[0] == 409
    assert send(nora, f"{one}/confirm", "/keeping/residents/r4")[0] == 404
    assert "Venter på en til" in adm.get("/keeping").text
    boards = {who: client.get("/").text for who, client in (("lise", lise), ("nora", nora), ("lars", lars))}
    told = {who: "1 sletting venter på en til" in board for who, board in boards.items()}
    assert told == {"lise": False, "nora": False, "lars": True}, "who asked cannot, and others' is not theirs"
    assert "Alt som er lagret om Ingrid Solvang (r3), slettes" in lars.get(one).text, "whose it is"
    assert "Alt som er lagret om r3, slettes" in adm.get(one).text
    assert send(adm, f"{one}/confirm", one) == (303, f"{one}?notice=confirmed")
    assert "Huben holder på" in adm.get(one).text
    assert "venter på en til" not in lars.get("/").text
    assert send(lise, f"{one}/take-back", "/keeping/residents/r1")[0] == 409
    assert adm.get(f"{one}/receipt.pdf").status_code == 404
    go_on(house.settings, adm.app.state.clock)  # type: ignore[attr-defined]
    page = lise.get(one).text
    assert "Seglet stemmer" in page or "seglet" in page.lower()
    for word in ("r3", "Ingrid", "Solvang"):
        assert word not in page.replace("3B", ""), word
    printed = PdfReader(io.BytesIO(lise.get(f"{one}/receipt.pdf").content)).pages[0].extract_text()
    for receipt_text in (page, printed):
        deleted, stays = receipt_text.split("Beholdt, uten personen")
        assert "Varsler som gjelder andre også, eller en enhet" not in deleted
        assert "Varsler som gjelder andre også, eller en enhet" in stays, "of two residents, and kept"
        assert "Stedets dokument som gjelder nå" in stays
    day = full_date(house.now(), Voice("nb", house.site.zone, house.now()))
    assert f"Lise Leder, {day} kl." in printed, "a day as people write it"
    assert f"Lise Leder, {day} kl." in page
    assert thousands(11425) == "11\N{NO-BREAK SPACE}425", "as on the page of what is kept"
    receipt = verified(lise.get(f"{one}/receipt.json").content)
    assert not isinstance(receipt, str)
    assert receipt[0].confirmed_by == "adm"
    assert lise.get(form).status_code == 404
    assert "Ingrid" not in lise.get("/").text


def test_what_has_to_be_done_first_is_said_before_anything_is_typed(house: House, sign_in: SignIn) -> None:
    lise, adm = sign_in("lise"), sign_in("adm")
    form = "/keeping/residents/r3"
    for browser, who in ((lise, "setter en administrator først"), (adm, "setter du først")):
        page = browser.get(form).text
        assert 'moved_out"' not in page, "they live here"
        assert f"Ved flytting {who} utflyttingsdagen" in page
    assert "/help/administrator" not in lise.get(form).text
    assert "/help/administrator?language=nb" in adm.get(form).text
    today = house.now().astimezone(house.site.zone).date()
    house.import_site(
        LEADERS.replace("Ingrid Solvang, room: 3B}", f"Ingrid Solvang, room: 3B, moved_out: {today}}}")
    )
    page = lise.get(form).text
    assert 'value="moved_out"' in page
    assert "utflyttingsdagen" not in page
    assert send(lise, form, form, why="moved_out", typed="r3") == (303, "/keeping?notice=asked")
    page = lise.get(form).text
    assert "Noen har bedt om det allerede" in page
    assert 'name="typed"' not in page


def test_an_erasure_that_fails_for_a_day_is_a_task_for_who_answers_for_it_and_who_mends_it(
    house: House, sign_in: SignIn
) -> None:
    adm, officer, tekno = sign_in("adm"), sign_in("vern"), sign_in("tor")
    asked = Requests(house.connection, house.site, house.clock)
    one = asked.ask("r3", "died", "lise")
    assert isinstance(one, Erasure)
    assert isinstance(asked.confirm(one.number, "adm"), Erasure)
    with transaction(house.connection):
        jobs.failed(house.connection, "erasing", house.now(), house.now(), "/data has 3 MiB free")
    assert "Mislyktes: Slette beboere" in tekno.get("/technician").text, "who mends it hears of it at once"
    (told,) = [job for job in tekno.get("/api/v1/jobs").json() if job["failed_at"]]
    assert (told["name"], told["said"]) == ("erasing", "/data has 3 MiB free")
    assert adm.get("/api/v1/erasures").json()[0]["state"] == "at work"
    assert "blir ikke ferdig" not in officer.get("/keeping").text
    house.connection.execute(
        "UPDATE erasure SET confirmed_at = ?", (to_us(house.now() - timedelta(days=1, hours=1)),)
    )
    assert adm.get("/api/v1/erasures").json()[0]["state"] == "stuck"
    for browser, page in ((officer, "/keeping"), (adm, "/keeping"), (adm, f"/keeping/erasures/{one.number}")):
        text = browser.get(page).text
        assert f"Sletting {one.number} blir ikke ferdig" in text
        assert "/data has 3 MiB free" in text
    assert "1 sletting har ikke blitt ferdig på over et døgn" in adm.get("/today").text


def test_everything_is_a_call_as_well(house: House, sign_in: SignIn) -> None:
    lise, adm = sign_in("lise"), sign_in("adm")
    with zipfile.ZipFile(io.BytesIO(lise.get("/api/v1/residents/r2/export").content)) as archive:
        assert b"Olav Bakke" in archive.read("resident.json")
    assert house.rows("SELECT 1 FROM audit WHERE what = 'resident exported' AND by = 'lise'")
    assert adm.get("/api/v1/residents/r2/export").status_code == 404
    ours = {"X-CSRF-Token": lise.get("/api/v1/session").json()["csrf"]}
    wish = {"resident": "r2", "resident_again": "r2", "why": "asked"}
    assert lise.post("/api/v1/erasures", json=wish).status_code == 403
    slip = lise.post("/api/v1/erasures", headers=ours, json={**wish, "resident_again": "x"})
    assert (slip.status_code, slip.json()["reason"]) == (409, "not_typed")
    asked = lise.post("/api/v1/erasures", headers=ours, json=wish)
    assert asked.status_code == 201
    assert (asked.json()["state"], asked.json()["resident"]) == ("waiting", "r2")
    number = asked.json()["number"]
    own = lise.post(f"/api/v1/erasures/{number}/confirm", headers=ours)
    assert (own.status_code, own.json()["reason"]) == (409, "second_person")
    assert own.json()["detail"] == "Det må være en annen enn den som ba om det."
    assert lise.get(f"/api/v1/erasures/{number}/receipt").status_code == 404
    theirs = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    assert adm.post(f"/api/v1/erasures/{number}/confirm", headers=theirs).json()["state"] == "at work"
    go_on(house.settings, adm.app.state.clock)  # type: ignore[attr-defined]
    assert [(one["state"], one["resident"]) for one in adm.get("/api/v1/erasures").json()] == [("done", None)]
    assert not isinstance(verified(adm.get(f"/api/v1/erasures/{number}/receipt").content), str)


def test_the_page_says_all_that_a_number_adds_up_and_who_makes_the_key_of_the_backups(
    house: House, sign_in: SignIn
) -> None:
    page = sign_in("adm").get("/keeping").text
    assert "prøver av varslingen" in page
    assert "En administrator lager nøkkelen" in page
    assert 'href="/help/administrator?language=nb"' in page
    assert "docs/" not in page
