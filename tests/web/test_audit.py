"""Who saw what: for the leader, for the resident whom it concerns, and the look-ups that are asked about."""

import ast
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from dashboards.access import Act
from hub.store import audit, shifts
from hub.store.db import transaction
from rules.duty import Shift
from rules.wording import audit as audit_words
from tests.servers import ROOT
from tests.web.conftest import csrf_of
from tests.web.house import DOCUMENT, House
from tests.web.relatives import EMAIL, relative_of
from tests.web.test_integrations import token_of

SignIn = Callable[..., TestClient]
HOUR = timedelta(hours=1)
WRITES = ("audit.add", "self._note", "_note", "self._record")


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


def test_what_ends_at_midnight_is_said_by_its_last_day_as_the_page_says_it(
    house: House, sign_in: SignIn
) -> None:
    made = {"integration": "journal", "until": "2027-05-29T22:00:00+00:00"}
    audit.add(house.connection, house.site.site, house.now(), "adm", "integration made", made)
    page = sign_in("leder").get("/audit").text
    assert "til og med 29. mai 2027" in page
    assert "30. mai 2027" not in page


def test_the_trail_says_whom_the_alerts_were_about_that_somebody_looked_at(
    house: House, sign_in: SignIn
) -> None:
    house.night_exit("1A")
    house.night_exit("4B")
    sign_in("kari").get("/")
    for reader, whom in (
        ("leder", "Anna Haugen, Sverre Lie"),
        ("nordleder", "r1, Sverre Lie"),
        ("adm", "r1, r4"),
    ):
        trail = sign_in(reader).get("/audit?by=kari").text.partition("<main")[2]
        (row,) = [row for row in trail.split("<tr>") if "Så på varsler" in row]
        assert whom in row, reader
    assert "Så på varsler" in sign_in("leder").get("/audit/residents/r1").text
    last = audit.newest(house.connection, house.site.site, 10, by="nordleder")
    assert [one.detail["residents"] for one in last if one.what == "residents seen"] == [["r4"]]


def test_a_residents_log_says_which_picture_was_looked_at(house: House, sign_in: SignIn) -> None:
    kari = sign_in("kari")
    for path in ("", "/nights", "/trends", "/year", "/hour", "/month.pdf", "/pictures/nights.png"):
        assert kari.get(f"/care/residents/r1{path}").status_code == 200, path
    answer = sign_in("leder").get("/audit/residents/r1/log.pdf")
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split()
    )
    for words in ("døgnet", "nettene", "ukene", "året", "siste time", "måneden"):
        assert f"Beboere: {words}" in text, (words, text)
    assert text.count("Beboere: nettene") == 2


def test_the_log_is_printed_for_the_resident(house: House, sign_in: SignIn) -> None:
    look(house, "kari", "r1")
    answer = sign_in("leder").get("/audit/residents/r1/log.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Anna Haugen" in text
    assert "Kari Nordmann" in text
    assert "har rett til svar" in text


def test_access_in_an_emergency_is_in_the_log_of_those_it_opened_with_its_reason(
    house: House, sign_in: SignIn
) -> None:
    sol = sign_in("sol")
    ours = {"X-CSRF-Token": sol.get("/api/v1/session").json()["csrf"]}
    asked = {"room": "4B", "reason": "Ropte om hjelp, ingen andre her"}
    assert sol.post("/api/v1/emergency", headers=ours, json=asked).status_code == 201
    sol.get("/care/residents/r4")
    look(house, "sol", "r4", ago=2 * HOUR)
    leader = sign_in("leder")
    page = leader.get("/audit/residents/r4").text.partition("<main")[2]
    assert "Tok nødtilgang" in page
    assert "Ropte om hjelp, ingen andre her" in page
    rows = [row for row in page.split("<tr>") if "Siri Solberg" in row]
    by_emergency = [row for row in rows if 'class="chip warn">Nødtilgang' in row]
    assert len(rows) == 3
    assert len(by_emergency) == 1, "the look while it lasted, not the one before, nor the asking itself"
    answer = leader.get("/audit/residents/r4/log.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Ropte om hjelp" in " ".join(text.split())
    for other in ("r1", "r5"):
        assert "Tok nødtilgang" not in leader.get(f"/audit/residents/{other}").text, other
    trail = leader.get("/audit").text.partition("<main")[2]
    assert "Ropte om hjelp" in trail
    assert "Ropte om hjelp" not in sign_in("adm").get("/audit").text
    assert not re.search(r"\d{4}-\d\d-\d\dT", trail), "an instant is told as people tell it"


def test_relatives_and_calls_stand_in_the_log_by_names_that_people_know(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house)
    sign_in(EMAIL).get("/relative")
    kari = sign_in("kari")
    for path in ("residents", "off", "rules", "residents/r1/day", "absences"):
        assert kari.get(f"/api/v1/{path}").status_code == 200
    page = sign_in("leder").get("/audit/residents/r1").text.partition("<main")[2]
    assert "Marit Dahl" in page
    for raw in ("relative:", "/residents<", "/off<", "/rules<", "/relative<", "shown:", "Relative added"):
        assert raw not in page, raw
    assert "Pårørende så: om alt er bra, " in spoken(sign_in("leder").get("/audit").text)


def test_a_relative_who_signed_in_stands_in_the_trail_by_name_where_it_may_be_known(
    house: House, sign_in: SignIn
) -> None:
    relative_of(house)
    sign_in(EMAIL)
    for who, name in (("leder", "Marit Dahl Pårørende Logget inn"), ("adm", "pårørende 1 Logget inn")):
        trail = spoken(sign_in(who).get("/audit").text)
        assert name in trail, (who, trail)
        assert "relative:" not in trail
        assert ("Marit Dahl" in trail) == (who == "leder")


def spoken(page: str) -> str:
    """What stands on it, without what it is written with."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).replace(" :", ":").split())


def test_all_that_is_written_down_has_words(house: House) -> None:
    written: set[str] = set()
    for room in ("hub", "dashboards"):
        for file in (ROOT / room).rglob("*.py"):
            if "audit.add(" in (text := file.read_text()):
                written |= entries_in(ast.parse(text))
    assert len(written) > 60
    assert {what for what in written if what not in audit_words.WORDS} == set()


def test_what_an_erasure_took_out_of_the_trail_is_said_to_be_gone_and_no_detail_is_a_programs_word(
    house: House, sign_in: SignIn
) -> None:
    at = house.now()
    with transaction(house.connection):
        for what, said in (
            ("residents seen", {"page": "/care/residents", "residents": ["r1"], "stood_at": 83}),
            ("floor plan marked", {"plan": 1, "marks": 25}),
            ("relative came in", {"relative": "relative:1", "invited_by": "kari"}),
        ):
            audit.add(house.connection, house.site.site, at, "kari", what, said)
        look(house, "kari", "r1")
        gone = audit.newest(house.connection, house.site.site, 1)[0].seq
        audit.erase(house.connection, gone, "erasure 2")
    trail = " ".join(re.sub(r"<[^>]+>", " ", sign_in("adm").get("/audit").text.partition("<main")[2]).split())
    for words in ("– Så på beboere innholdet er borte med sletting 2", "tegning 1, merker 25", "pårørende 1"):
        assert words in trail, words
    assert "invitert av Kari Nordmann" in trail
    for raw in ("stood", "erased", "erasure", "marks", "invited", "relative:1,"):
        assert raw not in trail, raw


def entries_in(tree: ast.AST) -> set[str]:
    """What the calls of a file that write to the trail call their entries."""
    found: set[str] = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or ast.unparse(call.func) not in WRITES:
            continue
        for argument in call.args:
            choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
            texts = [one.value for one in choices if isinstance(one, ast.Constant)]
            found |= {text for text in texts if isinstance(text, str) and text}
    return found


def test_rules_gaps_and_what_went_wrong_are_said_in_the_readers_language(
    house: House, sign_in: SignIn
) -> None:
    written: list[tuple[str, dict[str, object], str]] = [
        (
            "paused",
            {"rule": "night-exit", "room": "1A", "reason": "family"},
            "regel Ytterdør åpnet om natten",
        ),
        ("gap assigned", {"unit": "sol", "gap": "nobody_on_duty", "subject": ""}, "hull Ingen på vakt"),
        ("gap assigned", {"gap": "no_sensor", "subject": "smoke"}, "hull Mangler sensor: Røyk"),
        ("contact removed", {"way": "email", "why": "the mail server said 550 no"}, "E-postserveren avviste"),
        (
            "quarantine cleared",
            {"topic": "t", "reason": "the site names no device a at b", "rows": 1},
            "grunn stedet har ingen enhet a",
        ),
        ("away", {"resident": "r1", "reason": "family"}, "grunn hos familien"),
        ("sign-in refused", {"person": "(unknown)", "why": "code"}, "person ukjent, grunn feil kode"),
    ]
    for what, detail, _ in written:
        audit.add(house.connection, house.site.site, house.now(), "kari", what, detail)
    page = sign_in("leder").get("/audit").text
    assert [said for _, _, said in written if said not in page] == []
    assert "grunn family" in page, "a pause's reason is somebody's own words"


def test_what_somebody_wrote_that_looks_like_no_instant_of_any_calendar_does_not_close_the_trail(
    house: House, sign_in: SignIn
) -> None:
    for name in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        with transaction(house.connection):
            said = {"plan": 1, "unit": "sol", "name": name}
            audit.add(house.connection, house.site.site, house.now(), "tor", "floor plan put", said)
        page = sign_in("leder").get("/audit")
        assert page.status_code == 200
        assert name in page.text


def test_a_leader_of_another_unit_is_not_shown_whom_they_may_not_see(house: House, sign_in: SignIn) -> None:
    look(house, "kari", "r1")
    nord = sign_in("nordleder")
    for address in ("/audit/residents/r1", "/audit/residents/r1/log.pdf", "/api/v1/audit/residents/r1"):
        assert nord.get(address).status_code == 404
    assert "Anna" not in nord.get("/audit").text
    assert "Anna" not in nord.get("/audit/residents").text


def test_in_a_residents_log_an_entry_names_nobody_of_another_unit(house: House, sign_in: SignIn) -> None:
    seen = {"page": "/care/residents", "residents": ["r1", "r4", "r5", "r99"]}
    audit.add(house.connection, house.site.site, house.now(), "kari", "residents seen", seen)

    def named(by: str) -> list[list[str]]:
        entries = sign_in(by).get("/api/v1/audit/residents/r4").json()["entries"]
        return [one["detail"]["residents"] for one in entries if one["by"] == "kari"]

    assert named("nordleder") == [["r4", "r5"]]
    assert named("leder") == [["r1", "r4", "r5"]]
    assert "Kari Nordmann" in sign_in("nordleder").get("/audit/residents/r4").text


OF_SOLSIDA: list[tuple[str, dict[str, object]]] = [
    ("paused", {"rule": "quiet", "room": "2A", "reason": "Hemmelig"}),
    ("paused", {"device": "2A snor", "room": "2A", "reason": "Hemmelig"}),
    ("away", {"resident": "r2", "reason": "hospital", "back_by": "2026-12-24T10:00:00Z"}),
    ("emergency access begun", {"unit": "sol", "reason": "Hemmelig", "residents": ["r1", "r2"]}),
    ("trend reviewed", {"resident": "r2", "trend": "active", "opinion": "useful"}),
    ("look-up reviewed", {"key": "2026-11-25.off_duty.kari", "note": "Hemmelig", "units": ["sol"]}),
    ("look-up reviewed", {"key": "2026-11-24.off_duty.kari", "note": "Hemmelig"}),
    ("relative consent", {"relative": "relative:1", "resident": "r2", "categories": ["alerts"]}),
]
OF_ITS_HOUSE: list[tuple[str, dict[str, object]]] = [
    ("walk test ended", {"device": "2A snor", "test": 1}),
    ("device renamed", {"device": "2A snor", "was": "2A klokke"}),
    ("device removed", {"version": 2, "parts": ["devices 2A snor", "devices 4B stue", "devices 2A borte"]}),
    ("room seen", {"page": "/care/rooms/2A", "room": "2A"}),
    ("quarantine cleared", {"topic": "zigbee2mqtt/2A snor", "reason": "no JSON", "rows": 1}),
    ("gateway asked", {"gateway": "zigbee2mqtt", "ask": {"type": "interview", "device": "2A snor"}}),
    ("floor plan put", {"plan": 1, "unit": "sol", "name": "2A og 3B"}),
]
SECRET = ("Hemmelig", "sykehus", "hospital", "useful", "nyttig", "2A", "alvorlige varsler")


def write(house: House, entries: list[tuple[str, dict[str, object]]]) -> None:
    with transaction(house.connection):
        for what, detail in entries:
            audit.add(house.connection, house.site.site, house.now(), "kari", what, detail)


def test_what_an_entry_says_of_another_unit_is_withheld_and_said_to_be(house: House, sign_in: SignIn) -> None:
    write(house, [*OF_SOLSIDA, *OF_ITS_HOUSE])
    nord = sign_in("nordleder")
    page = nord.get("/audit?by=kari").text.partition("<main")[2]
    assert [word for word in SECRET if word in page.replace("2A borte", "")] == []
    assert page.count("Ikke vist: gjelder en annen avdeling") == len(OF_SOLSIDA) + len(OF_ITS_HOUSE)
    assert "Satte på pause" in page
    assert "enhet 4B stue" in page, "what is of their own unit stays"
    found = nord.get("/api/v1/audit?by=kari").json()["entries"]
    assert {one["withheld"] for one in found} == {"other_unit"}
    assert [one["detail"] for one in found if one["what"] == "away"] == [{"resident": "r2"}]
    assert not any(word in str(found) for word in SECRET)
    whole = sign_in("leder").get("/api/v1/audit?by=kari").json()["entries"]
    assert {one["withheld"] for one in whole} == {None}
    assert [one["detail"] for one in whole[::-1]] == [detail for _, detail in [*OF_SOLSIDA, *OF_ITS_HOUSE]]


def test_what_is_of_the_readers_own_unit_is_all_there(house: House, sign_in: SignIn) -> None:
    own: list[tuple[str, dict[str, object]]] = [
        ("paused", {"rule": "quiet", "room": "4B", "reason": "maling"}),
        ("away", {"resident": "r4", "reason": "hospital"}),
        ("walk test ended", {"device": "4B stue", "test": 1}),
        ("residents seen", {"page": "/care/residents/r4", "residents": ["r4"]}),
        ("signed in", {"address": "127.0.0.1"}),
        ("phone switched on", {"person": "kari", "phone": "x", "device": "Pixel 9"}),
        ("shift added", {"person": "kari", "units": ["sol", "nord"], "residents": []}),
    ]
    write(house, own)
    found = sign_in("nordleder").get("/api/v1/audit?by=kari").json()["entries"]
    assert [(one["what"], one["detail"]) for one in found[::-1]] == own
    assert {one["withheld"] for one in found} == {None}


def test_who_does_not_see_residents_reads_no_reason_of_their_lives(house: House, sign_in: SignIn) -> None:
    write(house, [*OF_SOLSIDA, *OF_ITS_HOUSE])
    adm = sign_in("adm")
    page = adm.get("/audit?by=kari").text.partition("<main")[2]
    assert [word for word in SECRET if word in page and word != "2A"] == []
    assert page.count("Ikke vist: gjelder en beboer") == len(OF_SOLSIDA)
    assert "enhet 2A snor" in page, "the house's own is theirs"
    found = adm.get("/api/v1/audit?by=kari").json()["entries"]
    assert [one["withheld"] for one in found[::-1]] == [
        *["about_residents"] * len(OF_SOLSIDA),
        *[None] * len(OF_ITS_HOUSE),
    ]
    assert not any(word in str(found) for word in SECRET if word != "2A")


def test_how_staff_signed_in_and_why_a_device_was_removed_are_of_no_resident(
    house: House, sign_in: SignIn
) -> None:
    removed: dict[str, object] = {"device": "2A snor", "reason": "Batteriet lekker", "version": 2}
    write(house, [("device removed", removed)])
    sign_in("kari")
    adm = sign_in("adm")
    found = adm.get("/api/v1/audit?by=kari").json()["entries"]
    assert {one["what"]: (one["withheld"], one["detail"]) for one in found} == {
        "device removed": (None, removed),
        "signed in": (None, {"person": "kari", "address": "testclient", "how": "password"}),
    }
    page = adm.get("/audit?by=kari").text.partition("<main")[2]
    assert "Ikke vist" not in page
    assert "Batteriet lekker" in page


def test_a_program_reads_of_residents_lives_with_leave_to_see_residents_alone(
    house: House, visitor: TestClient
) -> None:
    write(house, OF_SOLSIDA)
    choices: tuple[tuple[tuple[Act, ...], str | None], ...] = (
        (("see audit",), "about_residents"),
        (("see audit", "see residents"), None),
    )
    for acts, withheld in choices:
        token = token_of(house, "leader", acts, id=f"program-{len(acts)}")
        answer = visitor.get("/api/v1/audit?by=kari", headers={"Authorization": f"Bearer {token}"})
        assert {one["withheld"] for one in answer.json()["entries"]} == {withheld}
        assert ("Hemmelig" in answer.text) == (withheld is None)


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
    first = leader.get("/api/v1/audit?limit=100")
    second = leader.get(first.links["next"]["url"])
    seqs = [entry["seq"] for entry in [*first.json()["entries"], *second.json()["entries"]]]
    assert seqs == sorted(set(seqs), reverse=True)
    assert len(seqs) > 150
    assert "Link" not in second.headers
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
    assert "byttet vakt" in leader.get("/audit").text
    assert "byttet vakt" not in sign_in("nordleder").get("/audit").text
    assert sign_in("nordleder").get("/api/v1/audit/look-ups").json() == []


def test_reading_what_there_is_to_ask_about_is_nothing_to_ask_about(house: House, sign_in: SignIn) -> None:
    long_ago = Shift(0, "leder", (), "carer", house.now() - 60 * HOUR, house.now() - 52 * HOUR)
    with transaction(house.connection):
        shifts.add(house.connection, house.site.site, long_ago)
    for number in range(16):
        look(house, "kari", "r1", ago=timedelta(minutes=number))
    leader = sign_in("leder")
    for _ in range(2):
        assert leader.get("/audit/review").text.count("Jeg har spurt") == 1
        assert len(leader.get("/api/v1/audit/look-ups").json()) == 1


def test_nobody_reviews_their_own_look_ups(house: House, sign_in: SignIn) -> None:
    for number in range(16):
        look(house, "leder", "r1", ago=timedelta(minutes=number))
    mine = sign_in("leder")
    page = mine.get("/audit/review").text
    assert "Det gjelder deg selv: en annen leder spør." in page
    assert "Jeg har spurt" not in page
    (question,) = mine.get("/api/v1/audit/look-ups").json()
    token = {"X-CSRF-Token": mine.get("/api/v1/session").json()["csrf"]}
    address = f"/api/v1/audit/look-ups/{question['key']}/review"
    assert mine.post(address, json={}, headers=token).status_code == 403
    other = sign_in("leder2")
    token = {"X-CSRF-Token": other.get("/api/v1/session").json()["csrf"]}
    assert other.post(address, json={"note": "ok"}, headers=token).status_code == 204
    assert other.get("/api/v1/audit/look-ups").json()[0]["reviewed_by"] == "leder2"
